"""Register: what is known of every job, safe under many workers: each step is a compare-and-set on (state, attempt)."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from cutscore.submit.database import Transaction
from cutscore_watchers.jobs.facts import OPEN, Ending, Job, State
from cutscore_watchers.jobs.tables import IDENTITIES, JOBS, STEPS

_CHUNK = 400
"""Values in one statement: every database takes so many."""
_BYTES_A_SECOND_OF_WAIT = 1_000_000
"""A file of a gigabyte lets what was dropped up to 17 minutes later go before it, but not what comes after that."""
_BYTES = "bytes:"
"""Begins no absolute path."""
_FIELDS = [JOBS.c[name] for name in Job.__dataclass_fields__]


class Register:
    """The jobs in one database. Usable from several threads; errors of the database are OutputFailed."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._name = f"The jobs' database {engine.url.render_as_string(hide_password=True)}"

    def __enter__(self) -> Register:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.engine.dispose()

    def begin(self) -> Transaction:
        """A transaction that is on disk when it ends."""
        return Transaction(self.engine, self._name)

    def add(self, jobs: Sequence[Job]) -> None:
        """Write new jobs down, all at once; those that are there stay as they are, but what was gone is back."""
        rows = [_row(job) for job in jobs]
        try:
            with self.begin() as connection:
                connection.execute(sa.insert(JOBS), rows)
        except IntegrityError:
            for row in rows:
                self._add_one(row)

    def _add_one(self, row: dict[str, Any]) -> None:
        back = {"state": "waiting", "attempt": JOBS.c.attempt + 1, "message": "", "not_before": 0.0, "tries": 0}
        try:
            with self.begin() as connection:
                connection.execute(sa.insert(JOBS).values(**row))
        except IntegrityError:
            gone = sa.and_(JOBS.c.id == row["id"], JOBS.c.state == "gone")
            with self.begin() as connection:
                connection.execute(sa.update(JOBS).where(gone).values(**back, changed_at=now()))

    def known(self, path: str, size: int, mtime_ns: int) -> bool:
        """Whether this very version of a file has, or had, a job."""
        return (path, size, mtime_ns) in self.known_many([(path, size, mtime_ns)])

    def known_many(self, rows: Iterable[tuple[str, int, int]]) -> set[tuple[str, int, int]]:
        """Those of (path, size, mtime_ns) that have, or had, a job."""
        asked = {(written(path), size, mtime_ns): (path, size, mtime_ns) for path, size, mtime_ns in rows}
        paths = list({path for path, _, _ in asked})
        query = sa.select(JOBS.c.path, JOBS.c.size, JOBS.c.mtime_ns).where(JOBS.c.state != "gone")
        found: set[tuple[str, int, int]] = set()
        with self.begin() as connection:
            for some in _chunks(paths):
                found.update((r[0], r[1], r[2]) for r in connection.execute(query.where(JOBS.c.path.in_(some))))
        return {asked[row] for row in found & asked.keys()}

    def job(self, job: str) -> Job | None:
        """A job by its name."""
        with self.begin() as connection:
            row = connection.execute(sa.select(*_FIELDS).where(JOBS.c.id == job)).mappings().first()
        return None if row is None else _job(row)

    def jobs(self, states: Sequence[State] = (), *, like: str = "", limit: int = 1000) -> tuple[Job, ...]:
        """Jobs in some states (none named: all), of names that begin with `like`, the latest changed first."""
        query = sa.select(*_FIELDS).order_by(JOBS.c.changed_at.desc(), JOBS.c.id).limit(limit)
        query = query.where(JOBS.c.state.in_(states)) if states else query
        query = query.where(JOBS.c.id.startswith(like, autoescape=True)) if like else query
        with self.begin() as connection:
            return tuple(_job(row) for row in connection.execute(query).mappings())

    def history(self, job: str) -> tuple[tuple[int, str, str, str], ...]:
        """Every ending of a job's attempts in order: attempt, state, when, message."""
        columns = (STEPS.c.attempt, STEPS.c.state, STEPS.c.at, STEPS.c.message)
        query = sa.select(*columns).where(STEPS.c.job == job).order_by(STEPS.c.number)
        with self.begin() as connection:
            return tuple((r[0], r[1], r[2], r[3]) for r in connection.execute(query))

    def counts(self) -> dict[str, int]:
        """How many jobs are in each state; states without a job are left out."""
        query = sa.select(JOBS.c.state, sa.func.count()).group_by(JOBS.c.state)
        with self.begin() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def due(self, window: Mapping[str, int], otherwise: int) -> list[tuple[str, int, str, int]]:
        """What may be given to the workers now: (job, attempt, queue, rank), so many of each queue as it has room for.

        `window` is how many of a queue the workers may have at once; of one not named, `otherwise`.
        """
        clock = time.time()
        # A time that lies further off than it was ever set to was set by a clock that has been put back since.
        is_due = sa.or_(JOBS.c.not_before <= clock, JOBS.c.not_before > clock + JOBS.c.delay_seconds + 1)
        waits = sa.and_(JOBS.c.state == "waiting", JOBS.c.handed < JOBS.c.attempt, is_due)
        out = sa.and_(JOBS.c.state.in_(OPEN), JOBS.c.handed == JOBS.c.attempt)
        columns = (JOBS.c.id, JOBS.c.attempt, JOBS.c.queue, JOBS.c.rank)
        found: list[tuple[str, int, str, int]] = []
        with self.begin() as connection:
            queues = list(connection.execute(sa.select(JOBS.c.queue).where(waits).distinct()).scalars())
            for queue in queues:
                count = sa.select(sa.func.count()).where(out, JOBS.c.queue == queue)
                room = window.get(queue, otherwise) - int(connection.execute(count).scalar_one())
                if room > 0:
                    query = sa.select(*columns).where(waits, JOBS.c.queue == queue).order_by(JOBS.c.rank).limit(room)
                    found += [(r[0], r[1], r[2], int(r[3])) for r in connection.execute(query)]
        return found

    def handed(self, given: Sequence[tuple[str, int]]) -> None:
        """Note that these attempts (job, attempt) were given to the workers."""
        by_attempt: dict[int, list[str]] = {}
        for job, attempt in given:
            by_attempt.setdefault(attempt, []).append(job)
        with self.begin() as connection:
            for attempt, jobs in by_attempt.items():
                for some in _chunks(jobs):
                    same = sa.and_(JOBS.c.id.in_(some), JOBS.c.attempt == attempt)
                    connection.execute(sa.update(JOBS).where(same).values(handed=attempt))

    def at_stage(self, job: str, attempt: int, stage: str, fraction: float | None) -> bool:
        """Note that an attempt is at work, and how far it is; False when it is to stop."""
        mine = sa.and_(JOBS.c.id == job, JOBS.c.attempt == attempt, JOBS.c.state.in_(OPEN))
        mine = sa.and_(mine, JOBS.c.cancelled.is_(False))
        changed = {"state": "running", "stage": stage, "fraction": fraction, "handed": attempt}
        with self.begin() as connection:
            return connection.execute(sa.update(JOBS).where(mine).values(**changed)).rowcount == 1

    def learn(self, job: str, attempt: int, facts: Mapping[str, Any]) -> None:
        """Lay what was found out over what is known, if the attempt still holds the job."""
        mine = sa.and_(JOBS.c.id == job, JOBS.c.attempt == attempt)
        with self.begin() as connection:
            known = connection.execute(sa.select(JOBS.c.facts).where(mine)).scalar()
            if known is not None:
                text = json.dumps({**json.loads(known), **facts})
                connection.execute(sa.update(JOBS).where(mine).values(facts=text))

    def end(self, job: str, attempt: int, ending: Ending, known: Mapping[str, Any] | None = None) -> bool:
        """Write down how an attempt ended; False when the job has gone on without it.

        `known` are the job's facts where the attempt has read them: nobody else changes them while it holds the job.
        """
        mine = sa.and_(JOBS.c.id == job, JOBS.c.attempt == attempt, JOBS.c.state.in_(OPEN))
        clock = now()
        changed: dict[str, Any] = {
            "state": ending.state, "message": ending.message, "stage": "", "fraction": None,
            "same_as": ending.same_as, "changed_at": clock,
        }  # fmt: skip
        if ending.state == "waiting":
            changed |= {"attempt": attempt + 1, "delay_seconds": ending.delay_seconds}
            changed["not_before"] = time.time() + ending.delay_seconds
        if ending.counts:
            changed[ending.counts] = JOBS.c[ending.counts] + 1
        said = {"job": job, "attempt": attempt, "state": ending.state, "at": clock, "message": ending.message}
        with self.begin() as connection:
            if known is None:
                known = json.loads(connection.execute(sa.select(JOBS.c.facts).where(mine)).scalar() or "{}")
            changed["facts"] = json.dumps({**known, **ending.facts})
            if connection.execute(sa.update(JOBS).where(mine).values(**changed)).rowcount != 1:
                return False
            connection.execute(sa.insert(STEPS).values(**said))
        return True

    def revive_joined(self, job: str) -> None:
        """Jobs that counted on the music of one that came to nothing are made after all."""
        joined = sa.and_(JOBS.c.same_as == job, JOBS.c.state == "joined")
        again = {"state": "waiting", "attempt": JOBS.c.attempt + 1, "same_as": "", "message": "", "not_before": 0.0}
        with self.begin() as connection:
            connection.execute(sa.update(JOBS).where(joined).values(**again, changed_at=now()))

    def claim_identity(self, identity: str, job: str, instead_of: str = "") -> str:
        """The job to which music and place belong: the first that claims it, or takes it over from `instead_of`."""
        try:
            with self.begin() as connection:
                if instead_of:
                    theirs = sa.and_(IDENTITIES.c.identity == identity, IDENTITIES.c.job == instead_of)
                    done = connection.execute(sa.update(IDENTITIES).where(theirs).values(job=job)).rowcount == 1
                else:
                    connection.execute(sa.insert(IDENTITIES).values(identity=identity, job=job))
                    done = True
            if done:
                return job
        except IntegrityError:
            pass
        own = sa.select(IDENTITIES.c.job).where(IDENTITIES.c.identity == identity)
        with self.begin() as connection:
            return str(connection.execute(own).scalar_one())


def new_job(
    job: str, path: Path, size: int, mtime_ns: int, *, queue: str, engine: str, wanted: Mapping[str, Any]
) -> Job:
    """A job as it is first written down."""
    clock = now()
    return Job(
        id=job, path=path, size=size, mtime_ns=mtime_ns, state="waiting", attempt=1, queue=queue, engine=engine,
        wanted=wanted, message="", facts={}, stage="", fraction=None, cancelled=False, tries=0, refusals=0,
        not_before=0.0, delay_seconds=0.0, handed=0, same_as="", resend={}, created_at=clock, changed_at=clock,
    )  # fmt: skip


def now() -> str:
    """The time as it is written down: UTC, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _row(job: Job) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(job, name) for name in Job.__dataclass_fields__}
    row |= {name: json.dumps(row[name]) for name in ("wanted", "facts", "resend")}
    row["path"] = written(str(job.path))
    row["rank"] = time.time() + job.size / _BYTES_A_SECOND_OF_WAIT
    return row


def _job(row: Mapping[Any, Any]) -> Job:
    values = dict(row)
    values |= {name: json.loads(values[name]) for name in ("wanted", "facts", "resend")}
    return Job(**{**values, "path": Path(read(values["path"]))})


def written(path: str) -> str:
    """A path as it is written down: names of arbitrary bytes, which no database takes as text, in hexadecimal."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return _BYTES + os.fsencode(path).hex()
    return path


def read(path: str) -> str:
    """A path that was written down."""
    return os.fsdecode(bytes.fromhex(path.removeprefix(_BYTES))) if path.startswith(_BYTES) else path


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
