"""`cutscore watch`: watch folders, and give what is dropped there its music."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cutscore.cli import options as o
from cutscore.cli.screen import printable, say, say_json

if TYPE_CHECKING:
    from cutscore.config import Settings
    from cutscore_watchers.running.watcher import Watcher

NOT_RUNNING = 3


def command(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FOLDER]...", help="Folders instead of the configuration's.", show_default=False),
    ] = None,
    once: Annotated[
        bool, typer.Option("--once", help="Do what is there, then end; the exit code says whether all went well.")
    ] = False,
    status: Annotated[bool, typer.Option("--status", help="Say what a running watcher does, and end.")] = False,
    print_service: Annotated[
        str | None,
        typer.Option(
            "--print-service",
            metavar="systemd|launchd|windows",
            help="Print the file that starts the watcher at login, and end.",
            show_default=False,
        ),
    ] = None,
    folders_only: Annotated[bool, typer.Option("--folders", help="Say which folders are watched, and end.")] = False,
    config: o.Config = None,
    json_: Annotated[bool, typer.Option("--json", help="Log lines, or the status, as JSON.")] = False,
) -> None:
    """Watch folders, and give what is dropped there its music.

    The folders stand under `watch` in the configuration, which is read again when it changes. With --once: 0 all
    went well, 3 something is not whole or not there, 4 a job failed, 5 a paid call's outcome is unknown.
    """
    if print_service is not None:
        _print_service(print_service, folders or [], config)
        return
    settings = _settings(config, folders or [])
    if folders_only:
        watched = [str(watch.path.expanduser().absolute()) for watch in settings.watch]
        say_json(watched) if json_ else say("\n".join(map(printable, watched)))
        return
    if status:
        _say_status(settings, as_json=json_)
        return
    code = _watch(settings, folders or [], config, once=once, as_json=json_)
    _leave(code)


def _settings(config: Path | None, folders: list[Path]) -> Settings:
    from cutscore.config.watching import WatchFolder
    from cutscore_composer.errors import ConfigError

    settings = o.settings_from(config, None)
    if folders:
        named = tuple(WatchFolder(path=Path(os.path.abspath(folder.expanduser()))) for folder in folders)  # noqa: PTH100
        settings = settings.model_copy(update={"watch": named})
    if not settings.watch:
        raise ConfigError("There is nothing to watch: name a folder, or write some under `watch` in cutscore.yaml.")
    return settings


def _watch(settings: Settings, folders: list[Path], config: Path | None, *, once: bool, as_json: bool) -> int:
    from cutscore.config import find_config
    from cutscore_watchers.folders.memory import Memory
    from cutscore_watchers.jobs import Jobs
    from cutscore_watchers.running.config_file import ConfigFile
    from cutscore_watchers.running.log_lines import logged
    from cutscore_watchers.running.notify import Notify
    from cutscore_watchers.running.status import StatusFile, places_of
    from cutscore_watchers.running.watcher import Watcher

    file = find_config(config)
    with logged(as_json=as_json, debug=bool(os.environ.get("CUTSCORE_DEBUG"))):
        places = places_of(settings)
        # First the jobs, of which there is one watcher at most: a second one touches nothing else.
        with Jobs(settings, file) as jobs:
            memory = Memory(places.memory)
            again = None if file is None else ConfigFile(file.absolute(), lambda: _settings(config, folders))
            watcher = Watcher(settings, jobs, memory, StatusFile(places.status), again, Notify())
            try:
                with _told_by_signals(watcher):
                    return watcher.run(once=once)
            finally:
                memory.close()


@contextmanager
def _told_by_signals(watcher: Watcher) -> Iterator[None]:
    """SIGTERM and Ctrl-C stop it, a second time at once; SIGHUP reads the configuration again, or stops it in a
    terminal, which then has been closed."""
    daemon = not sys.stdin or not sys.stdin.isatty()

    def stop(number: int, _frame: FrameType | None) -> None:
        watcher.stop()
        signal.signal(number, signal.SIG_DFL)

    def reload(number: int, frame: FrameType | None) -> None:
        watcher.reload() if daemon else stop(number, frame)

    wanted: dict[str, Callable[[int, FrameType | None], None]] = {
        "SIGTERM": stop,
        "SIGINT": stop,
        "SIGBREAK": stop,
        "SIGHUP": reload,
    }
    before: dict[int, Any] = {}
    for name, handler in wanted.items():
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            before[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _say_status(settings: Settings, *, as_json: bool) -> None:
    from cutscore_watchers.running.status import places_of, read_status, status_lines

    said = read_status(places_of(settings).status)
    if as_json:
        say_json(said or {"running": False})
    else:
        for line in status_lines(said):
            say(printable(line))
    if said is None or not said["running"]:
        raise typer.Exit(NOT_RUNNING)


def _print_service(kind: str, folders: list[Path], config: Path | None) -> None:
    from cutscore.config import find_config
    from cutscore_composer.errors import ConfigError
    from cutscore_watchers.services import SERVICES

    if kind not in SERVICES:
        raise ConfigError(f"--print-service is systemd, launchd or windows, not {kind!r}.")
    file = find_config(config)
    words = [sys.executable, "-m", "cutscore.cli.main", "watch"]
    words += [str(folder.expanduser().absolute()) for folder in folders]
    words += [] if file is None else ["--config", str(file.absolute())]
    say(SERVICES[kind](words).rstrip("\n"))


def _leave(code: int) -> None:
    """End now: a drive that hangs, or a library that waits for something, must not keep the process."""
    others = [t for t in threading.enumerate() if t is not threading.main_thread() and not t.daemon]
    if others:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    if code:
        raise typer.Exit(code)
