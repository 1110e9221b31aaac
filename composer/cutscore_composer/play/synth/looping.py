"""Seamless loops made of spectral lines: every partial turns a whole number of times in a loop.

A slow change within the loop is a line beside the line, a chorus is several lines close together:
one inverse Fourier transform makes them all, exactly periodic and without aliasing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import fft

from cutscore_composer.play.synth.strike import Wave

_HIGHEST_HERTZ = 13_500.0


@dataclass(frozen=True, slots=True)
class Loop:
    """The length of a loop in which the fundamental turns a whole number of times."""

    size: int
    turns: int
    rate: int

    @property
    def hertz(self) -> float:
        """The fundamental as it sounds."""
        return self.turns * self.rate / self.size


def loop_of(hertz: float, rate: int, seconds: float) -> Loop:
    """The loop of about `seconds` that is best in tune, of a size that transforms fast."""
    sizes = []
    size = round(seconds * rate)
    while size < 1.12 * seconds * rate:
        size = fft.next_fast_len(size + 1, real=True)
        sizes.append(size)
    turns = [max(1, round(one * hertz / rate)) for one in sizes]
    errors = [abs(number * rate / one / hertz - 1) for one, number in zip(sizes, turns, strict=True)]
    best = int(np.argmin(errors))
    return Loop(sizes[best], turns[best], rate)


class Lines:
    """Gathers spectral lines of both sides and turns them into a loop (n, 2)."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._bins = np.zeros((2, int(_HIGHEST_HERTZ * loop.size / loop.rate)), np.complex128)

    def add(self, hertz: npt.ArrayLike, left: npt.ArrayLike, right: npt.ArrayLike) -> None:
        """Lines at the bins nearest to `hertz`, complex amplitude on each side; those above 13.5 kHz are left out."""
        wanted, left, right = np.broadcast_arrays(np.atleast_1d(hertz), left, right)
        places = np.round(np.asarray(wanted) * self._loop.size / self._loop.rate).astype(np.int64)
        fits = (places > 0) & (places < self._bins.shape[1])
        np.add.at(self._bins[0], places[fits], left[fits])
        np.add.at(self._bins[1], places[fits], right[fits])

    def loop(self, gain: Wave | None = None) -> Wave:
        """The loop; `gain` is a factor for each bin."""
        return self._turned(self._bins if gain is None else self._bins * gain)

    def breathing(self, low: Wave, high: Wave, phases: tuple[float, float]) -> Wave:
        """The loop through a gain that goes from `low` to `high` and back once, from another phase on each side.

        Slowly multiplied is shifted by a line: the whole is still one transform.
        """
        moving = self._bins * (high - low)
        bins = self._bins * low + 0.5 * moving
        for side, phase in enumerate(phases):
            turn = np.exp(1j * phase) / 4j
            bins[side, 1:] += turn * moving[side, :-1]
            bins[side, :-1] += np.conj(turn) * moving[side, 1:]
        return self._turned(bins)

    def _turned(self, bins: npt.NDArray[np.complex128]) -> Wave:
        half = (bins * (self._loop.size / 2)).astype(np.complex64)
        return np.ascontiguousarray(fft.irfft(half, self._loop.size).T, np.float64)

    @property
    def hertz(self) -> Wave:
        """The frequency of each bin."""
        return np.arange(self._bins.shape[1]) * self._loop.rate / self._loop.size
