"""Mastering: the gain and the limiter's curve that bring the bus to its loudness under its true peak."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from cutscore_composer.mix.cells import loudness_of
from cutscore_composer.mix.limiter import Cellwise, limiter_curve, with_gain
from cutscore_composer.mix.loudness import SILENCE_DB, Loudness, Meter
from cutscore_composer.mix.tape import Tape

_PASSES = 4
"""Times at most that the sound is read: one is enough unless two meters differ."""
_TURNS = 24
_NEAR_LU = 0.005
_TOLERANCE_LU = 0.1
_SPARE_DB = 0.1
"""Under the wanted peak: meters interpolate in different ways."""
_MOST_GAIN_DB = 80.0


class Figures(Protocol):
    """What is known of each cell of a bus."""

    def result(self) -> tuple[Cellwise, Cellwise]:
        """(true peaks, K-weighted power) of all cells."""


@dataclass(frozen=True, slots=True)
class Mastered:
    """How the bus becomes the master."""

    gain: float
    cells: Cellwise
    """The limiter's curve, see limiter.with_gain."""
    loudness: Loudness
    """As the public meter reads the master."""


def mastered(
    bus: Tape, cells: Figures, master: Tape, lufs: float, dbtp: float, rate: int, told: Callable[[float], None]
) -> Mastered:
    """Write the bus to the master at its loudness; `told` hears 0 to 1 and may raise Cancelled."""
    peaks, powers = cells.result()
    ceiling_db, aim = dbtp - _SPARE_DB, lufs
    gain_db, curve, found = 0.0, np.ones(len(peaks), np.float32), Loudness(SILENCE_DB, SILENCE_DB, 0.0)
    for _ in range(_PASSES):
        gain_db, curve = _found_gain(peaks, powers, aim, ceiling_db, rate, gain_db)
        master.samples = 0
        meter = Meter(rate)
        for block in with_gain(bus, curve, 10 ** (gain_db / 20)):
            told(master.samples / max(1, bus.samples))
            master.write(block)
            meter.add(block)
        found = meter.result()
        short = lufs - found.lufs if found.lufs > SILENCE_DB else 0.0
        over = found.dbtp - dbtp
        if abs(short) <= _TOLERANCE_LU and over <= 0.0:
            break
        aim += short
        ceiling_db -= max(0.0, over + 0.02)
    return Mastered(10 ** (gain_db / 20), curve, found)


def _found_gain(
    peaks: Cellwise, powers: Cellwise, lufs: float, ceiling_db: float, rate: int, gain_db: float
) -> tuple[float, Cellwise]:
    """The gain (dB) with which the limited bus has the loudness, and the limiter's curve at that gain."""
    ceiling = 10 ** (ceiling_db / 20)
    curve = limiter_curve(peaks, 10 ** (gain_db / 20), ceiling, rate)
    for _ in range(_TURNS):
        now = loudness_of(powers * np.square(curve * np.float32(10 ** (gain_db / 20))), rate)
        if now is None:  # silence, or too quiet to be called music
            return gain_db, curve
        short = lufs - now
        gain_db = min(gain_db + short, _MOST_GAIN_DB)
        curve = limiter_curve(peaks, 10 ** (gain_db / 20), ceiling, rate)
        if abs(short) < _NEAR_LU:
            break
    return gain_db, curve
