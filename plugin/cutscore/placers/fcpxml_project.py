"""An FCPXML sequence as a project that music is laid into (see `xml_project`): connected clips below the storyline.

Final Cut has no tracks; a negative lane takes their part, and the role "music" what their name says.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from cutscore.placers import fcpxml_parts as parts
from cutscore.placers.byte_edits import Edit, apply
from cutscore.placers.fcpxml_change import changed_clip, kept_of
from cutscore.placers.fcpxml_places import Hanging, Places
from cutscore.placers.laid_music import LaidMusic
from cutscore.placers.media_url import Spelling, is_relative
from cutscore.placers.notes import from_text, valid_facts
from cutscore.placers.own_music import MUSIC, Lying, OwnClip, has_cue_file
from cutscore.placers.xml_project import OwnTrack
from cutscore.placers.xml_text import Element, XmlText
from cutscore.placers.xml_write import Node, Verbatim, XmlWriter, digest, elements_in, take_out
from cutscore.readers.fcpxml import main_sequence, version_warnings
from cutscore.readers.fcpxml_items import is_ours
from cutscore.readers.fcpxml_resources import Resources
from cutscore.readers.fcpxml_values import flag, name_of, time_of
from cutscore_composer.errors import InputRefused

_LOWEST_LANE = -99


def open_project(xml: XmlText, timeline: str | None, rate: Fraction) -> FcpxmlProject:
    """The sequence that the reader reads. Raises InputRefused."""
    path = Path(xml.where)
    xml.warnings += version_warnings(path, xml.root)
    _, sequence = main_sequence(path, xml.root, [], timeline)
    return FcpxmlProject(xml, sequence, timeline, rate)


class FcpxmlProject:
    """One sequence."""

    EMPTY = tuple(sorted(parts.ANCHORED | {"gap", "resources"}))
    first_frame = 0
    """Frames count from the sequence's own start, whatever its timecode."""

    def __init__(self, xml: XmlText, sequence: Element, timeline: str | None, rate: Fraction) -> None:
        self.xml = xml
        self.sequence = sequence
        self.timeline = timeline
        self.rate = rate
        self.writer = XmlWriter(xml)
        self.resources = Resources(xml.root)
        own_rate = self.resources.rate(sequence)
        if own_rate is not None and own_rate != rate:
            raise InputRefused(
                f"{xml.where} runs at {float(own_rate):.6g} frames a second, the music was made for "
                f"{float(rate):.6g}; make it anew."
            )
        self.places = Places(sequence, self.resources, rate)

    @property
    def SPELLING(self) -> Spelling:  # noqa: N802 - a constant of the class
        """As the file spells its media: absolute, unless they are relative."""
        urls = [asset.url for asset in self.resources.assets.values() if asset.url]
        return "url" if urls and all(is_relative(url) for url in urls) else "absolute url"

    @property
    def manner(self) -> parts.Manner:
        """How the file names media."""
        version = tuple(int(number) for number in re.findall(r"\d+", self.xml.root.get("version", "1.10"))[:2])
        formats = self.xml.root.iterfind("resources/format")
        rateless = (f.get("id", "") for f in formats if f.get("name") == "FFVideoFormatRateUndefined")
        return parts.Manner(media_rep=version >= (1, 9), sound_format=next(rateless, ""))

    def spelled(self, url: str) -> str:
        """As it is."""
        return url

    def lying(self, track_name: str) -> list[Lying]:
        """Every clip of ours: connected ones, and those that the user put elsewhere.

        With a track's name also music of ours that lost its notes: its cue file lies beside it.
        """
        hanging = {found.element: found for found in self.places.hanging}
        found = [self._lying(element, hanging.get(element)) for element in self._own()]
        if track_name:
            found += [self._lying(h.element, h) for h in self.places.hanging if self._is_stripped(h.element)]
        return found

    def own_tracks(self) -> list[OwnTrack]:
        """The lanes that hold clips of ours, the upmost first."""
        roles = {one.track: str(one.facts.get("role", MUSIC)) for one in self.lying("") if one.track is not None}
        return [OwnTrack(lane, _lane_name(lane), role) for lane, role in sorted(roles.items(), reverse=True)]

    def has_room(self, track: Any, start: int, end: int, leaving: Collection[Any]) -> bool:
        """Whether nothing lies in a lane between two frames, but what is leaving."""
        first, last = Fraction(start) / self.rate, Fraction(end) / self.rate
        return not any(
            h.lane == track and h.at < last and first < h.at + h.seconds and h.element not in leaving
            for h in self.places.hanging
        )

    def with_new(self, old: OwnClip, laid: LaidMusic) -> list[Edit]:
        """The new music in the clip of the old, connected to where it was."""
        element = old.handle
        found = next((h for h in self.places.hanging if h.element is element), None)
        assert found is not None
        assert found.anchor is not None
        at = Fraction(laid.start) / self.rate
        anchor = self.places.anchor_at(at)
        assert anchor is not None
        ref = element.get("ref", "")
        asset = self._asset(ref)
        if asset is not None and self._uses(ref) == 1:
            media = self.writer.replaced(asset, parts.asset(laid, ref, self.manner))
        else:
            ref = self._free_id()
            media = self._with_asset(parts.asset(laid, ref, self.manner))
        edits = changed_clip(self.writer, element, old, laid, ref, anchor.offset_of(at))
        if anchor.element is found.anchor.element:
            return [media, *edits]
        # The new music begins over another shot: it is connected there.
        moved = Verbatim(_within(self.xml, element, edits))
        return [media, self.writer.removed(element), self._connected(anchor.element, moved)]

    def with_more(self, laid: LaidMusic, track: Any | None, like: OwnClip | None) -> list[Edit]:
        """One more connected clip, in a lane with room."""
        lane = track if track is not None else self._free_lane(laid)
        ref = self._free_id()
        anchor = self.places.anchor_at(Fraction(laid.start) / self.rate)
        if anchor is None:
            raise InputRefused(f"{self.xml.where} has a storyline without any clip; nothing can be connected to it.")
        level = parts.levels(laid)
        noted = laid if level is None else laid.with_note(levels=digest(self.writer.bytes_of(level)))
        kept = kept_of(self.writer, like)
        node = parts.clip(
            noted,
            ref,
            lane,
            anchor.offset_of(Fraction(laid.start) / self.rate),
            self.manner,
            name=kept.name or laid.name,
            levels=kept.levels or level,
            markers=[*parts.markers(laid), *kept.markers],
            more=kept.more,
        )
        return [self._with_asset(parts.asset(laid, ref, self.manner)), self._connected(anchor.element, node)]

    def muted(self, clip: OwnClip) -> list[Edit]:
        """A clip that is not enabled."""
        return [self.writer.with_attribute(clip.handle, "enabled", "0")]

    def without(self, clip: OwnClip) -> list[Edit]:
        """The clip taken away, with its asset where nothing else uses that."""
        ref = clip.handle.get("ref", "")
        asset = self._asset(ref)
        edits = [self.writer.removed(clip.handle)]
        return [*edits, self.writer.removed(asset)] if asset is not None and self._uses(ref) == 1 else edits

    def with_music_of(self, other: Any) -> list[Edit]:
        """Our clips of another version, connected here to what lies at their place now."""
        scored: FcpxmlProject = other
        edits: list[Edit] = []
        refs: dict[str, str] = {}
        number = self._highest_id()
        for found in scored.places.hanging:
            if not is_ours(found.element):
                continue
            old = found.element.get("ref", "")
            anchor = self.places.anchor_at(found.at)
            asset = scored._asset(old)
            if anchor is None or asset is None:
                continue
            if old not in refs:
                number += 1
                refs[old] = f"r{number}"
                renamed = [scored.writer.with_attribute(asset, "id", refs[old])]
                edits.append(self._with_asset(Verbatim(_within(scored.xml, asset, renamed))))
            values = {"ref": refs[old], "offset": parts.seconds_text(anchor.offset_of(found.at)), "lane": found.lane}
            moved = [scored.writer.with_attribute(found.element, name, value) for name, value in values.items()]
            edits.append(self._connected(anchor.element, Verbatim(_within(scored.xml, found.element, moved))))
        return edits

    def take_out(self, root: Element) -> None:
        """Take our clips and what they alone use out of a tree of this text."""
        ours = [element for element in root.iter("asset-clip") if is_ours(element)]
        refs = {element.get("ref") for element in ours}
        for element in ours:
            take_out(element)
        used = {element.get("ref") for element in root.iter() if isinstance(element.tag, str)}
        for asset in list(root.iterfind("resources/asset")):
            if asset.get("id") in refs - used:
                take_out(asset)

    def _own(self) -> Iterator[Element]:
        return (element for element in self.sequence.iter("asset-clip") if is_ours(element))

    def _lying(self, element: Element, found: Hanging | None) -> Lying:
        asset = self.resources.assets.get(element.get("ref", ""))
        start = time_of(element, "start", asset.start if asset is not None else Fraction(0))
        is_connected = found is not None and found.anchor is not None
        return Lying(
            handle=element,
            track=found.lane if found is not None and found.lane < 0 else None,
            name=name_of(element) or "music",
            url=asset.url if asset is not None else "",
            facts=valid_facts(from_text(element.findtext("note"))),
            start=None if found is None else found.at * self.rate,
            source=None if asset is None else (start - asset.start) * self.rate,
            frames=None if found is None else found.seconds * self.rate,
            enabled=flag(element, "enabled", True),
            on_own_track=is_connected,
            retimed=element.find("timeMap") is not None,
        )

    def _is_stripped(self, element: Element) -> bool:
        """Whether a connected sound without notes is music of ours: a cue file lies beside its file."""
        asset = self.resources.assets.get(element.get("ref", ""))
        if element.tag != "asset-clip" or asset is None or asset.has_video or is_ours(element):
            return False
        return has_cue_file(asset.url)

    def _asset(self, ref: str) -> Element | None:
        return next((e for e in self.xml.root.iterfind("resources/asset") if e.get("id") == ref), None)

    def _uses(self, ref: str) -> int:
        return sum(1 for element in self.xml.root.iter() if isinstance(element.tag, str) and element.get("ref") == ref)

    def _highest_id(self) -> int:
        found = (re.fullmatch(r"r(\d{1,9})", e.get("id", "")) for e in self.xml.root.iterfind("resources/*"))
        return max((int(match[1]) for match in found if match), default=0)

    def _free_id(self) -> str:
        return f"r{self._highest_id() + 1}"

    def _free_lane(self, laid: LaidMusic) -> int:
        """The highest lane below the storyline in which nothing lies at that time."""
        lanes = range(-1, _LOWEST_LANE, -1)
        return next((lane for lane in lanes if self.has_room(lane, laid.start, laid.end, [])), _LOWEST_LANE)

    def _with_asset(self, node: Node | Verbatim) -> Edit:
        resources = self.xml.root.find("resources")
        if resources is None:
            raise InputRefused(f"{self.xml.where} has no resources; export it again.")
        assets = resources.findall("asset")
        return self.writer.after(assets[-1], node) if assets else self.writer.last_in(resources, node)

    def _connected(self, parent: Element, node: Node | Verbatim) -> Edit:
        """The insertion of a connected clip where Apple's document type wants it."""
        sibling = parts.last_of(parent, parts.ANCHORED)
        if sibling is None:
            sibling = parts.last_before(parent, parts.BEHIND)
        if sibling is not None:
            return self.writer.after(sibling, node)
        children = elements_in(parent)
        return self.writer.before(children[0], node) if children else self.writer.into_empty(parent, [node])


def _within(xml: XmlText, element: Element, edits: list[Edit]) -> bytes:
    """An element as it is written, with edits made inside of it."""
    start = xml.span(element).start
    return apply(xml.text(element), [Edit(edit.start - start, edit.end - start, edit.new) for edit in edits])


def _lane_name(lane: int) -> str:
    return f"lane {lane}, role {parts.ROLE}"
