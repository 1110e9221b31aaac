"""The guitars of wire and amplifier: clean electric, and the distorted one through its loudspeakers."""

from __future__ import annotations

import numpy as np
from scipy.signal import butter, resample_poly, sosfilt

from cutscore_composer.play.synth.plucked import ELECTRIC, plucked
from cutscore_composer.play.synth.strike import Strike, Wave, faded

_OVERSAMPLED = 4


def rock(strike: Strike, intervals: tuple[int, ...] = (0,), *, muted: bool = False) -> Wave:
    """The strings at these intervals through one distorting amplifier."""
    strings = [
        plucked(ELECTRIC, Strike(strike.name, strike.pitch + one, strike.strength, strike.variant, strike.rate))
        for one in intervals
    ]
    size = min(len(one) for one in strings) if not muted else round(0.5 * strike.rate)
    mono = np.sum([_sized(one, size) for one in strings], axis=0).mean(axis=1)
    mono /= np.abs(mono).max()
    if muted:
        mono *= np.exp(-np.arange(size) / (0.07 * strike.rate))
    fine = resample_poly(mono, _OVERSAMPLED, 1)
    shaped = np.tanh((8 + 20 * strike.strength) * fine + 0.15) - np.tanh(0.15)
    made = _cabinet(resample_poly(shaped, 1, _OVERSAMPLED)[:size], strike.rate)
    return faded(np.stack([made, made], axis=1), strike.rate, fall=0.3)


def _sized(sound: Wave, size: int) -> Wave:
    return np.concatenate([sound[:size], np.zeros((max(0, size - len(sound)), 2))])


def _cabinet(mono: Wave, rate: int) -> Wave:
    low = butter(2, 80, "high", fs=rate, output="sos")
    high = butter(4, 4800, "low", fs=rate, output="sos")
    return np.asarray(sosfilt(np.concatenate([low, high]), mono))
