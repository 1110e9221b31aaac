"""Exact times: what OpenTimelineIO writes as floats becomes whole frames or fractions at one rate.

A `Number` is an int where the time falls on a frame (nearly always, and fast), else a Fraction.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import Any

from cutscore_composer.errors import InputRefused
from cutscore_composer.timebase import nearest_rate

Number = int | Fraction

NEAR = 1e-4
"""A float this close to a whole number of frames is that number: floats of real files are that exact."""
MAX_FRAMES = 10**10
"""No time of a real file lies beyond this."""


def divided(value: Number, by: Number) -> Number:
    """Exact division that keeps whole numbers whole."""
    if by == 1:
        return value
    result = Fraction(value) / by
    return result.numerator if result.denominator == 1 else result


class Clock:
    """Turns OTIO times into frames at one rate, and remembers whether any did not fall on a frame."""

    def __init__(self, rate: Fraction) -> None:
        self.rate = rate
        self.fractional = 0
        """How many times fell between two frames."""
        self._factors: dict[float, Number] = {}

    def frames(self, time: Any) -> Number:
        """Frames of an `otio.opentime.RationalTime`. Raises InputRefused for NaN, infinity or a rate of 0."""
        value, factor = time.value, self._factors.get(time.rate)
        if factor is None:
            factor = self._factor(time.rate)
        if factor == 1 and value == (whole := int(value) if -MAX_FRAMES < value < MAX_FRAMES else 0):
            return whole
        return self._exact(value, factor)

    def _factor(self, rate: float) -> Number:
        factor = self.rate / exact_rate(rate)
        self._factors[rate] = factor if factor != 1 else 1
        return self._factors[rate]

    def _exact(self, value: float, factor: Number) -> Number:
        frames = exact_value(value) * factor
        nearest = math.floor(frames + Fraction(1, 2))
        if abs(frames - nearest) < NEAR:
            return nearest
        self.fractional += 1
        return frames


def exact_value(value: float) -> Fraction:
    """The count of frames meant by a float: whole where it is nearly whole. Raises InputRefused for NaN or infinity."""
    if not -MAX_FRAMES < value < MAX_FRAMES:
        raise InputRefused(f"The timeline holds a time of {value} frames, which is no time; export it again.")
    nearest = round(value)
    return Fraction(nearest) if abs(value - nearest) < NEAR else Fraction(value).limit_denominator(1_000_000)


def exact_rate(rate: float) -> Fraction:
    """The rate meant by a float. Raises InputRefused for what is no rate; sample rates pass too."""
    if isinstance(rate, float | int) and 1000 < rate <= 768_000:
        return Fraction(rate).limit_denominator(1000)
    try:
        return nearest_rate(float(rate))
    except (ValueError, OverflowError) as error:
        raise InputRefused(
            f"The timeline holds a rate of {rate} frames a second, which is none; export it again."
        ) from error


def seconds_between(later: Any, earlier: Any) -> Fraction:
    """Exact seconds from one OTIO time to another.

    Programs spell one rate in several ways (23.976, 23.976024627685547) and some rescale the value
    to the other spelling: of the two readings the one that falls on a whole frame is meant.
    """
    return _seconds_between(later.value, later.rate, earlier.value, earlier.rate)


@lru_cache(maxsize=65_536)
def _seconds_between(later: float, later_rate: float, earlier: float, earlier_rate: float) -> Fraction:
    rate, other = exact_rate(later_rate), exact_rate(earlier_rate)
    snapped = exact_value(later) / rate - exact_value(earlier) / other
    if later_rate == earlier_rate or rate != other:
        return snapped
    raw = (Fraction(later) / Fraction(later_rate) - Fraction(earlier) / Fraction(earlier_rate)) * rate
    if _off_frame(raw) < _off_frame(snapped * rate):
        return Fraction(round(raw)) / rate if _off_frame(raw) < Fraction(1, 100) else raw / rate
    return snapped


def _off_frame(frames: Fraction) -> Fraction:
    return abs(frames - round(frames))
