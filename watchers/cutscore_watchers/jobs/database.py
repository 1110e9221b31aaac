"""Database: where the jobs live, SQLite in the user's data folder or a PostgreSQL that several machines share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from cutscore.config import Settings
from cutscore.config.model import data_folder
from cutscore.submit.database import database_engine, database_url, first_line
from cutscore_composer.errors import ConfigError
from cutscore_watchers.jobs.tables import OtherTables, make_tables

BUSY_SECONDS = 30
"""How long a busy SQLite file is waited for."""


def jobs_url(settings: Settings) -> sa.URL:
    """The database of the jobs. Raises ConfigError."""
    try:
        url = database_url(settings.jobs.database or f"sqlite:///{(data_folder() / 'jobs.sqlite').as_posix()}")
    except SQLAlchemyError:
        # The URL itself may hold a password.
        raise ConfigError("jobs.database is no URL like postgresql://studio/cutscore.") from None
    if url.get_backend_name() not in ("sqlite", "postgresql") or url.database in (None, "", ":memory:"):
        raise ConfigError("jobs.database must name a file (sqlite:////srv/jobs.sqlite) or postgresql://HOST/NAME.")
    return url


def is_shared(url: sa.URL) -> bool:
    """Whether several machines may share it."""
    return url.get_backend_name() == "postgresql"


def open_jobs(url: sa.URL) -> sa.Engine:
    """The database with the tables in it. Raises ConfigError when it cannot be used."""
    name = url.render_as_string(hide_password=True)
    try:
        engine = database_engine(url) if is_shared(url) else _sqlite(url)
        make_tables(engine)
    except OtherTables as error:
        raise ConfigError(f"The jobs in {name} cannot be used: {error}.") from None
    except (SQLAlchemyError, ImportError, OSError) as error:
        reason = first_line(getattr(error, "orig", None) or error)
        raise ConfigError(f"The jobs' database {name} cannot be opened: {reason}.") from None
    return engine


def _sqlite(url: sa.URL) -> sa.Engine:
    """An engine that the workflow library can use too: it counts on the driver to begin its transactions."""
    assert url.database is not None
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        url, hide_parameters=True, pool_size=20, max_overflow=40, connect_args={"timeout": BUSY_SECONDS}
    )

    @sa.event.listens_for(engine, "connect")
    def _durable(connection: Any, _record: Any) -> None:
        # Whoever will write takes the write lock first and waits for its turn instead of failing half-way.
        connection.isolation_level = "IMMEDIATE"
        # What was committed survives a power cut; readers and one writer do not block each other.
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    return engine
