"""Memory: which folders were watched before, and the films that lay there and were left alone (`existing: ignore`).

What became a job is not kept here: the jobs know it for as long as the film lies there. Either way a film is known by
path, size and time of change, whatever happens to the folder meanwhile: a share that goes and comes back brings
nothing new.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cutscore_composer.errors import OutputFailed
from cutscore_watchers.folders.scan import Found

_TABLES = """
    create table if not exists folders (path blob primary key, since real not null, identity text not null,
                                        films integer not null) without rowid;
    create table if not exists films (path blob primary key, size integer not null, mtime_ns integer not null)
                                      without rowid;
"""
BUSY_SECONDS = 10.0
_ASKED_AT_ONCE = 500


class Memory:
    """The memory of one watcher; may be used by several threads. `path` is its file, made when it is not there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._database = sqlite3.connect(
                path, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None, cached_statements=32
            )
            self._database.execute("pragma journal_mode = wal")
            self._database.executescript(_TABLES)
        except (OSError, sqlite3.Error) as error:
            raise OutputFailed(f"The watcher's memory {path} cannot be used: {error}.") from error

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def folder(self, path: Path) -> tuple[str, int] | None:
        """What the folder was when it was first looked through: its identity and how many films; None: never yet."""
        with self._said() as database:
            row = database.execute("select identity, films from folders where path = ?", [os.fsencode(path)]).fetchone()
        return None if row is None else (str(row[0]), int(row[1]))

    def remember_folder(self, path: Path, identity: str, films: int) -> None:
        """The folder was looked through for the first time."""
        with self._said() as database:
            database.execute(
                "insert or replace into folders values (?, ?, ?, ?)",
                [os.fsencode(path), time.time(), identity, films],
            )

    def left_alone(self, films: Sequence[Found]) -> dict[str, tuple[int, int]]:
        """The versions, by path, of those of these films that were left alone (in any version)."""
        found: dict[str, tuple[int, int]] = {}
        with self._said() as database:
            for at in range(0, len(films), _ASKED_AT_ONCE):
                some = [os.fsencode(each.path) for each in films[at : at + _ASKED_AT_ONCE]]
                marks = ", ".join("?" * len(some))
                query = f"select path, size, mtime_ns from films where path in ({marks})"  # noqa: S608 (marks alone)
                found.update(
                    (os.fsdecode(path), (size, mtime_ns)) for path, size, mtime_ns in database.execute(query, some)
                )
        return found

    def remember(self, films: Iterable[Found]) -> None:
        """These versions were there before and are left alone."""
        rows = [(os.fsencode(each.path), each.size, each.mtime_ns) for each in films]
        with self._said() as database:
            database.execute("begin immediate")
            try:
                database.executemany("insert or replace into films values (?, ?, ?)", rows)
            finally:
                database.execute("commit")

    @contextmanager
    def _said(self) -> Iterator[sqlite3.Connection]:
        """The database, for one thread; what goes wrong with it is said in one sentence."""
        with self._lock:
            try:
                yield self._database
            except sqlite3.Error as error:
                raise OutputFailed(f"The watcher's memory {self.path} cannot be used: {error}.") from error
