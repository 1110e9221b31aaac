"""Divides a picture into the sections of a form, at its strongest changes, and names them by what is alike."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from cutscore_composer.look.seen import CURVE_HZ, Seen
from cutscore_composer.spot.curves import Doubles, Means, sample_of, step
from cutscore_composer.spot.spotting import Section
from cutscore_composer.spot.weigh import weight_of

_SHORT_FILM_SECONDS = 14
"""Films up to this have one section."""
_SHORTEST_SECONDS = (Fraction(6), Fraction(10))
"""Least length of a section in a film of 14 s, and in one of 40 s or more."""
_NEEDS = ((0, 12, 18, 24, 30), (0.56, 0.52, 0.42, 0.3, 0.0))
"""Seconds since the last border, and how strong a change has to be to begin a section then."""
_AHEAD_SECONDS = 5
"""A stronger change that follows this soon begins the section instead."""
_LONGEST_SECONDS = 32
"""A section that nothing ends before is divided where nothing changes, after `_HALF_SECONDS`."""
_HALF_SECONDS = 21
_BEFORE, _AFTER = 6 * CURVE_HZ, 4 * CURVE_HZ
"""Samples before and after a change over which the picture is compared."""
_PACE_BACK, _PACE_AHEAD = 4 * CURVE_HZ, CURVE_HZ
"""Samples over which cuts are counted: what is coming is not felt yet."""
_LETTERS = "ABCDEF"
_ALIKE = 0.07
"""Two sections whose features are on average this near are of one material."""
_JUST_HEARD = 0.04
"""The material of the section before counts as this much less alike."""


@dataclass(frozen=True, slots=True)
class _Change:
    frame: int
    score: float


def find_borders(seen: Seen, told: Sequence[int] = ()) -> list[int]:
    """First frames of the sections, the first of them 0; `told` are frames where the editor wants one to begin.

    Borders are found from the first to the last, each from the one before and from what is near: a change of
    the picture leaves those well before it alone.
    """
    seconds = seen.frames / seen.rate
    shortest = _shortest(seconds) * seen.rate
    fixed: list[int] = []
    for frame in sorted(told):
        if frame - (fixed[-1] if fixed else 0) >= shortest / 2 and seen.frames - frame >= shortest / 2:
            fixed.append(frame)
    changes = _changes(seen) if seconds > _SHORT_FILM_SECONDS else []
    borders = [0]
    for stop in [*fixed, seen.frames]:
        borders += _between(borders[-1], stop, changes, shortest, seen.rate)
        if stop < seen.frames:
            borders.append(stop)
    return borders


def _between(start: int, stop: int, changes: Sequence[_Change], shortest: Fraction, rate: Fraction) -> list[int]:
    """The borders between two that stand."""
    found: list[int] = []
    last = start
    inside = [change for change in changes if last + shortest <= change.frame <= stop - shortest]
    for index, change in enumerate(inside):
        last = _divided(last, change.frame, stop, shortest, rate, found)
        since = change.frame - last
        if since < shortest or change.score < np.interp(float(since / rate), *_NEEDS):
            continue
        if since < (_LONGEST_SECONDS - _AHEAD_SECONDS) * rate and _outdone(inside, index, rate):
            continue
        found.append(change.frame)
        last = change.frame
    _divided(last, stop, stop, shortest, rate, found)
    return found


def _outdone(changes: Sequence[_Change], index: int, rate: Fraction) -> bool:
    """Whether a stronger change follows soon."""
    here = changes[index]
    for other in itertools.islice(changes, index + 1, None):
        if other.frame > here.frame + _AHEAD_SECONDS * rate:
            break
        if other.score > here.score:
            return True
    return False


def _divided(last: int, to: int, stop: int, shortest: Fraction, rate: Fraction, found: list[int]) -> int:
    """Divide what is too long up to a frame, where nothing changes; the last border after that."""
    while to - last > _LONGEST_SECONDS * rate and stop - last >= _HALF_SECONDS * rate + shortest:
        last += round(_HALF_SECONDS * rate)
        found.append(last)
    return last


def name_sections(seen: Seen, borders: Sequence[int], energies: Sequence[float]) -> tuple[Section, ...]:
    """The sections with their names: a letter for the material, primes where it comes back."""
    edges = [*borders, seen.frames]
    curves = [Means(curve) for curve in (seen.motion, seen.brightness, seen.colour, seen.complexity)]
    materials: dict[str, Doubles] = {}
    counts: dict[str, int] = {}
    letter = ""
    sections = []
    for index, energy in enumerate(energies):
        first = sample_of(edges[index], seen.rate, len(seen.motion)) + 1
        last = sample_of(edges[index + 1], seen.rate, len(seen.motion))
        features = np.array([step(value) for value in (*(curve.between(first, last) for curve in curves), energy)])
        letter = _letter(features, materials, letter)
        materials.setdefault(letter, features)
        again = counts[letter] = counts.get(letter, 0) + 1
        name = letter + ("'" * (again - 1) if again <= 3 else str(again))
        sections.append(Section(edges[index], edges[index + 1], name, energy))
    return tuple(sections)


def _shortest(seconds: Fraction) -> Fraction:
    low, high = _SHORTEST_SECONDS
    share = min(Fraction(1), max(Fraction(0), (seconds - 14) / 26))
    return low + (high - low) * share


def _changes(seen: Seen) -> list[_Change]:
    """Every cut with how strongly a new section could begin there."""
    curves = [Means(curve) for curve in (seen.motion, seen.brightness, seen.colour, seen.complexity)]
    density = Means(cut_density(seen))
    found = []
    before = 0
    for cut in seen.cuts:
        at = sample_of(cut.frame, seen.rate, curves[0].length)
        apart = sum(abs(c.between(at + 1, at + 1 + _AFTER) - c.between(at - _BEFORE, at)) for c in curves)
        pace = abs(density.between(at + 1, at + 1 + _AFTER) - density.between(at - _BEFORE, at))
        own = weight_of(cut, cut.frame - before, seen, curves[0], curves[1])
        through_black = 0.15 if cut.kind != "cut" else 0.0  # what fades or dissolves is meant as a new chapter
        found.append(_Change(cut.frame, step(0.45 * own + 0.5 * min(1.0, apart) + 0.3 * pace + through_black)))
        before = cut.frame
    return found


def cut_density(seen: Seen) -> Doubles:
    """How fast the cutting is around each sample, 0 to 1: one cut a second is about .7."""
    events = np.zeros(len(seen.motion))
    for cut in seen.cuts:
        events[sample_of(cut.frame, seen.rate, len(events))] += 1.0 if cut.kind == "cut" else 0.5
    rate = Means(events).around(_PACE_BACK, _PACE_AHEAD) * CURVE_HZ
    return rate / (rate + 0.4)


def _letter(features: Doubles, materials: dict[str, Doubles], before: str) -> str:
    """The letter of the material that a section is most like, or a new one; `before` is the last section's."""
    # The material just heard must be left audibly: it counts as less alike than it is.
    distances = [
        (step(float(np.abs(features - other).mean()) + (_JUST_HEARD if letter == before else 0.0)), letter)
        for letter, other in materials.items()
    ]
    nearest, letter = min(distances, default=(1.0, ""))
    if not letter or (nearest > _ALIKE and len(materials) < len(_LETTERS)):
        return _LETTERS[len(materials)]
    return letter
