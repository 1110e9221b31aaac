"""Weighs every change of shot: how much an editor would want the music to meet it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from cutscore_composer.look.seen import CURVE_HZ, Seen, SeenCut
from cutscore_composer.spot.curves import Means, sample_of, step
from cutscore_composer.spot.spotting import WeighedCut

_STRONG = 0.85
"""Strength of a cut that is as strong as it gets."""
_BESIDE = 2 * CURVE_HZ
"""Samples on each side over which motion and light are compared."""
_LONG_SHOT_SECONDS = 6.0
"""A cut after a shot this long is noticed as much as can be."""
_EDGE_SECONDS = 1.0
"""Nearer to the start or the end than this a cut weighs less: the music has just begun, or is over."""


def weigh_cuts(seen: Seen, borders: Sequence[int]) -> tuple[WeighedCut, ...]:
    """Every cut with its weight, in order; `borders` are the frames where sections begin."""
    motion, light = Means(seen.motion), Means(seen.brightness)
    sections = set(borders)
    before = 0
    weighed = []
    for cut in seen.cuts:
        weight = weight_of(cut, cut.frame - before, seen, motion, light)
        if cut.frame in sections:
            weight = step(weight + 0.15)
        weighed.append(WeighedCut(cut.frame, cut.kind, weight))
        before = cut.frame
    return tuple(weighed)


def weight_of(cut: SeenCut, shot_frames: int, seen: Seen, motion: Means, light: Means) -> float:
    """Weight of a cut by itself: its strength, what moves and shines before and after, the shot that it ends."""
    at = sample_of(cut.frame, seen.rate, motion.length)
    moves = motion.between(at + 1, at + 1 + _BESIDE) - motion.between(at - _BESIDE, at)
    shines = light.between(at + 1, at + 1 + _BESIDE) - light.between(at - _BESIDE, at)
    # Movement that starts asks for an accent more than movement that stops.
    change = min(1.0, 1.5 * moves if moves > 0 else -moves)
    lasting = min(1.0, float(shot_frames / seen.rate) / _LONG_SHOT_SECONDS)
    weight = 0.6 * min(1.0, cut.strength / _STRONG) + 0.18 * change + 0.1 * min(1.0, abs(shines) * 2) + 0.12 * lasting
    return step(weight * _position(cut.frame, seen.frames, seen.rate))


def _position(frame: int, frames: int, rate: Fraction) -> float:
    edge = float(min(frame, frames - frame) / rate)
    return min(1.0, 0.4 + 0.6 * edge / _EDGE_SECONDS)
