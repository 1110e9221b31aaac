"""The energy arc: how intense the music is at every moment, from the picture's pace and from how stories go.

What belongs to the whole film (its length, its liveliness) or to a whole section enters in coarse steps, the
rest from within two seconds: a trim leaves the arc before it as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil, exp2, floor, log2

import numpy as np
import numpy.typing as npt

from cutscore_composer.look.seen import CURVE_HZ, Curve, Seen
from cutscore_composer.spot.curves import Doubles, Means, sample_of, step
from cutscore_composer.spot.markers import Instruction
from cutscore_composer.spot.sections import cut_density

_STORY = ((0.0, 0.12, 0.3, 0.55, 0.75, 0.86, 1.25), (0.3, 0.34, 0.48, 0.6, 0.88, 0.86, 0.86))
"""The prior: shares of the length, and the energy there: a rise to three quarters."""
_RELEASE = ((0.0, 0.3, 1.0), (0.5, 0.6, 1.0))
"""The prior at the end: shares of the release, counted from the end, and the share of energy that is left."""
_RELEASE_SECONDS, _RELEASE_SHARE = 9.0, 0.14
_STORY_SHARE = 0.3
_LIVELY = 0.42
"""What lies between the calmer and the livelier tenth of a film's arc."""
_MOST_STRETCH = 2.5
"""A film in which nothing happens stays calm."""
_BACK, _AHEAD = 2 * CURVE_HZ, CURVE_HZ
"""Samples over which the picture's pace is smoothed: a musician does not follow every gesture."""
_SECTION_SHARE = 0.35
"""How much of a moment's energy is that of its whole section."""
_COARSE = 8
"""Steps in which the energy of a section, and the middle of a film, are told."""
_UNIT_SECONDS = 8
"""A long shot counts as several of this length in what is typical of the film."""
_LONGEST_BUILD_SECONDS = 16
_SHORTEST_BUILD_SECONDS = 2
_QUIET, _FULL = 0.05, 0.97
"""What "quiet" and "drop" ask for."""
_TOLD_SECONDS = 12
"""A marker that no other follows is obeyed for so long."""


@dataclass(frozen=True, slots=True)
class Arc:
    """The energy of a picture: `curve` at CURVE_HZ in steps of 1/64, of each section, and its level over all."""

    curve: Curve
    sections: tuple[float, ...]
    level: float


def energy_arc(seen: Seen, borders: Sequence[int], words: Sequence[Instruction], peaks: Sequence[int]) -> Arc:
    """The arc of a picture with sections from `borders`; `words` are the editor's markers.

    peaks: frames at which a build may arrive, where no marker follows it: strong cuts and borders.
    """
    pace = _pace(seen)
    story = _story(len(pace))
    raw = (1 - _STORY_SHARE) * pace + _STORY_SHARE * story
    means = Means(pace)
    edges = [sample_of(frame, seen.rate, len(raw)) for frame in borders]
    told = []
    for first, last in pairwise([*edges, len(raw)]):
        # The story where the section begins: how long it lasts may change.
        began = float(story[min(first + CURVE_HZ, len(raw) - 1)])
        whole = (1 - _STORY_SHARE) * step(means.between(first, last), _COARSE) + _STORY_SHARE * step(began, _COARSE)
        raw[first:last] += _SECTION_SHARE * (whole - raw[first:last])
        told.append(whole)
    middle, gain = _typical(raw, seen)
    arc: Doubles = np.clip(middle + gain * (raw - middle), 0.05, 1.0)
    arc = Means(arc).around(CURVE_HZ // 2, CURVE_HZ // 2)
    obeyed = _obey(arc, seen, words, peaks)
    curve = np.array([step(value) for value in arc], np.float32)
    sections = [step(min(max(middle + gain * (whole - middle), 0.05), 1.0)) for whole in told]
    for index, (first, last) in enumerate(pairwise([*edges, len(raw)])):
        told_here = obeyed[first:last]
        if told_here.any():  # the editor said how it is
            sections[index] = step(float(curve[first:last][told_here].mean(dtype=np.float64)), 2 * _COARSE)
    return Arc(curve, tuple(sections), step(float(np.mean(curve, dtype=np.float64)), 2 * _COARSE))


def _typical(raw: Doubles, seen: Seen) -> tuple[float, float]:
    """The middle of the film, and how far the arc is to be stretched about it until it moves as music has to.

    From the shots: one that gets shorter counts as before. In coarse steps, so that the whole arc stays.
    """
    edges = [0, *(sample_of(cut.frame, seen.rate, len(raw)) for cut in seen.cuts), len(raw)]
    means = Means(raw)
    values = []
    for first, last in pairwise(edges):
        parts = max(1, round((last - first) / (_UNIT_SECONDS * CURVE_HZ)))
        inside = [first + (last - first) * part // parts for part in range(parts + 1)]
        values += [means.between(a, b) for a, b in pairwise(inside)]
    low, middle, high = np.quantile(values, (0.1, 0.5, 0.9))
    gain = min(max(floor(2 * _LIVELY / max(float(high - low), 1e-6)) / 2, 1.0), _MOST_STRETCH)
    return step(float(middle), 2 * _COARSE), gain


def _pace(seen: Seen) -> Doubles:
    """What the picture itself asks for, 0 to 1."""
    motion = Means(seen.motion).around(_BACK, _AHEAD)
    light = Means(seen.brightness).around(_BACK, _AHEAD)
    busy = Means(seen.complexity).around(_BACK, _AHEAD)
    made: Doubles = np.clip(0.12 + 0.55 * motion + 0.35 * cut_density(seen) + 0.18 * light + 0.15 * busy, 0.0, 1.0)
    return made


def _story(length: int) -> Doubles:
    """The prior: its rise by the length in steps of a quarter, its release by what is left."""
    at = np.arange(length)
    long = exp2(round(4 * log2(max(length, 2))) / 4)
    rise = np.interp(at / long, *_STORY)
    left = min(_RELEASE_SECONDS * CURVE_HZ, ceil(_RELEASE_SHARE * long))
    made: Doubles = rise * np.interp((length - 1 - at) / left, *_RELEASE)
    return made


def _obey(arc: Doubles, seen: Seen, words: Sequence[Instruction], peaks: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Follow markers: "quiet" until the next word, "build" rising to what follows, "drop" at full energy from there.

    The change is at the sample in which the marker's frame lies. Returns where the arc was told.
    """
    obeyed = np.zeros(len(arc), np.bool_)
    places = [sample_of(told.frame, seen.rate, len(arc)) for told in words]
    for index, told in enumerate(words):
        first = places[index]
        shaping = [places[i] for i in range(index + 1, len(words)) if words[i].word in ("build", "drop", "quiet")]
        last = shaping[0] if shaping else min(first + _TOLD_SECONDS * CURVE_HZ, len(arc))
        if told.word == "quiet":
            arc[first:last] = _QUIET
        elif told.word == "build":
            last = sample_of(_arrival(told.frame, words, peaks, seen), seen.rate, len(arc))
            arc[first:last] = np.linspace(min(float(arc[first]), 0.35), 1.0, max(0, last - first))
        elif told.word == "drop":
            arc[first:last] = np.maximum(arc[first:last], _FULL)
        else:
            continue
        obeyed[first:last] = True
    return obeyed


def _arrival(frame: int, words: Sequence[Instruction], peaks: Sequence[int], seen: Seen) -> int:
    """The frame up to which a build rises: the next marker, else the next strong moment."""
    least = frame + _SHORTEST_BUILD_SECONDS * seen.rate
    most = frame + _LONGEST_BUILD_SECONDS * seen.rate
    marked = [told.frame for told in words if told.frame > frame and told.word in ("drop", "hit", "quiet", "end")]
    if marked:
        return marked[0]
    return next((peak for peak in peaks if least <= peak <= most), min(seen.frames, floor(most)))
