"""Chooses the moments that the music meets: the editor's markers, and the strongest changes with room between them.

The choice goes from the first change to the last and looks some seconds ahead: what a trim does to the picture
later leaves the moments before it alone.
"""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Literal

import numpy as np

from cutscore_composer.look.seen import Seen
from cutscore_composer.spot.curves import step
from cutscore_composer.spot.spotting import Moment, WeighedCut
from cutscore_composer.wishes import Sync

Manner = Literal["loose", "natural", "tight", "action"]
"""How the music meets the picture: as the user wishes, or following the action as comedies do."""


@dataclass(frozen=True, slots=True)
class _Manner:
    """How densely the music meets the picture."""

    most_a_minute: int
    usual_a_minute: float
    apart_seconds: Fraction
    weakest: float
    """Weight below which nothing is ever a moment."""
    patience_seconds: float
    """After so long without a moment the weakest will do."""
    motion: float
    """What a burst of movement weighs, of its strength."""


_MANNERS: dict[Manner, _Manner] = {
    "loose": _Manner(6, 6.0, Fraction(4), 0.2, 20.0, 0.0),
    "natural": _Manner(6, 4.8, Fraction(4), 0.15, 19.0, 0.5),
    "tight": _Manner(12, 10.0, Fraction(2), 0.1, 10.0, 0.5),
    "action": _Manner(20, 16.0, Fraction(3, 2), 0.1, 6.0, 0.9),
}
_FLASH = 0.65
_BEFORE_FINAL_SECONDS = Fraction(3, 2)
"""So long before the last chord nothing else is accented."""
_AFTER_START_SECONDS = Fraction(1)
_CLOSE = 0.1
"""So much heavier a moment must be when another has just been."""
_LATE_SECONDS = 75
"""What came in so long before a moment tells whether it is a strong one."""


def manner_of(sync: Sync, follows_action: bool) -> Manner:
    """The manner for a wish and a style; a style that follows the action does so unless few hits were asked for."""
    return "action" if follows_action and sync != "loose" else sync


def choose_moments(
    seen: Seen,
    cuts: Sequence[WeighedCut],
    markers: Sequence[int],
    borders: Sequence[int],
    manner: Manner,
    *,
    silent_until: int,
    final_frame: int,
) -> tuple[Moment, ...]:
    """The moments in order of time: every marker, then by weight as many changes as the manner allows."""
    how = _MANNERS[manner]
    first = silent_until + _AFTER_START_SECONDS * seen.rate
    last = final_frame - _BEFORE_FINAL_SECONDS * seen.rate
    apart = how.apart_seconds * seen.rate
    candidates = [
        moment
        for moment in _candidates(seen, cuts, borders, manner)
        if first <= moment.frame <= last and moment.weight >= how.weakest and _distance(moment.frame, markers) >= apart
    ]
    chosen = _taken(candidates, sorted(markers), how, seen)
    marked = [Moment(frame, "marker", 1.0) for frame in markers]
    return tuple(sorted([*marked, *chosen], key=lambda moment: moment.frame))


def _candidates(seen: Seen, cuts: Sequence[WeighedCut], borders: Sequence[int], manner: Manner) -> list[Moment]:
    if manner == "loose":
        sections = set(borders)
        return [Moment(cut.frame, "cut", cut.weight) for cut in cuts if cut.frame in sections]
    found = [Moment(cut.frame, "cut", cut.weight) for cut in cuts]
    for peak in seen.peaks:
        if peak.kind == "flash":
            found.append(Moment(peak.frame, "flash", step(_FLASH * peak.strength)))
        else:
            found.append(Moment(peak.frame, "motion", step(_MANNERS[manner].motion * peak.strength)))
    return sorted(found, key=lambda moment: (moment.frame, -moment.weight))


def _taken(candidates: Sequence[Moment], markers: Sequence[int], how: _Manner, seen: Seen) -> list[Moment]:
    """Each candidate that is heavy enough, that nothing heavier follows at once, and whose minute has room."""
    minute, apart = 60 * seen.rate, how.apart_seconds * seen.rate
    most = max(1, round(how.most_a_minute * min(1.0, float(seen.frames / minute))))
    heard = [c for i, c in enumerate(candidates) if not _outdone(candidates, i, apart, 2)]
    taken: list[int] = []
    kept: list[Moment] = []
    for index, moment in enumerate(heard):
        last = taken[-1] if taken else -minute
        if moment.frame - last < apart:
            continue
        crowd = _crowd(moment.frame, taken, markers, minute)
        since = min(moment.frame - last, _distance(moment.frame, markers)) / seen.rate
        if crowd < most and moment.weight >= _needed(float(since), _usual(heard, index, how, seen.rate), how):
            taken.append(moment.frame)
            kept.append(moment)
    return kept


def _outdone(candidates: Sequence[Moment], index: int, apart: Fraction, depth: int) -> bool:
    """Whether something heavier follows before there is room for both, which nothing heavier outdoes in turn."""
    here = candidates[index]
    for later in range(index + 1, len(candidates)):
        other = candidates[later]
        if other.frame - here.frame >= apart:
            return False
        if other.weight > here.weight and (depth == 0 or not _outdone(candidates, later, apart, depth - 1)):
            return True
    return False


def _usual(heard: Sequence[Moment], index: int, how: _Manner, rate: Fraction) -> float:
    """The weight from which there were as many candidates of late as the music usually meets."""
    here = heard[index].frame
    first = index
    while first and here - heard[first - 1].frame <= _LATE_SECONDS * rate:
        first -= 1
    seconds = min(_LATE_SECONDS, float(here / rate))
    rank = max(1, round(how.usual_a_minute * seconds / 60))
    weights = sorted((moment.weight for moment in heard[first : index + 1]), reverse=True)
    return weights[rank - 1] if rank <= len(weights) else how.weakest


def _needed(since_seconds: float, usual: float, how: _Manner) -> float:
    """The weight that is needed so long after a moment."""
    apart = float(how.apart_seconds)
    times = (apart, 2 * apart, 0.7 * how.patience_seconds, how.patience_seconds)
    levels = (usual + _CLOSE, usual, usual, how.weakest)
    return float(np.interp(since_seconds, times, levels))


def _crowd(frame: int, taken: Sequence[int], markers: Sequence[int], minute: Fraction) -> int:
    """How many moments lie in the minute before a frame, or in the fullest minute around it that has markers."""
    back = bisect_left(taken, ceil(frame - minute))
    near = markers[bisect_left(markers, ceil(frame - minute)) : bisect_right(markers, floor(frame + minute))]
    both = sorted([*taken[back:], *near])
    starts = itertools.chain([frame], (f for f in both if f <= frame), (f for f in near if f > frame))
    most = 0
    for start in starts:
        low = start if start <= frame else ceil(start - minute)
        most = max(most, bisect_right(both, floor(low + minute)) - bisect_left(both, low))
    return most


def _distance(frame: int, ordered: Sequence[int]) -> float:
    """How far the nearest of some frames in order is; infinite when there are none."""
    at = bisect_left(ordered, frame)
    near = [abs(ordered[i] - frame) for i in (at - 1, at) if 0 <= i < len(ordered)]
    return min(near, default=float("inf"))
