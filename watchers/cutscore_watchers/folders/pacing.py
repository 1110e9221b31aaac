"""Pacing: the clock that watching goes by, and when the next scan is due."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

SCAN_SHARE = 0.01
"""Of the time, at most, that is spent on scanning: a folder with very many films is looked through less often."""
FROZEN_SECONDS = 5.0
"""Who wakes that much too late was stopped, and may have missed what happened."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock that is never set, and the wall's, which may be set back: nothing is decided by the latter."""

    steady: Callable[[], float] = time.monotonic
    wall: Callable[[], float] = time.time


@dataclass(slots=True)
class Pace:
    """When to scan next."""

    clock: Clock
    due: float = 0.0
    """The next scan; at once to begin with."""
    _expected: float | None = None
    _offset: float | None = None
    _took: float = field(default=0.0)

    def scanned(self, began: float, every_seconds: float) -> None:
        """A scan that began then has just ended."""
        now = self.clock.steady()
        self._took = now - began
        self.due = now + max(every_seconds, self._took / SCAN_SHARE)

    def hurry(self, by: float) -> None:
        """A scan is wanted by then: but not so soon that scans follow one another without a pause."""
        self.due = min(self.due, max(by, self.clock.steady() + 2 * self._took))

    def sleeps_until(self, expected: float) -> None:
        """The next step is to come by then."""
        self._expected = expected

    def overslept(self) -> bool:
        """Whether this process was stopped or the machine slept since the last step, by either clock."""
        now = self.clock.steady()
        offset = self.clock.wall() - now
        late = self._expected is not None and now > self._expected + FROZEN_SECONDS
        jumped = self._offset is not None and abs(offset - self._offset) > FROZEN_SECONDS
        self._offset = offset
        return late or jumped
