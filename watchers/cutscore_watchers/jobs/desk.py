"""Desk: what a person may ask of the jobs from outside, while the watcher runs or not."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from types import TracebackType
from typing import Any

import sqlalchemy as sa

from cutscore.config import Settings
from cutscore_composer.errors import InputRefused
from cutscore_watchers.jobs.database import jobs_url, open_jobs
from cutscore_watchers.jobs.facts import OPEN, STATES, Job, State
from cutscore_watchers.jobs.housekeeping import prune
from cutscore_watchers.jobs.register import Register, now
from cutscore_watchers.jobs.tables import JOBS, STEPS

LEAST_LETTERS = 4
"""Of a job's name."""


class Desk:
    """The register, for a person. All of it may raise ConfigError and OutputFailed."""

    def __init__(self, settings: Settings) -> None:
        self._register = Register(open_jobs(jobs_url(settings)))

    def __enter__(self) -> Desk:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._register.engine.dispose()

    def list(self, states: Sequence[str], limit: int) -> tuple[Job, ...]:
        """Jobs in some states (none named: all), the latest changed first. Raises InputRefused."""
        wanted: list[State] = []
        for name in states:
            found = next((state for state in STATES if state == name), None)
            if found is None:
                raise InputRefused(f"There is no state {name!r}; there are: {', '.join(STATES)}.")
            wanted.append(found)
        return self._register.jobs(wanted, limit=limit)

    def counts(self) -> dict[str, int]:
        """How many jobs are in each state, in the order of their life."""
        found = self._register.counts()
        return {state: found[state] for state in STATES if state in found}

    def one(self, name: str) -> Job:
        """The one job whose name is, or begins with, `name`. Raises InputRefused."""
        if len(name) < LEAST_LETTERS:
            raise InputRefused(f"{name!r} is too short for a job's name: give {LEAST_LETTERS} letters of it or more.")
        found = self._register.jobs(like=name.lower(), limit=3)
        if not found:
            raise InputRefused(f"There is no job {name!r}; `cutscore jobs list` shows them.")
        if len(found) > 1:
            raise InputRefused(f"Several jobs begin with {name!r}: give more of the name.")
        return found[0]

    def history(self, job: str) -> tuple[tuple[int, str, str, str], ...]:
        """Every ending of a job's attempts in order: attempt, state, when, message."""
        return self._register.history(job)

    def retry(self, job: Job, settings: Settings, *, resend: bool) -> Job:
        """Have a job tried again that has ended, or that waits for later. Raises InputRefused when it may not be.

        `resend` is the user's word to send parked purchases again: exactly those that are parked now.
        """
        if job.state == "running" or (job.state == "waiting" and job.handed == job.attempt):
            raise InputRefused(f"{job.path.name} is being worked on; cancel it first.")
        if job.state in ("done", "joined", "replaced"):
            raise InputRefused(f"{job.path.name} is {job.state}: there is nothing to try again.")
        parked = self._parked(job, settings)
        if job.state == "parked" and parked and not resend:
            raise InputRefused(
                f"{job.message} To send it again, knowing that it may be billed twice:"
                f" cutscore jobs retry {job.id} --resend"
            )
        same = sa.and_(JOBS.c.id == job.id, JOBS.c.attempt == job.attempt, JOBS.c.state == job.state)
        changed: dict[str, Any] = {
            "state": "waiting", "attempt": job.attempt + 1, "message": "Tried again by you.", "cancelled": False,
            "tries": 0, "refusals": 0, "not_before": 0.0, "delay_seconds": 0.0, "same_as": "", "changed_at": now(),
            "resend": json.dumps(parked if resend else {}),
        }  # fmt: skip
        self._change(
            job, same, changed, "waiting", "tried again by you" + (", sent again" if resend and parked else "")
        )
        return self.one(job.id)

    def cancel(self, job: Job) -> Job:
        """Have a job stopped. Raises InputRefused when it has ended."""
        if job.state not in OPEN:
            raise InputRefused(f"{job.path.name} is {job.state}: there is nothing to cancel.")
        waits = sa.and_(JOBS.c.id == job.id, JOBS.c.state == "waiting", JOBS.c.handed < JOBS.c.attempt)
        said = "Cancelled by you."
        ended = {"state": "cancelled", "message": said, "cancelled": True, "changed_at": now()}
        with contextlib.suppress(InputRefused):
            self._change(job, waits, ended, "cancelled", said)
            return self.one(job.id)
        open_ = sa.and_(JOBS.c.id == job.id, JOBS.c.state.in_(OPEN))
        self._change(job, open_, {"cancelled": True}, "", "")
        return self.one(job.id)

    def prune(self, days: float) -> int:
        """Forget jobs that ended so many days ago; gives how many those were."""
        return len({job for job, _ in prune(self._register, days)})

    def _change(
        self, job: Job, where: sa.ColumnElement[bool], changed: dict[str, Any], state: str, message: str
    ) -> None:
        with self._register.begin() as connection:
            if connection.execute(sa.update(JOBS).where(where).values(**changed)).rowcount != 1:
                raise InputRefused(f"{job.path.name} has gone on meanwhile; look at it again.")
            if state:
                said = {"job": job.id, "attempt": job.attempt, "state": state, "at": now(), "message": message}
                connection.execute(sa.insert(STEPS).values(**said))

    def _parked(self, job: Job, settings: Settings) -> dict[str, int]:
        """The job's purchases that are parked, each with its attempt."""
        keys = [str(key) for key in job.facts.get("keys", ())]
        if not keys:
            return {}
        from cutscore.engines import ledger_of

        with ledger_of(settings) as ledger:
            found = [ledger.entry(key) for key in keys]
        return {entry.key: entry.attempt for entry in found if entry is not None and entry.state == "unknown"}
