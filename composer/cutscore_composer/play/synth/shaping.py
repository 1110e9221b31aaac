"""Noise and tones shaped in time and frequency: what drums and effects are made of."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, resample_poly, sosfilt

from cutscore_composer.play.synth.strike import Wave, noise

_OVERSAMPLED = 4


def times(seconds: float, rate: int) -> Wave:
    """The time of each sample of a sound of that length."""
    return np.arange(round(seconds * rate)) / rate


def decaying(seconds: Wave, life: float, *, hold: float = 0.0) -> Wave:
    """An envelope that holds at 1 and then falls to 1/e in `life` seconds."""
    return np.asarray(np.exp(-np.maximum(seconds - hold, 0) / life))


def turning(hertz: Wave, rate: int, phase: float = 0.0) -> Wave:
    """A sine whose frequency is given for each sample."""
    return np.asarray(np.sin(2 * np.pi * (np.cumsum(hertz) - hertz[0]) / rate + phase))


def band(sound: Wave, low: float, high: float, rate: int, order: int = 2) -> Wave:
    """The sound between two frequencies; 0 for `low` keeps all below, `high` above 0.45 × rate all above."""
    filters = []
    if low > 0:
        filters.append(_high_pass(order, low, rate))
    if high < 0.45 * rate:
        filters.append(_low_pass(order, high, rate))
    return np.asarray(sosfilt(np.concatenate(filters), sound, axis=0)) if filters else sound


def hiss(seconds: float, low: float, high: float, rate: int, random: np.random.Generator) -> Wave:
    """A band of noise (n, 2) with an RMS of 1, different on both sides."""
    made = band(noise(round(seconds * rate), random), low, high, rate)
    return np.asarray(made / np.sqrt((made**2).mean()))


def softened(sound: Wave, strength: float, corner: float, rate: int) -> Wave:
    """Darker the softer it is struck: at strength 1 as it is, at 0 mostly what lies under `corner`."""
    dull = sosfilt(_low_pass(1, corner, rate), sound, axis=0)
    share = 0.85 * (1 - strength)
    return np.asarray(sound * (1 - share) + dull * share)


def placed(sound: Wave, side: float) -> Wave:
    """The sound (n,) or (n, 2) moved to a side, −1 left to 1 right, at equal power."""
    angle = (side + 1) * np.pi / 4
    gains = np.array([np.cos(angle), np.sin(angle)]) * np.sqrt(2)
    return np.asarray((sound if sound.ndim == 2 else sound[:, None]) * gains)


def added(sound: Wave, other: Wave, gain: float = 1.0, at: int = 0) -> Wave:
    """`other` mixed into `sound` from sample `at`, as much of it as fits; changes and returns `sound`."""
    size = min(len(sound) - at, len(other))
    sound[at : at + size] += other[:size] * gain
    return sound


def driven(sound: Wave, amount: float, *, skew: float = 0.0) -> Wave:
    """The sound (n,) or (n, 2) through a saturating stage, four times oversampled; `skew` adds even partials."""
    fine = resample_poly(sound, _OVERSAMPLED, 1, axis=0)
    shaped = np.tanh(amount * fine + skew) - np.tanh(skew)
    return np.asarray(resample_poly(shaped, 1, _OVERSAMPLED, axis=0)[: len(sound)])


@cache
def _low_pass(order: int, hertz: float, rate: int) -> npt.NDArray[np.float64]:
    return np.asarray(butter(order, hertz, fs=rate, output="sos"))


@cache
def _high_pass(order: int, hertz: float, rate: int) -> npt.NDArray[np.float64]:
    return np.asarray(butter(order, hertz, "high", fs=rate, output="sos"))
