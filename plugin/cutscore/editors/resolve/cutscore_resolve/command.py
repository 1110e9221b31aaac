"""The cutscore command in the background: started without a shell, listened to line by line, stopped when asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .connection import Trouble

STOP_SECONDS = 8.0


@dataclass(frozen=True)
class Wishes:
    """What the dialog asks for; what is empty is left to the configuration."""

    description: str = ""
    tags: tuple[str, ...] = ()
    engine: str = ""
    seed: str = ""

    def words(self) -> list[str]:
        """As options of the command."""
        found: list[str] = []
        for name, value in (("description", self.description), ("engine", self.engine), ("seed", self.seed)):
            if value.strip():
                found += [f"--{name}", value.strip()]
        for tag in self.tags:
            found += ["--tag", tag]
        return found


class Scoring:
    """One run of `cutscore score`; `poll` never waits."""

    def __init__(self, command: Sequence[str], timeline: str, folder: str, wishes: Wishes) -> None:
        """Start it. Raises Trouble when the command is not there."""
        words = [*command, "score", timeline, "--output", folder, "--no-place", "--json", "--progress", "json"]
        self.stage = "read"
        self.fraction: float | None = None
        self._said: list[str] = []
        self._out: list[str] = []
        try:
            self._process = subprocess.Popen(
                [*words, *wishes.words()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=_environment(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            raise Trouble(
                f"The cutscore command cannot be started ({error.strerror}): run `cutscore install resolve` again."
            ) from error
        self._threads = [
            threading.Thread(target=self._read, args=(self._process.stderr, self._hear), daemon=True),
            threading.Thread(target=self._read, args=(self._process.stdout, self._out.append), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def poll(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def cancel(self) -> None:
        """Stop it politely, then for certain; nothing half-written is left by the command."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._end()

    def report(self) -> dict[str, Any]:
        """What it made. Raises Trouble with the command's own sentence when it failed."""
        code = self._process.wait()
        self._end()
        if code != 0:
            raise Trouble(self._said[-1] if self._said else f"cutscore ended with code {code} and said nothing.")
        try:
            report = json.loads("".join(self._out))
            if not os.path.isfile(report["music"]):
                raise KeyError
        except (ValueError, KeyError, TypeError):
            raise Trouble("cutscore ended well but did not say where its music is.") from None
        return dict(report)

    def _end(self) -> None:
        for thread in self._threads:
            thread.join(STOP_SECONDS)
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    @staticmethod
    def _read(stream: Any, heard: Any) -> None:
        for line in iter(stream.readline, b""):
            heard(line.decode("utf-8", "replace"))

    def _hear(self, line: str) -> None:
        try:
            event = json.loads(line)
            self.stage, self.fraction = str(event["stage"]), event.get("fraction")
        except (ValueError, KeyError, TypeError):
            if line.strip():
                self._said.append(line.strip())


def _environment() -> dict[str, str]:
    """The environment without what Resolve sets for its own Python, which would disturb another one."""
    hidden = ("PYTHONHOME", "PYTHONPATH", "PYTHONEXECUTABLE", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
    kept = {name: value for name, value in os.environ.items() if name not in hidden}
    return {**kept, "PYTHONIOENCODING": "utf-8"} if sys.platform == "win32" else kept
