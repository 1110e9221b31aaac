"""Where things lie in an FCPXML sequence: the pieces of its storyline, and what is connected to them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from cutscore.placers.xml_text import Element
from cutscore.readers.fcpxml_pace import Pace, pace_of
from cutscore.readers.fcpxml_resources import Resources
from cutscore.readers.fcpxml_shape import Entry, active, connected, entries_of, seconds_of_piece, source_rate, start_of
from cutscore.readers.fcpxml_shape import zero_of as zero_of_spine
from cutscore.readers.fcpxml_values import lane_of, time_of


@dataclass(frozen=True, slots=True)
class Anchor:
    """A piece of the primary storyline that clips may be connected to; seconds of the sequence."""

    element: Element
    at: Fraction
    seconds: Fraction
    pace: Pace
    head: Fraction

    def offset_of(self, at: Fraction) -> Fraction:
        """The piece's own time at a second of the sequence."""
        return self.pace.start + (at - self.at) / self.pace.stretch

    def second_of(self, offset: Fraction) -> Fraction:
        """The second of the sequence at a time of the piece's own."""
        return self.at + (offset - self.pace.start) * self.pace.stretch


@dataclass(frozen=True, slots=True)
class Hanging:
    """A clip that is connected to the storyline, in a lane; seconds of the sequence."""

    element: Element
    lane: int
    at: Fraction
    seconds: Fraction
    anchor: Anchor | None
    """None for what lies in a connected storyline: it has no offset of its own in the anchor's time."""


class Places:
    """The storyline of a sequence and what hangs on it."""

    def __init__(self, sequence: Element, resources: Resources, rate: Fraction) -> None:
        self.sequence = sequence
        self.resources = resources
        self.rate = rate
        spine = sequence.find("spine")
        assert spine is not None
        self.zero = zero_of_spine(sequence, spine, [])
        self.entries = entries_of(spine, self.zero, resources, [])
        self._starts = [entry.offset for entry in self.entries]

    def anchor_at(self, at: Fraction) -> Anchor | None:
        """The piece that is seen at a second of the sequence: the last one behind the end; None without any."""
        if not self.entries:
            return None
        return self.anchor(self.entries[max(0, bisect_right(self._starts, at + self.zero) - 1)])

    def anchor(self, entry: Entry) -> Anchor:
        """A piece as an anchor."""
        element = entry.element
        start = start_of(element, self.resources)
        source = source_rate(element, self.resources)
        pace = pace_of(element, start, entry.seconds, source, self.rate, [], entry.head)
        return Anchor(element, entry.offset - self.zero, entry.seconds, pace, entry.head)

    @cached_property
    def hanging(self) -> list[Hanging]:
        """Everything that is connected to the storyline, and what lies in connected storylines."""
        return [found for entry in self.entries if len(entry.element) for found in self._on(entry)]

    def _on(self, entry: Entry) -> Iterator[Hanging]:
        children = list(connected(entry.element))
        if not children:
            return
        anchor = self.anchor(entry)
        for child in children:
            at, lane = anchor.second_of(time_of(child, "offset", anchor.pace.start)), lane_of(child)
            piece = active(child)
            if piece is None:
                continue
            if piece.tag != "spine":
                yield Hanging(piece, lane, at, seconds_of_piece(piece, self.resources), anchor)
                continue
            for inner in entries_of(piece, Fraction(0), self.resources, []):
                yield Hanging(inner.element, lane, at + inner.offset, inner.seconds, None)
