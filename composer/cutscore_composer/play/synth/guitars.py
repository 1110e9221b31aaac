"""The distorted guitar: strings, an amplifier that saturates them together, and the loudspeakers.

Played twice, once on each side, as records do: no two takes are alike, and that is what makes it wide.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.signal import resample_poly, sosfilt

from cutscore_composer.play.synth.plucked import ROCK, plucked
from cutscore_composer.play.synth.shaping import band
from cutscore_composer.play.synth.strike import Strike, Wave

_OVERSAMPLED = 4
_SECONDS = 6.0
_MUTED_SECONDS = 0.6
_SIDE = 0.85
"""How far to the sides the two takes stand."""
_CABINET = ((115.0, 5.0, 1.0), (420.0, -2.0, 0.9), (1700.0, 2.0, 1.0), (2900.0, 4.5, 1.2))
"""Hertz, dB and Q of what four twelve-inch loudspeakers in a closed box do."""


def rock(strike: Strike, intervals: tuple[int, ...] = (0,), *, muted: bool = False) -> Wave:
    """Strings at these intervals above the pitch through one distorting amplifier; `muted` under the palm."""
    whole = _MUTED_SECONDS if muted else _SECONDS
    takes = [_take(replace(strike, variant=2 * strike.variant + side), intervals, muted, whole) for side in (0, 1)]
    near, far = (np.sqrt((1 + _SIDE) / 2), np.sqrt((1 - _SIDE) / 2))
    size = min(len(take) for take in takes)
    left, right = (take[:size] / np.sqrt((take[: strike.rate // 4] ** 2).mean()) for take in takes)
    made = np.stack([near * left + far * right, far * left + near * right], axis=1)
    return strike.finished(made, whole, rise=0.0006, fall=0.35 * whole)


def _take(strike: Strike, intervals: tuple[int, ...], muted: bool, whole: float) -> Wave:
    """One take (n,)."""
    size = len(strike.times(whole))
    cents = strike.random(3).normal(0, 1.0, len(intervals))
    strings = np.zeros(size)
    for interval, off in zip(intervals, cents, strict=True):
        one = replace(strike, pitch=strike.pitch + interval, seconds=min(strike.seconds, whole))
        string = plucked(ROCK, one, muted=muted, cents=float(off)).mean(axis=1)[:size]
        strings[: len(string)] += string
    strings /= np.abs(strings).max()
    gain = (7.0 if muted else 10.0) * (0.3 + 1.6 * strike.strength)
    fine = resample_poly(band(strings, 90, 1e6, strike.rate, 1), _OVERSAMPLED, 1)
    # Two stages, the second lopsided: the first makes it sing, the second makes it bite.
    first = np.tanh(gain * fine)
    first = band(first, 60, 6500, _OVERSAMPLED * strike.rate, 1)
    second = np.tanh(2.2 * first + 0.25) - np.tanh(0.25)
    loud = resample_poly(second, 1, _OVERSAMPLED)[:size]
    box = band(np.asarray(sosfilt(_cabinet(strike.rate), loud)), 80, 5000, strike.rate)
    return band(box, 0.0, 5400, strike.rate, 4)


@cache
def _cabinet(rate: int) -> npt.NDArray[np.float64]:
    """The peaks and dips as second-order sections (Robert Bristow-Johnson's peaking equaliser)."""
    sections = []
    for hertz, decibels, quality in _CABINET:
        turn, gain = 2 * np.pi * hertz / rate, 10 ** (decibels / 40)
        slope = np.sin(turn) / (2 * quality)
        over = 1 + slope / gain
        row = [1 + slope * gain, -2 * np.cos(turn), 1 - slope * gain, over, -2 * np.cos(turn), 1 - slope / gain]
        sections.append(np.array(row) / over)
    return np.array(sections)
