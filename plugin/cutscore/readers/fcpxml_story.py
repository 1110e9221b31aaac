"""The story of an FCPXML sequence: walks storylines and what is connected to them, and places OTIO items.

Every composition (the sequence, a compound clip, an angle, a synchronised clip) becomes a Story of its own;
nested ones become stacks that are trimmed and played as their clip says.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

import opentimelineio as otio
from lxml import etree

from cutscore.readers.fcpxml_clip import Leaf, leaf_of
from cutscore.readers.fcpxml_items import MarkerReader, generator, is_ours, media_clip, set_sound, set_speed
from cutscore.readers.fcpxml_pace import Pace, pace_of
from cutscore.readers.fcpxml_resources import Resources, is_dissolve
from cutscore.readers.fcpxml_shape import (
    active,
    connected,
    entries_of,
    seconds_of_piece,
    source_rate,
    start_of,
    zero_of,
)
from cutscore.readers.fcpxml_tracks import Lane, Over, Placed, Story, TimeRange, gap, time, tracks_of
from cutscore.readers.fcpxml_values import flag, lane_of, name_of, seconds_of, time_of
from cutscore_composer.errors import InputRefused

Element = etree._Element
MAX_DEPTH = 40
"""Deepest nesting of compounds, multicams and connected clips."""
MAX_ITEMS = 500_000
"""Clips that all uses of all compounds may come to."""
_GENERATED_START = Fraction(3600)
"""Where the own time of what Final Cut generates (gaps, titles, transitions) begins: one hour."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a piece lies: second `at` of its composition, for so many seconds, at its pace."""

    lane: Lane
    at: Fraction
    seconds: Fraction
    pace: Pace
    story: Story
    depth: int

    def put(self, kind: Literal["picture", "sound", "gap"], item: Any) -> None:
        """Place an OTIO item here."""
        self.story.placed.append(Placed(self.lane, self.at, self.seconds, kind, item))


class StoryReader:
    """Reads the compositions of one file; keeps warnings and counts on the way."""

    def __init__(self, resources: Resources, rate: Fraction) -> None:
        self.resources = resources
        self.rate = rate
        self.warnings: list[str] = []
        self.markers = MarkerReader(rate)
        self.items = 0
        self._places = {
            "gap": self._gap,
            "title": self._title,
            "live-drawing": self._title,
            "video": self._file,
            "audio": self._file,
            "asset-clip": self._file,
            "clip": self._clip,
            "sync-clip": self._clip,
            "ref-clip": self._ref_clip,
            "mc-clip": self._mc_clip,
        }

    def sequence(self, sequence: Element, depth: int = 0) -> Story:
        """The story of a <sequence>, in seconds from its start timecode."""
        story = Story()
        for spine in sequence.iterfind("spine"):
            self._storyline(spine, (), Fraction(0), zero_of(sequence, spine, self.warnings), story, depth)
        return story

    def _storyline(self, spine: Element, lane: Lane, at: Fraction, zero: Fraction, story: Story, depth: int) -> None:
        """Place the pieces of a storyline whose time `zero` lies at second `at` of the composition."""
        self._count(depth + len(lane))
        for entry in entries_of(spine, zero, self.resources, self.warnings):
            self._piece(entry.element, lane, at + entry.offset - zero, entry.seconds, story, depth, entry.head)
        for inner in spine.iterfind("spine"):
            if lane_of(inner) == 0:
                self._storyline(inner, lane, at + time_of(inner, "offset", zero) - zero, Fraction(0), story, depth + 1)
        for over in spine.iterfind("transition"):
            self._transition(over, lane, at + time_of(over, "offset") - zero, story)

    def _transition(self, element: Element, lane: Lane, at: Fraction, story: Story) -> None:
        seconds = time_of(element, "duration")
        effect = element.find("filter-video")
        name = name_of(element) or (name_of(effect) if effect is not None else "") or "Transition"
        story.markers += self._shifted(self.markers.found(element, _GENERATED_START, Fraction(1), seconds), at)
        if effect is None and element.find("filter-audio") is not None:
            return
        dissolves = effect is not None and is_dissolve(self.resources.effects.get(effect.get("ref", "")))
        story.overs.append(Over(lane, at, seconds, name, dissolves))

    def _piece(
        self,
        element: Element,
        lane: Lane,
        at: Fraction,
        seconds: Fraction,
        story: Story,
        depth: int,
        head: Fraction = Fraction(0),
    ) -> None:
        """Place one piece and what is connected to it."""
        self._count(depth + len(lane))
        start = start_of(element, self.resources)
        source = source_rate(element, self.resources)
        pace = pace_of(element, start, seconds, source, self.rate, self.warnings, head)
        place = self._places.get(element.tag, self._unknown)
        place(element, Spot(lane, at, seconds, pace, story, depth))
        for child in connected(element):
            there = at - head + (time_of(child, "offset", start) - start) * pace.stretch
            self._connected(child, (*lane, lane_of(child)), there, story, depth)

    def _connected(self, child: Element, lane: Lane, at: Fraction, story: Story, depth: int) -> None:
        """Place what is connected to a piece: a clip or a storyline."""
        piece = active(child)
        if piece is None:
            return
        if piece.tag == "spine":
            self._storyline(piece, lane, at, Fraction(0), story, depth)
        else:
            self._piece(piece, lane, at, seconds_of_piece(piece, self.resources), story, depth)

    def _count(self, depth: int) -> None:
        self.items += 1
        if self.items > MAX_ITEMS:
            raise InputRefused(f"The project comes to more than {MAX_ITEMS} clips through its compound clips.")
        if depth > MAX_DEPTH:
            raise InputRefused(f"The project nests clips more than {MAX_DEPTH} deep or in a circle; flatten it.")

    def _shifted(self, markers: Any, at: Fraction) -> list[Any]:
        """Markers that count from a clip's beginning, counted from that of the composition."""
        found = list(markers)
        for marker in found:
            marker.marked_range = TimeRange(
                marker.marked_range.start_time + time(at, self.rate), marker.marked_range.duration
            )
        return found

    def _own_markers(self, element: Element, spot: Spot) -> None:
        """Markers of what is no single clip of picture belong to the composition; hits of our own music are none."""
        if flag(element, "enabled", True) and not is_ours(element):
            spot.story.markers += self._shifted(self._found(element, spot), spot.at)

    def _found(self, element: Element, spot: Spot) -> Iterator[Any]:
        return self.markers.found(element, spot.pace.start, spot.pace.stretch, spot.seconds)

    def _gap(self, element: Element, spot: Spot) -> None:
        spot.put("gap", gap(spot.seconds, self.rate))
        self._own_markers(element, spot)

    def _absent(self, element: Element, spot: Spot, what: str) -> None:
        self.warnings.append(f"{what}; shown as black.")
        self._gap(element, spot)

    def _unknown(self, element: Element, spot: Spot) -> None:
        self._absent(element, spot, f"<{element.tag}> '{name_of(element)}' is nothing that Cutscore knows")

    def _title(self, element: Element, spot: Spot) -> None:
        effect = self.resources.effects.get(element.get("ref", ""))
        kind = name_of(effect) if effect is not None else element.tag
        markers = list(self._found(element, spot))
        item = generator(name_of(element, kind), kind, spot.seconds, self.rate, markers)
        item.enabled = flag(element, "enabled", True)
        spot.put("picture", item)

    def _file(self, element: Element, spot: Spot) -> None:
        if element.tag == "video" and element.get("ref", "") in self.resources.effects:
            self._title(element, spot)
            return
        leaf = leaf_of(element, self.resources)
        if leaf is None:
            name = name_of(element, element.get("ref") or element.tag)
            self.warnings.append(f"The media of clip '{name}' are not in the file's resources; shown as black.")
            leaf = Leaf(name, None, Fraction(0), element.tag != "audio", ())
        self._leaf(element, leaf, spot)

    def _clip(self, element: Element, spot: Spot) -> None:
        leaf = leaf_of(element, self.resources)
        if leaf is not None:
            self._leaf(element, leaf, spot)
            return
        inner = Story()
        self._storyline(element, (), Fraction(0), Fraction(0), inner, spot.depth + 1)
        self._nested(element, [inner], [inner], Fraction(0), spot)

    def _leaf(self, element: Element, leaf: Leaf, spot: Spot) -> None:
        """A clip of one file: its picture, its sounds or both."""
        enabled = flag(element, "enabled", True)
        if leaf.picture:
            shown = replace(spot.pace, first=spot.pace.first + leaf.shift)
            clip = media_clip(leaf.name, leaf.asset, shown, spot.seconds, self.rate, self.warnings)
            clip.enabled = enabled
            self.markers.on_media(self._found(element, spot), clip)
            spot.put("picture", clip)
        else:
            self._own_markers(element, spot)
        for sound in leaf.sounds:
            place = self._sound_spot(element, spot)
            heard = replace(place.pace, first=place.pace.first + sound.shift)
            clip = media_clip(
                leaf.name or sound.asset.name, sound.asset, heard, place.seconds, self.rate, self.warnings
            )
            set_sound(clip, sound.element, heard=enabled)
            place.put("sound", clip)

    def _sound_spot(self, element: Element, spot: Spot) -> Spot:
        """Where the sound of a clip lies: under its picture, unless it is split from it (audioStart)."""
        start, length = seconds_of(element, "audioStart"), seconds_of(element, "audioDuration")
        if start is None and length is None:
            return spot
        start = spot.pace.start if start is None else start
        length = spot.seconds if length is None else length
        pace = pace_of(element, start, length, source_rate(element, self.resources), self.rate, [])
        return replace(spot, at=spot.at + (start - spot.pace.start) * spot.pace.stretch, seconds=length, pace=pace)

    def _ref_clip(self, element: Element, spot: Spot) -> None:
        media = self.resources.media.get(element.get("ref", ""))
        sequence = media.find("sequence") if media is not None else None
        if sequence is None:
            self._absent(element, spot, f"The compound clip '{name_of(element)}' is not in the file")
            return
        inner = self.sequence(sequence, spot.depth + 1)
        which = element.get("srcEnable", "all")
        pictures, sounds = [inner] if which != "audio" else [], [inner] if which != "video" else []
        self._nested(element, pictures, sounds, time_of(sequence, "tcStart"), spot)

    def _mc_clip(self, element: Element, spot: Spot) -> None:
        media = self.resources.media.get(element.get("ref", ""))
        multicam = media.find("multicam") if media is not None else None
        angles = [] if multicam is None else list(multicam.iterfind("mc-angle"))
        if multicam is None or not angles:
            self._absent(element, spot, f"The multicam '{name_of(element)}' is not in the file")
            return
        zero, which = time_of(multicam, "tcStart"), element.get("srcEnable", "all")
        wanted = [(s.get("angleID", ""), s.get("srcEnable", "all")) for s in element.iterfind("mc-source")]
        pictures: list[Story] = []
        sounds: list[Story] = []
        for angle_id, enabled in wanted or [(angles[0].get("angleID", ""), "all")]:
            angle = next((a for a in angles if a.get("angleID", "") == angle_id), None)
            if angle is None:
                self.warnings.append(f"An angle of the multicam '{name_of(element)}' is not in the file.")
                continue
            inner = Story()
            self._storyline(angle, (), Fraction(0), zero, inner, spot.depth + 1)
            if enabled in ("all", "video") and which != "audio" and not pictures:
                pictures.append(inner)
            if enabled in ("all", "audio") and which != "video":
                sounds.append(inner)
        self._nested(element, pictures, sounds, zero, spot)

    def _nested(self, element: Element, pictures: list[Story], sounds: list[Story], zero: Fraction, spot: Spot) -> None:
        """Place compositions as one clip: one stack for what is seen, one for what is heard."""
        self._own_markers(element, spot)
        first = spot.pace.first - zero
        if zero > 0 and first + spot.seconds * abs(spot.pace.speed) <= 0 <= spot.pace.first:
            self.warnings.append(f"'{name_of(element)}' begins before its timecode; it is counted from its start.")
            first = spot.pace.first
        inside = {id(inner): inner for inner in (*pictures, *sounds)}
        tracks = {key: tracks_of(inner, self.rate, self.warnings) for key, inner in inside.items()}
        seen = [inner for inner in pictures if inner.holds("picture")]
        heard = [inner for inner in sounds if inner.holds("sound")]
        if not seen and not heard:
            spot.put("gap", gap(spot.seconds, self.rate))
        for inner in seen:
            # Lanes of sound stand with the picture as they do in the file; only their names are read there.
            items = [*(copy.deepcopy(track) for track in tracks[id(inner)].audio), *tracks[id(inner)].video]
            stack = self._stack(element, items, first - inner.begin, spot)
            stack.markers.extend(self._shifted(inner.markers, -inner.begin))
            spot.put("picture", stack)
        for inner in heard:
            stack = self._stack(
                element, [*tracks[id(inner)].audio, *tracks[id(inner)].embedded], first - inner.begin, spot
            )
            set_sound(stack, element)
            spot.put("sound", stack)

    def _stack(self, element: Element, items: list[Any], first: Fraction, spot: Spot) -> Any:
        stack = otio.schema.Stack(name_of(element))
        stack.extend(items)
        stack.source_range = TimeRange(time(first, self.rate), time(spot.seconds, self.rate))
        stack.enabled = flag(element, "enabled", True)
        set_speed(stack, spot.pace.speed)
        return stack
