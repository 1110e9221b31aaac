"""Moves: bursts of movement and moves of the camera inside a shot, each with the moment at which it is fastest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np

from cutscore_composer.look.seen import CURVE_HZ, Seen
from cutscore_composer.spot.curves import sample_of
from cutscore_composer.timebase import frames_near

_LEAST_BURST = 0.25
_FAST, _SLOW = 0.42, 0.3
"""Movement that is a move, and under which it begins and ends."""
_LEAST_SAMPLES, _MOST_SAMPLES = 6, 45
"""A move lasts from half a second to four and a half: what moves for longer is the shot."""
_RISE = 0.18
"""How far a move rises above where it begins."""
_REACH = (0.35, 1.1)
"""Seconds that a whoosh comes before and goes after, at least and at most."""


@dataclass(frozen=True, slots=True)
class Move:
    """A movement: when it is fastest, how strong, and the seconds that it takes to come and to go."""

    frame: int
    strength: float
    before: float
    after: float
    name: str


def moves_in(seen: Seen) -> Iterator[Move]:
    """All of a picture, in no order."""
    taken = []
    for peak in seen.peaks:
        if peak.kind == "motion" and peak.strength >= _LEAST_BURST:
            taken.append(peak.frame)
            place = sample_of(peak.frame, seen.rate, len(seen.motion))
            before, after = _slopes(seen.motion, place)
            yield Move(peak.frame, min(1.0, 0.25 + peak.strength), before, after, "whoosh with the movement")
    edges = [0, *(cut.frame for cut in seen.cuts), seen.frames]
    for first, last in pairwise(sample_of(frame, seen.rate, len(seen.motion)) for frame in edges):
        for start, stop in _runs(seen.motion[first + 1 : last - 1] >= _FAST):
            start, stop = start + first + 1, stop + first + 1
            place = start + int(np.argmax(seen.motion[start:stop]))
            frame = frames_near(Fraction(place, CURVE_HZ), seen.rate)
            begun = float(seen.motion[max(first, start - 3) : start + 1].min())
            rise = float(seen.motion[place]) - begun
            apart = all(abs(frame - other) > seen.rate for other in taken)
            if _LEAST_SAMPLES <= stop - start <= _MOST_SAMPLES and rise >= _RISE and apart:
                before, after = _slopes(seen.motion, place)
                strength = min(1.0, 0.7 * float(seen.motion[place]))
                yield Move(frame, strength, before, after, "whoosh with the camera")


def _runs(inside: np.ndarray) -> Iterator[tuple[int, int]]:
    """Stretches in which something holds, half-open."""
    steps = np.flatnonzero(np.diff(np.concatenate([[False], inside, [False]]).astype(np.int8)))
    yield from zip(steps[::2].tolist(), steps[1::2].tolist(), strict=True)


def _slopes(motion: np.ndarray, place: int) -> tuple[float, float]:
    """Seconds from where it begins to move to the peak, and from there to where it ends."""
    level = min(_SLOW, 0.5 * float(motion[place]))
    left, right = place, place
    while left > 0 and motion[left - 1] > level:
        left -= 1
    while right < len(motion) - 1 and motion[right + 1] > level:
        right += 1
    low, high = _REACH
    return min(high, max(low, (place - left) / CURVE_HZ)), min(high, max(low, (right - place) / CURVE_HZ))
