"""Pulse: the tempo of an onset curve, by what comes again after one beat, two, three and more.

Stretches of the curve are compared with themselves (autocorrelation); a wide prior about 108 decides between octaves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import fft
from scipy.ndimage import uniform_filter1d

from cutscore_composer.reference.ear import ONSET_HZ, Doubles

SLOWEST, FASTEST = 40.0, 216.0
"""Beats a minute."""
_STRETCH_SECONDS, _STEP_SECONDS = 12.0, 3.0
_BEATS = 8
"""So many beats ahead are compared."""
_TEMPI = 340
"""So many are tried, half a per cent apart."""
_LIKELY_BPM, _OCTAVES = 108.0, 0.9
_LEAST_SECONDS = 4.0


@dataclass(frozen=True, slots=True)
class Pulse:
    """A tempo, and how clear it is: 0 none, from about .3 one that can be tapped to, 1 a metronome."""

    bpm: float
    clarity: float


def pulse_of(onsets: Doubles) -> Pulse | None:
    """The prevailing tempo; None for less than four seconds or for silence."""
    if len(onsets) < _LEAST_SECONDS * ONSET_HZ or not onsets.any():
        return None
    curve = _sharpened(onsets)
    bpms = np.asarray(np.geomspace(SLOWEST, FASTEST, _TEMPI), np.float64)
    again = _likeness(curve)
    score = _worth(again, 60 * ONSET_HZ / bpms) * np.exp(-0.5 * (np.log2(bpms / _LIKELY_BPM) / _OCTAVES) ** 2)
    if score.max() <= 0:
        return None
    best = bpms[int(np.argmax(score))]
    bpm = _refined(again, best)
    lag = 60 * ONSET_HZ / bpm
    clarity = float(np.mean([_at(again, np.array([lag * beat]))[0] for beat in (1, 2, 4)]))
    return Pulse(round(bpm, 2), round(max(0.0, clarity), 3))


def _sharpened(onsets: Doubles) -> Doubles:
    """What stands out of its half second, so that loud stretches do not count for all."""
    width = round(0.6 * ONSET_HZ)
    mean = uniform_filter1d(onsets, width, mode="nearest")
    above = np.maximum(onsets - mean, 0)
    level = np.sqrt(uniform_filter1d(above**2, round(4 * ONSET_HZ), mode="nearest"))
    return np.asarray(above / (level + 0.1 * level.max() + 1e-12))


def _likeness(curve: Doubles) -> Doubles:
    """How alike the curve is to itself by lag (1 is the same), the mean over stretches of it."""
    size = min(len(curve), round(_STRETCH_SECONDS * ONSET_HZ))
    again, count = np.zeros(size), 0
    for first in range(0, max(1, len(curve) - size + 1), round(_STEP_SECONDS * ONSET_HZ)):
        part = curve[first : first + size] - curve[first : first + size].mean()
        power = float(part @ part)
        if power < 1e-9:
            continue
        raw = fft.irfft(np.abs(fft.rfft(part, 2 * size)) ** 2)[:size]
        again += raw / power * size / np.maximum(size - np.arange(size), size / 3)
        count += 1
    return again / max(1, count)


def _worth(again: Doubles, lags: Doubles) -> Doubles:
    """How much speaks for a beat of each lag: it comes again after one beat and after bars of two, four or three."""
    one, two, three, four, six, eight, twelve = (
        np.maximum(_at(again, lags * beats), 0) for beats in (1, 2, 3, 4, 6, 8, 12)
    )
    # A beat that hardly comes again itself is less of one, however much its bars do.
    even = (one + two + 0.8 * four + 0.5 * eight) * _itself(one, two)
    triple = (one + three + 0.8 * six + 0.5 * np.maximum(four, twelve)) * _itself(one, three)
    triple = np.minimum(triple, 4 * one)
    # What is divided in three and not in two is a bar of three, or a beat and a half, rather than a beat.
    thirds, halves = (np.maximum(_at(again, lags / parts), 0) for parts in (3, 2))
    divided = np.where((thirds > 0.5 * one) & (halves < 0.6 * thirds), 0.6, 1.0)
    return np.asarray(np.maximum(even, triple) * divided, np.float64)


def _itself(one: Doubles, bar: Doubles) -> Doubles:
    return 0.5 + 0.5 * np.minimum(1.0, one / (bar + 1e-9))


def _at(again: Doubles, lags: Doubles) -> Doubles:
    """The likeness at lags between the samples: the best within one sample, since beats breathe."""
    places = np.arange(len(again))
    return np.asarray(
        np.max([np.interp(lags + shift, places, again, right=0.0) for shift in (-1.0, -0.5, 0.0, 0.5, 1.0)], axis=0)
    )


def _refined(again: Doubles, bpm: float) -> float:
    """The tempo by the farthest beats that still come again."""
    lag = 60 * ONSET_HZ / bpm
    for beats in (1, 2, 4, 8):
        near = lag * beats
        first, last = int(near * 0.985 - 1.5), int(np.ceil(near * 1.015 + 1.5))
        if last + 2 >= len(again) or first < 1:
            break
        place = first + int(np.argmax(again[first : last + 1]))
        if again[place] < 0.1:
            break
        a, b, c = again[place - 1 : place + 2]
        bend = a - 2 * b + c
        lag = (place + (0.5 * (a - c) / bend if bend < 0 else 0.0)) / beats
    return float(60 * ONSET_HZ / lag)
