"""Places: how many requests are open, and how many pieces are composed, at once on the whole machine.

Every place is a file lock in a folder that all processes of the server share, so a process that is killed
leaves no place taken. Several machines share nothing: each counts its own.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from cutscore_composer.server.file_lock import FileLock, take

POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Counts:
    """How full it is."""

    open: int
    """Requests, of all keys."""
    composing: int
    waiting: int


class Places:
    """The places of one machine."""

    def __init__(self, folder: Path, *, composing: int, queue: int) -> None:
        """`composing` pieces at once, and as many open requests more as `queue`."""
        self._folder = folder
        self._composing = composing
        self._most_open = composing + queue
        self._numbers = count()
        for name in ("keys", "open", "composing", "waiting"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    def enter(self, key: str, most: int) -> Entry | str:
        """An open request's place, or the reason why there is none: "key" or "machine"."""
        own = self._folder / "keys" / hashlib.sha256(key.encode()).hexdigest()[:16]
        own.mkdir(exist_ok=True)
        with self._alone():
            of_key = _first_free(own, most)
            if of_key is None:
                return "key"
            among_all = _first_free(self._folder / "open", self._most_open)
            if among_all is None:
                of_key.release()
                return "machine"
            return Entry(self, [of_key, among_all], current=_taken(own))

    def counts(self) -> Counts:
        """How full it is now."""
        with self._alone():
            return Counts(*(_taken(self._folder / name) for name in ("open", "composing", "waiting")))

    def ticket(self) -> FileLock:
        """A place at the end of the line of those that wait to be composed."""
        name = f"{time.monotonic_ns():020d}-{os.getpid()}-{next(self._numbers)}"
        with self._alone():
            lock = take(self._folder / "waiting" / name)
        assert lock is not None
        return lock

    def first_in_line(self, ticket: FileLock) -> FileLock | None:
        """The place to compose in, if one is free and nobody came before."""
        with self._alone():
            for path in sorted((self._folder / "waiting").iterdir()):
                if path.name >= ticket.path.name:
                    break
                dead = take(path)
                if dead is None:
                    return None
                dead.release(remove=True)
            return _first_free(self._folder / "composing", self._composing)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process counts meanwhile; it takes microseconds."""
        lock = take(self._folder / "counting", wait=True)
        while lock is None:
            lock = take(self._folder / "counting", wait=True)
        try:
            yield
        finally:
            lock.release()


class Entry:
    """The place of one open request."""

    def __init__(self, places: Places, locks: list[FileLock], current: int) -> None:
        self._places = places
        self._locks = locks
        self._place: FileLock | None = None
        self.current = current
        """Open requests of the same key, this one included, when it came."""

    async def turn(self) -> None:
        """Wait until it may be composed; first come, first served."""
        ticket = self._places.ticket()
        try:
            while (place := self._places.first_in_line(ticket)) is None:
                await asyncio.sleep(POLL_SECONDS)
            self._place = place
        finally:
            ticket.release(remove=True)

    def composed(self) -> None:
        """Give the place among those that are composed to the next."""
        if self._place is not None:
            self._place.release()
            self._place = None

    def leave(self) -> None:
        """Give every place back."""
        self.composed()
        while self._locks:
            self._locks.pop().release()


def _first_free(folder: Path, most: int) -> FileLock | None:
    return next((lock for n in range(most) if (lock := take(folder / f"{n:04d}")) is not None), None)


def _taken(folder: Path) -> int:
    found = 0
    for path in folder.iterdir():
        lock = take(path)
        found += lock is None
        if lock is not None:
            lock.release()
    return found
