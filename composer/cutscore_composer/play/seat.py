"""Puts an instrument on its seat in the hall: side, width, distance, and the first reflections from the walls."""

from __future__ import annotations

import zlib

import numpy as np
from scipy.signal import butter, lfilter

from cutscore_composer.instruments.pack import Seat
from cutscore_composer.play.samples import Audio

_REFLECTIONS = 7
_INAUDIBLE = 1e-9
_EARS_SECONDS = 0.00035
"""How much later the far ear hears an instrument at the very side."""


class Seated:
    """Takes an instrument's dry blocks (n, 2) to its place; keeps what still travels between blocks."""

    def __init__(self, name: str, seat: Seat, rate: int) -> None:
        self._width = seat.width
        angle = (seat.pan + 1) * np.pi / 4
        self._sides = np.array([np.cos(angle), np.sin(angle)], np.float32) * np.float32(np.sqrt(2))
        self._taps = _taps(name, seat, rate)
        self._reach = max(delay for delay, _, _, _ in self._taps)
        self._silent = True
        self._past: Audio = np.zeros((2, self._reach), np.float32)
        # Distance takes the highs away: air and the backs of the rows in front.
        self._air = tuple(np.asarray(one, np.float32) for one in butter(1, 15_000 - 9_000 * seat.depth, fs=rate))
        self._air_state: Audio = np.zeros((2, 1), np.float32)

    def place(self, block: Audio) -> Audio:
        """A block on its seat, direct sound and reflections."""
        if self._silent and not block.any():
            return block
        # Sides as rows: each is read from one end to the other.
        left, right = block[:, 0], block[:, 1]
        middle, beside = (left + right) * np.float32(0.5), (left - right) * np.float32(0.5 * self._width)
        narrowed = np.stack([(middle + beside) * self._sides[0], (middle - beside) * self._sides[1]])
        aired, self._air_state = lfilter(*self._air, narrowed, zi=self._air_state)
        line = np.concatenate([self._past, aired], axis=1)
        placed = np.zeros((2, len(block)), np.float32)
        for delay, source, side, gain in self._taps:
            first = self._reach - delay
            placed[side] += gain * line[source, first : first + len(block)]
        self._past = line[:, line.shape[1] - self._reach :].copy()
        self._silent = bool(max(line.max(initial=0.0), -line.min(initial=0.0)) < _INAUDIBLE)
        return placed.T


def _taps(name: str, seat: Seat, rate: int) -> list[tuple[int, int, int, np.float32]]:
    """(delay in samples, from side, to side, gain): direct sound first, then walls; all positive delays."""
    later = round(abs(seat.pan) * _EARS_SECONDS * rate)
    direct = np.float32(1 - 0.30 * seat.depth)
    taps = [(later if seat.pan > 0 else 0, 0, 0, direct), (later if seat.pan < 0 else 0, 1, 1, direct)]
    random = np.random.default_rng((zlib.crc32(name.encode()), 77))
    first, last = 0.007 + 0.006 * (1 - seat.depth), 0.040 + 0.025 * seat.depth
    for number in range(_REFLECTIONS):
        for side in (0, 1):
            seconds = first + (last - first) * ((number + random.uniform(0.1, 0.9)) / _REFLECTIONS) ** 1.3
            gain = (0.10 + 0.24 * seat.depth) * 0.80**number * (1 if random.random() < 0.5 else -1)
            taps.append((round(seconds * rate), 1 - side if number % 2 else side, side, np.float32(gain)))
    return taps
