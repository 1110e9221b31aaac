"""A filter that moves: short stretches of sound, each through the filter as it stands at that moment."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy import fft

from cutscore_composer.play.synth.strike import Wave

_WINDOW = 1024


def swept(sound: Wave, response: Callable[[Wave, Wave], Wave], rate: int) -> Wave:
    """`sound` (n, 2) through a filter whose gain is `response`(seconds (m, 1), hertz (1, k)); zero phase."""
    hop = _WINDOW // 4
    size = len(sound)
    frames = -(-size // hop) + 3
    padded = np.zeros((2, (frames + 3) * hop))
    padded[:, 3 * hop : 3 * hop + size] = sound.T
    window = np.sqrt(0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(_WINDOW) + 0.5) / _WINDOW))
    cut = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW, axis=1)[:, ::hop] * window
    seconds = np.maximum((np.arange(cut.shape[1]) - 1) * hop / rate, 0)[:, None]
    hertz = (np.arange(_WINDOW // 2 + 1) * rate / _WINDOW)[None, :]
    moved = fft.irfft(fft.rfft(cut) * response(seconds, hertz), _WINDOW) * (window / 2)
    made = np.zeros_like(padded)
    for quarter in range(4):
        pieces = moved[:, :, quarter * hop : (quarter + 1) * hop].reshape(2, -1)
        made[:, quarter * hop : quarter * hop + pieces.shape[1]] += pieces[:, : made.shape[1] - quarter * hop]
    return np.ascontiguousarray(made[:, 3 * hop : 3 * hop + size].T)
