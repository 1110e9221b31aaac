"""Rates and rounding: Blender's frame rate is two floats, a time inside the extension is an exact fraction."""

from __future__ import annotations

from fractions import Fraction
from math import floor

_HALF = Fraction(1, 2)
_NTSC = 1001
_EXACT = Fraction(1, 100_000)
"""Blender keeps rates as 32-bit floats: a rate this near (relatively) to a whole or an NTSC one is that one."""


def exact_rate(value: float | Fraction) -> Fraction:
    """The rate meant by a float: 23.976024627685547 is 24000/1001.

    >>> exact_rate(24 / 1.0010000467300415)
    Fraction(24000, 1001)
    """
    near = Fraction(value)
    whole, ntsc = Fraction(round_half_up(near)), Fraction(round_half_up(near * _NTSC / 1000) * 1000, _NTSC)
    for rate in (whole, ntsc):
        if rate > 0 and abs(rate - near) <= rate * _EXACT:
            return rate
    return near.limit_denominator(_NTSC)


def scene_rate(fps: int, fps_base: float) -> Fraction:
    """Frames a second of a scene whose render settings say `fps` and `fps_base`."""
    return exact_rate(fps / Fraction(fps_base))


def round_half_up(value: Fraction) -> int:
    """The nearest whole number; a half goes up."""
    return floor(value + _HALF)


def frames_near(seconds: float | Fraction, rate: Fraction) -> int:
    """The whole frame nearest to a time."""
    return round_half_up(Fraction(seconds) * rate)


def tidy(value: float) -> Fraction:
    """A float of Blender's (a strip's start, a factor) as the fraction it stands for."""
    return Fraction(value).limit_denominator(10_000)
