"""Bends the beat to a moment: the gentlest way from one tempo to another that makes a beat fall on time.

A bend is the natural logarithm of a beat's length over its length at the home tempo. A ramp leads from the
bend of the beat before straight to a level and holds it; how long some beats last then rises with the level
alone, so the level that meets a moment is found by halving.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_HALVINGS = 30
"""Enough for the level to be exact to a microsecond."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far a bend may go and how much it may change from one beat to the next, both as logarithms."""

    most: float
    step: float


def bounds_of(bend: float, step: float) -> Bounds:
    """Bounds from shares of the tempo: no beat is further than `bend` from the others, none than `step` from the last.

    Some of `bend` is kept back: the ear's home is where most beats are, and that may lie a little off the
    tempo that the cue started from.
    """
    return Bounds(0.75 * math.log1p(bend), 0.97 * math.log1p(step))


def ramp(before: float, level: float, beats: int, bounds: Bounds) -> list[float]:
    """The bends of the next `beats` beats on the way from the bend `before` to `level`."""
    made = []
    bend = before
    for _ in range(beats):
        bend += min(max(level - bend, -bounds.step), bounds.step)
        made.append(bend)
    return made


def seconds_of(bends: list[float], eighths: int, home: float) -> float:
    """How long the first `eighths` half beats last; home: seconds of a beat without bend."""
    whole = sum(home * math.exp(bend) for bend in bends[: eighths // 2])
    return whole + (0.5 * home * math.exp(bends[eighths // 2]) if eighths % 2 else 0.0)


def level_for(
    before: float, eighths: int, home: float, bounds: Bounds, least: float, most: float
) -> tuple[float, float] | None:
    """The level with which `eighths` half beats last between `least` and `most` seconds, and how long they last.

    The level nearest to home is taken; None when no level within the bounds will do.
    """
    beats = (eighths + 1) // 2

    def lasting(level: float) -> float:
        return seconds_of(ramp(before, level, beats, bounds), eighths, home)

    for level in (0.0, before):
        if least <= lasting(level) <= most:
            return level, lasting(level)
    low, high = -bounds.most, bounds.most
    wanted = least if lasting(0.0) < least else most
    if not lasting(low) <= wanted <= lasting(high):
        return None
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if lasting(middle) < wanted else (low, middle)
    level = high if wanted == least else low
    return level, lasting(level)
