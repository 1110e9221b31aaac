"""Chooses the moments that the music meets: the editor's markers, and the strongest changes with room between them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from cutscore_composer.look.seen import Seen
from cutscore_composer.spot.curves import step
from cutscore_composer.spot.spotting import Moment, WeighedCut
from cutscore_composer.wishes import Sync


@dataclass(frozen=True, slots=True)
class _Manner:
    """How densely the music meets the picture."""

    most_a_minute: int
    sure_a_minute: int
    """This many are taken even where they are weak."""
    apart_seconds: Fraction
    least_weight: float
    weakest: float
    """Weight below which nothing is ever a moment."""


_MANNERS: dict[Sync, _Manner] = {
    "loose": _Manner(6, 0, Fraction(4), 0.3, 0.2),
    "natural": _Manner(6, 3, Fraction(4), 0.42, 0.15),
    "tight": _Manner(12, 6, Fraction(2), 0.3, 0.1),
}
_BEFORE_FINAL_SECONDS = Fraction(3, 2)
"""So long before the last chord nothing else is accented."""
_AFTER_START_SECONDS = Fraction(1)


def choose_moments(
    seen: Seen,
    cuts: Sequence[WeighedCut],
    markers: Sequence[int],
    borders: Sequence[int],
    sync: Sync,
    *,
    silent_until: int,
    final_frame: int,
) -> tuple[Moment, ...]:
    """The moments in order of time: every marker, then by weight as many changes as `sync` allows.

    Only what is near decides whether a change is taken, so a change of the picture stays local.
    """
    manner = _MANNERS[sync]
    first = silent_until + _AFTER_START_SECONDS * seen.rate
    last = final_frame - _BEFORE_FINAL_SECONDS * seen.rate
    candidates = [
        m for m in _candidates(seen, cuts, borders, sync) if first <= m.frame <= last and m.weight >= manner.weakest
    ]
    chosen = _spaced(candidates, markers, manner, seen)
    marked = [Moment(frame, "marker", 1.0) for frame in markers]
    return tuple(sorted([*marked, *chosen], key=lambda moment: moment.frame))


def _candidates(seen: Seen, cuts: Sequence[WeighedCut], borders: Sequence[int], sync: Sync) -> list[Moment]:
    if sync == "loose":
        sections = set(borders)
        return [Moment(cut.frame, "cut", cut.weight) for cut in cuts if cut.frame in sections]
    found = [Moment(cut.frame, "cut", cut.weight) for cut in cuts]
    for peak in seen.peaks:
        if peak.kind == "flash":
            found.append(Moment(peak.frame, "flash", step(0.65 * peak.strength)))
        else:
            found.append(Moment(peak.frame, "motion", step(0.5 * peak.strength)))
    return found


def _spaced(candidates: Sequence[Moment], markers: Sequence[int], manner: _Manner, seen: Seen) -> list[Moment]:
    """The strongest first, then whatever is far enough from these and the markers, while its minute has room for it."""
    minute = 60 * seen.rate
    apart = manner.apart_seconds * seen.rate
    short = min(1.0, float(seen.frames / minute))
    most, sure = max(1, round(manner.most_a_minute * short)), round(manner.sure_a_minute * short)
    taken = sorted(markers)
    kept = []
    for moment in sorted(candidates, key=lambda m: (-m.weight, m.frame)):
        crowd = _crowd(moment.frame, taken, minute)
        wanted = moment.weight >= manner.least_weight or crowd < max(sure, 1 if manner.sure_a_minute else 0)
        if wanted and crowd < most and _distance(moment.frame, taken) >= apart:
            insort(taken, moment.frame)
            kept.append(moment)
    return kept


def _crowd(frame: int, taken: Sequence[int], minute: Fraction) -> int:
    """How many of the taken frames, in order, lie in the fullest minute around a frame."""
    low, high = bisect_left(taken, ceil(frame - minute)), bisect_right(taken, floor(frame + minute))
    near = taken[low:high]
    starts = [f for f in near if f <= frame] + [frame]
    return max(bisect_right(near, floor(start + minute)) - bisect_left(near, start) for start in starts)


def _distance(frame: int, ordered: Sequence[int]) -> float:
    """How far the nearest of some frames in order is; infinite when there are none."""
    at = bisect_left(ordered, frame)
    near = [abs(ordered[i] - frame) for i in (at - 1, at) if 0 <= i < len(ordered)]
    return min(near, default=float("inf"))
