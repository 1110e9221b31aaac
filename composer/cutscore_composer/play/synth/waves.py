"""Band-limited oscillators: one period in a fine table, read at any phase.

A table holds only partials that stay under the limit at the pitch for which it is made, so reading
it aliases nowhere; it is fine enough that straight lines between its points lie 80 dB under it.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from scipy import fft

from cutscore_composer.play.synth.strike import Wave

Shape = Literal["saw", "square", "pulse", "triangle"]

_TABLE = 16_384
_HIGHEST_PARTIAL = 160


def partials(shape: Shape, hertz: float, *, limit: float = 16_000.0) -> tuple[Wave, Wave]:
    """Frequencies and amplitudes (signed, of sines) of a wave's partials up to `limit` hertz."""
    number = np.arange(1.0, 1 + max(1, min(_HIGHEST_PARTIAL, int(limit / hertz))))
    if shape == "saw":
        amplitude = 1 / number
    elif shape == "square":
        amplitude = (number % 2) / number
    elif shape == "pulse":
        amplitude = 1.4 * np.sin(np.pi * number * 0.29) / number
    else:
        amplitude = (number % 2) / number**2 * np.where(number % 4 == 3, -1, 1)
    return number * hertz, np.asarray(amplitude)


def low_pass(hertz: Wave, corner: float | Wave, *, order: int = 4, peak: float = 0.0) -> Wave:
    """The gain of a synthesiser's filter: falls above its corner, where it may peak by `peak` (amplitude)."""
    gain = 1 / np.sqrt(1 + (hertz / corner) ** (2 * order))
    return np.asarray(gain * (1 + peak * np.exp(-(np.log2(np.maximum(hertz, 1.0) / corner) ** 2) / 0.10)))


def table(amplitude: Wave) -> Wave:
    """One period of the sum of sines with these amplitudes, the first being the fundamental's."""
    bins = np.zeros(_TABLE // 2 + 1, np.complex128)
    bins[1 : 1 + len(amplitude)] = -0.5j * amplitude * _TABLE
    period = fft.irfft(bins, _TABLE)
    return np.append(period, period[0])


def read(period: Wave, turns: Wave) -> Wave:
    """The wave at a phase counted in turns."""
    place = (turns - np.floor(turns)) * _TABLE
    below = np.minimum(place.astype(np.int64), _TABLE - 1)
    return np.asarray(period[below] + (place - below) * (period[below + 1] - period[below]))
