"""The sound tracks of an FCP7 sequence: which are Cutscore's, and how our clips lie on them now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from cutscore.placers.notes import Notes, from_text, valid_facts
from cutscore.placers.own_music import MUSIC, Lying, has_cue_file
from cutscore.placers.xml_project import OwnTrack
from cutscore.placers.xml_text import Element
from cutscore.readers.fcp7_items import Placed, placed_items, speed_of
from cutscore.readers.fcp7_values import flag, text_of

ROLE = "Cutscore.Role"
"""Attribute of our tracks; a program that saves the file drops it, and the tracks are known by their name."""
_MARK = "cutscore.place/"


@dataclass(frozen=True, slots=True)
class Part:
    """One clip item of ours, on one track."""

    element: Element
    track: int
    facts: Notes
    place: Placed | None
    """None where another item covers it wholly."""


class Tracks:
    """The sound tracks of one sequence."""

    def __init__(self, path: Path, sequence: Element, rate: Fraction) -> None:
        self.path = path
        self.rate = rate
        self.sequence = sequence
        self.elements = list(sequence.iterfind("media/audio/track"))
        self.parts = [part for index in range(len(self.elements)) for part in self._noted(index)]
        self._places: dict[int, dict[Element, Placed]] = {}

    def lying(self, track_name: str) -> list[Lying]:
        """Our clips: the parts of a stereo clip are one, told by the notes that they share and by where they lie."""
        found: dict[tuple[object, ...], list[Part]] = {}
        for part in [*self.parts, *self._nameless(track_name)]:
            key = (part.facts.get("id"), *(text_of(part.element, tag) for tag in ("start", "end", "in")))
            # Without notes, the parts of a clip share their name and place; two on one track are two clips.
            same = [one.track for one in found.get((*key, 0), [])]
            found.setdefault((*key, same.count(part.track)), []).append(part)
        return [self._lying(parts) for parts in found.values()]

    def own(self) -> list[OwnTrack]:
        """Our tracks, those of one stereo clip as one."""
        groups: list[tuple[int, ...]] = []
        for index in (i for i in range(len(self.elements)) if self.is_own(i)):
            follows = bool(groups) and groups[-1] == (index - 1,) and self._is_second(index)
            if follows:
                groups[-1] = (index - 1, index)
            else:
                groups.append((index,))
        return [self._own(group) for group in groups]

    def is_own(self, index: int) -> bool:
        """Whether Cutscore made a track: it says so, or a clip of ours on it was placed on a track of its name."""
        element = self.elements[index]
        if element.get(ROLE):
            return True
        name = name_of(element)
        return any(part.track == index and name and part.facts.get("track") == name for part in self.parts)

    def has_room(self, group: tuple[int, ...], start: int, end: int, leaving: set[Element]) -> bool:
        """Whether nothing but what is leaving lies on tracks between two frames."""
        return not any(
            place.start < end and start < place.end and element not in leaving
            for index in group
            for element, place in self.places(index).items()
        )

    def places(self, index: int) -> dict[Element, Placed]:
        """The items of a track and where they lie."""
        if index not in self._places:
            found = placed_items(self.path, self.elements[index], self.rate)
            self._places[index] = {item.element: item for item in found if item.element is not None}
        return self._places[index]

    def _noted(self, index: int) -> Iterator[Part]:
        for element in self.elements[index].iterfind("clipitem"):
            text = notes_text(element)
            if _MARK in text and (facts := valid_facts(from_text(text))):
                yield Part(element, index, dict(facts), None)

    def _nameless(self, track_name: str) -> Iterator[Part]:
        """Clips that lost their notes: on a track of our name, or with a cue file beside their sound."""
        if not track_name:
            return
        noted = {part.element for part in self.parts}
        music: dict[str, bool] = {}
        for index, track in enumerate(self.elements):
            named = name_of(track) == track_name
            for element in track.iterfind("clipitem"):
                url = self._url(element)
                if url not in music:
                    music[url] = has_cue_file(url)
                if element not in noted and (named or music[url]):
                    yield Part(element, index, {}, None)

    def _lying(self, parts: list[Part]) -> Lying:
        first = parts[0]
        place = self.places(first.track).get(first.element)
        tracks = tuple(sorted(part.track for part in parts))
        own_rate = place.rate if place is not None and place.rate else self.rate
        return Lying(
            handle=tuple(part.element for part in sorted(parts, key=lambda part: part.track)),
            track=tracks,
            name=text_of(first.element, "name") or "music",
            url=self._url(first.element),
            facts=first.facts,
            start=None if place is None else place.start,
            source=None if place is None else place.source_in * self.rate / own_rate + place.skipped,
            frames=None if place is None else place.end - place.start,
            enabled=all(flag(part.element, "enabled", True) for part in parts),
            track_sounds=all(flag(self.elements[index], "enabled", True) for index in tracks),
            locked=any(flag(self.elements[index], "locked", False) for index in tracks),
            on_own_track=all(self.is_own(index) for index in tracks),
            retimed=any(speed_of(part.element, "", []) != 1 for part in parts),
        )

    def _url(self, element: Element) -> str:
        named = element.find("file")
        if named is not None and not len(named):
            named = self.files.get(named.get("id", ""), named)
        return text_of(named, "pathurl")

    @cached_property
    def files(self) -> dict[str, Element]:
        """The files that are defined anywhere (a project with bins defines them there), by their ids."""
        return {file.get("id", ""): file for file in self.sequence.getroottree().iter("file") if len(file)}

    def _is_second(self, index: int) -> bool:
        """Whether a track is the right side of the one before it."""
        before, element = self.elements[index - 1], self.elements[index]
        if element.get("totalExplodedTrackCount") is not None:
            return element.get("currentExplodedTrackIndex") == "1" and before.get("currentExplodedTrackIndex") == "0"
        ids = [{part.facts.get("id") for part in self.parts if part.track == i} for i in (index - 1, index)]
        return bool(ids[0]) and ids[0] == ids[1]

    def _own(self, group: tuple[int, ...]) -> OwnTrack:
        elements = [self.elements[index] for index in group]
        role = elements[0].get(ROLE)
        if not role:
            role = next((str(p.facts.get("role", MUSIC)) for p in self.parts if p.track == group[0]), MUSIC)
        return OwnTrack(
            key=group,
            name=name_of(elements[0]),
            role=role,
            sounds=all(flag(element, "enabled", True) for element in elements),
            locked=any(flag(element, "locked", False) for element in elements),
        )


def name_of(track: Element) -> str:
    """What a track is called."""
    return track.get("MZ.TrackName") or text_of(track, "name")


def notes_text(item: Element) -> str:
    """Where the notes of a clip may stand."""
    fields = (item.findtext("logginginfo/lognote"), item.findtext("logginginfo/description"))
    comments = (comment.text for comment in item.iterfind("comments/*"))
    return " ".join(text for text in (*fields, *comments) if text)
