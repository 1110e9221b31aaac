"""Housekeeping: what is forgotten of jobs that ended long ago; never that a file was seen, while it lies there."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from cutscore_watchers.jobs.facts import ENDED, Job
from cutscore_watchers.jobs.register import Register
from cutscore_watchers.jobs.tables import IDENTITIES, JOBS, STEPS

_KEPT = ("music", "project", "key", "keys", "rights")
"""Facts that tell whether a file that is dropped again has its music already."""
_PRUNED = "pruned"


def prune(register: Register, keep_days: float) -> list[tuple[str, int]]:
    """Forget jobs that ended so many days ago: the attempts (job, attempt) whose workflows may be forgotten too.

    Of a file that still lies there it is kept that it had a job, or it would have another one; parked and failed
    jobs wait for the user's word and are kept.
    """
    before = (datetime.now(UTC) - timedelta(days=keep_days)).isoformat(timespec="microseconds")
    states = [state for state in ENDED if state not in ("parked", "failed")]
    old = sa.and_(JOBS.c.state.in_(states), JOBS.c.changed_at < before, JOBS.c.stage != _PRUNED)
    with register.begin() as connection:
        names = list(connection.execute(sa.select(JOBS.c.id).where(old)).scalars())
    ended = []
    for name in names:
        job = register.job(name)
        if job is not None and job.changed_at < before:
            _forget(register, job)
            ended += [(job.id, attempt) for attempt in range(1, job.attempt + 1)]
    return ended


def _forget(register: Register, job: Job) -> None:
    mine = sa.and_(JOBS.c.id == job.id, JOBS.c.attempt == job.attempt, JOBS.c.changed_at == job.changed_at)
    with register.begin() as connection:
        connection.execute(sa.delete(STEPS).where(STEPS.c.job == job.id))
        if is_gone(job.path):
            connection.execute(sa.delete(IDENTITIES).where(IDENTITIES.c.job == job.id))
            connection.execute(sa.delete(JOBS).where(mine))
        else:
            facts = json.dumps({name: job.facts[name] for name in _KEPT if name in job.facts})
            connection.execute(sa.update(JOBS).where(mine).values(stage=_PRUNED, facts=facts, message=""))


def is_gone(path: Path) -> bool:
    """Whether a file is certainly not there: of a share that is not mounted, the folder is not there or empty."""
    try:
        return not path.exists() and next(path.parent.iterdir(), None) is not None
    except OSError:
        return False
