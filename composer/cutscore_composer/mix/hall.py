"""The hall: a stereo impulse response of our own and its convolution in blocks.

The response is noise whose decay depends on its frequency, as in a hall of wood and plaster:
long below 700 Hz, short above 5 kHz; left and right are independent, so that it surrounds.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import fft
from scipy.signal import butter, sosfilt

Audio = npt.NDArray[np.float32]

PARTITION = 8192
"""Samples of every block that the hall takes."""
_BANDS = (
    # low, high (hertz), seconds to −60 dB, level
    (90.0, 250.0, 2.0, 0.36),
    (250.0, 700.0, 2.2, 0.85),
    (700.0, 2000.0, 2.0, 0.95),
    (2000.0, 5000.0, 1.5, 0.62),
    (5000.0, 11_000.0, 0.9, 0.30),
)
_PREDELAY_SECONDS = 0.024
_LENGTH_SECONDS = 2.7


@cache
def hall_response(rate: int) -> Audio:
    """The impulse response (n, 2), of energy 1 a side."""
    random = np.random.default_rng(1912)
    size = round(_LENGTH_SECONDS * rate)
    seconds = np.arange(size) / rate
    response = np.zeros((size, 2))
    for low, high, decay, level in _BANDS:
        band = sosfilt(butter(2, [low, high], "band", fs=rate, output="sos"), random.standard_normal((size, 2)), axis=0)
        response += level * band / np.sqrt((band**2).mean()) * np.exp(-6.9078 * seconds / decay)[:, None]
    # The sound field grows dense over its first instants instead of starting like a gate.
    response *= (1 - np.exp(-seconds / 0.012))[:, None]
    response[-round(0.3 * rate) :] *= np.linspace(1, 0, round(0.3 * rate))[:, None]
    response /= np.sqrt((response**2).sum(axis=0))
    return np.concatenate([np.zeros((round(_PREDELAY_SECONDS * rate), 2)), response]).astype(np.float32)


class Hall:
    """Convolves partitions with the hall's response: uniformly partitioned overlap-save, without delay."""

    def __init__(self, rate: int) -> None:
        response = hall_response(rate)
        count = -(-len(response) // PARTITION)
        padded = np.zeros((count * PARTITION, 2), np.float32)
        padded[: len(response)] = response
        self._filters = fft.rfft(padded.reshape(count, PARTITION, 2).transpose(0, 2, 1), 2 * PARTITION)
        self._spectra = np.zeros_like(self._filters)
        self._newest = 0
        self._previous: Audio = np.zeros((PARTITION, 2), np.float32)
        self._heard = 0

    def sound(self, partition: Audio) -> Audio:
        """What the hall adds while this partition (PARTITION, 2) sounds in it."""
        self._heard = len(self._filters) if partition.any() else self._heard - 1
        if self._heard < -1:
            return np.zeros_like(partition)
        count = len(self._filters)
        self._newest = (self._newest - 1) % count
        window = np.concatenate([self._previous, partition])
        self._spectra[self._newest] = fft.rfft(np.ascontiguousarray(window.T))
        self._previous = partition.copy()
        order = (self._newest + np.arange(count)) % count
        total = np.einsum("pcf,pcf->cf", self._spectra[order], self._filters)
        return np.ascontiguousarray(fft.irfft(total, 2 * PARTITION)[:, PARTITION:].T, np.float32)
