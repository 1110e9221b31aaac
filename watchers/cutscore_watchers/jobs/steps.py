"""Steps: what each step of a job does in the watcher, around the heavy work that its crew does."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from cutscore.config import Settings
from cutscore_composer.errors import CutscoreError, OutputFailed
from cutscore_watchers.hooks import run_hooks
from cutscore_watchers.hooks.desktop import has_desktop
from cutscore_watchers.jobs.crew import Crew
from cutscore_watchers.jobs.ending import ending_of
from cutscore_watchers.jobs.facts import OPEN, Ending, Job
from cutscore_watchers.jobs.interrupted import Interrupted
from cutscore_watchers.jobs.readiness import unready
from cutscore_watchers.jobs.register import Register
from cutscore_watchers.jobs.wanted import watch_of

LOG = logging.getLogger("cutscore.jobs")
_NOTE_SECONDS = 5.0
"""How often it is written down how far a job is."""
_RECENT_SECONDS = 1.0
"""What was read of a job so short a time ago is not read again: work under way asks every second anyway."""
_MOST_RECENT = 1000
ValueT = TypeVar("ValueT")


class Steps:
    """The steps of all jobs of this process."""

    def __init__(
        self,
        register: Register,
        crew: Crew,
        settings: Callable[[], Settings],
        stopping: threading.Event,
        freed: Callable[[], None],
    ) -> None:
        """`settings` are asked for anew by each step; `freed` is told when an attempt has ended."""
        self._register = register
        self._crew = crew
        self._settings = settings
        self._stopping = stopping
        self._freed = freed
        self._telling: set[tuple[str, int]] = set()
        self._recent: dict[tuple[str, int], tuple[float, Job]] = {}

    def check(self, name: str, attempt: int) -> bool:
        """Whether the file is still whole and as it was; else the attempt has ended."""
        job = self._held(name, attempt)
        if job is None:
            return False
        ending = unready(job)
        if ending is not None:
            self._end(job, ending)
        return ending is None

    def identify(self, name: str, attempt: int) -> dict[str, Any]:
        """What was found out of its place and keys, if this job is the one for both; else nothing."""
        job = self._held(name, attempt)
        found = job and self._done("identify", job, {})
        if not job or not found:
            return {}
        if "left" in found:
            self._end(job, Ending("left", str(found["left"])))
            return {}
        identity = str(found["identity"])
        owner = self._insist(lambda: self._register.claim_identity(identity, job.id))
        while owner != job.id:
            other = self._insist(lambda owner=owner: self._register.job(owner))  # type: ignore[misc]
            if other is not None and _stands_for(other):
                same = f"The same music for the same place is that of {other.path.name} (job {other.id[:8]})."
                self._end(job, Ending("joined", same, found, same_as=other.id))
                return {}
            instead = owner
            owner = self._insist(
                lambda instead=instead: self._register.claim_identity(identity, job.id, instead)  # type: ignore[misc]
            )
        return found

    def compose(self, name: str, attempt: int, found: Mapping[str, Any]) -> dict[str, Any]:
        """What was found with the music and whose turn it waits for; nothing when the attempt has ended."""
        job = self._held(name, attempt)
        made = job and self._done("compose", job, found)
        if not job or not made:
            return {}
        warnings = [*found.get("warnings", ()), *made.pop("music_warnings"), *made.pop("notes", ())]
        project = found.get("project")
        turn = f"job {job.id}" if project is None else f"project {os.path.realpath(project)}"
        turn = turn.encode("utf-8", "backslashreplace").decode()
        return {**found, **made, "warnings": list(dict.fromkeys(warnings)), "turn": turn}

    def place(self, name: str, attempt: int, found: Mapping[str, Any]) -> bool:
        """Whether the music lies where it belongs; either way the attempt has ended."""
        job = self._held(name, attempt)
        placed = job and self._done("place", job, found)
        if not job or not placed:
            return False
        message = str(placed.pop("message"))
        warnings = [*placed.pop("warnings"), *found.get("warnings", ()), *placed.pop("placed_warnings")]
        facts = {**found, **placed, "warnings": [w for w in dict.fromkeys(warnings) if w != message]}
        return self._end(job, Ending("done", message, facts))

    def hooks(self, name: str, attempt: int) -> bool:
        """Run the hooks for how the job stands, once its attempt has ended."""
        job = self._insist(lambda: self._register.job(name))
        if job is None or job.attempt != attempt or job.state not in ("done", "failed", "parked"):
            return False
        said = run_hooks(job.state, job.report(), self._settings().jobs.hooks, self._stopping)
        if said:
            self._insist(lambda: self._register.learn(name, attempt, {"hooks": said}))
        return True

    def put_away(self, name: str, attempt: int) -> bool:
        """Put the source where the folder's settings want it, once its music lies in the project."""
        job = self._insist(lambda: self._register.job(name))
        if job is None or job.attempt != attempt or job.state not in ("done", "joined"):
            return False
        watch = watch_of(job.wanted)
        if watch.source == "leave":
            return False
        from cutscore_watchers.folders import put_away

        try:
            moved = put_away(job.path, watch)
        except (CutscoreError, OSError) as error:
            said = f"{job.path.name} could not be put away: {getattr(error, 'strerror', None) or error}."
            LOG.warning(said)
            facts: dict[str, Any] = {"warnings": [*job.facts.get("warnings", ()), said]}
        else:
            facts = {"moved_to": None if moved is None else str(moved)}
        self._insist(lambda: self._register.learn(name, attempt, facts))
        return True

    def is_to_tell(self, name: str, attempt: int) -> bool:
        """Whether somebody wants to know how the attempt ended, or the source is to be put away."""
        wanted = self._may_have_to_tell() and self._has_to_tell(name, attempt)
        if not wanted:
            self.told(name, attempt)
        return wanted

    def _may_have_to_tell(self) -> bool:
        """Whether there is anything at all that is done when a job has ended."""
        settings = self._settings()
        hooks = settings.jobs.hooks
        programs = hooks.on_done or hooks.on_failed or hooks.on_parked or hooks.webhook
        moved = any(watch.source != "leave" for watch in settings.watch)
        return bool(programs) or moved or (hooks.desktop and has_desktop())

    def _has_to_tell(self, name: str, attempt: int) -> bool:
        job = self._insist(lambda: self._register.job(name))
        if job is None or job.attempt != attempt or job.state in OPEN:
            return False
        hooks = self._settings().jobs.hooks
        on_desktop = hooks.desktop and has_desktop()
        programs = {"done": hooks.on_done, "failed": hooks.on_failed, "parked": hooks.on_parked}.get(job.state)
        told = programs is not None and bool(programs or hooks.webhook or on_desktop)
        return told or (job.state in ("done", "joined") and watch_of(job.wanted).source != "leave")

    @property
    def telling(self) -> int:
        """Of how many jobs that have ended somebody is still to be told."""
        return len(self._telling)

    def told(self, name: str, attempt: int) -> None:
        """Everybody was told of a job."""
        self._telling.discard((name, attempt))

    def fault(self, name: str, attempt: int, error: Exception) -> None:
        """An attempt ended by a fault of ours: what is known of it is kept, and the job has its reason."""
        from cutscore.cli.failure import write_details

        log = write_details(error, ["job", name, str(attempt)])
        where = f" The details are in {log}." if log else ""
        message = f"Something went wrong inside Cutscore ({type(error).__name__}).{where}"
        job = self._held(name, attempt)
        if job is not None:
            self._end(job, ending_of({"kind": "Fault", "message": message}, job, self._settings()))

    def _held(self, name: str, attempt: int) -> Job | None:
        """The job, while this attempt is the one that it is to go on with; of a moment ago is good enough."""
        since, recent = self._recent.get((name, attempt), (0.0, None))
        if recent is not None and time.monotonic() - since < _RECENT_SECONDS:
            return recent
        job = self._insist(lambda: self._register.job(name))
        if job is None or job.attempt != attempt or job.state not in OPEN:
            return None
        if job.cancelled:
            self._end(job, Ending("cancelled", "Cancelled by you."))
            return None
        if len(self._recent) > _MOST_RECENT:
            self._recent.clear()
        self._recent[name, attempt] = (time.monotonic(), job)
        return job

    def _done(self, what: str, job: Job, found: Mapping[str, Any]) -> dict[str, Any]:
        """What came of heavy work; nothing when it failed and the attempt has ended therefore."""
        order = {
            "job": job.id,
            "path": str(job.path),
            "wanted": job.wanted,
            "facts": found,
            "resend": job.resend,
            "settings": self._settings().model_dump(mode="json"),
        }
        answer = self._crew.do(what, order, _Listener(self._register, job))
        if "done" in answer:
            return dict(answer["done"])
        failure = answer["failed"]
        if failure["kind"] == "Cancelled" and self._stopping.is_set():
            raise Interrupted
        if failure.get("details"):
            failure["message"] += f" The details are in {failure['details']}."
        now = self._insist(lambda: self._register.job(job.id)) or job
        self._end(job, ending_of(failure, now, self._settings()), facts=found)
        return {}

    def _end(self, job: Job, ending: Ending, facts: Mapping[str, Any] | None = None) -> bool:
        if facts:
            ending = Ending(
                ending.state, ending.message, {**facts, **ending.facts}, ending.delay_seconds, ending.counts,
                ending.same_as,
            )  # fmt: skip
        self._recent.pop((job.id, job.attempt), None)
        if ending.state != "waiting" and self._may_have_to_tell():
            # Before it is written down that the job has ended: whoever waits for that waits for the hooks too.
            self._telling.add((job.id, job.attempt))
        ended = self._insist(lambda: self._register.end(job.id, job.attempt, ending, job.facts))
        if ended and ending.state in ("failed", "cancelled", "replaced", "gone"):
            self._insist(lambda: self._register.revive_joined(job.id))
        if ended:
            _tell(job, ending)
        self._freed()
        return ended

    def _insist(self, act: Callable[[], ValueT]) -> ValueT:
        """Do something with the database, which may be busy for a while. Raises Interrupted."""
        while True:
            try:
                return act()
            except OutputFailed as error:
                LOG.warning("%s", error)
                if self._stopping.wait(1.0):
                    raise Interrupted from error


def _tell(job: Job, ending: Ending) -> None:
    """A line in the log on how an attempt ended."""
    level = logging.WARNING if ending.state in ("failed", "parked") else logging.INFO
    said = f"{job.path.name}: {ending.state}: {ending.message}"
    if ending.state == "done":
        said = f"{job.path.name}: done: {ending.facts['project']}"
    elif ending.state == "waiting":
        said = f"{job.path.name} is tried again in {ending.delay_seconds:.0f} s: {ending.message}"
    names = ("music", "project", "how", "record_in", "reused")
    found = {name: ending.facts[name] for name in names if name in ending.facts}
    facts = {"job": job.id, "path": str(job.path), "attempt": job.attempt, **found}
    LOG.log(level, said, extra={"event": ending.state, "facts": facts})
    for warning in ending.facts.get("warnings", ()) if ending.state == "done" else ():
        LOG.warning("%s: %s", job.path.name, warning, extra={"event": "note", "facts": facts})


class _Listener:
    """Writes down how far a job is, and hears whether it is to be cancelled."""

    def __init__(self, register: Register, job: Job) -> None:
        self._register = register
        self._job = job
        self._noted: tuple[str, float] = ("", 0.0)

    def __call__(self, stage: str, fraction: float | None) -> bool:
        clock = time.monotonic()
        try:
            if stage != self._noted[0] or clock - self._noted[1] >= _NOTE_SECONDS:
                self._noted = (stage, clock)
                return self._register.at_stage(self._job.id, self._job.attempt, stage[:24], fraction)
            job = self._register.job(self._job.id)
        except OutputFailed:
            # A busy database: the next look tells.
            return True
        return job is not None and job.attempt == self._job.attempt and not job.cancelled


def _stands_for(other: Job) -> bool:
    """Whether a job has made, or will make, the music that another one wants too."""
    if other.state == "done":
        # Of music that was deleted, a file that is dropped again asks for it again.
        wanted = [other.facts.get("music"), other.facts.get("project")]
        return all(path is None or Path(path).exists() for path in wanted)
    return other.state in (*OPEN, "parked")
