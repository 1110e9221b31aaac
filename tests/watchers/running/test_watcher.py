"""The watcher with real folders, events and threads, and jobs of the test: reload, ends, `--once`, what is told."""

from __future__ import annotations

import json
import logging
import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cutscore.config import Settings, load_settings
from cutscore_composer.errors import ConfigError
from cutscore_watchers.finished import Verdict, judge
from cutscore_watchers.folders.memory import Memory
from cutscore_watchers.folders.watched import WatchedFolder
from cutscore_watchers.running.config_file import ConfigFile
from cutscore_watchers.running.notify import Notify
from cutscore_watchers.running.status import StatusFile, read_status, status_lines
from cutscore_watchers.running.watcher import DONE, FAILED, PARKED, UNFINISHED, Watcher
from support.containers import film_bytes
from support.waiting import wait_for
from support.watching import WHOLE, FakeJobs

# watchdog (7.1) warns when a folder is made and watched in the same moment; it goes on.
pytestmark = pytest.mark.filterwarnings("ignore:Callback with id:RuntimeWarning")

QUICK = {"quiet_seconds": 0.2, "stable_seconds": 0.5, "scan_seconds": 1, "poll_seconds": 0.5}


class FakeWorkers(FakeJobs):
    """Jobs that end at once, in the state that the test wants."""

    def __init__(self, ends: str = "done") -> None:
        super().__init__()
        self.ends, self.started, self.stopped = ends, False, False
        self.settings: Settings | None = None

    def start(self) -> None:
        """Begin."""
        self.started = True

    def use(self, settings: Settings) -> None:
        """Keep the new settings."""
        self.settings = settings

    def counts(self) -> dict[str, int]:
        """All are at their end."""
        return {self.ends: len(self.files)} if self.files else {}

    def stop(self, seconds: float = 5.0) -> None:
        """End."""
        self.stopped = True


class Run:
    """A watcher in a thread."""

    def __init__(self, home: Path, settings: Settings, config: ConfigFile | None = None, ends: str = "done") -> None:
        self.jobs = FakeWorkers(ends)
        self.status = home / "watch" / "status.json"
        self.code: int | None = None
        self._memory = Memory(home / "memory.sqlite")
        self.notified: list[str] = []
        self.watcher = Watcher(settings, self.jobs, self._memory, StatusFile(self.status), config)
        self._thread: threading.Thread | None = None

    def start(self, *, once: bool = False) -> Run:
        def work() -> None:
            self.code = self.watcher.run(once=once)

        self._thread = threading.Thread(target=work, daemon=True)
        self._thread.start()
        return self

    def end(self) -> int | None:
        assert self._thread is not None
        self.watcher.stop()
        self._thread.join(10)
        assert not self._thread.is_alive()
        return self.code

    def wait(self) -> int | None:
        assert self._thread is not None
        self._thread.join(30)
        assert not self._thread.is_alive()
        return self.code


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BEAT_SECONDS", "COUNT_SECONDS", "CONFIG_SECONDS"):
        monkeypatch.setattr(f"cutscore_watchers.running.watcher.{name}", 0.1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


@pytest.fixture
def runs() -> Iterator[list[Run]]:
    begun: list[Run] = []
    yield begun
    for run in begun:
        run.end()


def settings_for(*folders: Path, **watch: Any) -> Settings:
    return Settings.model_validate({"watch": [{"path": str(path), **watch} for path in folders], "jobs": QUICK})


def test_a_film_that_is_dropped_becomes_a_job(tmp_path: Path, folder: Path, runs: list[Run]) -> None:
    """Written, renamed into place, linked, moved in a folder: by events, long before the next scan."""
    settings = settings_for(folder, recursive=True)
    settings = settings.model_copy(update={"jobs": settings.jobs.model_copy(update={"scan_seconds": 3600.0})})
    run = Run(tmp_path, settings)
    runs.append(run.start())
    wait_for(lambda: read_status(run.status))
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "moved.mp4").write_bytes(film_bytes("mov"))
    (outside / "linked.mp4").write_bytes(film_bytes("mp4"))
    (folder / "written.mp4").write_bytes(film_bytes("mp4"))
    (folder / ".hidden").write_bytes(film_bytes("mkv"))
    (folder / ".hidden").rename(folder / "renamed.mkv")
    (folder / "linked.mp4").hardlink_to(outside / "linked.mp4")
    shutil.copytree(outside, folder / "deep" / "er")
    wait_for(lambda: len(run.jobs.names) >= 5)
    assert ["linked.mp4", "linked.mp4", "moved.mp4", "renamed.mkv", "written.mp4"] == sorted(run.jobs.names)


def test_polling_needs_no_events(
    tmp_path: Path, folder: Path, runs: list[Run], caplog: pytest.LogCaptureFixture
) -> None:
    """With `polling: always` no events are asked for, and films are found all the same."""
    run = Run(tmp_path, settings_for(folder, polling="always"))
    runs.append(run.start())
    said = wait_for(lambda: read_status(run.status))
    assert ["polling"] == [each["mode"] for each in said["folders"]]
    (folder / "film.mp4").write_bytes(film_bytes("mp4"))
    wait_for(lambda: run.jobs.names == ["film.mp4"])


def test_a_system_without_room_for_events_is_polled(
    tmp_path: Path, folder: Path, runs: list[Run], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The limit on watches is reached: said once, and looked through instead."""

    def refuse(*_: object) -> None:
        raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr("cutscore_watchers.running.folder_thread.Events", refuse)
    caplog.set_level(logging.INFO)
    run = Run(tmp_path, settings_for(folder))
    runs.append(run.start())
    (folder / "film.mp4").write_bytes(film_bytes("mp4"))
    wait_for(lambda: run.jobs.names == ["film.mp4"])
    assert 1 == caplog.text.count("tells of no events (inotify watch limit reached)")


def test_a_folder_that_is_replaced_is_heard_again(tmp_path: Path, folder: Path, runs: list[Run]) -> None:
    """Deleted and made anew while watched, as a drive that is mounted again: its events are heard again."""
    run = Run(tmp_path, settings_for(folder))
    runs.append(run.start())
    wait_for(lambda: read_status(run.status))
    thread = next(iter(run.watcher._threads.values()))
    first = wait_for(lambda: thread._events)
    folder.rename(tmp_path / "old")
    folder.mkdir()
    wait_for(lambda: thread._events is not None and thread._events is not first)
    (folder / "film.mp4").write_bytes(film_bytes("mp4"))
    wait_for(lambda: run.jobs.names == ["film.mp4"])


def test_the_configuration_is_read_again_and_a_wrong_one_changes_nothing(
    tmp_path: Path, folder: Path, runs: list[Run], caplog: pytest.LogCaptureFixture
) -> None:
    """A folder is added, then a mistake is saved: both folders go on; then the first is taken out."""
    caplog.set_level(logging.INFO)
    second = tmp_path / "second"
    second.mkdir()
    file = tmp_path / "cutscore.yaml"

    def write(*folders: Path, more: str = "") -> None:
        watch = "".join(f"  - path: {path}\n" for path in folders)
        quick = "".join(f"  {name}: {value}\n" for name, value in QUICK.items())
        file.write_text(f"watch:\n{watch}jobs:\n{quick}{more}", encoding="utf-8")

    write(folder)
    run = Run(tmp_path, load_settings(file), ConfigFile(file, lambda: load_settings(file)))
    runs.append(run.start())
    wait_for(lambda: read_status(run.status))
    write(folder, second)
    wait_for(lambda: len(run.watcher._threads) == 2)
    kept = list(run.watcher._threads.values())
    write(folder, more="engine: nowhere\n")
    wait_for(lambda: "is wrong; the one of before still counts" in caplog.text)
    assert "cutscore.yaml:8:9: engine 'nowhere' is not known" in caplog.text
    assert kept == list(run.watcher._threads.values())
    (second / "film.mp4").write_bytes(film_bytes("mp4"))
    wait_for(lambda: run.jobs.names == ["film.mp4"])
    write(second)
    wait_for(lambda: [thread.folder.watch.path for thread in run.watcher._threads.values()] == [second])
    wait_for(lambda: not kept[0].is_alive())
    assert kept[1].is_alive()
    assert run.jobs.settings is not None


def test_a_configuration_that_is_away_for_a_moment_changes_nothing(tmp_path: Path) -> None:
    """An editor that deletes and writes: only what is the same at two looks is read."""
    file = tmp_path / "cutscore.yaml"
    file.write_text("engine: local\n")
    reads: list[int] = []

    def load() -> Settings:
        reads.append(1)
        return load_settings(file)

    config = ConfigFile(file, load)
    assert config.changed() is None
    file.unlink()
    assert config.changed() is None
    file.write_text("engine: local\n# more\n")
    assert config.changed() is None
    assert [] == reads
    assert Settings() == config.changed()
    assert config.changed() is None
    assert [1] == reads
    file.unlink()
    assert (None, None) == (config.changed(), config.changed())
    assert "does not exist" in config.trouble


@pytest.mark.parametrize(
    ("ends", "content", "code"),
    [
        ("done", "mp4", DONE), ("joined", "mp4", DONE), ("failed", "mp4", FAILED), ("parked", "mp4", PARKED),
        ("done", "half", UNFINISHED), ("done", "none", DONE),
    ],
)  # fmt: skip
def test_once_does_what_is_there_and_says_how_it_went(
    tmp_path: Path, folder: Path, ends: str, content: str, code: int
) -> None:
    """Done, failed, parked, a film that is not whole, nothing at all: each has its exit code."""
    if content != "none":
        whole = film_bytes("mp4")
        (folder / "film.mp4").write_bytes(whole if content == "mp4" else whole[:5000])
    run = Run(tmp_path, settings_for(folder), ends=ends)
    assert code == run.start(once=True).wait()
    assert (["film.mp4"] if content == "mp4" else []) == run.jobs.names
    assert run.jobs.started
    assert run.jobs.stopped


def test_once_waits_for_what_is_nearly_quiet_and_not_for_a_folder_that_is_away(tmp_path: Path, folder: Path) -> None:
    """A stream becomes ready after its longer quiet; a folder that is not there ends with "unfinished"."""
    (folder / "film.ts").write_bytes(film_bytes("ts"))
    run = Run(tmp_path, settings_for(folder))
    assert DONE == run.start(once=True).wait()
    assert ["film.ts"] == run.jobs.names
    assert UNFINISHED == Run(tmp_path, settings_for(tmp_path / "none")).start(once=True).wait()


def test_the_status_says_what_waits_and_whether_the_watcher_lives(
    tmp_path: Path, folder: Path, runs: list[Run]
) -> None:
    """Folders, reasons, jobs while it runs; that it does not run afterwards; a wrong file is none."""
    (folder / "half.mp4").write_bytes(film_bytes("mp4")[:5000])
    run = Run(tmp_path, settings_for(folder, tmp_path / "away"))
    runs.append(run.start())

    def told() -> dict[str, Any] | None:
        said = read_status(run.status)
        return said if said and said["waiting"] and "lacks" in said["waiting"][0]["reason"] else None

    said = wait_for(told)
    assert said is not None
    assert (True, True, os.getpid(), 1) == (said["running"], said["answers"], said["pid"], said["waiting_count"])
    assert [str(folder), str(tmp_path / "away")] == [each["path"] for each in said["folders"]]
    lines = "\n".join(status_lines(said))
    assert "half.mp4 lacks" in lines
    assert "away is not there" in lines
    run.end()
    after = read_status(run.status)
    assert after is not None
    assert (False, False, "stopped") == (after["running"], after["answers"], after["state"])
    assert "not running" in status_lines(after)[0]
    run.status.write_text("{")
    assert read_status(run.status) is None
    assert ["No watcher has run with this configuration."] == status_lines(None)


def test_a_status_of_a_process_that_is_gone_is_not_believed(tmp_path: Path) -> None:
    """After a kill -9 the file still says "running"; its process is gone."""
    status = StatusFile(tmp_path / "s.json")
    status.write("running", [], [], 0, {}, None, "")
    said = json.loads((tmp_path / "s.json").read_text())
    machine, _, rest = said["owner"].partition("|")
    gone = 4_194_300
    (tmp_path / "s.json").write_text(json.dumps({**said, "owner": f"{machine}|{gone}|{rest.partition('|')[2]}"}))
    read = read_status(tmp_path / "s.json")
    assert read is not None
    assert False is read["running"]
    (tmp_path / "s.json").write_text(json.dumps({**said, "written": "2020-01-01T00:00:00+00:00"}))
    read = read_status(tmp_path / "s.json")
    assert read is not None
    assert (True, False) == (read["running"], read["answers"])


def test_stopping_does_not_wait_for_a_drive_that_hangs(
    tmp_path: Path, folder: Path, runs: list[Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look that does not come back holds up neither the other folders nor the end."""
    hang, hanging = threading.Event(), threading.Event()

    def look(path: Path) -> Verdict:
        if path.parent != folder:
            return judge(path)
        hanging.set()
        hang.wait(60)
        return WHOLE

    def watched(*given: Any) -> WatchedFolder:
        return WatchedFolder(*given, look=look)

    monkeypatch.setattr("cutscore_watchers.running.watcher.WatchedFolder", watched)
    other = tmp_path / "other"
    other.mkdir()
    (folder / "film.mp4").write_bytes(b"x")
    run = Run(tmp_path, settings_for(folder, other))
    runs.append(run.start())
    try:
        assert hanging.wait(20)
        (other / "other.mp4").write_bytes(film_bytes("mp4"))
        wait_for(lambda: run.jobs.names == ["other.mp4"])
        before = time.monotonic()
        run.end()
        assert time.monotonic() - before < 4
        assert run.jobs.stopped
    finally:
        hang.set()


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="systemd is Linux's")
def test_the_service_manager_hears_what_happens(tmp_path: Path, folder: Path) -> None:
    """READY once the folders were looked through, life signs twice as often as wanted, STOPPING at the end."""
    address = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(str(address))
        ear.settimeout(10)
        notify = Notify({"NOTIFY_SOCKET": str(address), "WATCHDOG_USEC": "400000", "WATCHDOG_PID": str(os.getpid())})
        assert 0.2 == notify.every_seconds
        run = Run(tmp_path, settings_for(folder))
        run.watcher._notify = notify
        run.start()
        heard = [ear.recv(500).decode() for _ in range(3)]
        run.end()
        assert any(said.startswith("READY=1\nSTATUS=Watching 1 folder") for said in heard)
        assert "WATCHDOG=1" in heard
        while (said := ear.recv(500).decode()) != "STOPPING=1":
            assert "WATCHDOG=1" == said
    Notify({"NOTIFY_SOCKET": str(tmp_path / "none"), "WATCHDOG_USEC": "x"}).tell("READY=1")
    assert Notify({"WATCHDOG_USEC": "10", "WATCHDOG_PID": "1"}).every_seconds is None


def test_nothing_to_watch_is_a_wrong_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`cutscore watch` without folders says what to write."""
    from cutscore_watchers.cli.watch import _settings

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    with pytest.raises(ConfigError, match="There is nothing to watch: name a folder, or write some under `watch`"):
        _settings(None, [])
    assert tmp_path / "in" == _settings(None, [Path("in")]).watch[0].path
