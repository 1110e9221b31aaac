"""A watched folder: hints and scans become candidates, and candidates that are whole and quiet become jobs.

All is done in `step`, which does what is due and says when it wants to be called again: the thread that calls it, the
clock, the look into a file and the jobs are given, so that a test can be all four.
"""

from __future__ import annotations

import heapq
import os
import threading
from collections.abc import Callable
from pathlib import Path

from cutscore.config import Settings
from cutscore.config.watching import WatchFolder
from cutscore_composer.errors import CutscoreError
from cutscore_watchers.finished import Verdict, judge
from cutscore_watchers.folders.admitting import Wait, admit
from cutscore_watchers.folders.candidates import Candidate, Candidates
from cutscore_watchers.folders.known import Known, Queue
from cutscore_watchers.folders.memory import Memory
from cutscore_watchers.folders.names import Names
from cutscore_watchers.folders.pacing import Clock, Pace
from cutscore_watchers.folders.root import Root, look_at_root
from cutscore_watchers.folders.said import Said
from cutscore_watchers.folders.scan import Found, Looked, Within, look_at, scan
from cutscore_watchers.ready import ReadyFile, WaitingFile

SLICE_SECONDS = 0.5
"""How long a step looks into films before it hears of new ones again."""
QUEUED_AT_ONCE = 200
AWAY_SECONDS = 5.0
"""How often it is looked whether a folder that is not there has come."""
LONGEST_SLEEP_SECONDS = 5.0
"""Who sleeps no longer notices that it was stopped for a while."""
LATER_SECONDS = 2.0
"""A folder that was just made is looked through again after that: its first events may have been missed."""


class WatchedFolder:
    """One folder of the configuration's `watch`."""

    def __init__(
        self,
        watch: WatchFolder,
        settings: Settings,
        memory: Memory,
        jobs: Queue,
        *,
        clock: Clock | None = None,
        look: Callable[[Path], Verdict] = judge,
        told: bool = True,
    ) -> None:
        """`told`: whether events are heard of, which makes scans rarer."""
        self.watch, self.settings, self.told = watch, settings, told
        self.candidates = Candidates()
        self.root = Root(None, "was not looked at yet")
        self.looked = False
        self.scans = 0
        self.queued = 0
        self._clock = clock or Clock()
        self._pace = Pace(self._clock)
        self._jobs, self._look = jobs, look
        results = [folder for folder in (watch.output, settings.output.folder) if folder is not None]
        self._within = Within(str(watch.path), Names(watch, results), watch.recursive)
        self._said = Said(watch)
        self._scanned: tuple[int, int] | None = None
        self._known = Known(watch, memory, jobs)
        self._again: dict[str, float] = {}
        self._lock = threading.Lock()
        self._hints: dict[str, bool] = {}
        self._lost = False

    # From any thread.

    def hint(self, path: str, is_folder: bool = False) -> None:
        """Something happened there."""
        with self._lock:
            self._hints[path] = is_folder or self._hints.get(path, False)

    def lost(self) -> None:
        """Hints were lost, or everything is to be looked at for another reason."""
        with self._lock:
            self._lost = True

    def waiting(self, most: int) -> list[WaitingFile]:
        """The films that were looked into and are not ready, with the reason; those that wait longest, so many."""
        looked_into = (each for each in self.candidates if each.waits or each.grew or not each.old)
        chosen = heapq.nsmallest(most, looked_into, key=lambda each: each.since)
        paths = ((Path(each.found.path), each) for each in chosen)
        return [WaitingFile(path, f"{path.name} {each.reason}", each.since) for path, each in paths]

    @property
    def settled(self) -> bool:
        """Whether all that was seen became a job, or was looked into and waits for more than time: for `--once`."""
        patience = 3 * max(self.settings.jobs.stable_seconds, self.settings.jobs.quiet_seconds)
        now = self._clock.steady()
        for each in self.candidates:
            looked_into = each.waits > 0 and not each.dated
            # One that changes again and again is not waited for.
            restless = each.changed > each.first and now - each.first > patience
            if not looked_into and not restless:
                return False
        return self.scans > 0

    # From its own thread.

    def step(self) -> float:
        """Do what is due; gives the (steady) time by which the next step is wanted."""
        with self._lock:
            lost, self._lost = self._lost, False
        if lost or self._pace.overslept():
            self._pace.hurry(self._clock.steady())
        if self._clock.steady() >= self._pace.due:
            self._scan()
        if self.root.identity is not None:
            self._follow_hints()
            self._look_at_due()
        wanted = min(self._wanted(), self._clock.steady() + LONGEST_SLEEP_SECONDS)
        self._pace.sleeps_until(wanted)
        return wanted

    def _wanted(self) -> float:
        if self.root.identity is None:
            return self._pace.due
        with self._lock:
            if self._hints or self._lost:
                return self._clock.steady()
        due = self.candidates.next_due()
        return min([self._pace.due, *self._again.values(), *([] if due is None else [due])])

    # The truth.

    def _scan(self) -> None:
        began, before = self._clock.steady(), self.root
        root = look_at_root(self._within.root)
        looked = Looked()
        found: dict[str, Found] = {}
        if root.identity is not None:
            try:
                found = {each.path: each for each in scan(self._within.root, self._within, looked)}
            except OSError as error:
                root = Root(None, f"cannot be read ({error.strerror or error})")
        self.root, self.looked = root, True
        self._said.root(before, root)
        if root.identity is None:
            self._pace.due = began + AWAY_SECONDS
            return
        try:
            self._take(found, root)
        except CutscoreError as error:
            self._said.jobs_away(error)
            self._pace.due = self._clock.steady() + AWAY_SECONDS
            return
        self._settle(found, root, drop=looked.complete)
        self.scans += 1
        self._scanned = root.identity
        self._said.troubles(looked)
        jobs = self.settings.jobs
        self._pace.scanned(began, jobs.scan_seconds if self.told else min(jobs.poll_seconds, jobs.scan_seconds))

    def _take(self, found: dict[str, Found], root: Root) -> None:
        """All films that lie there; those that are not known become candidates."""
        first = self.scans == 0
        new = self._known.new_among(found.values())
        waiting = [each for each in new if each.path in self.candidates]
        unknown = self._known.unknown_among([each for each in new if each.path not in self.candidates])
        if first or root.identity != self._scanned:
            unknown = self._known.at_first_look(unknown, root, self._said)
        now, wall, quiet = self._clock.steady(), self._clock.wall(), self.settings.jobs.quiet_seconds
        for each in (*waiting, *unknown):
            self.candidates.see(each, now, wall, quiet, old=first)

    def _settle(self, found: dict[str, Found], root: Root, *, drop: bool) -> None:
        """After a scan: what is gone, and what is out of reach, since another drive or none is in this place now."""
        if drop:
            # The jobs and the memory on disk know it still, should it come back.
            self._known.keep_only(found)
        for each in self.candidates:
            if each.found.path in found:
                each.place = root.identity
            elif drop and each.place in (None, root.identity):
                self._drop(each.found.path)
            elif drop:
                self.candidates.wait(each, "is out of reach: its folder is another one now", self._clock.steady())

    # The hints.

    def _follow_hints(self) -> None:
        with self._lock:
            hints, self._hints = self._hints, {}
        now = self._clock.steady()
        for path in [path for path, due in self._again.items() if due <= now]:
            del self._again[path]
            hints[path] = True
        looked = Looked()
        for path, is_folder in hints.items():
            name = os.path.basename(path)  # noqa: PTH119 (thousands of them)
            try:
                if is_folder:
                    self._hint_of_folder(path, now, looked)
                elif self._within.names.is_sidecar(name):
                    self._hint_of_sidecar(path, now)
                elif self._within.names.takes(Path(path), self.watch.path, self.watch.recursive):
                    self._hint_of_film(path, now, looked)
            except (OSError, CutscoreError):
                # The scan will tell what is wrong.
                self._pace.hurry(now)
        self._said.troubles(looked)

    def _hint_of_film(self, path: str, now: float, looked: Looked) -> None:
        found = look_at(path, self._within, looked)
        if found is None:
            self._missed(path, now)
        elif path in self.candidates or self._known.is_new(found):
            quiet = self.settings.jobs.quiet_seconds
            if not self.candidates.see(found, now, self._clock.wall(), quiet):
                self.candidates.hear_of(path, now, quiet)

    def _hint_of_folder(self, path: str, now: float, looked: Looked) -> None:
        """A folder that was made or moved here; events of what came into it at once may be missing."""
        folder = Path(path)
        if folder == self.watch.path:
            self._pace.hurry(now)
            return
        inside = [path, *(str(each) for each in folder.parents if each.is_relative_to(self.watch.path))][:-1]
        names = self._within.names
        if not self.watch.recursive or not all(names.enters(each, Path(each).name) for each in inside):
            return
        try:
            for found in scan(path, self._within, looked):
                if found.path in self.candidates or self._known.is_new(found):
                    self.candidates.see(found, now, self._clock.wall(), self.settings.jobs.quiet_seconds)
        except FileNotFoundError:
            self._pace.hurry(now + LATER_SECONDS)
            return
        if path not in self._again:
            self._again[path] = now + LATER_SECONDS

    def _hint_of_sidecar(self, path: str, now: float) -> None:
        stem = Path(path).with_suffix("")
        for each in self.candidates:
            if Path(each.found.path).with_suffix("") == stem:
                # It was perhaps not written to its end: the film waits as long as if it had changed itself.
                each.changed = now
                self.candidates.hear_of(each.found.path, now, self.settings.jobs.quiet_seconds)
                return
        known = [each for each in self._known.paths() if Path(each).with_suffix("") == stem]
        self._said.late_sidecar(path, known)

    # The looks.

    def _look_at_due(self) -> None:
        until = self._clock.steady() + SLICE_SECONDS
        ready: list[tuple[Candidate, ReadyFile]] = []
        while (candidate := self.candidates.take_due(self._clock.steady())) is not None:
            try:
                admitted = self._look_at(candidate)
            except Exception as error:
                # A fault of ours must not cost a film: it stays, and is looked at again.
                self._said.fault(candidate, error)
                self._wait(candidate, Wait(f"could not be looked into ({type(error).__name__})"))
                continue
            if admitted is not None:
                ready.append((candidate, admitted))
            if len(ready) >= QUEUED_AT_ONCE:
                self._queue(ready)
                ready = []
            if self._clock.steady() >= until:
                break
        if ready:
            self._queue(ready)

    def _look_at(self, candidate: Candidate) -> ReadyFile | None:
        path, quiet = candidate.found.path, self.settings.jobs.quiet_seconds
        try:
            found = look_at(path, self._within, Looked())
        except OSError as error:
            self._wait(candidate, Wait(f"cannot be reached ({error.strerror or error})"))
            return None
        if found is None:
            self._missed(path, self._clock.steady())
            return None
        if self.candidates.see(found, self._clock.steady(), self._clock.wall(), quiet):
            return None
        outcome = admit(candidate, self._clock.steady(), self.watch, self.settings, self._look)
        if isinstance(outcome, Wait):
            self._wait(candidate, outcome)
            return None
        return outcome

    def _queue(self, ready: list[tuple[Candidate, ReadyFile]]) -> None:
        """Make jobs, all at once; where one of them cannot be made, each by itself."""
        try:
            jobs = self._jobs.enqueue_many([file for _, file in ready])
        except CutscoreError as error:
            if len(ready) > 1:
                for one in ready:
                    self._queue([one])
            else:
                self._wait(ready[0][0], Wait(f"is whole, but could not be queued: {error}"))
            return
        for (candidate, file), job in zip(ready, jobs, strict=True):
            self._known.add(candidate.found)
            self.candidates.drop(candidate.found.path)
            self.queued += 1
            self._said.queued(file, job, self._clock.wall() - candidate.since)

    def _wait(self, candidate: Candidate, wait: Wait) -> None:
        self.candidates.wait(candidate, wait.reason, self._clock.steady(), wait.until)
        self._said.waits(candidate)

    def _missed(self, path: str, now: float) -> None:
        """A film is not there: gone, or its drive is."""
        candidate = self.candidates.get(path)
        if look_at_root(self._within.root).identity == self.root.identity:
            self._drop(path)
        elif candidate is not None:
            self._wait(candidate, Wait("is out of reach: its folder is not there, or another one now"))
            self._pace.hurry(now)

    def _drop(self, path: str) -> None:
        candidate = self.candidates.drop(path)
        if candidate is not None:
            self._said.gone(candidate)
