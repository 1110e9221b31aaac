"""Candidates: films that are not jobs yet, each with what it waits for and when it is looked at next.

Nothing is ever given up: a film that does not get further is looked at again, less and less often, down to once a
minute, and at once when something is heard of it. Times are of a clock that is never set.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

from cutscore_watchers.folders.scan import Found

FIRST_WAIT_SECONDS = 2.0
LONGEST_WAIT_SECONDS = 60.0


@dataclass(slots=True)
class Candidate:
    """A film that is not a job yet."""

    found: Found
    first: float
    """When it was first seen."""
    changed: float
    """When it was last seen to change."""
    since: float
    """Seconds since the epoch at which it was first seen."""
    due: float
    old: bool
    """Whether it lay there when the watching began: who comes later goes first."""
    reason: str = "was seen a moment ago"
    grew: bool = False
    waits: int = 0
    place: tuple[int, int] | None = None
    """The identity of the watched folder that it was last found in by a scan."""
    dated: bool = False
    """Whether only time is missing: it is known when it will be ready if nothing changes."""

    def quiet_until(self, seconds: float) -> float:
        """When it will not have changed for so long."""
        return self.changed + seconds


class Candidates:
    """The films of one watched folder that are not jobs yet."""

    def __init__(self) -> None:
        self._all: dict[str, Candidate] = {}
        self._queues: tuple[list[tuple[float, str]], list[tuple[float, str]]] = ([], [])
        """Of those that came later and of the old ones; an entry whose time is not the candidate's is out of date."""

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Candidate]:
        return iter(list(self._all.values()))

    def __contains__(self, path: str) -> bool:
        return path in self._all

    def get(self, path: str) -> Candidate | None:
        """The candidate of this path."""
        return self._all.get(path)

    def see(self, found: Found, now: float, wall: float, quiet_seconds: float, *, old: bool = False) -> bool:
        """A film was seen as `found`; whether that is anything new. It is due once it has been quiet."""
        known = self._all.get(found.path)
        if known is None:
            self._all[found.path] = candidate = Candidate(found, now, now, wall, 0.0, old)
        elif known.found == found:
            return False
        else:
            candidate = known
            candidate.grew = found.size > known.found.size and found.inode == known.found.inode
            candidate.reason = "still grows" if candidate.grew else "was changed a moment ago"
            candidate.found, candidate.changed, candidate.old = found, now, False
            candidate.waits, candidate.dated = 0, False
        self._set(candidate, now + quiet_seconds)
        return True

    def hear_of(self, path: str, now: float, quiet_seconds: float) -> None:
        """Something happened to a film that has not changed (it was closed, its side-car came): look soon."""
        candidate = self._all.get(path)
        if candidate is not None:
            candidate.waits = 0
            self._set(candidate, max(now, candidate.changed + quiet_seconds))

    def wait(self, candidate: Candidate, reason: str, now: float, until: float | None = None) -> None:
        """A look at a film did not let it further; it is looked at again at `until`, or after a while."""
        candidate.reason, candidate.dated = reason, until is not None
        pause = min(LONGEST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2 ** min(candidate.waits, 10))
        candidate.waits += 1
        self._set(candidate, now + pause if until is None else until)

    def drop(self, path: str) -> Candidate | None:
        """A film that became a job, or is gone."""
        return self._all.pop(path, None)

    def next_due(self) -> float | None:
        """When the next look is due."""
        heads = [queue[0][0] for queue in self._queues if self._tidied(queue)]
        return min(heads, default=None)

    def take_due(self, now: float) -> Candidate | None:
        """A candidate that is due; call `wait`, `see` or `drop` for it, or it will not come again."""
        for queue in self._queues:
            if self._tidied(queue) and queue[0][0] <= now:
                candidate = self._all[heapq.heappop(queue)[1]]
                # Another entry for the same moment must not give it out again.
                candidate.due = float("inf")
                return candidate
        return None

    def _set(self, candidate: Candidate, due: float) -> None:
        candidate.due = due
        queue = self._queues[candidate.old]
        heapq.heappush(queue, (due, candidate.found.path))
        if len(queue) > 64 and len(queue) > 4 * len(self._all):
            queue[:] = [(each.due, each.found.path) for each in self._all.values() if each.old == candidate.old]
            heapq.heapify(queue)

    def _tidied(self, queue: list[tuple[float, str]]) -> bool:
        """Whether anything is left after taking away what is out of date at the head."""
        while queue:
            due, path = queue[0]
            candidate = self._all.get(path)
            if candidate is not None and candidate.due == due and self._queues[candidate.old] is queue:
                return True
            heapq.heappop(queue)
        return False
