"""The music as media of an MLT project, new or in the place of an earlier version with what the user gave that one.

Kdenlive keeps the music twice, in its bin (with the notes, the markers and the user's words) and as what
the timeline plays; effects lie on the clip. Shotcut keeps effects and words at what the timeline plays, and
a copy in its playlist.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cutscore.placers.laid_music import LaidMusic
from cutscore.placers.mlt_filters import Filters, Old, prop
from cutscore.placers.mlt_markers import hits_in, kept_markers, markers_text
from cutscore.placers.mlt_parts import Parts, words_of
from cutscore.placers.mlt_shape import Item, Shape
from cutscore.placers.notes import KEY
from cutscore.placers.own_music import OwnClip
from cutscore.placers.xml_text import XmlText
from cutscore.placers.xml_write import Node, Verbatim
from cutscore.readers.mlt_values import Element, properties_of

_OF_THE_FILE = (
    "kdenlive:file_hash",
    "kdenlive:file_size",
    "kdenlive:audio_max",
    "kdenlive:duration",
    "kdenlive:original",
    "kdenlive:proxy",
    "kdenlive:thumbnail",
    "shotcut:hash",
    "shotcut:resource",
    "shotcut:proxy",
)
"""Beginnings of properties that describe the file itself, which is another now."""


@dataclass(frozen=True, slots=True)
class Media:
    """One clip of music as elements."""

    timeline: Node
    bin: Node
    entry: Node
    laid: LaidMusic
    """As it was laid: without the hits that the user had taken away."""


class MediaMaker:
    """Makes the elements of one clip."""

    def __init__(self, xml: XmlText, shape: Shape, parts: Parts, filters: Filters) -> None:
        self.xml = xml
        self.shape = shape
        self.parts = parts
        self.filters = filters

    def new(self, laid: LaidMusic, old: OwnClip | None, *, same_ids: bool = False) -> Media:
        """A clip; with what the user gave to `old`, and in its place where `same_ids`."""
        parts, is_kdenlive = self.parts, self.shape.is_kdenlive
        item: Item | None = None if old is None else old.handle
        medium = None if item is None else self.shape.book.medium(item)
        if old is not None and medium is not None:
            laid = self._with_hits_left(laid, old, medium)
        made, effects = self._effects(laid, old, item)
        keeps = same_ids and item is not None
        name = item.played.get("id", "") if keeps and item is not None else parts.new_id()
        bin_name = self.bin_name(old) if keeps and old is not None else ""
        bin_id = self.shape.book.bin_id(item) if keeps and item is not None else parts.new_bin_id()
        control = self._control(medium) if keeps else parts.new_control()
        in_bin = parts.media(
            laid,
            "bin",
            name=bin_name or parts.new_id(),
            bin_id=bin_id if is_kdenlive else "",
            control=control,
            made=made,
        )
        if is_kdenlive:
            timeline = parts.media(laid, "timeline", name=name, bin_id=bin_id, control=control, made=made)
            entry = parts.entry(laid, name, bin_id, [*self._said_of_entry(item), *effects])
            if medium is not None and old is not None:
                in_bin = self._renewed(in_bin, medium, old.facts, laid)
        else:
            timeline = parts.media(laid, "timeline", name=name, filters=effects, made=made)
            entry = parts.entry(laid, name)
            if medium is not None and old is not None:
                timeline = self._renewed(timeline, medium, old.facts, laid, filters=effects)
        return Media(timeline, in_bin, entry, laid)

    def bin_name(self, clip: OwnClip) -> str:
        """The id of the element that stands for a clip among the project's media; empty where there is none."""
        found = self.bin_element(clip)
        return "" if found is None else found.get("id", "")

    def bin_element(self, clip: OwnClip) -> Element | None:
        """The element that stands for a clip among the project's media."""
        book = self.shape.book
        if self.shape.is_kdenlive:
            return book.bin_media.get(book.bin_id(clip.handle))
        return next((one for one in book.in_bin if book.facts(one).get("id") == clip.facts.get("id")), None)

    def _effects(
        self, laid: LaidMusic, old: OwnClip | None, item: Item | None
    ) -> tuple[list[str], list[Node | Verbatim]]:
        """Which filters are ours, and all filters of the clip."""
        made = self.filters.made(laid)
        if old is None or item is None:
            return list(made), list(made.values())
        holder = item.entry if self.shape.is_kdenlive else item.played
        before = Old(tuple(holder.iterfind("filter")), item.first, item.first + item.end - item.start - 1, old.facts)
        # What was noted stays noted: the user's taking away is remembered.
        noted = [*made, *(kind for kind in before.noted if kind not in made)]
        return noted, self.filters.carried(laid, before, _shift(laid, old), self.xml)

    def _with_hits_left(self, laid: LaidMusic, old: OwnClip, medium: Element) -> LaidMusic:
        """Without the hits where the user took all those of the earlier version away."""
        if not int(str(old.facts.get("hits", 0)) or 0):
            return laid
        if self.shape.is_kdenlive:
            _, are_left = kept_markers(properties_of(medium).get("kdenlive:markers"))
        else:
            are_left = next(hits_in(self.shape, old.handle.start, old.handle.end), None) is not None
        return laid if are_left else replace(laid, hits=())

    def _said_of_entry(self, item: Item | None) -> list[Node | Verbatim]:
        """What Kdenlive says of the clip beside its effects."""
        if item is None:
            return []
        children = item.entry.iterfind("property")
        return [Verbatim(self.xml.text(child)) for child in children if child.get("name") != "kdenlive:id"]

    def _renewed(
        self,
        new: Node,
        medium: Element,
        facts: Mapping[str, Any],
        laid: LaidMusic,
        filters: Sequence[Node | Verbatim] = (),
    ) -> Node:
        """New media with the user's words, markers and folder of the old."""
        said = {
            str(child.attributes["name"]): child.text
            for child in new.children
            if isinstance(child, Node) and child.tag == "property"
        }
        was = {p.get("name", ""): p.text or "" for p in medium.iterfind("property")}
        ours = words_of(was.get(KEY, ""))
        for name, text in was.items():
            if not name.startswith(("kdenlive:", "shotcut:")) or name.startswith(_OF_THE_FILE):
                continue
            unchanged = {
                "kdenlive:clipname": facts.get("name"),
                "shotcut:caption": facts.get("name"),
                "kdenlive:description": ours,
                "shotcut:comment": ours,
            }
            is_ours = name in ("kdenlive:id", "kdenlive:control_uuid", "kdenlive:clip_type", "kdenlive:markers")
            if not is_ours and not (name in unchanged and text in ("", unchanged[name])):
                said[name] = text
        theirs, _ = kept_markers(was.get("kdenlive:markers"))
        if theirs:
            said["kdenlive:markers"] = markers_text(laid.hits, self.shape.project, theirs)
        kept = filters or [Verbatim(self.xml.text(child)) for child in medium.iterfind("filter")]
        return Node(new.tag, new.attributes, [*(prop(*one) for one in said.items()), *kept])

    def _control(self, medium: Element | None) -> str:
        if medium is None:
            return ""
        return self.shape.project.properties(medium).get("kdenlive:control_uuid", "") or self.parts.new_control()


def _shift(laid: LaidMusic, old: OwnClip) -> int:
    """How many frames later in the new file the same moment of the music lies."""
    placed = laid.notes.get("placed", {})
    return int(placed.get("media_start", 0)) - int(str(old.facts.get("media_start", 0)).partition(".")[0] or 0)
