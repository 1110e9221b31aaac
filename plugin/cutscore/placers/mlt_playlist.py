"""Lays a playlist of Cutscore's out anew: its clips where they lie, silence between them, all else as it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cutscore.placers.mlt_parts import Parts
from cutscore.placers.mlt_shape import Item, Track
from cutscore.placers.xml_text import XmlText
from cutscore.placers.xml_write import Node, Verbatim, elements_in
from cutscore.readers.mlt_values import Element


@dataclass(frozen=True, slots=True)
class Laid:
    """A clip and where it lies."""

    start: int
    end: int
    entry: Node | Verbatim


def as_it_lies(xml: XmlText, item: Item) -> Laid:
    """A clip as it is."""
    return Laid(item.start, item.end, Verbatim(xml.text(item.entry)))


def laid_out(parts: Parts, clips: Sequence[Laid]) -> list[Node | Verbatim]:
    """Clips and the silences between them."""
    found: list[Node | Verbatim] = []
    at = 0
    for clip in sorted(clips, key=lambda one: one.start):
        if clip.start > at:
            found.append(parts.blank(clip.start - at))
        found.append(clip.entry)
        at = clip.end
    return found


def playlist_with(parts: Parts, xml: XmlText, playlist: Element, clips: Sequence[Laid]) -> Node:
    """A playlist with other clips on it."""
    attributes = {str(name): str(value) for name, value in playlist.attrib.items()}
    others = [child for child in elements_in(playlist) if child.tag not in ("blank", "entry")]
    before = [Verbatim(xml.text(child)) for child in others if child.tag in ("property", "properties")]
    after = [Verbatim(xml.text(child)) for child in others if child.tag not in ("property", "properties")]
    return Node("playlist", attributes, [*before, *laid_out(parts, clips), *after])


def has_room(track: Track, start: int, end: int, leaving: Sequence[Item]) -> bool:
    """Whether nothing but what leaves lies between two frames of a track."""
    gone = [item.entry for item in leaving]
    return not any(item.start < end and start < item.end and item.entry not in gone for item in track.items)
