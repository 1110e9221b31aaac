"""What the picture itself asks for: a mood from its light, colour and motion, when no word says otherwise."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from cutscore_composer.look.seen import CURVE_HZ, Curve, Seen
from cutscore_composer.spot.spotting import Spotting

_STEPS = 8
"""Valence and energy are told in steps of an eighth: a trim that turned the mood would turn all of the music."""
_OPENING_SECONDS = 8


@dataclass(frozen=True, slots=True)
class PictureMood:
    """Mood of a picture; `grain` is a number that tells pictures apart, from their opening, which later trims leave."""

    valence: float
    energy: float
    grain: int


def picture_mood(seen: Seen, spotting: Spotting) -> PictureMood:
    """Mood from the middle of the curves, in coarse steps so that small changes of the picture do not turn it."""
    light, colour = _middle(seen.brightness), _middle(seen.colour)
    motion, arc = _middle(seen.motion), _middle(spotting.energy)
    minutes = max(float(Fraction(seen.frames) / seen.rate) / 60.0, 1 / 60)
    cuts_a_minute = len(spotting.cuts) / minutes
    pace = min(1.0, cuts_a_minute / 30.0)
    # Light weighs most: dark pictures are scored in minor far more often than pale ones; fast cutting darkens
    # a little. The extremes are left to words.
    valence = 2.0 * (light - 0.38) + 1.2 * (colour - 0.28) - 0.25 * (pace - 0.3)
    energy = 0.12 + 0.35 * arc + 0.45 * min(1.0, motion * 1.6) + 0.25 * pace
    return PictureMood(_step(valence, -0.65, 0.7), _step(energy, 0.05, 0.95), _grain(seen))


def _middle(curve: Curve) -> float:
    return float(np.mean(curve, dtype=np.float64)) if curve.size else 0.3


def _step(value: float, low: float, high: float) -> float:
    return min(high, max(low, round(value * _STEPS) / _STEPS))


def _grain(seen: Seen) -> int:
    """From light, colour and busyness of the first lit seconds, coarsely."""
    lit = np.flatnonzero(seen.brightness >= 1 / 64)
    first = int(lit[0]) if lit.size else 0
    opening = slice(first, first + _OPENING_SECONDS * CURVE_HZ)
    values = (_middle(curve[opening]) for curve in (seen.brightness, seen.colour, seen.complexity))
    text = ",".join(str(round(value * 12)) for value in values)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "big")
