"""The ledger: what was asked, sent, received, failed or is not known, so that nothing is paid for twice.

    asked ──> intent ──> sent ──> received
      ^         │  ^      │ ├───> failed     (certainly not billed)
      │         │  └──────┘ └───> unknown    (parked: only the user's word sends it again)
      └─ failed ┘  refused, asked again

One row for each purchase, found by its key. Every step is a compare-and-set on (state, attempt): the attempt
number is the fencing token of the run that holds the row, and a run that lost its row cannot write any more.
A run shows that it is alive by raising `beat`; nobody compares clocks. SQLite by default; the statements are
SQLAlchemy's and run on PostgreSQL as they are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, cast

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from cutscore.submit.database import (
    ENTRIES,
    EVENTS,
    FINGERPRINTS,
    PLACEMENTS,
    OtherSchema,
    Transaction,
    database_engine,
    database_url,
    first_line,
    make_tables,
)
from cutscore.submit.store import Store
from cutscore_composer.errors import ConfigError

State = Literal["asked", "intent", "sent", "received", "failed", "unknown"]


@dataclass(frozen=True, slots=True)
class StoredFile:
    """One file of what was received: what it is to the piece, its name's ending, and its content."""

    role: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the ledger."""

    key: str
    engine: str
    version: str
    paid: bool
    state: State
    attempt: int
    owner: str
    beat: int
    title: str
    """What was asked for, in words a person recognises."""
    command: str
    """What sends it again knowingly."""
    message: str
    facts: Mapping[str, str]
    files: tuple[StoredFile, ...]
    asked_at: str
    changed_at: str


@dataclass(frozen=True, slots=True)
class Hold:
    """The right to write a row: valid as long as nobody took the row over."""

    key: str
    attempt: int


class NotHeld(Exception):
    """The row is no longer held by this run, or not in the state that the step needs."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a new row says."""

    key: str
    engine: str
    version: str
    paid: bool
    title: str
    command: str = ""


class Ledger:
    """A ledger by database URL, with the store that keeps what was received. Usable from several threads."""

    def __init__(self, url: str, store: Path) -> None:
        """Open or make it. Raises ConfigError when the database cannot be used."""
        self.store = Store(store)
        try:
            parsed = database_url(url)
            self._name = parsed.render_as_string(hide_password=True)
        except SQLAlchemyError:
            # The URL itself may hold a password.
            raise ConfigError("The ledger's database is no URL like sqlite:///ledger.sqlite.") from None
        try:
            self._engine = database_engine(parsed)
            make_tables(self._engine)
        except OtherSchema as error:
            raise ConfigError(f"The ledger {self._name} cannot be used: {error}.") from None
        except (SQLAlchemyError, ImportError, OSError) as error:
            reason = getattr(error, "orig", None) or error
            raise ConfigError(f"The ledger {self._name} cannot be opened: {first_line(reason)}.") from None

    def __repr__(self) -> str:
        return f"Ledger({self._name!r})"

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def ask(self, asked: Asked) -> Entry:
        """The row of a key; a new one in state "asked" when there is none."""
        now = _now()
        row = {
            "key": asked.key, "engine": asked.engine, "version": asked.version, "paid": asked.paid,
            "state": "asked", "attempt": 0, "owner": "", "beat": 0, "title": asked.title,
            "command": asked.command, "message": "", "facts": "{}", "files": "[]", "asked_at": now, "changed_at": now,
        }  # fmt: skip
        try:
            with self._begin() as connection:
                connection.execute(sa.insert(ENTRIES).values(**row))
                _note(connection, asked.key, 0, "asked", "")
        except IntegrityError:
            pass
        found = self.entry(asked.key)
        assert found is not None
        return found

    def entry(self, key: str) -> Entry | None:
        """The row of a key."""
        with self._begin() as connection:
            row = connection.execute(sa.select(ENTRIES).where(ENTRIES.c.key == key)).mappings().first()
        return None if row is None else _entry(dict(row))

    def claim(self, seen: Entry, owner: str, command: str = "") -> Hold | None:
        """Take a row for a new attempt (state "intent"), if it is still as `seen`; None when somebody was faster.

        The caller decides that it may: the row is free, its run is dead, or the user's word sends it again.
        """
        changed = {"state": "intent", "attempt": seen.attempt + 1, "owner": owner, "beat": 0, "message": ""}
        if command:
            changed["command"] = command
        try:
            self._step(seen.key, (seen.state,), seen.attempt, changed, beat=seen.beat)
        except NotHeld:
            return None
        return Hold(seen.key, seen.attempt + 1)

    def sending(self, hold: Hold) -> None:
        """From here on it may be billed; on disk when this returns. Raises NotHeld."""
        self._step(hold.key, ("intent",), hold.attempt, {"state": "sent"})

    def refused(self, hold: Hold) -> None:
        """What was sent was certainly not billed and may be sent again. Raises NotHeld."""
        self._step(hold.key, ("sent",), hold.attempt, {"state": "intent"})

    def received(self, hold: Hold, files: Sequence[StoredFile], facts: Mapping[str, str]) -> None:
        """The music is in the store. Also after the row was parked: a late answer is an answer. Raises NotHeld."""
        rows = [{"role": f.role, "sha256": f.sha256, "size": f.size} for f in files]
        changed = {"state": "received", "files": json.dumps(rows), "facts": json.dumps(dict(facts)), "message": ""}
        self._step(hold.key, ("intent", "sent", "unknown"), hold.attempt, changed)

    def failed(self, hold: Hold, message: str) -> None:
        """It failed and certainly cost nothing. Raises NotHeld."""
        self._step(hold.key, ("intent", "sent"), hold.attempt, {"state": "failed", "message": message})

    def park(self, hold: Hold, message: str, kept: Sequence[StoredFile] = (), facts: Mapping[str, str] = {}) -> None:
        """Nobody knows whether it was billed. Raises NotHeld."""
        rows = [{"role": f.role, "sha256": f.sha256, "size": f.size} for f in kept]
        changed = {"state": "unknown", "message": message, "files": json.dumps(rows), "facts": json.dumps(dict(facts))}
        self._step(hold.key, ("intent", "sent"), hold.attempt, changed)

    def park_dead(self, seen: Entry, message: str, *states: State) -> bool:
        """Park a row whose run is gone (or whose files are), if it is still as `seen`."""
        try:
            changed = {"state": "unknown", "message": message}
            self._step(seen.key, states or ("sent",), seen.attempt, changed, beat=seen.beat)
        except NotHeld:
            return False
        return True

    def beat(self, hold: Hold) -> bool:
        """Show that the run lives; False when the row is no longer its own."""
        own = sa.and_(ENTRIES.c.key == hold.key, ENTRIES.c.attempt == hold.attempt)
        alive = sa.and_(own, ENTRIES.c.state.in_(("intent", "sent")))
        with self._begin() as connection:
            done = connection.execute(sa.update(ENTRIES).where(alive).values(beat=ENTRIES.c.beat + 1))
        return done.rowcount == 1

    def parked(self) -> tuple[Entry, ...]:
        """Every purchase whose outcome is not known, the oldest first."""
        return self._in_state("unknown")

    def unfinished(self) -> tuple[Entry, ...]:
        """Every row that a run holds or held when it died."""
        return (*self._in_state("intent"), *self._in_state("sent"))

    def history(self, key: str) -> tuple[tuple[int, str, str], ...]:
        """Every step of a key in order: attempt, state, message."""
        columns = (EVENTS.c.attempt, EVENTS.c.state, EVENTS.c.message)
        query = sa.select(*columns).where(EVENTS.c.key == key).order_by(EVENTS.c.number)
        with self._begin() as connection:
            return tuple((row[0], row[1], row[2]) for row in connection.execute(query))

    def placed(self, key: str, place: str) -> None:
        """Note that a piece was delivered to a place."""
        with self._begin() as connection:
            connection.execute(sa.insert(PLACEMENTS).values(key=key, place=place, at=_now()))

    def placements(self, key: str) -> tuple[str, ...]:
        """Every place that a piece was delivered to, in order."""
        query = sa.select(PLACEMENTS.c.place).where(PLACEMENTS.c.key == key).order_by(PLACEMENTS.c.number)
        with self._begin() as connection:
            return tuple(connection.execute(query).scalars())

    def fingerprint(self, path: str, size: int, mtime_ns: int) -> str | None:
        """The fingerprint of a media file that is still as it was, if it was taken before."""
        table = FINGERPRINTS.c
        same = sa.and_(table.path == path, table.size == size, table.mtime_ns == mtime_ns)
        with self._begin() as connection:
            return cast("str | None", connection.execute(sa.select(table.fingerprint).where(same)).scalar())

    def keep_fingerprint(self, path: str, size: int, mtime_ns: int, fingerprint: str) -> None:
        """Remember the fingerprint of a media file."""
        values = {"size": size, "mtime_ns": mtime_ns, "fingerprint": fingerprint}
        with self._begin() as connection:
            done = connection.execute(sa.update(FINGERPRINTS).where(FINGERPRINTS.c.path == path).values(**values))
            if done.rowcount:
                return
        try:
            with self._begin() as connection:
                connection.execute(sa.insert(FINGERPRINTS).values(path=path, **values))
        except IntegrityError:
            return

    def _in_state(self, state: State) -> tuple[Entry, ...]:
        query = sa.select(ENTRIES).where(ENTRIES.c.state == state).order_by(ENTRIES.c.changed_at, ENTRIES.c.key)
        with self._begin() as connection:
            return tuple(_entry(dict(row)) for row in connection.execute(query).mappings())

    def _step(
        self, key: str, states: Sequence[State], attempt: int, changed: Mapping[str, Any], beat: int | None = None
    ) -> None:
        """Change a row that is in one of `states` at `attempt`, in one committed transaction. Raises NotHeld."""
        table = ENTRIES.c
        as_seen = [table.key == key, table.state.in_(states), table.attempt == attempt]
        as_seen += [] if beat is None else [table.beat == beat]
        with self._begin() as connection:
            update = sa.update(ENTRIES).where(*as_seen).values(**changed, changed_at=_now())
            if connection.execute(update).rowcount != 1:
                raise NotHeld(f"{key}: not {'/'.join(states)} at attempt {attempt}")
            now_attempt = int(changed.get("attempt", attempt))
            _note(connection, key, now_attempt, changed["state"], changed.get("message", ""))

    def _begin(self) -> Transaction:
        return Transaction(self._engine, f"The ledger {self._name}")


def parked(ledger: Ledger) -> tuple[Entry, ...]:
    """Every purchase whose outcome is not known, the oldest first."""
    return ledger.parked()


def _note(connection: sa.Connection, key: str, attempt: int, state: str, message: str) -> None:
    values = {"key": key, "attempt": attempt, "state": state, "at": _now(), "message": message}
    connection.execute(sa.insert(EVENTS).values(**values))


def _entry(values: dict[str, Any]) -> Entry:
    files = tuple(StoredFile(**item) for item in json.loads(values.pop("files")))
    return Entry(facts=json.loads(values.pop("facts")), files=files, **values)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
