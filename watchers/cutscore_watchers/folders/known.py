"""Known: which films of a folder have a job, or were there before it was watched and are left alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from cutscore.config.watching import WatchFolder
from cutscore_watchers.folders.memory import Memory
from cutscore_watchers.folders.root import Root
from cutscore_watchers.folders.said import Said
from cutscore_watchers.folders.scan import Found
from cutscore_watchers.ready import ReadyFile


class Queue(Protocol):
    """What a watched folder wants of the jobs."""

    def enqueue_many(self, files: Sequence[ReadyFile]) -> list[str]:
        """Make jobs and give their names; the same file again is the same job. Raises CutscoreError."""

    def known_many(self, files: Iterable[tuple[str, int, int]]) -> set[tuple[str, int, int]]:
        """Those of the files (path, size, time of change) that have a job."""


class Known:
    """The films of one folder that need no look; what was asked once of the jobs and the memory is kept here."""

    def __init__(self, watch: WatchFolder, memory: Memory, jobs: Queue) -> None:
        self._watch, self._memory, self._jobs = watch, memory, jobs
        self._versions: dict[str, tuple[int, int]] = {}

    def paths(self) -> Collection[str]:
        """Their paths."""
        return self._versions.keys()

    def add(self, found: Found) -> None:
        """This version of a film has a job now."""
        self._versions[found.path] = found.version

    def keep_only(self, paths: Collection[str]) -> None:
        """Of other films nothing needs to be kept here: the jobs and the memory know them, should they come back."""
        self._versions = {path: version for path, version in self._versions.items() if path in paths}

    def new_among(self, films: Iterable[Found]) -> list[Found]:
        """Those whose version is not known here."""
        return [each for each in films if self._versions.get(each.path) != each.version]

    def is_new(self, found: Found) -> bool:
        """Whether this version of a film is not known here, nor to the jobs and the memory."""
        return bool(self.new_among([found])) and bool(self.unknown_among([found]))

    def unknown_among(self, films: list[Found]) -> list[Found]:
        """Those that the jobs and the memory do not know. Raises CutscoreError when they cannot be asked."""
        if not films:
            return films
        have = self._jobs.known_many((each.path, *each.version) for each in films)
        there = self._memory.left_alone(films)
        unknown = []
        for each in films:
            if (each.path, *each.version) in have or there.get(each.path) == each.version:
                self.add(each)
            else:
                unknown.append(each)
        return unknown

    def at_first_look(self, films: list[Found], root: Root, said: Said) -> list[Found]:
        """At the first look ever into a folder: what lay there before is left alone, if that is wished."""
        before = self._memory.folder(self._watch.path)
        if before is not None and (before[1] > 0 or before[0] == root.text):
            return films
        # Never looked at, or only at the empty place where the drive was not mounted yet.
        self._memory.remember_folder(self._watch.path, root.text, len(films))
        said.there_before(len(films))
        if self._watch.existing == "process":
            return films
        self._memory.remember(films)
        for each in films:
            self.add(each)
        return []
