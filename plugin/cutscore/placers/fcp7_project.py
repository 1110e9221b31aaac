"""An FCP7 sequence as a project that music is laid into (see `xml_project`)."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from cutscore.placers import fcp7_parts as parts
from cutscore.placers.byte_edits import Edit, apply
from cutscore.placers.fcp7_change import changed_item, kept_of, moved_files
from cutscore.placers.fcp7_tracks import Tracks
from cutscore.placers.laid_music import LaidMusic
from cutscore.placers.media_url import Spelling
from cutscore.placers.own_music import Lying, OwnClip
from cutscore.placers.xml_project import OwnTrack
from cutscore.placers.xml_text import Element, XmlText
from cutscore.placers.xml_write import Node, Verbatim, XmlWriter, digest, elements_in, leaf, take_out
from cutscore.readers.fcp7 import main_sequence
from cutscore.readers.fcp7_values import rate_of, text_of
from cutscore_composer.errors import InputRefused

NEWEST = 5
"""Latest version of xmeml that is known."""
_ADDED = "Cutscore.Added"
_COLON = re.compile(r"^(file://(?:localhost)?/+[A-Za-z]):")


def open_project(xml: XmlText, timeline: str | None, rate: Fraction) -> Fcp7Project:
    """The sequence that the reader reads. Raises InputRefused."""
    version = xml.root.get("version", "")
    if version.isdecimal() and int(version) > NEWEST:
        xml.warnings.append(f"xmeml {version} is newer than what is known (1 to {NEWEST}); compare the result.")
    return Fcp7Project(xml, main_sequence(Path(xml.where), xml.root, timeline), timeline, rate)


class Fcp7Project:
    """One sequence."""

    SPELLING: Spelling = "absolute url"
    EMPTY = ("media", "audio", "track", "enabled")
    first_frame = 0
    """Tracks begin with the sequence, whatever its timecode."""

    def __init__(self, xml: XmlText, sequence: Element, timeline: str | None, rate: Fraction) -> None:
        self.xml = xml
        self.sequence = sequence
        self.timeline = timeline
        self.rate = rate
        own_rate = rate_of(sequence) or rate_of(sequence.find("timecode"))
        if own_rate is not None and own_rate != rate:
            raise InputRefused(
                f"{xml.where} runs at {float(own_rate):.6g} frames a second, the music was made for "
                f"{float(rate):.6g}; make it anew."
            )
        self.tracks = Tracks(Path(xml.where), sequence, rate)
        self.writer = XmlWriter(xml)

    @property
    def manner(self) -> parts.Manner:
        """How the file writes its audio."""
        return parts.Manner(
            drop_frame=text_of(self.sequence.find("timecode"), "displayformat").upper() == "DF",
            ticks=b"<pproTicksIn>" in self.xml.data,
            named_by_element=self.sequence.find("media/*/track/name") is not None,
        )

    def spelled(self, url: str) -> str:
        """With the host that Premiere names, and colons as the file writes them."""
        url = re.sub(r"^file:///", "file://localhost/", url)
        return _COLON.sub(r"\1%3a", url) if b"%3a/" in self.xml.data else url

    def lying(self, track_name: str) -> list[Lying]:
        """Every clip of ours."""
        return self.tracks.lying(track_name)

    def own_tracks(self) -> list[OwnTrack]:
        """Our tracks."""
        return self.tracks.own()

    def has_room(self, track: Any, start: int, end: int, leaving: Collection[Any]) -> bool:
        """Whether nothing lies on an own track between two frames, but what is leaving."""
        return self.tracks.has_room(track, start, end, {element for handle in leaving for element in handle})

    def with_new(self, old: OwnClip, laid: LaidMusic) -> list[Edit]:
        """The new music in the clip items of the old."""
        ids = parts.ids_of(laid)
        if len(old.handle) != len(ids.items):
            # Mono music after stereo, or the other way: it needs tracks of another kind.
            return [*self.with_more(laid, None, old), *self.without(old)]
        edits = moved_files(self.writer, self.sequence, old.handle)
        for channel, item in enumerate(old.handle):
            edits += changed_item(self.writer, item, old, laid, ids, channel, self.manner)
        return edits

    def with_more(self, laid: LaidMusic, track: Any | None, like: OwnClip | None) -> list[Edit]:
        """One more clip on an own track or a new one."""
        ids = parts.ids_of(laid)
        count = len(self.tracks.elements)
        channels = range(parts.channels_of(laid))
        numbers = [count + 1 + channel for channel in channels]
        if track is None or len(track) != len(ids.items):
            return self._with_tracks([self._track(laid, ids, channel, numbers, like) for channel in channels])
        edits: list[Edit] = []
        numbers = [index + 1 for index in track]
        later: set[str] = set()
        for channel, index in zip(channels, track, strict=False):
            element = self.tracks.elements[index]
            items = [child for child in element if child.tag in ("clipitem", "generatoritem")]
            before = [item for item in items if self._start(index, item) < laid.start]
            after = [item for item in items if item not in before]
            later |= {item.get("id", "") for item in after}
            node = self._item(laid, ids, channel, numbers, len(before) + 1, like)
            edits.append(self._insertion(element, before, after, node))
        return [*edits, *self._renumbered(later, 1)]

    def muted(self, clip: OwnClip) -> list[Edit]:
        """Its parts, not enabled."""
        edits = []
        for item in clip.handle:
            enabled = item.find("enabled")
            if enabled is not None:
                edits.append(self.writer.with_text(enabled, "FALSE"))
            else:
                edits.append(self.writer.first_in(item, leaf("enabled", False)))
        return edits

    def without(self, clip: OwnClip) -> list[Edit]:
        """Its parts and the transitions that hold them to nothing else, taken away."""
        edits = moved_files(self.writer, self.sequence, clip.handle)
        later: set[str] = set()
        for item in clip.handle:
            edits.append(self.writer.removed(item))
            for side, tag in ((item.getprevious(), "start"), (item.getnext(), "end")):
                if side is not None and side.tag == "transitionitem" and text_of(item, tag) == "-1":
                    edits.append(self.writer.removed(side))
            track = item.getparent()
            items = (
                [child for child in track if child.tag in ("clipitem", "generatoritem")] if track is not None else []
            )
            later |= {one.get("id", "") for one in items[items.index(item) + 1 :]}
        return [*edits, *self._renumbered(later, -1)]

    def with_music_of(self, other: Any) -> list[Edit]:
        """The own tracks of another version, their numbers made to fit."""
        scored: Fcp7Project = other
        shift = len(self.tracks.elements)
        nodes = []
        own = [index for track in scored.own_tracks() for index in track.key]
        numbers = {str(index + 1): str(shift + 1 + place) for place, index in enumerate(own)}
        elements = [scored.tracks.elements[index] for index in own]
        defined = {file.get("id", "") for element in elements for file in element.iter("file") if len(file)}
        for element in elements:
            start = scored.xml.span(element).start
            edits = [
                scored.writer.with_text(number, numbers[number.text])
                for number in element.iterfind("clipitem/link/trackindex")
                if number.text in numbers
            ]
            for file in element.iter("file"):
                name = file.get("id", "")
                if name not in defined and name in scored.tracks.files:
                    # Its definition stayed behind in the other version.
                    edits.append(scored.writer.replaced(file, Verbatim(scored.xml.text(scored.tracks.files[name]))))
                    defined.add(name)
            moved = [Edit(edit.start - start, edit.end - start, edit.new) for edit in edits]
            nodes.append(Verbatim(apply(scored.xml.text(element), moved)))
        return self._with_tracks(nodes) if nodes else []

    def take_out(self, root: Element) -> None:
        """Take our tracks out of a tree of this text."""
        sequence = main_sequence(Path(self.xml.where), root, self.timeline)
        tracks = Tracks(Path(self.xml.where), sequence, self.rate)
        own = [tracks.elements[index] for index in range(len(tracks.elements)) if tracks.is_own(index)]
        for element in own:
            audio = element.getparent()
            take_out(element)
            if audio is not None and audio.get(_ADDED) and audio.find("track") is None:
                take_out(audio)

    def _with_tracks(self, nodes: Sequence[Node | Verbatim]) -> list[Edit]:
        audio = self.sequence.find("media/audio")
        if audio is None:
            media = self.sequence.find("media")
            assert media is not None
            return [self.writer.last_in(media, parts.audio(nodes))]
        tracks = audio.findall("track")
        children = elements_in(audio)
        after = tracks[-1] if tracks else next((child for child in reversed(children) if child.tag != "filter"), None)
        if after is None:
            return [self.writer.into_empty(audio, nodes)]
        return [self.writer.after(after, node) for node in nodes]

    def _track(self, laid: LaidMusic, ids: parts.Ids, channel: int, numbers: list[int], like: OwnClip | None) -> Node:
        return parts.track(laid, self._item(laid, ids, channel, numbers, 1, like), channel, self.manner)

    def _item(
        self, laid: LaidMusic, ids: parts.Ids, channel: int, numbers: list[int], position: int, like: OwnClip | None
    ) -> Node:
        level = parts.levels(laid)
        noted = laid if level is None else laid.with_note(levels=digest(self.writer.bytes_of(level)))
        kept = kept_of(self.writer, like, channel)
        filters: list[Node | Verbatim] = [*kept.filters]
        if level is not None and not kept.has_levels:
            filters.insert(0, level)
        return parts.clip_item(
            noted,
            ids,
            channel,
            parts.links(ids, numbers, position),
            self.manner,
            name=kept.name or laid.name,
            filters=filters,
            more=kept.more,
        )

    def _insertion(self, track: Element, before: list[Element], after: list[Element], node: Node) -> Edit:
        """Where a clip item goes on a track: in order of time."""
        if before:
            follows = before[-1].getnext()
            behind = follows if follows is not None and follows.tag == "transitionitem" else before[-1]
            return self.writer.after(behind, node)
        if after:
            ahead = after[0].getprevious()
            return self.writer.before(ahead if ahead is not None and ahead.tag == "transitionitem" else after[0], node)
        return self.writer.first_in(track, node)

    def _renumbered(self, later: set[str], by: int) -> list[Edit]:
        """The clip numbers in links to the clips behind one that came or went."""
        edits = []
        for link in self.sequence.iterfind("media/*/track/clipitem/link") if later else ():
            number = link.find("clipindex")
            if number is not None and text_of(link, "linkclipref") in later and (number.text or "").strip().isdigit():
                edits.append(self.writer.with_text(number, int(number.text or 0) + by))
        return edits

    def _start(self, index: int, item: Element) -> Fraction:
        place = self.tracks.places(index).get(item)
        return place.start if place is not None else Fraction(0)
