"""The ear: one pass over a sound in flat memory, to what tempo, key, loudness and brightness are read from.

>>> ear = Ear()
>>> for block in blocks:                                             # doctest: +SKIP
...     ear.add(block)                                               # (n,) at EAR_RATE
>>> ear.onsets()                                                     # doctest: +SKIP
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
from scipy import fft
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from scipy.signal import sosfilt

from cutscore_composer.look.seen import CURVE_HZ
from cutscore_composer.mix.cells import k_weighting

EAR_RATE = 22_050
"""Hertz at which is listened: beats and keys are told below 11 kHz."""
HOP = 256
ONSET_HZ = EAR_RATE / HOP
"""Values a second of the onset curve."""
BINS = 120
"""Bins of an octave: ten to the semitone, so that the tuning is found afterwards."""
_SHORT, _LONG, _LONG_HOP = 2048, 8192, 2048
_LOW_HERTZ, _HIGH_HERTZ, _BANDS_OF_OCTAVE = 40.0, 9_000.0, 18
_LAG = 3
"""Windows over which a rise is taken: 35 ms."""
_TONES = (55.0, 2100.0)
"""Hertz within which tones are looked for; those below `_BASS` are the bass."""
_BASS = 260.0
_AROUND, _STANDS_OUT = 41, 1.8
"""Bins over which the level around a tone is taken, and how far a tone stands out of it."""
_FREE_SECONDS, _FREE_SHARE = 6.0, 0.3
"""So much without speech is enough for a key."""
_COMPRESSION = 400.0
_BRIGHT, _DARK = (2000.0, 8000.0), (200.0, 2000.0)

Doubles = npt.NDArray[np.float64]


class Ear:
    """Takes mono sound in blocks of any length."""

    def __init__(self) -> None:
        self._held = np.zeros(_SHORT // 2, np.float32)
        self._long_held = np.zeros(_LONG // 2, np.float32)
        self._last = np.zeros((_LAG, len(_edges()) - 1), np.float32)
        self._flux: list[Doubles] = []
        self._weighting = k_weighting(EAR_RATE)
        self._state = np.zeros((2, 2))
        self._level_rest = np.zeros(0)
        self._levels: list[Doubles] = []
        self._sides: list[Doubles] = []
        self._pitches = np.zeros((2, 2, BINS))
        """Of what is spoken over and what is not: all tones, and the bass."""
        self._seconds = np.zeros(2)
        self.samples = 0

    def add(self, block: npt.NDArray[np.float32], *, spoken: bool = False) -> None:
        """Listen on; tones under speech count only where there is little else."""
        self.samples += len(block)
        self._seconds[int(spoken)] += len(block) / EAR_RATE
        self._add_onsets(block)
        self._add_tones(block, self._pitches[int(spoken)])
        self._add_levels(block)

    def pitches(self) -> tuple[Doubles, Doubles]:
        """How much sounds in each tenth of a semitone of all octaves, from C on; and of the bass alone."""
        free, spoken = self._pitches
        enough = self._seconds[0] > max(_FREE_SECONDS, _FREE_SHARE * self._seconds.sum()) and free[0].sum() > 0
        both = free if enough else free + spoken
        return both[0], both[1]

    def onsets(self) -> Doubles:
        """How much begins, at ONSET_HZ."""
        return np.concatenate([np.zeros(0), *self._flux])

    def levels(self) -> Doubles:
        """Loudness power (K-weighted) at CURVE_HZ."""
        rest = [np.array([np.mean(self._level_rest)])] if len(self._level_rest) else []
        return np.concatenate([np.zeros(0), *self._levels, *rest])

    def brightness_db(self) -> float | None:
        """What lies between 2 and 8 kHz against what lies between 200 Hz and 2 kHz; None for silence."""
        bright, dark = np.concatenate([np.zeros((0, 2)), *self._sides]).sum(axis=0)
        return float(10 * np.log10((bright + 1e-12 * dark) / dark)) if dark > 1e-9 else None

    def _add_onsets(self, block: npt.NDArray[np.float32]) -> None:
        sound = np.concatenate([self._held, block])
        count = max(0, (len(sound) - _SHORT) // HOP + 1)
        self._held = sound[count * HOP :]
        if not count:
            return
        frames = np.lib.stride_tricks.sliding_window_view(sound, _SHORT)[: count * HOP : HOP]
        power = np.abs(fft.rfft(frames * _window(_SHORT), axis=1)) ** 2
        self._sides.append(np.stack([power[:, _span(_BRIGHT)].sum(axis=1), power[:, _span(_DARK)].sum(axis=1)], axis=1))
        bands = np.concatenate([self._last, np.log1p(_COMPRESSION * np.sqrt(_banded(power)))])
        # Against the loudest neighbour of a moment before: a tone that wavers in pitch does not begin.
        before = maximum_filter1d(bands[:-_LAG], 3, axis=1)
        self._flux.append(np.maximum(bands[_LAG:] - before, 0).mean(axis=1).astype(np.float64))
        self._last = bands[-_LAG:]

    def _add_tones(self, block: npt.NDArray[np.float32], pitches: Doubles) -> None:
        sound = np.concatenate([self._long_held, block])
        count = max(0, (len(sound) - _LONG) // _LONG_HOP + 1)
        self._long_held = sound[count * _LONG_HOP :]
        if not count:
            return
        frames = np.lib.stride_tricks.sliding_window_view(sound, _LONG)[: count * _LONG_HOP : _LONG_HOP]
        sizes = np.abs(fft.rfft(frames * _window(_LONG), axis=1))[:, : round(_TONES[1] * _LONG / EAR_RATE) + 2]
        # What stands out of what is around it: drums and hiss have no pitch.
        around = uniform_filter1d(sizes, _AROUND, axis=1, mode="nearest")
        for size, level in zip(sizes.astype(np.float64), around, strict=True):
            _take_peaks(size, _STANDS_OUT * level, pitches)

    def _add_levels(self, block: npt.NDArray[np.float32]) -> None:
        weighted, self._state = sosfilt(self._weighting, block.astype(np.float64), zi=self._state)
        power = np.concatenate([self._level_rest, weighted**2])
        step = EAR_RATE // CURVE_HZ
        whole = len(power) // step * step
        self._levels.append(power[:whole].reshape(-1, step).mean(axis=1))
        self._level_rest = power[whole:]


def _take_peaks(size: Doubles, hidden: npt.NDArray[np.float32], pitches: Doubles) -> None:
    """Adds the peaks of one spectrum, each at its place between the bins."""
    first, last = (round(hertz * _LONG / EAR_RATE) for hertz in _TONES)
    inside = np.arange(first, last)
    here, left, right = size[inside], size[inside - 1], size[inside + 1]
    floor = 10 ** (-50 / 20) * max(float(here.max()), 1e-3 * _LONG)
    peak = inside[(here > left) & (here >= right) & (here > floor) & (here > hidden[inside])]
    if not len(peak):
        return
    a, b, c = (np.log(size[peak + step] + 1e-12) for step in (-1, 0, 1))
    offset = np.clip(0.5 * (a - c) / (a - 2 * b + c - 1e-12), -0.5, 0.5)
    hertz = (peak + offset) * EAR_RATE / _LONG
    place = np.round(BINS * np.log2(hertz / 261.6255653)).astype(int) % BINS
    weight = np.sqrt(size[peak])
    weight /= weight.sum()
    loud = float(np.sqrt(np.mean(size**2)) / _LONG) ** 0.5
    np.add.at(pitches[0], place, loud * weight)
    low = hertz < _BASS
    np.add.at(pitches[1], place[low], loud * weight[low])


@cache
def _window(size: int) -> npt.NDArray[np.float32]:
    return np.asarray(np.hanning(size), np.float32)


def _span(hertz: tuple[float, float]) -> slice:
    return slice(*(round(edge * _SHORT / EAR_RATE) for edge in hertz))


@cache
def _edges() -> npt.NDArray[np.int64]:
    """The bins at which bands begin, evenly on the scale of pitch, those that would lie within one bin made one."""
    octaves = np.log2(_HIGH_HERTZ / _LOW_HERTZ)
    hertz = _LOW_HERTZ * 2 ** (np.arange(round(octaves * _BANDS_OF_OCTAVE) + 1) / _BANDS_OF_OCTAVE)
    return np.unique(np.round(hertz * _SHORT / EAR_RATE).astype(np.int64))


def _banded(power: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Mean power of each band, of full scale; sums in order of the bins, the same however the frames come."""
    edges = _edges()
    sums = np.add.reduceat(power[:, : edges[-1]], edges[:-1], axis=1)
    return np.asarray(sums / (np.diff(edges) * (_SHORT / 4) ** 2), np.float32)
