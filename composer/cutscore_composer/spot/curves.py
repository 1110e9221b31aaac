"""Curves at 10 Hz as spotting uses them: means around and between moments, and steps of 1/64.

Sums of values in steps of 1/64 are exact, so what is decided from them is the same on every machine.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor

import numpy as np
import numpy.typing as npt

from cutscore_composer.look.seen import CURVE_HZ, Curve

Doubles = npt.NDArray[np.float64]
STEPS = 64


def step(value: float, steps: int = STEPS) -> float:
    """The nearest 1/64 (or other share) within 0 to 1.

    What is told of a long stretch is told in coarse steps: some frames more or less should not turn it.
    """
    return min(max(floor(value * steps + 0.5), 0), steps) / steps


def sample_of(frame: int, rate: Fraction, length: int) -> int:
    """The curve sample at or just before a frame."""
    return min(max(0, floor(frame / rate * CURVE_HZ)), length - 1)


class Means:
    """Means of a curve over any stretch, each at once."""

    def __init__(self, curve: Curve | Doubles) -> None:
        self._sums = np.concatenate(([0.0], np.cumsum(curve, dtype=np.float64)))
        self.length = len(curve)

    def between(self, first: int, last: int) -> float:
        """Mean of samples `first` up to `last`, cut to the curve; the nearest sample where that is empty."""
        low = min(max(0, first), self.length - 1)
        high = min(max(low + 1, last), self.length)
        return float(self._sums[high] - self._sums[low]) / (high - low)

    def around(self, back: int, ahead: int) -> Doubles:
        """The curve smoothed: at each sample the mean of those up to `back` before and up to `ahead` after it."""
        at = np.arange(self.length)
        low, high = np.maximum(0, at - back), np.minimum(self.length, at + ahead + 1)
        made: Doubles = (self._sums[high] - self._sums[low]) / (high - low)
        return made
