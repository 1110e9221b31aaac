"""Peers: several workers on one database, each with a name and a lock that the database holds while it lives.

A worker whose lock can be had is dead, and what it had begun is taken up by whoever found out. The lock lies on a
connection of its own; where a machine loses its current, the server notices within half a minute.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import platform
import threading
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from cutscore.submit.database import first_line
from cutscore_composer.errors import ConfigError
from cutscore_watchers.jobs.tables import agreed

LOG = logging.getLogger("cutscore.jobs")
SWEEP_SECONDS = 2.0
_MARK = ".cutscore-store"
_KEEPALIVE = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"


class Peers(threading.Thread):
    """This worker's own lock, and the look at those of the others."""

    def __init__(
        self,
        url: sa.URL,
        stopping: threading.Event,
        workers: Callable[[], Iterable[str]],
        take_over: Callable[[list[str]], int],
    ) -> None:
        """Take this worker's lock. `workers` are the names of all that have begun something."""
        super().__init__(name="cutscore-peers", daemon=True)
        self.name_here = f"{platform.node() or 'machine'}-{uuid.uuid4().hex[:12]}"
        self._stopping = stopping
        self._workers = workers
        self._take_over = take_over
        self._engine = sa.create_engine(url, poolclass=sa.NullPool, connect_args={"options": _KEEPALIVE})
        self._connection: sa.Connection | None = None
        self._hold()

    def run(self) -> None:
        while not self._stopping.wait(SWEEP_SECONDS):
            try:
                self.sweep()
            except Exception as error:
                if not self._stopping.is_set():
                    LOG.warning(
                        "The other workers cannot be seen: %s.", first_line(getattr(error, "orig", None) or error)
                    )

    def sweep(self) -> None:
        """Hold the own lock, and take up what dead workers had begun."""
        connection = self._hold()
        for name in sorted(set(self._workers()) - {self.name_here}):
            if not connection.execute(sa.select(sa.func.pg_try_advisory_lock(_number(name)))).scalar():
                continue
            try:
                count = self._take_over([name])
                LOG.info("The worker %s is gone; %d of its jobs go on here.", name, count)
            finally:
                connection.execute(sa.select(sa.func.pg_advisory_unlock(_number(name))))

    def close(self) -> None:
        """Let go of the lock."""
        if self.is_alive():
            self.join(timeout=5)
        if self._connection is not None:
            with contextlib.suppress(SQLAlchemyError):
                self._connection.close()
        self._engine.dispose()

    def _hold(self) -> sa.Connection:
        """The connection with the lock; a new one where the old one was lost."""
        if self._connection is not None:
            try:
                self._connection.execute(sa.text("SELECT 1"))
                return self._connection
            except SQLAlchemyError:
                LOG.warning("The connection to the other workers was lost; it is made again.")
                with contextlib.suppress(SQLAlchemyError):
                    self._connection.invalidate()
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.execute(sa.select(sa.func.pg_advisory_lock(_number(self.name_here))))
        self._connection = connection
        return connection


def check_store(engine: sa.Engine, store: Path) -> None:
    """See that the folder of received music is the one that all workers use. Raises ConfigError when it is not."""
    mark = store / _MARK
    try:
        store.mkdir(parents=True, exist_ok=True)
        own = mark.read_text(encoding="ascii").strip() if mark.exists() else ""
        if not own:
            own = uuid.uuid4().hex
            with contextlib.suppress(FileExistsError), mark.open("x", encoding="ascii") as file:
                file.write(own)
            own = mark.read_text(encoding="ascii").strip() or own
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(
            f"The folder {store} for received music cannot be used ({reason}): set ledger.store."
        ) from error
    if agreed(engine, "store", own) != own:
        raise ConfigError(
            f"The folder {store} for received music is not the one that the other workers on this database use:"
            " set ledger.store to a folder that all of them reach."
        )


def _number(name: str) -> int:
    """A lock's number."""
    return int.from_bytes(hashlib.sha256(f"cutscore worker {name}".encode()).digest()[:8], "big", signed=True)
