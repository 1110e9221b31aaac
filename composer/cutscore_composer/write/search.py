"""Finds how many beats lie between the moments of a picture: a beam search over tempo, metre and odd bars.

Positions are counted in eighths (half beats). A path says at which eighth each target falls and where the
downbeats are; the exact times come from `smooth`, which bends the beat to the targets.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

TargetKind = Literal["hit", "turn", "border", "final"]
"""A hit; a hit that opens a section; the opening of a section without a hit; the last chord."""

_SKIPS = 3
"""How many targets in a row a path may leave to themselves."""
_CANDIDATES = 7
"""How many counts of eighths are tried between two targets."""
_SLACK = 0.026
"""Seconds by which a target may be missed; the smoothing shares them out."""


_WEAK: dict[TargetKind, float] = {"hit": 0.9, "turn": 0.5, "border": 0.25, "final": 0.6}
"""What a beat that is no downbeat is worth to each kind of target."""
_ODD_APART = 4
"""Bars between two odd bars, at least."""


@dataclass(frozen=True, slots=True)
class Target:
    """A time that wants a beat: seconds, weight 0 to 1, and what it is."""

    seconds: float
    weight: float
    kind: TargetKind


@dataclass(frozen=True, slots=True)
class Metre:
    """What the search may do: beats a bar, odd bars it may use, how far and how fast the tempo may bend (shares)."""

    beats: int
    odd_bars: tuple[int, ...]
    bend: float
    step: float


@dataclass(frozen=True, slots=True)
class Path:
    """Where targets fall: eighths from the start for each index of a target; downbeats in eighths; the mean period."""

    score: float
    eighths: dict[int, int]
    downbeats: tuple[int, ...]
    period: float
    phase: int
    """Eighths since the last downbeat at the last target."""


@dataclass(frozen=True, slots=True)
class _State:
    score: float
    at: int
    phase: int
    bend: float
    target: int
    odd_at: int
    """Where the last odd bar ended, in eighths."""
    back: _State | None
    downbeats: tuple[int, ...]
    """Those after the state before, up to this one."""


def find_path(targets: tuple[Target, ...], start: float, bpm: float, metre: Metre, beam: int = 10) -> Path | None:
    """The best path at a tempo, or None when the final target cannot be reached within the bend.

    `targets` in order of time, the last one of kind "final".
    """
    period = 30.0 / bpm
    bar = 2 * metre.beats
    # Before the first downbeat there may be a pick-up of whole beats.
    states = [
        [
            _State(-0.05 if pick else 0.0, 0, (bar - pick) % bar, 0.0, -1, -1000, None, () if pick else (0,))
            for pick in range(0, bar, 2)
        ]
    ]
    for index, target in enumerate(targets):
        found: list[_State] = []
        for back in range(index, max(-1, index - _SKIPS - 1), -1):
            origin = start if back == 0 else targets[back - 1].seconds
            skipped = targets[back:index]
            passed = sum(t.weight * 0.12 for t in skipped)
            for state in states[back]:
                found += _arrivals(state, index, target, target.seconds - origin, passed, period, metre)
        states.append(_pruned(found, beam))
    last = states[-1]
    if not last:
        return None
    best = max(last, key=lambda s: s.score)
    return _path_of(best, period)


def _arrivals(
    state: _State, index: int, target: Target, seconds: float, passed: float, period: float, metre: Metre
) -> list[_State]:
    if seconds <= period:
        return []
    bar = 2 * metre.beats
    low, high = math.exp(-metre.bend * 0.92), math.exp(metre.bend * 0.92)
    fewest, most = math.ceil((seconds - _SLACK) / (period * high)), math.floor((seconds + _SLACK) / (period * low))
    likely = round(seconds / (period * math.exp(state.bend)))
    counts = sorted(range(max(1, fewest), most + 1), key=lambda n: (abs(n - likely), n))
    if len(counts) > _CANDIDATES:
        # A long way: what keeps the bars whole comes first.
        whole = sorted(counts, key=lambda n: ((state.phase + n) % bar != 0, abs(n - likely), n))
        counts = list(dict.fromkeys(whole[:4] + counts[:3]))
    made: list[_State] = []
    for count in counts:
        wanted = period * math.exp(state.bend)
        length = min(max(wanted, (seconds - _SLACK) / count), (seconds + _SLACK) / count)
        bend = math.log(length / period)
        # Between two stretches the tempo glides: half of each has to hold the change at `step` a beat.
        reach = metre.step * 0.8 * max(2.0, count / 2) if state.target >= 0 else metre.bend
        if abs(bend) > metre.bend * 0.92 or abs(bend - state.bend) > min(reach, 1.2 * metre.bend):
            continue
        cost = 2.5 * abs(bend - state.bend) + 1.2 * abs(bend)
        for phase, downbeats, reward, odd in _landings(state, count, metre, target):
            score = state.score + passed + target.weight * reward - cost - (0.16 if odd else 0.0)
            at = state.at + count
            made.append(_State(score, at, phase, bend, index, at if odd else state.odd_at, state, downbeats))
    return made


def _landings(
    state: _State, count: int, metre: Metre, target: Target
) -> list[tuple[int, tuple[int, ...], float, bool]]:
    """Phases at which a target may be reached: (phase, downbeats passed, reward, whether a bar is odd)."""
    bar = 2 * metre.beats
    steady = tuple(range(state.at + bar - state.phase, state.at + count + 1, bar))
    phase = (state.phase + count) % bar
    strong = 1.5 if target.kind == "final" else 1.25
    if phase == 0:
        return [(0, steady, strong, False)]
    weak = _WEAK[target.kind]
    reward = weak if phase % 2 == 0 else 0.55 * weak
    if phase == bar // 2 and phase % 2 == 0:
        reward += 0.1
    landings = [(phase, steady, reward, False)]
    if phase % 2 == 0 and count >= bar // 2 and state.at + count - state.odd_at >= _ODD_APART * bar:
        odd = _odd_bar(steady, phase // 2, state.at + count, state.at, metre)
        if odd is not None:
            landings.append((0, odd, strong, True))
    return landings


def _odd_bar(steady: tuple[int, ...], rest: int, arrival: int, origin: int, metre: Metre) -> tuple[int, ...] | None:
    """Downbeats when the bar before the arrival is odd: its rest of beats alone, or joined to the bar before."""
    if rest in metre.odd_bars and steady:
        return (*steady, arrival)
    joined = metre.beats + rest
    if joined in metre.odd_bars and len(steady) >= 2 and steady[-1] > origin:
        return (*steady[:-1], arrival)
    return None


def _pruned(found: list[_State], beam: int) -> list[_State]:
    kept: list[_State] = []
    seen: set[tuple[int, int]] = set()
    for state in sorted(found, key=lambda s: (-s.score, s.at, s.phase)):
        mark = (state.phase, round(state.bend * 120))
        if mark in seen:
            continue
        seen.add(mark)
        kept.append(state)
        if len(kept) == beam:
            break
    return kept


def _path_of(last: _State, period: float) -> Path:
    eighths: dict[int, int] = {}
    downbeats: list[int] = []
    state: _State | None = last
    while state is not None:
        downbeats += reversed(state.downbeats)
        if state.target >= 0:
            eighths[state.target] = state.at
        state = state.back
    return Path(last.score, eighths, tuple(reversed(downbeats)), period, last.phase)
