"""What mastering needs to know of the bus, measured once: true peak and loudness power of every 32 samples.

The limiter and the search for the gain work on these few figures instead of on the sound, so that the
sound itself is read again only once.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.signal import firwin, sosfilt, upfirdn

Audio = npt.NDArray[np.float32]

CELL = 32
"""Samples."""
_OVERSAMPLING = 4
_HALF_TAPS = 12
"""Samples that the interpolation looks to each side; less than a cell."""
_TAPS = (firwin(2 * _HALF_TAPS * _OVERSAMPLING + 1, 1 / _OVERSAMPLING, window=("kaiser", 6.0)) * _OVERSAMPLING).astype(
    np.float32
)


class Cells:
    """Takes the bus in blocks and keeps the figures of its cells; 8 bytes for every 32 samples."""

    def __init__(self, rate: int) -> None:
        self._weighting = k_weighting(rate)
        self._state = np.zeros((2, 2, 2))
        self._past: Audio = np.zeros((2 * CELL, 2), np.float32)
        self._rest: Audio = np.zeros((0, 2), np.float32)
        self._peaks: list[npt.NDArray[np.float32]] = []
        self._powers: list[npt.NDArray[np.float32]] = []

    def add(self, block: Audio) -> None:
        """Measure on: a block (n, 2)."""
        sound = np.concatenate([self._rest, block]) if len(self._rest) else block
        whole = len(sound) // CELL * CELL
        self._rest = sound[whole:].copy()
        if whole:
            self._measure(sound[:whole])

    def result(self) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """(true peaks, K-weighted power of both sides) of all cells, the last one filled with silence."""
        if len(self._rest):
            self.add(np.zeros((CELL - len(self._rest), 2), np.float32))
        self._measure(np.zeros((CELL, 2), np.float32))
        empty = np.zeros(0, np.float32)
        # Peaks are known one cell late; the cell of silence before the sound makes up for it.
        return np.concatenate([*self._peaks, empty])[1:], np.concatenate([*self._powers, empty])[:-1]

    def _measure(self, sound: Audio) -> None:
        rows = np.ascontiguousarray(sound.T)
        weighted, self._state = sosfilt(self._weighting, rows, zi=self._state)
        parts = weighted.reshape(2, -1, CELL)
        self._powers.append(np.asarray(np.einsum("scn,scn->c", parts, parts) / CELL, np.float32))
        line = np.concatenate([self._past, sound])
        self._past = line[-2 * CELL :].copy()
        self._peaks.append(np.maximum.reduceat(true_peaks(line)[CELL:-CELL], np.arange(0, len(sound), CELL)))


def true_peaks(audio: Audio) -> npt.NDArray[np.float32]:
    """For each sample of (n, 2) the highest interpolated amplitude near it, of both sides."""
    highest = np.zeros(len(audio), np.float32)
    first = _HALF_TAPS * _OVERSAMPLING
    for side in (0, 1) if len(audio) else ():
        row = np.abs(audio[:, side], dtype=np.float32)
        np.maximum(highest, row, out=highest)
        fine = np.abs(upfirdn(_TAPS, audio[:, side].astype(np.float32), _OVERSAMPLING))
        for phase in range(1, _OVERSAMPLING):
            between = fine[first + phase :: _OVERSAMPLING][: len(row)]
            # A peak between two samples belongs to both.
            np.maximum(highest, between, out=highest)
            np.maximum(highest[1:], between[:-1], out=highest[1:])
    return highest


def k_weighting(rate: int) -> npt.NDArray[np.float64]:
    """The two sections of ITU-R BS.1770-4: a head's shelf and a high-pass, for any sample rate."""
    shelf_hertz, shelf_db, shelf_q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
    turn = math.tan(math.pi * shelf_hertz / rate)
    high, band = 10 ** (shelf_db / 20), 10 ** (shelf_db / 20 * 0.4996667741545416)
    below = 1 + turn / shelf_q + turn * turn
    shelf = [
        (high + band * turn / shelf_q + turn * turn) / below,
        2 * (turn * turn - high) / below,
        (high - band * turn / shelf_q + turn * turn) / below,
        1.0,
        2 * (turn * turn - 1) / below,
        (1 - turn / shelf_q + turn * turn) / below,
    ]
    cut_hertz, cut_q = 38.13547087602444, 0.5003270373238773
    turn = math.tan(math.pi * cut_hertz / rate)
    below = 1 + turn / cut_q + turn * turn
    cut = [1.0, -2.0, 1.0, 1.0, 2 * (turn * turn - 1) / below, (1 - turn / cut_q + turn * turn) / below]
    return np.array([shelf, cut])


def loudness_of(powers: npt.NDArray[np.floating], rate: int) -> float | None:
    """Integrated loudness (LUFS, gated after BS.1770) of K-weighted cell powers; None where all is under the gate.

    Sound of less than 0.4 s, which the standard does not know, is one block.
    """
    per_step = rate / 10 / CELL
    steps = int(len(powers) / per_step)
    sums = np.concatenate([[0.0], np.cumsum(powers, dtype=np.float64)])
    if steps < 4:
        blocks = np.array([sums[-1] / max(1, len(powers))])
    else:
        edges = np.interp(np.arange(steps + 1) * per_step, np.arange(len(sums)), sums)
        blocks = (edges[4:] - edges[:-4]) / (4 * per_step)
    heard = blocks[blocks > 10 ** ((-70 + 0.691) / 10)]
    if not len(heard):
        return None
    heard = heard[heard > heard.mean() / 10]
    return float(-0.691 + 10 * np.log10(heard.mean()))
