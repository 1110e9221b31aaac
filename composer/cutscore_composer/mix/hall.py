"""The hall: a stereo impulse response of our own and its convolution in blocks.

The response is noise whose decay depends on its frequency, as in a hall of wood and plaster:
long below 700 Hz, short above 5 kHz; left and right are independent, so that it surrounds.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import fft
from scipy.signal import butter, sosfilt

Audio = npt.NDArray[np.float32]
"""Shape (2, samples): left and right."""

PARTITION = 32_768
"""Samples of every block that the hall takes."""
HALL_SECONDS = 2.2
"""How long the hall rings (to −60 dB, at 500 Hz) unless a style wants another."""
_BANDS = (
    # low, high (hertz), ringing against that of the hall, level
    (90.0, 250.0, 0.91, 0.36),
    (250.0, 700.0, 1.0, 0.85),
    (700.0, 2000.0, 0.91, 0.95),
    (2000.0, 5000.0, 0.68, 0.62),
    (5000.0, 11_000.0, 0.41, 0.30),
)
_PREDELAY_SECONDS = (0.005, 0.024)
"""Of a room of no length, and of a hall of HALL_SECONDS or more."""
_LENGTH = 1.23
"""Of the response, against the hall's ringing."""


@lru_cache(maxsize=4)
def hall_response(rate: int, seconds: float = HALL_SECONDS) -> Audio:
    """The impulse response (2, n) of a hall that rings for `seconds`, of energy 1 a side."""
    random = np.random.default_rng(1912)
    size = round(_LENGTH * seconds * rate)
    times = np.arange(size) / rate
    response = np.zeros((2, size))
    for low, high, share, level in _BANDS:
        noise = random.standard_normal((size, 2)).T
        band = sosfilt(butter(2, [low, high], "band", fs=rate, output="sos"), np.ascontiguousarray(noise))
        response += level * band / np.sqrt((band**2).mean()) * np.exp(-6.9078 * times / (share * seconds))
    # The sound field grows dense over its first instants instead of starting like a gate.
    dense = min(1.0, seconds / HALL_SECONDS)
    response *= 1 - np.exp(-times / (0.002 + 0.010 * dense))
    tail = round(0.11 * size)
    response[:, size - tail :] *= np.linspace(1, 0, tail)
    response /= np.sqrt((response**2).sum(axis=1, keepdims=True))
    delay = _PREDELAY_SECONDS[0] + (_PREDELAY_SECONDS[1] - _PREDELAY_SECONDS[0]) * dense
    return np.concatenate([np.zeros((2, round(delay * rate))), response], axis=1).astype(np.float32)


class Hall:
    """Convolves partitions with the hall's response: uniformly partitioned overlap-save, without delay."""

    def __init__(self, rate: int, seconds: float = HALL_SECONDS) -> None:
        response = hall_response(rate, seconds)
        count = -(-response.shape[1] // PARTITION)
        padded = np.zeros((2, count * PARTITION), np.float32)
        padded[:, : response.shape[1]] = response
        parts = padded.reshape(2, count, PARTITION).transpose(1, 0, 2)
        self._filters = fft.rfft(np.ascontiguousarray(parts), 2 * PARTITION)
        self._coming = np.zeros_like(self._filters)
        """What earlier partitions still add to this one, at `_now`, and in a ring to those after it."""
        self._now = 0
        self._previous: Audio = np.zeros((2, PARTITION), np.float32)
        self._ringing = 0

    def sound(self, partition: Audio | None) -> Audio | None:
        """What the hall adds while this partition (2, PARTITION) sounds in it; None is silence."""
        if partition is None:
            if not self._ringing:
                return None
            partition = np.zeros_like(self._previous)
            self._ringing -= 1
        else:
            self._ringing = len(self._filters)
        spectrum = fft.rfft(np.concatenate([self._previous, partition], axis=1))
        self._previous = partition
        count = len(self._filters)
        for number, response in enumerate(self._filters):
            self._coming[(self._now + number) % count] += response * spectrum
        made = fft.irfft(self._coming[self._now], 2 * PARTITION)[:, PARTITION:]
        self._coming[self._now] = 0
        self._now = (self._now + 1) % count
        return np.asarray(made, np.float32)
