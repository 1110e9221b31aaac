"""Database: the ledger's tables, and transactions that are on disk when they end; SQLite or PostgreSQL by URL."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, OperationalError, SQLAlchemyError

from cutscore_composer.errors import OutputFailed

SCHEMA = 1
"""Raised when the tables change: a program that knows less leaves the ledger alone."""


class AnyText(sa.TypeDecorator[str]):
    """Text that may hold a file's name: bytes in it that are no UTF-8, which no database takes, are written escaped."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        """The value as it is written."""
        return None if value is None else value.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


META = sa.MetaData()
VERSIONS = sa.Table("cutscore_ledger", META, sa.Column("version", sa.Integer, primary_key=True, autoincrement=False))
ENTRIES = sa.Table(
    "cutscore_entries",
    META,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("engine", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("paid", sa.Boolean, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("owner", sa.Text, nullable=False),
    sa.Column("beat", sa.BigInteger, nullable=False),
    sa.Column("title", AnyText, nullable=False),
    sa.Column("command", AnyText, nullable=False),
    sa.Column("message", AnyText, nullable=False),
    sa.Column("facts", sa.Text, nullable=False),
    sa.Column("files", sa.Text, nullable=False),
    sa.Column("asked_at", sa.String(32), nullable=False),
    sa.Column("changed_at", sa.String(32), nullable=False),
)
EVENTS = sa.Table(
    "cutscore_events",
    META,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("key", sa.String(64), nullable=False, index=True),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("state", sa.String(16), nullable=False),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("message", AnyText, nullable=False),
)
PLACEMENTS = sa.Table(
    "cutscore_placements",
    META,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("key", sa.String(64), nullable=False, index=True),
    sa.Column("place", AnyText, nullable=False),
    sa.Column("at", sa.String(32), nullable=False),
)
FINGERPRINTS = sa.Table(
    "cutscore_fingerprints",
    META,
    sa.Column("path", AnyText, primary_key=True),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("mtime_ns", sa.BigInteger, nullable=False),
    sa.Column("fingerprint", sa.String(80), nullable=False),
)


def database_url(text: str) -> sa.URL:
    """A database URL with the driver that Cutscore brings. Raises what SQLAlchemy raises."""
    url = sa.make_url(text)
    return url.set(drivername="postgresql+psycopg") if url.drivername in ("postgresql", "postgres") else url


def database_engine(url: sa.URL) -> sa.Engine:
    """An engine whose commits are on disk when they return. Raises what SQLAlchemy and the driver raise."""
    if url.get_backend_name() != "sqlite":
        return sa.create_engine(url, pool_pre_ping=True, hide_parameters=True)
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(url, hide_parameters=True, connect_args={"timeout": 30})

    @sa.event.listens_for(engine, "connect")
    def _durable(connection: Any, _record: Any) -> None:
        # The driver would begin transactions by its own rules; SQLAlchemy's recipe takes that over.
        connection.isolation_level = None
        # What was committed survives a power cut; readers and one writer do not block each other.
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")

    @sa.event.listens_for(engine, "begin")
    def _write_at_once(connection: sa.Connection) -> None:
        # Taking the write lock first makes a transaction wait for its turn instead of failing half-way.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


class Transaction:
    """A transaction whose database errors are told in one sentence (IntegrityError passes: it is an answer)."""

    def __init__(self, engine: sa.Engine, name: str) -> None:
        """`name` is what it is called in sentences: "The ledger sqlite:///…"."""
        self._context = engine.begin()
        self._name = name

    def __enter__(self) -> sa.Connection:
        try:
            return self._context.__enter__()
        except SQLAlchemyError as error:
            raise self._told(error) from None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._context.__exit__(kind, error, trace)
        except IntegrityError:
            raise
        except SQLAlchemyError as problem:
            raise self._told(problem) from None
        if isinstance(error, SQLAlchemyError) and not isinstance(error, IntegrityError):
            raise self._told(error) from None

    def _told(self, error: SQLAlchemyError) -> OutputFailed:
        # Only the driver's own line: SQLAlchemy's text quotes the statement with its values.
        reason = first_line(getattr(error, "orig", None) or type(error).__name__)
        busy = " Another program holds it." if isinstance(error, OperationalError) and "locked" in reason else ""
        return OutputFailed(f"{self._name} cannot be written: {reason}.{busy}")


class OtherSchema(Exception):
    """The ledger's tables are not those of this program; the text says why, as the end of a sentence."""


def make_tables(engine: sa.Engine) -> None:
    """Make the tables that are not there yet. Raises OtherSchema, and what SQLAlchemy raises."""
    try:
        META.create_all(engine)
    except SQLAlchemyError:
        # Another program may have made them in the same moment; what was wrong otherwise is wrong again.
        META.create_all(engine)
    with suppress(IntegrityError), engine.begin() as connection:
        if connection.execute(sa.select(VERSIONS.c.version)).first() is None:
            connection.execute(sa.insert(VERSIONS).values(version=SCHEMA))
    with engine.begin() as connection:
        version = connection.execute(sa.select(sa.func.max(VERSIONS.c.version))).scalar()
    if version is not None and version > SCHEMA:
        raise OtherSchema(f"a newer Cutscore made it (version {version}, this one knows {SCHEMA}): update this one")
    for table in META.sorted_tables:
        there = {column["name"] for column in sa.inspect(engine).get_columns(table.name)}
        if there != {column.name for column in table.columns}:
            raise OtherSchema(f"its table {table.name} is not Cutscore's: name another database")


def first_line(value: object) -> str:
    """What an error says, without the lines that quote statements."""
    return (str(value).strip() or type(value).__name__).splitlines()[0][:200].rstrip(".")
