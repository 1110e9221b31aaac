"""Kdenlive and Shotcut as a person runs them: on a screen of their own (Xvfb), a home of their own, by keys and mouse.

Needs the programs, Xvfb, xdotool and ImageMagick's import; `missing` says what is not there.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
import xml.etree.ElementTree as Tree
from collections.abc import Callable, Iterator
from pathlib import Path

SCREEN = (1600, 1000)
SECONDS = 90
"""Longest that anything is waited for."""
_TITLES = {"kdenlive": "^{name} / ", "shotcut": "^{name}"}
_SAVING = "^Save [AXF]"
_DIALOGS = "^(Error|Warning|Question|Save [AXF])"
_CALM = {"kdenlive": (0.5, 0.3), "shotcut": (0.85, 0.9)}
"""Where in the window a click does nothing but give it the keyboard, as parts of the screen."""


def missing(program: str) -> str:
    """What is needed and not installed; empty when all is there."""
    gone = [name for name in (program, "Xvfb", "xdotool", "import", "dbus-run-session") if shutil.which(name) is None]
    return f"not installed: {', '.join(gone)}" if gone else ""


class Desk:
    """A screen with one program on it."""

    def __init__(self, program: str, home: Path) -> None:
        self.program = program
        self.home = home
        self.display = ""
        self.title = ""
        self._running: list[subprocess.Popen[bytes]] = []

    @property
    def env(self) -> dict[str, str]:
        """What the program is told of its surroundings."""
        keep = {name: text for name, text in os.environ.items() if not name.startswith(("XDG_", "QT_", "KDE"))}
        return {
            **keep,
            "HOME": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "XDG_DATA_HOME": str(self.home / ".local/share"),
            "XDG_CACHE_HOME": str(self.home / ".cache"),
            "XDG_RUNTIME_DIR": str(self.home / "run"),
            # Kdenlive leaves a note there while it starts: another one's asks whether that has crashed.
            "TMPDIR": str(self.home / "tmp"),
            "QT_QPA_PLATFORM": "xcb",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "SDL_AUDIODRIVER": "dummy",
            "DISPLAY": self.display,
            "LANG": "C.UTF-8",
            "LC_ALL": "C.UTF-8",
        }

    def open(self, project: Path) -> None:
        """Start the program with a project and wait until its window names it."""
        (self.home / "run").mkdir(parents=True, exist_ok=True)
        (self.home / "run").chmod(0o700)
        for name in (".config", "tmp"):
            (self.home / name).mkdir(exist_ok=True)
        more = ["--noupgrade"] if self.program == "shotcut" else []
        self._start(["dbus-run-session", "--", self.program, *more, str(project)])
        self.title = _TITLES[self.program].format(name=re.escape(project.stem))
        self.until(lambda: bool(self.windows(self.title)), f"{self.program} did not open {project.name}")

    def windows(self, title: str) -> list[str]:
        """The visible windows whose title matches."""
        found = self._run("xdotool", "search", "--onlyvisible", "--name", title, check=False)
        return found.split()

    def save_as(self, target: Path) -> None:
        """Save the open project under another name, by the menu's key; tried again until the program takes it."""
        deadline = time.monotonic() + SECONDS
        while not _is_whole(target):
            assert time.monotonic() < deadline, f"{self.program} did not save; windows: {self.titles()}"
            for dialog in self.windows(_DIALOGS):
                self._key(dialog, "Escape")
            for window in self.windows(self.title):
                x, y = (str(int(part * size)) for part, size in zip(_CALM[self.program], SCREEN, strict=True))
                self._run("xdotool", "mousemove", x, y, "click", "1")
                self._key(window, "ctrl+shift+s")
            if not self._wait(lambda: bool(self.windows(_SAVING)), 3):
                continue
            (dialog, *_) = self.windows(_SAVING) or [""]
            self._key(dialog, "ctrl+a")
            self._run("xdotool", "type", "--delay", "8", str(target))
            self._key(dialog, "Return")
            self._wait(lambda: _is_whole(target), 10)

    def _key(self, window: str, keys: str) -> None:
        """Press keys in a window; there is no window manager that would give it the keyboard."""
        self._run("xdotool", "windowfocus", window, check=False)
        self._run("xdotool", "key", keys)

    def screenshot(self, target: Path) -> Path:
        """The screen as a PNG."""
        self._run("import", "-window", "root", "-colors", "128", str(target))
        return target

    def titles(self) -> list[str]:
        """The titles of all windows, for a failure's words."""
        names = [self._run("xdotool", "getwindowname", one, check=False).strip() for one in self.windows(".")]
        return [name for name in names if name]

    def until(self, condition: Callable[[], bool], failure: str) -> None:
        """Wait for a condition. Raises AssertionError after the longest time."""
        assert self._wait(condition, SECONDS), f"{failure}; windows: {self.titles()}"

    def _wait(self, condition: Callable[[], bool], seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if condition():
                return True
            time.sleep(0.1)
        return False

    def _run(self, *command: str, check: bool = True) -> str:
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, check=check, timeout=60)
        return done.stdout

    def _start(self, command: list[str]) -> None:
        log = (self.home / f"{Path(command[0]).name}.log").open("wb")
        with log:
            self._running.append(
                subprocess.Popen(command, env=self.env, stdout=log, stderr=log, start_new_session=True)
            )

    def begin(self) -> None:
        """Open the screen, on the first free display."""
        self.home.mkdir(parents=True, exist_ok=True)
        reader, writer = os.pipe()
        width, height = SCREEN
        command = ["Xvfb", "-displayfd", str(writer), "-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"]
        with (self.home / "Xvfb.log").open("wb") as log:
            self._running.append(
                subprocess.Popen(command, stdout=log, stderr=log, pass_fds=[writer], start_new_session=True)
            )
        os.close(writer)
        with os.fdopen(reader) as said:
            self.display = f":{said.readline().strip()}"

    def end(self) -> None:
        """End what was started, the programs first."""
        for process in reversed(self._running):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=30)


@contextlib.contextmanager
def desk(program: str) -> Iterator[Desk]:
    """A screen with a program to be opened on it; all ends with it.

    The home has a short name: sockets lie in it, and a socket's path has at most 107 letters.
    """
    with tempfile.TemporaryDirectory(prefix="desk", ignore_cleanup_errors=True) as folder:
        made = Desk(program, Path(folder))
        try:
            made.begin()
            yield made
        finally:
            made.end()


def _is_whole(path: Path) -> bool:
    try:
        Tree.parse(path)
    except (OSError, Tree.ParseError):
        return False
    return True
