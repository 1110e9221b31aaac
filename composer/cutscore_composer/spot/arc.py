"""The energy arc: how intense the music is at every moment, from the picture's pace and from how stories go."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor

import numpy as np

from cutscore_composer.look.seen import CURVE_HZ, Curve, Seen
from cutscore_composer.spot.curves import Doubles, Means, sample_of, step
from cutscore_composer.spot.markers import Word
from cutscore_composer.spot.sections import cut_density

_STORY = ((0.0, 0.3), (0.12, 0.34), (0.3, 0.48), (0.55, 0.6), (0.75, 0.88), (0.86, 0.8), (0.95, 0.5), (1.0, 0.4))
"""The prior: (share of the length, energy): a rise to three quarters, then release."""
_STORY_SHARE = 0.3
_LIVELY = 0.42
"""What lies between the calmer and the livelier tenth of a film's arc."""
_MOST_STRETCH = 2.5
"""A film in which nothing happens stays calm."""
_SMOOTH = 15
"""Half width, in samples, over which the picture's pace is smoothed: a musician does not follow every gesture."""
_SECTION_SHARE = 0.35
"""How much of a moment's energy is that of its whole section."""


def energy_arc(seen: Seen, borders: Sequence[int], words: Sequence[tuple[int, Word]]) -> Curve:
    """Energy 0 to 1 at CURVE_HZ in steps of 1/64; `words` are the editor's markers that speak of energy."""
    story = _story(len(seen.motion))
    arc = (1 - _STORY_SHARE) * _pace(seen) + _STORY_SHARE * story
    edges = [sample_of(frame, seen.rate, len(arc)) for frame in borders]
    means = Means(arc)
    for first, last in zip(edges, [*edges[1:], len(arc)], strict=True):
        whole = means.between(first, last)
        arc[first:last] += _SECTION_SHARE * (whole - arc[first:last])
    arc = _spread(arc)
    _obey(arc, seen, words)
    return np.array([step(value) for value in Means(arc).around(CURVE_HZ // 2)], np.float32)


def _spread(arc: Doubles) -> Doubles:
    """The arc about its middle, stretched until it moves as far as music has to: pictures move less."""
    low, middle, high = np.quantile(arc, (0.1, 0.5, 0.9))
    # In coarse steps, so that a small change of the picture does not shift the whole arc.
    gain = min(max(floor(4 * _LIVELY / max(float(high - low), 1e-6)) / 4, 1.0), _MOST_STRETCH)
    made: Doubles = np.clip(middle + gain * (arc - middle), 0.05, 1.0)
    return made


def _pace(seen: Seen) -> Doubles:
    """What the picture itself asks for, 0 to 1."""
    motion = Means(seen.motion).around(_SMOOTH)
    light = Means(seen.brightness).around(_SMOOTH)
    busy = Means(seen.complexity).around(_SMOOTH)
    made: Doubles = np.clip(0.12 + 0.55 * motion + 0.35 * cut_density(seen) + 0.18 * light + 0.15 * busy, 0.0, 1.0)
    return made


def _story(length: int) -> Doubles:
    places, levels = zip(*_STORY, strict=True)
    made: Doubles = np.interp(np.arange(length) / max(1, length - 1), places, levels)
    return made


def _obey(arc: Doubles, seen: Seen, words: Sequence[tuple[int, Word]]) -> None:
    """Follow markers: "quiet" until the next word, "build" rising to it, "drop" at full energy from there."""
    places = [sample_of(frame, seen.rate, len(arc)) for frame, _ in words]
    for index, (_, word) in enumerate(words):
        first = places[index]
        last = places[index + 1] if index + 1 < len(places) else min(len(arc), first + 12 * CURVE_HZ)
        if last <= first:
            continue
        if word == "quiet":
            arc[first:last] = np.minimum(arc[first:last] * 0.5, 0.3)
        elif word == "build":
            arc[first:last] = np.linspace(min(float(arc[first]), 0.45), 0.95, last - first)
        elif word == "drop":
            arc[first:last] = np.maximum(arc[first:last], 0.88)
