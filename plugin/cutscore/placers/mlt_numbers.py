"""Track numbers in an MLT project: what refers to tracks by number, and what it says once a track came or went.

MLT counts the black track below all others as 0; Kdenlive's own properties (groups, the active track, the
targets of insertions) begin with the track above it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cutscore.placers.mlt_shape import Shape
from cutscore.readers.mlt_values import Element

_LEAF = re.compile(r'("data"\s*:\s*")(-?\d+)(:[^"]*"\s*,\s*"leaf"\s*:\s*"(?:clip|composition)")')
_BOUND = ("a_track", "b_track", "track")
_NAMED = ("activeTrack", "audioTarget", "videoTarget")
_COUNTS = ("tracks", "tracksCount")
VIEW = _NAMED
"""Properties that say where the user last worked, not what the edit is."""


@dataclass(frozen=True, slots=True)
class Renumbering:
    """Tracks that came or went, from number `at` (as MLT counts) on."""

    at: int
    more: int
    """How many came; below 0, went."""

    def of(self, number: int) -> int | None:
        """The new number of a track; None of one that went."""
        if number < self.at:
            return number
        return None if number < self.at - self.more else number + self.more


@dataclass(frozen=True, slots=True)
class Said:
    """A new text of a property, or of an attribute."""

    element: Element
    attribute: str | None
    text: str


def renumbered(shape: Shape, change: Renumbering) -> Iterator[Said]:
    """Everything that says another number after a change; what belonged to a track that went is left as it is."""
    for element in _bound(shape):
        for attribute in _BOUND:
            yield from _moved(element, attribute, element.get(attribute), change, 0)
        for found in element.iterfind("property"):
            if found.get("name") in _BOUND:
                yield from _moved(found, None, found.text, change, 0)
    if not shape.is_kdenlive:
        return
    for name, found in _document(shape):
        if name in _NAMED:
            yield from _moved(found, None, found.text, change, 1)
        elif name in _COUNTS and (found.text or "").strip().isdecimal():
            yield Said(found, None, str(int(found.text or 0) + change.more))
        elif name == "groups" and found.text:
            text = _groups(found.text, change)
            if text != found.text:
                yield Said(found, None, text)


def of_track(shape: Shape, number: int) -> list[Element]:
    """The transitions and filters of the timeline that are for one track alone: they go with it."""
    gone = []
    for element in _bound(shape):
        said = shape.project.properties(element)
        if str(number) in (said.get("b_track", "").strip(), said.get("track", "").strip()):
            gone.append(element)
    return gone


def apply_to_tree(changes: Iterator[Said]) -> None:
    """Make changes in a tree that is nobody else's."""
    for said in list(changes):
        if said.attribute is None:
            said.element.text = said.text
        else:
            said.element.set(said.attribute, said.text)


def view_properties(shape: Shape) -> list[Element]:
    """The properties of the timeline that say where the user last worked."""
    return [found for name, found in _document(shape) if name in VIEW] if shape.is_kdenlive else []


def _bound(shape: Shape) -> Iterator[Element]:
    yield from shape.timeline.iterfind("transition")
    yield from shape.timeline.iterfind("filter")


def _document(shape: Shape) -> Iterator[tuple[str, Element]]:
    """Kdenlive's properties of the timeline by their last name: the sequence's, or the document's of old."""
    if shape.has_sequences:
        holder, prefix = shape.timeline, "kdenlive:sequenceproperties."
    elif shape.project.bin is not None:
        holder, prefix = shape.project.bin, "kdenlive:docproperties."
    else:
        return
    for found in holder.iterfind("property"):
        name = found.get("name", "")
        if name.startswith(prefix):
            yield name.removeprefix(prefix), found


def _moved(
    element: Element, attribute: str | None, text: str | None, change: Renumbering, above: int
) -> Iterator[Said]:
    """The new text of one number; negative ones mean no track."""
    if text is None or not text.strip().isdecimal():
        return
    number = int(text) + above
    new = change.of(number)
    if new is not None and new != number:
        yield Said(element, attribute, str(new - above))


def _groups(text: str, change: Renumbering) -> str:
    """The groups of clips, which name them by track and position."""
    gone = False

    def moved(found: re.Match[str]) -> str:
        nonlocal gone
        number = int(found[2])
        new = change.of(number + 1) if number >= 0 else number + 1
        gone = gone or new is None
        return f"{found[1]}{number if new is None else new - 1}{found[3]}"

    renamed = _LEAF.sub(moved, text)
    return _without_track(text, change) if gone else renamed


def _without_track(text: str, change: Renumbering) -> str:
    """The groups where clips of a track that went were grouped too: those leave their groups."""
    try:
        groups = json.loads(text)
    except ValueError:
        return text
    kept = [left for group in groups if (left := _regrouped(group, change)) is not None]
    return json.dumps(kept, indent=4, ensure_ascii=False) + "\n"


def _regrouped(group: Any, change: Renumbering) -> Any:
    if not isinstance(group, dict):
        return group
    if group.get("leaf") in ("clip", "composition"):
        number, colon, rest = str(group.get("data", "")).partition(":")
        new = change.of(int(number) + 1) if number.isdecimal() else None
        return None if new is None else {**group, "data": f"{new - 1}{colon}{rest}"}
    children = [_regrouped(child, change) for child in group.get("children", [])]
    left = [child for child in children if child is not None]
    return {**group, "children": left} if len(left) > 1 else None
