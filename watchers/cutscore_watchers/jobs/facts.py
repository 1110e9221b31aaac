"""Facts: what is known of a job, and the states it goes through.

                    ┌───────── later: busy engine, full disk, file not whole ─────────┐
                    v                                                                 │
    (file) ──> waiting ──> running ──> done                                           │
                                ├────> joined    the same music for the same place is another job's
                                ├────> left      no new work: the render has the music in its sound already
                                ├────> parked    a paid call's outcome is unknown: only the user's word sends it again
                                ├────> failed    kept with its reason; the user may ask for it again
                                ├────> cancelled by the user
                                ├────> replaced  the file was changed: its new version is a job of its own
                                ├────> gone      the file is not there any more; if it comes back, so does the job
                                └─────────────────────────────────────────────────────┘

An attempt is one workflow, named JOB.ATTEMPT. Trying again is always a new attempt: an old one that wakes up late
finds that the job has gone on without it and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

State = Literal["waiting", "running", "done", "joined", "left", "parked", "failed", "cancelled", "replaced", "gone"]
STATES: tuple[State, ...] = get_args(State)
OPEN: tuple[State, ...] = ("waiting", "running")
"""Something is still to be done."""
ENDED: tuple[State, ...] = tuple(state for state in STATES if state not in OPEN)


@dataclass(frozen=True, slots=True)
class Job:
    """One job as it is written down."""

    id: str
    path: Path
    size: int
    """Bytes of the file when it was found ready."""
    mtime_ns: int
    state: State
    attempt: int
    """The number of the present attempt, from 1."""
    queue: str
    engine: str
    wanted: Mapping[str, Any]
    """Settings and watched folder as they were when the file was found, as JSON values; never a secret."""
    message: str
    """Why it waits, failed or is parked; what was said when it was done."""
    facts: Mapping[str, Any]
    """What came of it: music, project, ledger keys, warnings, what the hooks said."""
    stage: str
    fraction: float | None
    cancelled: bool
    """Whether the user asked to stop it."""
    tries: int
    """Attempts that failed."""
    refusals: int
    """Attempts that the engine asked to make later."""
    not_before: float
    """Seconds since the epoch before which it is not tried again."""
    delay_seconds: float
    handed: int
    """The attempt that was last given to the workers."""
    same_as: str
    """The job that it joined."""
    resend: Mapping[str, int]
    """Parked purchases (key and attempt) that the user's word sends again."""
    created_at: str
    changed_at: str

    def report(self) -> dict[str, Any]:
        """The job as JSON for a person's scripts: paths absolute, None where there is none."""
        said = self.facts
        return {
            "job": self.id,
            "state": self.state,
            "source": str(self.path),
            "bytes": self.size,
            "attempt": self.attempt,
            "engine": self.engine,
            "message": self.message,
            "stage": self.stage or None,
            "fraction": self.fraction,
            "music": said.get("music"),
            "project": said.get("project"),
            "match": said.get("how"),
            "timeline_in": said.get("record_in"),
            "moved_to": said.get("moved_to"),
            "reused": said.get("reused"),
            "same_as": self.same_as or None,
            "ledger_key": said.get("key"),
            "warnings": list(said.get("warnings", ())),
            "hooks": list(said.get("hooks", ())),
            "created": self.created_at,
            "changed": self.changed_at,
        }


@dataclass(frozen=True, slots=True)
class Ending:
    """How an attempt ended, for the register."""

    state: State
    message: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """Laid over what is known already."""
    delay_seconds: float = 0.0
    """For "waiting": how long until the next attempt."""
    counts: Literal["", "tries", "refusals"] = ""
    """What a new attempt is counted as."""
    same_as: str = ""
