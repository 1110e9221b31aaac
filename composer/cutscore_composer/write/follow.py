"""Follows the picture beat by beat, as a conductor does who sees two bars and a half ahead and no further.

Nothing that the picture does later than that can change a beat: a trim leaves the tempo before it as it was.
Targets are met with downbeats where an odd bar or the bend allows it, else with beats or eighths; one that no
beat can meet within the bounds is let go, and its accent stands free.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from cutscore_composer.write.search import Metre, On, Target, reward
from cutscore_composer.write.smooth import Bounds, bounds_of, level_for, ramp

_SIGHT_BARS = 2.5
"""How far ahead the picture is seen, in bars; in short bars at least `_SIGHT_BEATS`."""
_SIGHT_BEATS = 8
_DEPTH = 3
"""So many targets are weighed together at most."""
_RELAX = 0.5
"""Share of the allowed step by which the tempo goes home where there is nothing to meet."""
_ODD_APART = {True: 16, False: 4}
"""Bars from one odd bar to the next, in steady tempo and in a tempo that bends."""
_WAIT_COST, _WAIT_BEATS = 0.06, 4
"""What it may cost to decide a beat later; from so many beats before a moment on it is decided."""
_ODD_COST = 0.16
_LEVEL_COST, _TURN_COST = 0.22, 0.10
"""What it costs to play at the edge of the tempo range, and to go from one edge to the middle."""


@dataclass(frozen=True, slots=True)
class Steady:
    """What stays the same throughout: seconds a beat at home, the metre, and the bounds of the bend."""

    home: float
    metre: Metre

    @property
    def bounds(self) -> Bounds:
        """Bounds of the bend."""
        return bounds_of(self.metre.bend, self.metre.step)

    @property
    def sight(self) -> float:
        """Seconds that are seen ahead."""
        return self.home * max(_SIGHT_BARS * self.metre.beats, _SIGHT_BEATS)


@dataclass(slots=True)
class Row:
    """Beats as they come: `seconds[i]` is when beat i begins, beat 0 first; `bends[i]` how it is bent."""

    seconds: list[float]
    bends: list[float]
    downbeats: list[int]
    met: dict[int, int]
    """For each target that is met: the half beat that it falls on, counted from beat 0."""
    last_odd: int = -(10**6)
    """The downbeat that ended the last odd bar."""

    @property
    def beat(self) -> int:
        """The beat that comes next."""
        return len(self.seconds) - 1


@dataclass(frozen=True, slots=True)
class _Here:
    """Where a plan stands: the next beat, its time, the bend before it, the last downbeat, the last odd bar's end."""

    beat: int
    seconds: float
    bend: float
    downbeat: int
    last_odd: int


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to meet the next target: half beats to it, the level of the bend, and the downbeats passed."""

    eighths: int
    level: float
    downbeats: tuple[int, ...]
    odd: bool
    worth: float
    there: _Here


class Follower:
    """Plays beats from `first` seconds on, meeting targets; `pick_up` beats come before the first downbeat."""

    def __init__(self, steady: Steady, targets: tuple[Target, ...], first: float, pick_up: int) -> None:
        self._steady = steady
        self._targets = targets
        self._bounds = steady.bounds
        self._next = 0
        self.row = Row([first], [], [pick_up], {})

    def run(self) -> Row:
        """The beats up to the last target, at least."""
        row, last = self.row, self._targets[-1]
        while self._next < len(self._targets):
            if (way := self._way()) is not None:
                self._go(way)
            elif row.seconds[-1] < last.seconds:
                self._stroll()
        return row

    def _way(self) -> _Way | None:
        """The way to the next target when it is in sight and can be met; targets let go are passed over."""
        here = self._here
        while self._next < len(self._targets):
            seen = self._seen()
            if not seen:
                return None
            let_go, ways = self._weigh(here, seen, _DEPTH)
            best = max(ways, key=lambda way: way.worth, default=None)
            if best is not None and best.worth >= let_go:
                return None if self._can_wait(here, seen, best) else best
            self._next += 1
        return None

    def _can_wait(self, here: _Here, seen: tuple[int, ...], best: _Way) -> bool:
        """Whether the same is met as well from the next beat on: what is decided late may still be trimmed."""
        if best.eighths <= 2 * _WAIT_BEATS or not self.row.bends:
            return False
        bend = self._relaxed(here.bend)
        seconds = here.seconds + self._steady.home * math.exp(bend)
        bar = here.downbeat + self._steady.metre.beats
        later = _Here(here.beat + 1, seconds, bend, bar if here.beat + 1 >= bar else here.downbeat, here.last_odd)
        _, ways = self._weigh(later, seen, _DEPTH)
        return max((way.worth for way in ways), default=-1.0) >= best.worth - _WAIT_COST

    @cached_property
    def _sight(self) -> float:
        return self._steady.sight

    @property
    def _here(self) -> _Here:
        row = self.row
        bend = row.bends[-1] if row.bends else 0.0
        return _Here(row.beat, row.seconds[-1], bend, row.downbeats[-1], row.last_odd)

    def _seen(self) -> tuple[int, ...]:
        """The targets that are in sight."""
        horizon = self.row.seconds[-1] + self._sight
        found = []
        for index in range(self._next, min(self._next + _DEPTH, len(self._targets))):
            if self._targets[index].seconds > horizon:
                break
            found.append(index)
        return tuple(found)

    def _weigh(self, here: _Here, seen: tuple[int, ...], depth: int) -> tuple[float, list[_Way]]:
        """What it is worth to let the first of the targets go, and each way to meet it with what follows."""
        rest = seen[1:]
        let_go = self._best(here, rest, depth - 1)
        ways = [
            _Way(w.eighths, w.level, w.downbeats, w.odd, w.worth + self._best(w.there, rest, depth - 1), w.there)
            for w in self._ways(here, self._targets[seen[0]])
        ]
        return let_go, ways

    def _best(self, here: _Here, seen: tuple[int, ...], depth: int) -> float:
        if not seen or depth <= 0:
            return 0.0
        let_go, ways = self._weigh(here, seen, depth)
        return max([let_go, *(way.worth for way in ways)])

    def _ways(self, here: _Here, target: Target) -> list[_Way]:
        """Every way to put a beat on a target."""
        home, bounds = self._steady.home, self._bounds
        least = target.seconds + target.early - here.seconds
        most = target.seconds + target.late - here.seconds
        if most < 0.25 * home:
            return []
        fewest = max(1, math.floor(2 * least / (home * math.exp(bounds.most))))
        made = []
        for eighths in range(fewest, math.ceil(2 * most / (home * math.exp(-bounds.most))) + 1):
            found = level_for(here.bend, eighths, home, bounds, least, most)
            if found is None:
                continue
            level, _ = found
            bends = ramp(here.bend, level, (eighths + 1) // 2, bounds)
            cost = (_LEVEL_COST * abs(level) + _TURN_COST * abs(level - here.bend)) / max(bounds.most, 1e-9)
            end = here.seconds + sum(home * math.exp(bend) for bend in bends)
            made += self._landings(here, target, eighths, level, cost, (end, bends[-1]))
        return made

    def _landings(
        self, here: _Here, target: Target, eighths: int, level: float, cost: float, end: tuple[float, float]
    ) -> list[_Way]:
        """The ways that differ in their bars only: all whole, or the last of them odd."""
        beats = self._steady.metre.beats
        arrival = here.beat + eighths // 2
        beat = here.beat + (eighths + 1) // 2
        whole = tuple(range(here.downbeat + beats, max(arrival, beat) + 1, beats))
        past = whole[-1] if whole else here.downbeat
        on: On = "eighth" if eighths % 2 else "downbeat" if past == arrival >= 0 else "beat"
        seconds, bend = end
        ways = [
            _Way(
                eighths,
                level,
                whole,
                False,
                target.weight * reward(on, target.kind) - cost,
                _Here(beat, seconds, bend, past, here.last_odd),
            )
        ]
        if on == "beat" and (odd := self._odd_bar(here, whole, arrival)) is not None:
            worth = target.weight * reward("downbeat", target.kind) - cost - _ODD_COST
            ways.append(_Way(eighths, level, odd, True, worth, _Here(beat, seconds, bend, arrival, arrival)))
        return ways

    def _odd_bar(self, here: _Here, whole: tuple[int, ...], arrival: int) -> tuple[int, ...] | None:
        """Downbeats when the bar before the arrival is odd: its rest of beats alone, or joined to the bar before."""
        metre = self._steady.metre
        if arrival - here.last_odd < _ODD_APART[metre.bend == 0] * metre.beats or here.downbeat > arrival:
            return None
        last = whole[-1] if whole else here.downbeat
        if arrival - last in metre.odd_bars:
            return (*whole, arrival)
        if whole and arrival - last + metre.beats in metre.odd_bars:
            return (*whole[:-1], arrival)
        return None

    def _go(self, way: _Way) -> None:
        row = self.row
        row.met[self._next] = 2 * row.beat + way.eighths
        bends = ramp(row.bends[-1] if row.bends else 0.0, way.level, (way.eighths + 1) // 2, self._bounds)
        for bend in bends:
            self._beat(bend)
        row.downbeats += way.downbeats
        if way.odd:
            row.last_odd = way.downbeats[-1]
        self._next += 1

    def _stroll(self) -> None:
        """One beat towards the home tempo."""
        row = self.row
        self._beat(self._relaxed(row.bends[-1] if row.bends else 0.0))
        if row.beat - row.downbeats[-1] >= self._steady.metre.beats:
            row.downbeats.append(row.downbeats[-1] + self._steady.metre.beats)

    def _relaxed(self, bend: float) -> float:
        """The bend of the next beat on the way home."""
        step = _RELAX * self._bounds.step
        return bend - min(max(bend, -step), step)

    def _beat(self, bend: float) -> None:
        # Rounded as it is played, so that what follows starts from what is written.
        self.row.seconds.append(round(self.row.seconds[-1] + self._steady.home * math.exp(bend), 6))
        self.row.bends.append(bend)
