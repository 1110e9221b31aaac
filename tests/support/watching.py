"""A watched folder whose clock, jobs and looks belong to the test."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from cutscore.config import Settings
from cutscore.config.watching import WatchFolder
from cutscore_watchers.finished import End, Verdict, judge
from cutscore_watchers.folders.memory import Memory
from cutscore_watchers.folders.pacing import Clock
from cutscore_watchers.folders.watched import WatchedFolder
from cutscore_watchers.ready import ReadyFile


class HandClock(Clock):
    """A clock that goes when the test says so; the wall's may be set at will."""

    def __init__(self) -> None:
        now = {"steady": 1000.0, "wall": 1_700_000_000.0}
        super().__init__(lambda: now["steady"], lambda: now["wall"])
        object.__setattr__(self, "now", now)

    def go(self, seconds: float) -> None:
        """Time passes."""
        for name in self.now:  # type: ignore[attr-defined]
            self.now[name] += seconds  # type: ignore[attr-defined]

    def set_wall(self, seconds: float) -> None:
        """Somebody sets the clock on the wall by so much."""
        self.now["wall"] += seconds  # type: ignore[attr-defined]


class FakeJobs:
    """What the watcher wants of the jobs, kept in a list."""

    def __init__(self, refuse: Callable[[ReadyFile], Exception | None] | None = None) -> None:
        self.files: list[ReadyFile] = []
        self.refuse = refuse
        self._lock = threading.Lock()

    def enqueue_many(self, files: Sequence[ReadyFile]) -> list[str]:
        """Keep the files, or none of them."""
        for error in (self.refuse(ready) for ready in files if self.refuse):
            if error is not None:
                raise error
        with self._lock:
            self.files += files
            return [f"job{number}" for number in range(len(self.files) - len(files), len(self.files))]

    def known_many(self, files: Iterable[tuple[str, int, int]]) -> set[tuple[str, int, int]]:
        """Those that were kept."""
        have = {(str(each.path), each.size, each.mtime_ns) for each in self.files}
        return {each for each in files if each in have}

    @property
    def names(self) -> list[str]:
        """The names of the files in order."""
        return [each.path.name for each in self.files]


WHOLE = Verdict(End.THERE)


class Watching:
    """A watched folder in `root`, stepped by hand."""

    def __init__(
        self,
        root: Path,
        memory: Path,
        jobs: FakeJobs | None = None,
        *,
        look: Callable[[Path], Verdict] = judge,
        clock: HandClock | None = None,
        settings: dict[str, Any] | None = None,
        **watch: Any,
    ) -> None:
        self.root = root
        self.clock = clock or HandClock()
        self.jobs = jobs or FakeJobs()
        self.memory = Memory(memory)
        self.settings = Settings.model_validate(settings or {})
        self.folder = WatchedFolder(
            WatchFolder(path=root, **watch), self.settings, self.memory, self.jobs, clock=self.clock, look=look
        )

    def step(self, seconds: float = 0.0) -> float:
        """Let time pass, then do what is due."""
        self.clock.go(seconds)
        return self.folder.step()

    def run(self, seconds: float, by: float = 0.5) -> None:
        """Step through a time."""
        for _ in range(round(seconds / by)):
            self.step(by)

    def reasons(self) -> dict[str, str]:
        """Why the films that are no jobs yet wait, by name."""
        return {each.path.name: each.reason for each in self.folder.waiting(1000)}
