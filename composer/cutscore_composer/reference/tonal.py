"""Tonal: tuning and key of what sounds in each tenth of a semitone, by the profiles of keys that listeners have.

The profiles are those of Krumhansl and Kessler (1982), Temperley (2007), Aarden and Essen (2003) and Bellman and
Budge (2005); a key's worth is the mean of its correlations with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from cutscore_composer.plan.brief import TONICS
from cutscore_composer.reference.ear import BINS, Doubles

_STEP = BINS // 12
_PROFILES: dict[Literal["major", "minor"], tuple[tuple[float, ...], ...]] = {
    "major": (
        (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
        (0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400),
        (17.77, 0.15, 14.93, 0.16, 19.80, 11.36, 0.29, 22.06, 0.15, 8.15, 0.23, 4.95),
        (16.80, 0.86, 12.95, 1.41, 13.49, 11.93, 1.25, 20.28, 1.80, 8.04, 0.62, 10.57),
    ),
    "minor": (
        (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
        (0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330),
        (18.26, 0.74, 14.05, 16.86, 0.70, 14.44, 0.70, 18.62, 4.57, 1.93, 7.38, 1.76),
        (18.16, 0.69, 12.99, 13.34, 1.07, 11.15, 1.38, 21.07, 7.49, 1.53, 0.92, 10.21),
    ),
}
_SCALES = {
    "major": (1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 1),
    "minor": (1, 0, 1, 1, 0, 1, 0, 1, 1, 0, 0.8, 0.4),
}
_SCALE_SHARE = 0.35
_BASS_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Tonality:
    """A key, the tuning, and how sure both are."""

    tonic: str
    mode: Literal["major", "minor"]
    cents: float
    """How far all is above concert pitch, −50 to 50."""
    grid: float
    """How well what sounds lies on semitones: near 0 for noise and speech, over .3 for music."""
    clarity: float
    """Correlation of the best key with its profiles."""


def tonality_of(tones: Doubles, bass: Doubles) -> Tonality | None:
    """The key of what `Ear` heard; None for silence."""
    if tones.sum() <= 0:
        return None
    turn = np.exp(2j * np.pi * np.arange(BINS) / _STEP)
    pull = complex((tones * turn).sum() / tones.sum())
    shift = float(np.angle(pull)) / (2 * np.pi)
    chroma = _semitones(tones, shift) / tones.sum()
    if bass.sum() > 0:
        chroma = (1 - _BASS_SHARE) * chroma + _BASS_SHARE * _semitones(bass, shift) / bass.sum()
    scores = {(tonic, mode): _likeness(chroma, mode, tonic) for mode in _PROFILES for tonic in range(12)}
    (tonic, mode), clarity = max(scores.items(), key=lambda item: item[1])
    return Tonality(TONICS[tonic], mode, round(100 * shift, 1), round(abs(pull), 3), round(clarity, 3))


def _likeness(chroma: Doubles, mode: Literal["major", "minor"], tonic: int) -> float:
    """How like a key what sounds is: to the profiles, and in which tones sound at all."""
    rows = [float(np.corrcoef(np.roll(row, tonic), chroma)[0, 1]) for row in _PROFILES[mode]]
    scale = float(np.corrcoef(np.roll(_SCALES[mode], tonic), np.sqrt(chroma))[0, 1])
    return (1 - _SCALE_SHARE) * float(np.mean(rows)) + _SCALE_SHARE * scale


def _semitones(tones: Doubles, shift: float) -> Doubles:
    """The twelve pitch classes, each from the bins about its middle in the tuning found."""
    semitone = np.arange(BINS) / _STEP - shift
    away = semitone - np.round(semitone)
    near = np.exp(-0.5 * (away / 0.18) ** 2)
    return np.asarray(np.bincount(np.round(semitone).astype(int) % 12, tones * near, 12), np.float64)
