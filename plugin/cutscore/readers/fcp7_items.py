"""The items of an FCP7 track in their true places: cut points inside transitions, overlaps, speeds.

Beside a transition FCP7 writes −1 for a clip's start or end, and the clip's <in> and <out> then reach
over the whole transition: the cut lies where Premiere's cutPointTicks or the alignment says.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import floor
from pathlib import Path

from lxml import etree

from cutscore.readers.fcp7_values import flag, number, rate_of, text_of
from cutscore_composer.errors import InputRefused

Element = etree._Element
TICKS = 254_016_000_000
"""Premiere's ticks in a second."""


@dataclass(slots=True)
class Placed:
    """An item with its place in the sequence, in frames at the sequence's rate."""

    element: Element | None
    """None for a transition after the last clip."""
    start: Fraction
    end: Fraction
    rate: Fraction = Fraction(0)
    """At which <in>, <out>, <duration> and the clip's markers count."""
    source_in: Fraction = Fraction(0)
    """<in>, in frames as played at the clip's speed."""
    skipped: Fraction = Fraction(0)
    """Frames of the sequence by which the cut lies after the clip's <in>."""
    duration: Fraction | None = None
    """<duration> of the clip: all its media, as played at its speed."""
    transition_before: tuple[str, bool, Fraction, Fraction] | None = None
    """Name, whether it is a dissolve, frames before and after the cut at `start`."""


@dataclass(frozen=True, slots=True)
class _Over:
    """A transition: its range, its cut point, its name."""

    start: Fraction
    end: Fraction
    cut: Fraction
    name: str
    is_dissolve: bool


def placed_items(path: Path, track: Element, rate: Fraction) -> list[Placed]:
    """The items of a track in record order; an item that runs into the next ends where the next begins."""
    elements = [e for e in track if e.tag in ("clipitem", "generatoritem", "transitionitem")]
    overs = {i: _over(path, e, rate) for i, e in enumerate(elements) if e.tag == "transitionitem"}
    items = [
        _placed(path, element, overs.get(index - 1), overs.get(index + 1), rate)
        for index, element in enumerate(elements)
        if index not in overs
    ]
    items = sorted((item for item in items if item.end > item.start), key=lambda item: item.start)
    for item, following in pairwise(items):
        item.end = min(item.end, following.start)
    items = [item for item in items if item.end > item.start]
    for over in sorted(overs.values(), key=lambda over: over.cut):
        _attach(items, over)
    return items


def _attach(items: list[Placed], over: _Over) -> None:
    """Give a transition to the item that begins at its cut, or to the end of the one that ends there."""
    named = (over.name, over.is_dissolve, over.cut - over.start, over.end - over.cut)
    for item in items:
        if item.element is not None and item.start == over.cut:
            item.transition_before = named
            return
    for index, item in enumerate(items):
        if item.end == over.cut:
            after = Placed(None, over.cut, over.cut, transition_before=(*named[:3], Fraction(0)))
            items.insert(index + 1, after)
            return


def _over(path: Path, element: Element, rate: Fraction) -> _Over:
    start, end = number(element, "start"), number(element, "end")
    if start is None or end is None or end < start:
        raise InputRefused(f"{path}, line {element.sourceline}: a transition without a range; export it again.")
    alignment = text_of(element, "alignment").casefold()
    ticks = number(element, "cutPointTicks")
    if ticks is not None and 0 <= ticks <= (end - start) / rate * TICKS:
        cut = start + round(ticks / TICKS * rate)
    elif alignment.startswith("start"):
        cut = start
    elif alignment.startswith("end"):
        cut = end
    else:
        cut = Fraction(floor((start + end) / 2))
    effect = element.find("effect")
    name = text_of(effect, "name") or text_of(effect, "effectid") or "Transition"
    words = f"{name} {text_of(effect, 'effectid')} {text_of(effect, 'effectcategory')}".casefold()
    return _Over(start, end, cut, name, any(word in words for word in ("dissolve", "fade", "dip to")))


def _placed(path: Path, element: Element, before: _Over | None, after: _Over | None, rate: Fraction) -> Placed:
    start, end = number(element, "start"), number(element, "end")
    first, last = number(element, "in") or Fraction(0), number(element, "out")
    if start is None or end is None:
        name = text_of(element, "name")
        raise InputRefused(f"{path}, line {element.sourceline}: clip '{name}' has no start or end; export it again.")
    own = _counting_rate(element, rate)
    length = (last - first) * rate / own if last is not None else Fraction(0)
    skipped = Fraction(0)
    if start < 0:
        start = before.cut if before is not None else max(Fraction(0), end - length)
        skipped = before.cut - before.start if before is not None else Fraction(0)
    if end < 0:
        end = after.cut if after is not None else start + length
    return Placed(element, start, end, own, max(first, Fraction(0)), skipped, number(element, "duration"))


def _counting_rate(element: Element, rate: Fraction) -> Fraction:
    """The rate at which a clip's <in> and <out> count: its own, or the sequence's where only so they last as long.

    Premiere and Resolve count in frames of the sequence, whatever rate stands in the clip.
    """
    own = rate_of(element) or rate
    start, end, first, last = (number(element, tag) for tag in ("start", "end", "in", "out"))
    if own == rate or start is None or end is None or first is None or last is None or min(start, end) < 0:
        return own
    as_own, as_sequence = (abs((last - first) * rate / counted - (end - start)) for counted in (own, rate))
    return rate if as_sequence <= 1 < as_own else own


def speed_of(element: Element, name: str, warnings: list[str]) -> Fraction:
    """The speed of a clip's Time Remap filter, below 0 backwards, 0 held; one that varies is said."""
    if flag(element, "stillframe", False):
        return Fraction(0)
    for effect in element.iterfind("filter/effect"):
        if text_of(effect, "effectid").casefold() not in ("timeremap", "time remap"):
            continue
        values = {text_of(p, "parameterid").casefold(): p for p in effect.iterfind("parameter")}
        if "variablespeed" in values and flag(values["variablespeed"], "value", False):
            warnings.append(f"Clip '{name}' has a speed that varies; it is read at its constant speed.")
        percent = number(values.get("speed"), "value")
        if percent is None:
            continue
        if not -100_000 <= percent <= 100_000:
            raise InputRefused(f"Clip '{name}' plays at {float(percent)} %, which is no speed; repair it.")
        # Percent by the format; Hiero writes the plain factor, and hardly a clip plays at 4 % or slower.
        speed = percent / 100 if abs(percent) > 4 else percent
        backwards = "reverse" in values and flag(values["reverse"], "value", False)
        return -abs(speed) if backwards else speed
    return Fraction(1)
