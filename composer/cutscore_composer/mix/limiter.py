"""A true-peak limiter: looks ahead, acts on the four times oversampled peak, lets go slowly.

The gain is down before a peak comes and back 180 ms (1/e) after it; it is smooth throughout, so
that it neither clicks nor distorts the bass.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.ndimage import minimum_filter1d, uniform_filter1d
from scipy.signal import firwin, upfirdn

from cutscore_composer.mix.tape import Tape

Audio = npt.NDArray[np.float32]
Gain = npt.NDArray[np.float64]

_OVERSAMPLING = 4
_HALF_TAPS = 16
"""Samples that the interpolation looks to each side."""
_LOOK_AHEAD_SECONDS = 0.003
_RELEASE_SECONDS = 0.18
_CHUNK = 16_384
_TAPS = firwin(2 * _HALF_TAPS * _OVERSAMPLING + 1, 1 / _OVERSAMPLING, window=("kaiser", 7.0)) * _OVERSAMPLING


def limited(tape: Tape, gain: float, ceiling: float, rate: int) -> Iterator[Audio]:
    """The tape times `gain`, its true peak held under `ceiling` (amplitudes), in blocks; as long as the tape."""
    reach = round(_LOOK_AHEAD_SECONDS * rate)
    # The minimum looks `reach` to both sides, smoothing `reach` // 2, interpolation its taps.
    margin = 2 * reach + _HALF_TAPS
    release = np.exp(-1 / (_RELEASE_SECONDS * rate))
    lowered = 0.0
    for first in range(0, tape.samples, _CHUNK):
        size = min(_CHUNK, tape.samples - first)
        line = tape.read(first - margin, first + size + margin) * np.float32(gain)
        peaks = true_peaks(line, over=ceiling / 2)
        need = -np.log(minimum_filter1d(np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9)), 2 * reach + 1))
        # From here on: the chunk and `reach` to both sides of it.
        held = _let_go(need[margin - reach : margin + size + reach], lowered, release)
        lowered = float(held[size - 1])
        smooth = uniform_filter1d(np.exp(-held), reach | 1)[reach : reach + size]
        yield (line[margin : margin + size] * smooth[:, None]).astype(np.float32)


def true_peaks(audio: Audio, over: float = 0.0) -> Gain:
    """For each sample of (n, 2) the highest interpolated amplitude near it, of both sides.

    Where no sample within a chunk exceeds `over` its own amplitude is taken: no need to look closer.
    """
    plain = np.abs(audio).max(axis=1, initial=0.0).astype(np.float64)
    if not len(audio) or plain.max() <= over:
        return np.asarray(plain)
    first = _HALF_TAPS * _OVERSAMPLING
    for side in (0, 1):
        fine = np.abs(upfirdn(_TAPS, audio[:, side], _OVERSAMPLING))[first : first + len(audio) * _OVERSAMPLING]
        between = fine.reshape(-1, _OVERSAMPLING).max(axis=1)
        # A peak between two samples belongs to both.
        plain = np.maximum(plain, np.maximum(between, np.concatenate([between[:1], between[:-1]])))
    return np.asarray(plain)


def _let_go(need: Gain, before: float, release: float) -> Gain:
    """The need for reduction (nepers), falling no faster than the release; `before` is its value one sample earlier."""
    fall = release ** np.arange(1, len(need) + 1)
    return np.asarray(np.maximum(np.maximum.accumulate(need / fall), before) * fall)
