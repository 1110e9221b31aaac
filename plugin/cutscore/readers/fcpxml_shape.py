"""The shape of FCPXML: which elements are pieces of a story, what lies in them and what is connected to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from lxml import etree

from cutscore.readers.fcpxml_resources import Resources, length_of_sequence
from cutscore.readers.fcpxml_values import lane_of, name_of, seconds_of, time_of
from cutscore_composer.errors import InputRefused

Element = etree._Element
_NAMES = "asset-clip clip sync-clip ref-clip mc-clip audition video audio title gap live-drawing"
CLIPS = frozenset(_NAMES.split())
"""Pieces of a story."""
CONTAINERS = ("clip", "sync-clip")
"""Clips whose media lie in them as pieces of a story of their own."""


@dataclass(slots=True)
class Entry:
    """A piece of a storyline: where it lies, in the storyline's time."""

    element: Element
    offset: Fraction
    seconds: Fraction
    head: Fraction = Fraction(0)
    """Seconds that are left out at its beginning, where the one before it runs into it."""
    after_transition: bool = False


def is_piece(element: Element) -> bool:
    """Whether an element is a piece of a story; what is unknown and has a place and a length is one too."""
    tag = element.tag
    if tag in CLIPS:
        return True
    return (
        tag not in ("transition", "spine", "caption")
        and element.get("offset") is not None
        and "duration" in (element.attrib)
    )


def contained(element: Element) -> list[Element]:
    """What lies in a clip: its pieces and storylines of lane 0."""
    return [child for child in element if (is_piece(child) or child.tag == "spine") and lane_of(child) == 0]


def connected(element: Element) -> Iterator[Element]:
    """What is connected to a clip: its pieces and storylines in other lanes."""
    for child in element:
        if (is_piece(child) or child.tag == "spine") and (lane_of(child) != 0 or element.tag not in CONTAINERS):
            yield child


def active(element: Element) -> Element | None:
    """The element itself; of an audition its first clip, which is the one in use."""
    for _ in range(8):
        if element.tag != "audition":
            return element
        picks = [child for child in element if is_piece(child)]
        if not picks:
            return None
        element = picks[0]
    return None


def start_of(element: Element, resources: Resources) -> Fraction:
    """Where the own time of an element begins: said, else where its media begin."""
    said = seconds_of(element, "start")
    if said is not None:
        return said
    ref = element.get("ref", "")
    if ref in resources.assets:
        return resources.assets[ref].start
    if ref in resources.media:
        inner = next((e for e in resources.media[ref] if e.tag in ("sequence", "multicam")), None)
        return time_of(inner, "tcStart") if inner is not None else Fraction(0)
    return Fraction(0)


def seconds_of_piece(element: Element, resources: Resources) -> Fraction:
    """How long a piece lasts: said, else as long as what it shows. Raises InputRefused where neither is known."""
    said = seconds_of(element, "duration")
    if said is None:
        said = _natural_seconds(element, resources)
    if said is None or said < 0:
        what = "no duration" if said is None else "a negative duration"
        raise InputRefused(
            f"<{element.tag}> '{name_of(element)}' in line {element.sourceline} has {what}; export it again."
        )
    return said


def _natural_seconds(element: Element, resources: Resources) -> Fraction | None:
    start = start_of(element, resources)
    asset = resources.assets.get(element.get("ref", ""))
    if asset is not None:
        return max(Fraction(0), asset.duration - (start - asset.start))
    media = resources.media.get(element.get("ref", ""))
    if media is not None:
        sequence = media.find("sequence")
        length = length_of_sequence(sequence) if sequence is not None else None
        return None if length is None or sequence is None else length - (start - time_of(sequence, "tcStart"))
    ends = [time_of(c, "offset") + time_of(c, "duration") for c in contained(element)]
    return max(Fraction(0), max(ends) - start) if ends else None


def source_rate(element: Element, resources: Resources) -> Fraction | None:
    """The frame rate of what a clip shows, by which it is conformed."""
    asset = resources.assets.get(element.get("ref", ""))
    if asset is not None:
        return asset.rate if asset.has_video else None
    media = resources.media.get(element.get("ref", ""))
    inner = None if media is None else next((e for e in media if e.tag in ("sequence", "multicam")), None)
    return resources.rate(inner if inner is not None else element)


def zero_of(sequence: Element, spine: Element, warnings: list[str]) -> Fraction:
    """The time of a storyline at which its sequence begins: its timecode, unless clips lie before that."""
    start = time_of(sequence, "tcStart")
    offsets = [time_of(child, "offset", start) for child in spine if is_piece(child)]
    if not offsets or min(offsets) >= start:
        return start
    warnings.append("The clips do not count from the sequence's start timecode; they are counted from zero.")
    return min(Fraction(0), *offsets)


def entries_of(storyline: Element, zero: Fraction, resources: Resources, warnings: list[str]) -> list[Entry]:
    """The pieces of a storyline (a spine, an angle) in order; where one runs into the next, it ends there.

    Under a transition two such pieces meet in the middle of what they share.
    """
    entries: list[Entry] = []
    position, over = zero, False
    for child in storyline:
        if child.tag == "transition":
            over = True
        elif is_piece(child) and (lane_of(child) == 0 or storyline.tag not in CONTAINERS):
            piece = active(child)
            if piece is None:
                continue
            offset = time_of(child, "offset", position)
            entries.append(Entry(piece, offset, seconds_of_piece(piece, resources), after_transition=over))
            over = False
            position = offset + entries[-1].seconds
    entries.sort(key=lambda entry: entry.offset)
    _part(entries, warnings)
    return [entry for entry in entries if entry.seconds > 0]


def _part(entries: list[Entry], warnings: list[str]) -> None:
    """Take overlaps out of a storyline."""
    for index in range(len(entries) - 1):
        here, following = entries[index], entries[index + 1]
        shared = here.offset + here.seconds - following.offset
        if shared <= 0:
            continue
        if following.after_transition and shared < following.seconds:
            following.head = shared / 2
            following.offset += following.head
            following.seconds -= following.head
        else:
            warnings.append(f"'{name_of(here.element)}' runs into '{name_of(following.element)}'; it ends there.")
        here.seconds = max(Fraction(0), following.offset - here.offset)
