"""Bends the beat to the moments: the smoothest row of beats that meets its targets, by least squares.

What is minimised is the change of tempo from beat to beat (second differences of the beat times) plus the
weighted misses; that is one banded system, solved in time linear in the number of beats.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import solveh_banded

Times = npt.NDArray[np.float64]

_FIRM = 3.0e2
"""Weight of a full-weight target against the smoothness, at first; softened where the tempo would jump."""
_EARLY, _LATE = -0.008, 0.045
"""Seconds by which a kept target's beat may come before or after its moment."""


@dataclass(frozen=True, slots=True)
class Smoothed:
    """Times of the beats 0, 1, 2 … in seconds (0.01 ms steps), and the targets that were kept."""

    seconds: Times
    kept: frozenset[int]
    sound: bool
    """Whether the tempo stays within its bounds."""


def smooth(
    start: float, beats: int, pulls: dict[int, tuple[float, float, float]], period: float, bend: float, step: float
) -> Smoothed:
    """Beat times from `start` over `beats` beats.

    pulls: for each target (index): its place in beats (halves allowed), its seconds, its weight.
    period: seconds a beat that the tempo is to stay near. bend, step: most share of tempo change overall and
    from one beat to the next. Targets that would break these are softened, then let go, the lightest first.
    """
    firm = {index: _FIRM * max(0.05, weight) for index, (_, _, weight) in pulls.items()}
    kept = dict(pulls)
    times = _solve(start, beats, kept, firm, period)
    for _ in range(60):
        broken = _broken_beats(times, bend, step)
        missed = [i for i, (beat, at, _) in kept.items() if not _EARLY <= _at(times, beat) - at <= _LATE]
        if not broken.size and not missed:
            break
        if broken.size and (loose := _softer(kept, firm, broken)):
            for index in loose:
                firm[index] *= 0.4
        elif missed:
            # The lightest of the missed in each neighbourhood goes its own way.
            for index in _lightest_apart(missed, kept):
                del kept[index], firm[index]
        else:
            break
        times = _solve(start, beats, kept, firm, period)
    good = {i for i, (beat, at, _) in kept.items() if _EARLY <= _at(times, beat) - at <= _LATE}
    return Smoothed(np.round(times, 5), frozenset(good), not _broken_beats(times, bend, step).size)


def _solve(
    start: float, beats: int, pulls: dict[int, tuple[float, float, float]], firm: dict[int, float], period: float
) -> Times:
    """Least squares for the beat times, as deviations from an even beat, which keeps the numbers small."""
    count = beats + 1
    even = start + period * np.arange(count)
    band = np.zeros((3, count))  # upper form: band[2] diagonal, band[1] and band[0] beside it
    right = np.zeros(count)
    if count > 2:
        band[2, :-2] += 1.0
        band[2, 1:-1] += 4.0
        band[2, 2:] += 1.0
        band[1, 1:-1] -= 2.0
        band[1, 2:] -= 2.0
        band[0, 2:] += 1.0
    # A gentle wish to keep the tempo itself, so that long stretches without targets do not drift.
    keep = 2.0e-5
    band[2, :-1] += keep
    band[2, 1:] += keep
    band[1, 1:] -= keep
    band[2, 0] += 1.0e6
    for index, (beat, at, _) in pulls.items():
        low = min(int(beat), count - 2)
        share, weight = beat - low, firm[index]
        miss = at - (even[low] * (1 - share) + even[low + 1] * share)
        band[2, low] += weight * (1 - share) ** 2
        band[2, low + 1] += weight * share**2
        band[1, low + 1] += weight * share * (1 - share)
        right[low] += weight * (1 - share) * miss
        right[low + 1] += weight * share * miss
    solved: Times = even + solveh_banded(band, right, check_finite=False)
    return solved


def _at(times: Times, beat: float) -> float:
    low = min(int(beat), len(times) - 2)
    return float(times[low] + (beat - low) * (times[low + 1] - times[low]))


def _broken_beats(times: Times, bend: float, step: float) -> npt.NDArray[np.int64]:
    """Beats at which the tempo leaves its range or changes too fast."""
    lengths = np.diff(times)
    middle = float(np.median(lengths))
    far = np.flatnonzero(np.abs(lengths / middle - 1) > bend)
    jump = np.flatnonzero(np.abs(lengths[1:] / np.maximum(lengths[:-1], 1e-6) - 1) > step) + 1
    return np.unique(np.concatenate([far, jump]))


def _softer(
    pulls: dict[int, tuple[float, float, float]], firm: dict[int, float], broken: npt.NDArray[np.int64]
) -> set[int]:
    """The targets near broken beats that may still be softened."""
    loose: set[int] = set()
    places = sorted((beat, index) for index, (beat, _, _) in pulls.items())
    beats = np.array([beat for beat, _ in places])
    for at in broken:
        right = int(np.searchsorted(beats, at))
        near = [places[i][1] for i in (right - 1, right) if 0 <= i < len(places)]
        loose |= {index for index in near if firm[index] > 0.02}
    return loose


def _lightest_apart(missed: list[int], pulls: dict[int, tuple[float, float, float]]) -> list[int]:
    chosen: list[int] = []
    for index in sorted(missed, key=lambda i: (pulls[i][2], i)):
        if all(abs(pulls[index][0] - pulls[other][0]) > 16 for other in chosen):
            chosen.append(index)
    return chosen
