"""Speeds of MLT clips: timewarp producers, timeremap links, freeze filters, as a source position and a linear speed."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from cutscore.readers.mlt_items import Item
from cutscore.readers.mlt_project import Project
from cutscore.readers.mlt_values import Element, flag, is_on, number
from cutscore_composer.errors import InputRefused

_NEARLY = Fraction(1, 1000)
MAX_SPEED = 1000
_DISCRETE = "|!"


@dataclass(frozen=True, slots=True)
class Played:
    """What part of its media an item plays."""

    start: Fraction
    """The lowest source position that is seen, in frames of the timeline's rate."""
    speed: Fraction
    """Below 0 backwards, 0 held."""


def played_of(project: Project, item: Item, name: str) -> Played:
    """Where in its media an item begins and how fast it plays; a speed that varies is said and averaged.

    Raises InputRefused for what is no speed.
    """
    length = item.end - item.start
    frozen = _frozen(project, item, name)
    warp = _warp(project, item.played, name) or Fraction(1)
    held = item.first if frozen is None else item.first + frozen
    first = held * warp if warp > 0 else (_last_position(project, item) - held) * -warp
    speed = warp
    remap = _remap(project, item.played)
    if remap is not None:
        begin, end = remap.at(held), remap.at(held + length)
        middle = remap.at(held + Fraction(length, 2))
        if frozen is None and abs(middle - (begin + end) / 2) > max(_NEARLY, abs(end - begin) * _NEARLY):
            project.warnings.append(f"Clip '{name}' has a speed that varies; it is read at its mean speed.")
        first, speed = begin * warp, ((end - begin) / length).limit_denominator(100_000) * warp
    if frozen is not None:
        return Played(max(first, Fraction(0)), Fraction(0))
    if abs(speed) > MAX_SPEED:
        raise InputRefused(f"Clip '{name}' plays at {float(speed)} times its speed, which is no speed; repair it.")
    lowest = first if speed >= 0 else first + (length - 1) * speed
    return Played(max(lowest, Fraction(0)), speed)


def warped_resource(properties: dict[str, str]) -> str:
    """The file that a timewarp producer plays ("2:/media/a.mov" where it is not said by itself)."""
    return properties.get("warp_resource") or properties.get("resource", "").partition(":")[2]


def _warp(project: Project, played: Element, name: str) -> Fraction | None:
    properties = project.properties(played)
    if properties.get("mlt_service") != "timewarp":
        return None
    said = properties.get("warp_speed") or properties.get("resource", "").partition(":")[0]
    speed = number(said)
    if speed is None or speed == 0 or abs(speed) > MAX_SPEED:
        raise InputRefused(f"Clip '{name}' plays at '{said[:40]}' times its speed, which is no speed; repair it.")
    return speed


def _last_position(project: Project, item: Item) -> int:
    """The position of a timewarp producer from which it plays its media backwards."""
    times, properties = project.times, project.properties(item.played)
    out = times.frames(item.played.get("out"), item.played.sourceline)
    if out is None:
        out = (times.frames(properties.get("length"), item.played.sourceline) or 1) - 1
    return max(out, item.first)


def _frozen(project: Project, item: Item, name: str) -> int | None:
    """The frame, from the clip's beginning, on which a freeze filter holds all of it; one that holds a part is said."""
    for element in (*item.entry.iterfind("filter"), *item.played.iterfind("filter")):
        properties = project.properties(element)
        if properties.get("mlt_service") != "freeze" or not is_on(element):
            continue
        at = project.times.frames(properties.get("frame"), element.sourceline) or 0
        if flag(properties, "freeze_before") or flag(properties, "freeze_after"):
            project.warnings.append(
                f"Clip '{name}' is frozen for a part of its length, at its frame {at}; it is read as running."
            )
            continue
        return max(0, at)
    return None


@dataclass(frozen=True, slots=True)
class _Curve:
    """Source position, in frames, for a position as played: from keyframes of it, or summed from those of speed."""

    positions: tuple[int, ...]
    values: tuple[Fraction, ...]
    steps: tuple[bool, ...]
    """Whether a value holds until the next keyframe."""
    is_speed: bool

    def at(self, position: int | Fraction) -> Fraction:
        return self._sum_to(Fraction(position)) if self.is_speed else self._value(Fraction(position))

    def _value(self, position: Fraction) -> Fraction:
        index = bisect_right(self.positions, position) - 1
        if index < 0:
            return self.values[0]
        if index >= len(self.positions) - 1 or self.steps[index]:
            return self.values[index]
        here, there = self.positions[index], self.positions[index + 1]
        share = (position - here) / (there - here)
        return self.values[index] + (self.values[index + 1] - self.values[index]) * share

    def _sum_to(self, position: Fraction) -> Fraction:
        edges = [Fraction(0), *(Fraction(p) for p in self.positions if 0 < p < position), position]
        total = Fraction(0)
        for left, right in pairwise(edges):
            begin = self._value(left)
            index = bisect_right(self.positions, left) - 1
            end = begin if index >= 0 and self.steps[index] else self._value(right)
            total += (begin + end) / 2 * (right - left)
        return total


def _remap(project: Project, played: Element) -> _Curve | None:
    """The curve of a chain's timeremap link, None where it has none."""
    for link in played.iterfind("link"):
        properties = project.properties(link)
        if properties.get("mlt_service") != "timeremap" or not is_on(link):
            continue
        for key, is_speed in (("speed_map", True), ("time_map", False), ("map", False)):
            if curve := _curve(project, properties.get(key, ""), is_speed):
                return curve
    return None


def _curve(project: Project, text: str, is_speed: bool) -> _Curve | None:
    """Keyframes "00:00:01.000=2.5;100|=3": positions with the seconds of the source or the speed there."""
    found: dict[int, tuple[Fraction, bool]] = {}
    for part in text.split(";"):
        place, equals, value = part.strip().partition("=")
        amount = number(value if equals else place)
        if amount is None:
            continue
        holds = place[-1:] in _DISCRETE and bool(equals and place)
        at = (
            project.times.frames(place.rstrip("|!~$-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"))
            if equals
            else 0
        )
        found[at or 0] = (amount if is_speed else amount * project.times.rate, holds)
    if not found:
        return None
    ordered = sorted(found.items())
    return _Curve(
        tuple(at for at, _ in ordered),
        tuple(value for _, (value, _) in ordered),
        tuple(holds for _, (_, holds) in ordered),
        is_speed,
    )
