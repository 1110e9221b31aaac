"""Divides a picture into the sections of a form, at its strongest changes, and names them by what is alike."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
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
_LONGEST_SECONDS = 34
"""A section longer than this is divided once more."""
_BORDER = 0.42
"""How strong a change is that begins a section."""
_BESIDE = 6 * CURVE_HZ
"""Samples on each side over which the picture is compared."""
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
    """First frames of the sections, the first of them 0; `told` are frames where the editor wants one to begin."""
    seconds = seen.frames / seen.rate
    shortest = _shortest(seconds) * seen.rate
    if seconds <= _SHORT_FILM_SECONDS:
        return [0]
    borders = [0]
    for frame in sorted(told):
        if frame - borders[-1] >= shortest / 2 and seen.frames - frame >= shortest / 2:
            borders.append(frame)
    changes = _changes(seen)
    for change in sorted(changes, key=lambda c: (-c.score, c.frame)):
        if change.score < _BORDER:
            break
        if _room(change.frame, borders, seen.frames) >= shortest:
            insort(borders, change.frame)
    return _divided(borders, changes, seen, shortest)


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
        apart = sum(abs(c.between(at + 1, at + 1 + _BESIDE) - c.between(at - _BESIDE, at)) for c in curves)
        pace = abs(density.between(at + 1, at + 1 + _BESIDE) - density.between(at - _BESIDE, at))
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
    rate = Means(events).around(3 * CURVE_HZ) * CURVE_HZ
    return rate / (rate + 0.4)


def _room(frame: int, borders: Sequence[int], frames: int) -> int:
    """How far the nearest border, or the end, is; `borders` in order."""
    at = bisect_left(borders, frame)
    return min(frames - frame, *(abs(frame - border) for border in borders[max(0, at - 1) : at + 1]))


def _divided(borders: list[int], changes: Sequence[_Change], seen: Seen, shortest: Fraction) -> list[int]:
    """Borders with every section that is too long divided at its best change, or where nothing changes, in halves."""
    made: list[int] = []
    todo = list(zip(borders, [*borders[1:], seen.frames], strict=True))[::-1]
    frames = [Fraction(change.frame) for change in changes]
    longest = _LONGEST_SECONDS * seen.rate
    while todo:
        first, last = todo.pop()
        if last - first <= longest:
            made.append(first)
            continue
        low, high = bisect_left(frames, first + shortest), bisect_right(frames, last - shortest)
        inside = changes[low:high]
        # Near the middle a smaller change will do: sections of a form are of like length.
        best = max(inside, key=lambda c: (c.score + _middling(c.frame, first, last), -c.frame), default=None)
        at = best.frame if best else (first + last) // 2
        todo += [(at, last), (first, at)]
    return made


def _middling(frame: int, first: int, last: int) -> float:
    return step(0.25 * float(Fraction(min(frame - first, last - frame), last - first)) * 2)


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
