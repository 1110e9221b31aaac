"""Resampling in one Fourier transform: exact for a whole recording, no ripple, no aliasing.

The same transform can darken the sound, since a soft note is a darker one.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import fft

Audio = npt.NDArray[np.float32]

_PITCH_TOLERANCE = 4.0e-4
"""Two thirds of a cent: how far a length may stray from the exact ratio to be one that transforms fast."""
_TILT_HERTZ = 600.0
_LANES = 4
"""Single-precision numbers that a processor reckons with at once."""


def resampled(
    audio: Audio, ratio: float, rate: int, veils: Sequence[float] = (0.0,), gains: tuple[float, float] = (1.0, 1.0)
) -> list[Audio]:
    """`audio` (n, 1 or 2) stretched to (n × ratio, 2), once for each veil; `rate` is the rate after it."""
    size_in, size_out = _lengths(len(audio), ratio)
    sides = audio.shape[1]
    spectrum = fft.rfft(_in_lanes(audio.T), size_in)[:sides]
    bins = min(size_in, size_out) // 2 + 1
    plain = spectrum[:, :bins] * np.float32(size_out / size_in)
    hertz = np.arange(bins, dtype=np.float32) * np.float32(rate / size_out)
    tilt = 1 - 1 / np.sqrt(1 + (hertz / _TILT_HERTZ) ** 2)
    darkened = [plain * (1 - np.float32(veil) * tilt) if veil else plain for veil in veils]
    heard = fft.irfft(_in_lanes(np.concatenate(darkened)), size_out)
    made = []
    for first in range(0, sides * len(veils), sides):
        one = np.empty((round(len(audio) * ratio), 2), np.float32)
        for side, gain in enumerate(gains):
            np.multiply(heard[first + min(side, sides - 1), : len(one)], np.float32(gain), out=one[:, side])
        made.append(one)
    return made


def _in_lanes(rows: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The rows, filled up to fours with silence: four at once transform as fast as one, two one by one do not."""
    count = len(rows)
    if count == 1:
        return np.ascontiguousarray(rows)
    filled = np.zeros((-(-count // _LANES) * _LANES, rows.shape[1]), rows.dtype)
    filled[:count] = rows
    return filled


def _lengths(samples: int, ratio: float) -> tuple[int, int]:
    """Transform lengths in and out in the given ratio (to ⅔ cent), of small factors, so that they are fast."""
    smooth = _smooth_numbers()
    candidates = smooth[np.searchsorted(smooth, samples + 256) : np.searchsorted(smooth, samples * 1.6 + 4096)]
    exact = candidates * ratio
    after = np.minimum(np.searchsorted(smooth, exact), len(smooth) - 1)
    before = np.maximum(after - 1, 0)
    nearest = np.where(smooth[after] - exact < exact - smooth[before], smooth[after], smooth[before])
    off = np.abs(nearest / exact - 1)
    good = np.nonzero(off <= _PITCH_TOLERANCE)[0]
    # Lengths with great prime factors transform fifty times as long: rather the nearest pair without.
    chosen = int(good[0]) if len(good) else int(off.argmin())
    return int(candidates[chosen]), int(nearest[chosen])


@cache
def _smooth_numbers() -> npt.NDArray[np.int64]:
    """Numbers up to eight million without a prime factor over 11."""
    found = np.array([1], np.int64)
    for prime in (2, 3, 5, 7, 11):
        powers = [prime**power for power in range(24) if prime**power < 1 << 23]
        found = np.unique(np.outer(found, np.array(powers, np.int64)))
        found = found[found < 1 << 23]
    return found
