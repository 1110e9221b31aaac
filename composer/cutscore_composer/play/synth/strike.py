"""What a synthesised sound is asked for, and the levels at which all of them are handed over."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter1d

Wave = npt.NDArray[np.float64]
"""(n, 2) or (n,)"""

PEAK = 10 ** (-6 / 20)
"""RMS of the loudest 30 ms of a struck sound."""
BODY = 10 ** (-22 / 20)
"""RMS of a sustained sound."""


@dataclass(frozen=True, slots=True)
class Strike:
    """One struck note."""

    name: str
    pitch: int
    strength: float
    """0 to 1: how hard, which is how bright."""
    variant: int
    rate: int
    seconds: float = math.inf
    """How much of it is wanted; more is not made."""

    @property
    def hertz(self) -> float:
        """The fundamental."""
        return hertz_of(self.pitch)

    def times(self, whole: float) -> Wave:
        """The time of each sample that is wanted of a sound that lasts `whole` seconds."""
        return np.arange(round(min(whole, self.seconds) * self.rate)) / self.rate

    def finished(self, made: Wave, whole: float, *, rise: float = 0.0005, fall: float = 0.02) -> Wave:
        """The sound from zero, and back to zero over its last `fall` of `whole` seconds if it goes so far."""
        into = max(2, round(rise * self.rate))
        made[:into] *= (0.5 - 0.5 * np.cos(np.linspace(0, np.pi, into)))[:, None]
        first = max(0, round((whole - fall) * self.rate))
        if first < len(made):
            place = np.arange(len(made) - first) / max(1, round(fall * self.rate) - 1)
            made[first:] *= (0.5 + 0.5 * np.cos(np.minimum(place, 1) * np.pi))[:, None]
        return made

    def random(self, use: int = 0) -> np.random.Generator:
        """The note's own source of chance, alike for every strength: harder is the same stroke, harder."""
        return np.random.default_rng((zlib.crc32(self.name.encode()), self.pitch, self.variant, use))


def hertz_of(pitch: float) -> float:
    """The frequency of a MIDI pitch."""
    return float(440.0 * 2 ** ((pitch - 69) / 12))


def at(table: tuple[tuple[float, float], ...], value: float) -> float:
    """A figure from a table of (value, figure), straight between them and constant outside."""
    values, figures = zip(*table, strict=True)
    return float(np.interp(value, np.asarray(values), np.asarray(figures)))


def loudest(made: Wave, rate: int) -> float:
    """RMS of the loudest 30 ms."""
    power = uniform_filter1d((made**2).mean(axis=1), min(len(made), round(0.03 * rate)), mode="constant")
    return float(np.sqrt(power.max()))


def faded(made: Wave, rate: int, *, rise: float = 0.0005, fall: float = 0.02) -> Wave:
    """The sound with `rise` seconds to come in and `fall` seconds to go out; begins and ends at zero."""
    into, out = max(2, round(rise * rate)), max(2, round(fall * rate))
    made[:into] *= (0.5 - 0.5 * np.cos(np.linspace(0, np.pi, into)))[:, None]
    made[-out:] *= (0.5 + 0.5 * np.cos(np.linspace(0, np.pi, out)))[:, None]
    return made


def both(mono: Wave) -> Wave:
    """One channel on both sides."""
    return np.stack([mono, mono], axis=1)


def noise(size: int, random: np.random.Generator) -> Wave:
    """White noise (n, 2), different on both sides."""
    return random.standard_normal((size, 2))
