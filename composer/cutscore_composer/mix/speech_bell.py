"""The dialogue's own range, 1 to 4 kHz, taken out of accompaniment while somebody speaks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.signal import sosfilt

from cutscore_composer.mix.gain_points import duck_under, gain_at

DEPTH_DB = -6.0
"""In the middle of the range; over the whole of it that is 4 dB less power."""
_HERTZ = 2000.0
_Q = 0.55
_STEMS = frozenset({"harmony", "texture", "melody"})


class SpeechBell:
    """A bell that goes down under speech and up again after it."""

    def __init__(self, speech: Sequence[tuple[float, float]], rate: int) -> None:
        self._rate = rate
        self._points = duck_under(speech, DEPTH_DB)
        turn = 2 * np.pi * _HERTZ / rate
        width = np.sin(turn) / (2 * _Q)
        # A band-pass whose peak is 1: the sound less a share of it is a bell, whatever the share at the moment.
        self._band = np.array([[width, 0.0, -width, 1 + width, -2 * np.cos(turn), 1 - width]]) / (1 + width)
        self._state = np.zeros((1, 2, 2))

    @staticmethod
    def concerns(stem: str) -> bool:
        """Whether a stem gives way to words."""
        return stem in _STEMS

    def through(self, sides: npt.NDArray[np.float64], first: int) -> npt.NDArray[np.float64]:
        """A partition (2, n) that starts at sample `first`."""
        band, self._state = sosfilt(self._band, sides, zi=self._state)
        gain = gain_at(self._points, first, sides.shape[1], self._rate)
        return np.asarray(sides + (gain - 1) * band)
