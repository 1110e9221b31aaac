"""Chooses the tempo and the first downbeat, from the moments of the opening alone.

What the picture does later has no say: however it is trimmed there, the tempo stays. The choice is made
among even tempi; `follow` then plays on from it, bending the beat where the style allows that.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

TargetKind = Literal["hit", "turn", "border", "final"]
"""A hit; a hit that opens a section; the opening of a section without a hit; the last chord."""
On = Literal["downbeat", "beat", "eighth"]

_OPENING_SECONDS = 32.0
"""The moments up to here choose the tempo."""
_SHORT_SECONDS = 48.0
"""In a picture up to this long the last chord has a say too."""
_TEMPO_STEP = 0.004
"""Ratio less one of one tempo to the next that is tried."""
_LEADS = 12
"""How many places of the first beat are tried within a beat."""
_LONGEST_LEAD_SECONDS = 0.6
_HOMESICK = 1.0
"""What a tempo loses for each natural-log unit that it lies from where the cue likes it."""
_PICK_UP_COST, _LEAD_COST = 0.04, 0.05

_WEAK: dict[TargetKind, float] = {"hit": 0.9, "turn": 0.5, "border": 0.25, "final": 0.6}
"""What a beat that is no downbeat is worth to each kind of target."""
_EIGHTH_SHARE = 0.55
_SIXTEENTH = 0.2


@dataclass(frozen=True, slots=True)
class Target:
    """A time that wants a beat: seconds, weight 0 to 1 (a little more for turns), and what it is."""

    seconds: float
    weight: float
    kind: TargetKind
    early: float = -0.004
    late: float = 0.020
    """Seconds by which its beat may come before and after it."""


@dataclass(frozen=True, slots=True)
class Metre:
    """What the search may do: beats a bar, odd bars it may use, how far and how fast the tempo may bend (shares)."""

    beats: int
    odd_bars: tuple[int, ...]
    bend: float
    step: float


@dataclass(frozen=True, slots=True)
class Opening:
    """An even beat to start from: seconds a beat, when the first one falls, beats before the first downbeat."""

    home: float
    first: float
    pick_up: int


def reward(on: On, kind: TargetKind) -> float:
    """What it is worth to a target of weight 1 to fall on a downbeat, another beat, or an eighth between."""
    if on == "downbeat":
        return 1.5 if kind == "final" else 1.25
    return _WEAK[kind] * (1.0 if on == "beat" else _EIGHTH_SHARE)


def choose_opening(
    targets: tuple[Target, ...],
    start: float,
    bpm_range: tuple[float, float],
    metre: Metre,
    home: float,
    *,
    free: bool,
    on_time: bool = False,
) -> Opening:
    """The tempo within the range and the first downbeat with which most of the opening's weight is met.

    start: seconds from which music may sound. home: where in the range (0 to 1) the tempo likes to lie.
    free: whether the first beat may wait up to a beat after `start`; else it falls on it. on_time: whether the
    first downbeat falls on `start`, and nothing before it.
    """
    told = [target for target in targets if target.seconds - start <= _OPENING_SECONDS and target.kind != "final"]
    if targets and targets[-1].kind == "final" and targets[-1].seconds - start <= _SHORT_SECONDS:
        told.append(targets[-1])
    liked = bpm_range[0] * (bpm_range[1] / bpm_range[0]) ** home
    best, most = Opening(60.0 / liked, start, 0), -math.inf
    for bpm in _tempi(bpm_range, liked):
        beat = 60.0 / bpm
        far = _HOMESICK * abs(math.log(bpm / liked))
        for lead in _leads(beat) if free else (0.0,):
            for pick_up in range(1 if on_time else metre.beats):
                worth = -far - _PICK_UP_COST * (pick_up > 0) - _LEAD_COST * (lead > 0)
                opening = Opening(beat, start + lead, pick_up)
                worth += sum(_met(target, opening, metre) for target in told)
                if worth > most + 1e-9:
                    best, most = opening, worth
    return best


def _tempi(bpm_range: tuple[float, float], liked: float) -> Iterator[float]:
    """Tempi of the range, the one that is liked first and then those further and further from it."""
    low, high = bpm_range
    yield liked
    for steps in range(1, math.ceil(math.log(high / low) / _TEMPO_STEP) + 1):
        for bpm in (liked * (1 + _TEMPO_STEP) ** steps, liked * (1 + _TEMPO_STEP) ** -steps):
            if low <= bpm <= high:
                yield bpm


def _leads(beat: float) -> Iterator[float]:
    for place in range(_LEADS):
        if (lead := beat * place / _LEADS) <= _LONGEST_LEAD_SECONDS:
            yield lead


def _met(target: Target, opening: Opening, metre: Metre) -> float:
    """What an even beat is worth to a target."""
    eighth = 0.5 * opening.home
    if target.late - target.early > eighth:
        return 0.0  # it will be met by any tempo
    since = target.seconds + target.early - opening.first
    place = math.ceil(since / eighth - 1e-9)
    off = opening.first + place * eighth - target.seconds
    if place < 0:
        return 0.0
    if off > target.late:
        between = math.ceil(2 * since / eighth - 1e-9) * 0.5 * eighth + opening.first - target.seconds
        return target.weight * _SIXTEENTH if between <= target.late else 0.0
    on: On = "eighth" if place % 2 else "beat" if (place // 2 - opening.pick_up) % metre.beats else "downbeat"
    return target.weight * reward(on, target.kind)
