"""A run of the command in the background: read while it works, stopped politely, its answer judged at the end."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import IO, Any

PATIENCE_SECONDS = 15.0
"""So long a stopped command may tidy up before it is ended."""
STREAMS_SECONDS = 5.0
"""So long what an ended command said may still arrive."""
MOST_ANSWER_BYTES = 64_000_000
STAGES = {
    "read": "Reading the edit",
    "look": "Looking at the picture",
    "spot": "Spotting",
    "plan": "Planning",
    "write": "Writing",
    "play": "Playing",
    "mix": "Mixing",
    "deliver": "Delivering",
    "reel": "Making the reel",
    "upload": "Uploading",
    "wait": "Waiting for the engine",
    "download": "Downloading",
}
_ENDS = {"read": 0.03, "look": 0.2, "spot": 0.22, "plan": 0.24, "write": 0.4, "play": 0.75, "mix": 0.95, "deliver": 1.0}
"""How far along the whole a stage ends, of the composer; a server's stages stand for themselves."""


class JobFailed(Exception):
    """The command did not make music; the message is what it said, one sentence for the person."""


class Job:
    """One run. `poll` never waits; threads read what the command says."""

    def __init__(self, line: Sequence[str], folder: str) -> None:
        """Start the command in a folder (its configuration is looked for there). Raises JobFailed."""
        self.stage = ""
        self.fraction = 0.0
        self.cancelled = False
        self._asked_to_stop = self._ended = 0.0
        self._answer: list[bytes] = []
        self._said: deque[str] = deque(maxlen=20)
        try:
            self._process = subprocess.Popen(
                list(line),
                cwd=folder,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                **_own_group(),
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            raise JobFailed(f"{line[0]} cannot be started ({reason}); check its path in the preferences.") from error
        self._threads = [
            threading.Thread(target=self._read_answer, args=(self._process.stdout,), daemon=True),
            threading.Thread(target=self._read_progress, args=(self._process.stderr,), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def _read_answer(self, stream: IO[bytes]) -> None:
        size = 0
        with stream:
            while block := stream.read(65_536):
                size += len(block)
                if size <= MOST_ANSWER_BYTES:
                    self._answer.append(block)

    def _read_progress(self, stream: IO[bytes]) -> None:
        with stream:
            while line := stream.readline(65_536):
                text = line.decode("utf-8", "replace").strip()
                if text:
                    self._hear(text)

    def _hear(self, text: str) -> None:
        try:
            said = json.loads(text)
            stage, fraction = str(said["stage"]), said["fraction"]
        except (ValueError, TypeError, KeyError):
            self._said.append(text)
            return
        self.stage = stage
        if isinstance(fraction, int | float):
            self.fraction = max(self.fraction, _overall(stage, float(fraction)))

    def title(self) -> str:
        """What it is doing, in words."""
        return "Stopping" if self.cancelled else STAGES.get(self.stage, self.stage or "Starting")

    def poll(self) -> bool:
        """Whether the command has ended; one that was stopped and does not end is ended."""
        if self._process.poll() is None:
            if self.cancelled and time.monotonic() - self._asked_to_stop > PATIENCE_SECONDS:
                self.kill()
            return False
        self._ended = self._ended or time.monotonic()
        # What the command started and left behind may keep its streams open for ever.
        left_open = time.monotonic() - self._ended > STREAMS_SECONDS
        return left_open or not any(thread.is_alive() for thread in self._threads)

    def wait(self, seconds: float) -> None:
        """Wait until it has ended or so long."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)

    def cancel(self) -> None:
        """Ask the command to stop; it leaves nothing half-written."""
        if self.cancelled or self._process.poll() is not None:
            return
        self.cancelled, self._asked_to_stop = True, time.monotonic()
        with contextlib.suppress(OSError):
            if sys.platform == "win32":
                self._process.send_signal(signal.CTRL_BREAK_EVENT)
            else:
                os.killpg(self._process.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End the command at once."""
        with contextlib.suppress(OSError):
            if sys.platform == "win32":
                self._process.kill()
            else:
                os.killpg(self._process.pid, signal.SIGKILL)

    def report(self) -> dict[str, Any]:
        """The command's answer, after it has ended. Raises JobFailed with the sentence it said."""
        code = self._process.returncode
        if self.cancelled:
            raise JobFailed("Stopped; nothing was changed.")
        if code != 0:
            said = next((line for line in reversed(self._said) if line.strip()), "")
            raise JobFailed(said or f"The cutscore command ended with code {code} and said nothing.")
        try:
            found = json.loads(b"".join(self._answer))
        except ValueError:
            found = None
        if not isinstance(found, dict) or not all(isinstance(found.get(key), str) for key in ("music", "cue")):
            raise JobFailed("What answered is no cutscore command that this extension knows; update both.")
        return found


def _overall(stage: str, fraction: float) -> float:
    """From the progress of a stage to that of the whole; unknown stages are taken as the whole."""
    if stage not in _ENDS:
        return 0.0 if stage not in STAGES else min(0.95, fraction * 0.95)
    names = list(_ENDS)
    before = _ENDS[names[names.index(stage) - 1]] if stage != names[0] else 0.0
    return before + (_ENDS[stage] - before) * min(1.0, max(0.0, fraction))


def _environment() -> dict[str, str]:
    """Blender's own Python must not lead the command's astray."""
    kept = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONNOUSERSITE")}
    return {**kept, "PYTHONUTF8": "1"}


def _own_group() -> dict[str, Any]:
    """A process group of its own, so that the command and what it starts can be stopped together."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}
