"""The shape of an MLT project for placing: its timeline, its tracks with what lies on them, and which are Cutscore's.

Works on any tree of a project, so that the same eyes look at the text that is edited and at the copy that
Cutscore's music is taken out of.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any, cast
from xml.sax.saxutils import quoteattr

from cutscore.placers.notes import KEY, Notes, from_text, valid_facts
from cutscore.readers.mlt_items import MAX_ITEMS, range_of
from cutscore.readers.mlt_project import Project
from cutscore.readers.mlt_values import Element, Times, flag, times_of
from cutscore_composer.errors import InputRefused

TRACK_SCHEMA = "cutscore.track/1"
_SOUNDLESS = ("audio", "both", "2", "3")


@dataclass(frozen=True, slots=True)
class Item:
    """Something on a track, in frames of the timeline."""

    entry: Element
    playlist: Element
    start: int
    end: int
    first: int
    """Frame of what is played at `start`."""
    played: Element


@dataclass(eq=False)
class Notebook:
    """Everything that was written down beside music in a project."""

    project: Project

    @cached_property
    def holders(self) -> list[Element]:
        """The media that carry notes, in the bin and elsewhere."""
        path = f"//producer[property/@name='{KEY}'] | //chain[property/@name='{KEY}']"
        return cast("list[Element]", self.project.root.xpath(path))

    @cached_property
    def in_bin(self) -> list[Element]:
        """Those in the bin (of Shotcut: its playlist)."""
        entries = self.project.bin.iterfind("entry") if self.project.bin is not None and self.holders else ()
        names = {entry.get("producer") for entry in entries}
        return [element for element in self.holders if element.get("id") in names]

    @cached_property
    def bin_media(self) -> dict[str, Element]:
        """Kdenlive's bin clips with notes, by their number."""
        if self.project.writer != "kdenlive":
            return {}
        return {self.project.properties(element).get("kdenlive:id", ""): element for element in self.in_bin}

    @cached_property
    def players(self) -> set[str]:
        """Ids of everything by which our media may be played: an entry that names none of them is not ours."""
        found = {element.get("id", "") for element in self.holders}
        for number in self.bin_media:
            path = f"*[property[@name='kdenlive:id' and text()={quoteattr(number)}]]/@id"
            found.update(texts_at(self.project.root, path))
        return found

    def facts(self, element: Element) -> Mapping[str, Any]:
        """How the music of an element lay when it was placed."""
        return valid_facts(from_text(self.project.properties(element).get(KEY)))

    def medium(self, item: Item) -> Element | None:
        """The element that holds the notes of what an item plays: in Kdenlive's bin, else at the clip's producer."""
        if not self.holders:
            return None
        if self.bin_media:
            found = self.bin_media.get(self.bin_id(item))
            if found is not None:
                return found
        return item.played if item.played in self.holders else None

    def bin_id(self, item: Item) -> str:
        """Kdenlive's number of the bin clip that an item plays."""
        said = self.project.properties(item.entry).get("kdenlive:id")
        return said or self.project.properties(item.played).get("kdenlive:id", "")

    def notes(self, item: Item) -> Notes:
        """What was written down beside what an item plays; empty for what is not ours."""
        element = self.medium(item)
        return {} if element is None else from_text(self.project.properties(element).get(KEY))


@dataclass(eq=False)
class Track:
    """One track of the timeline."""

    project: Project
    book: Notebook
    index: int
    """As MLT counts: the black track below all others is 0."""
    element: Element
    """The <track>."""
    played: Element
    """Kdenlive: the tractor of two playlists; Shotcut: the playlist."""

    @property
    def key(self) -> str:
        """Its name for the machinery: the id of what it plays."""
        return self.played.get("id", "")

    @cached_property
    def playlists(self) -> list[Element]:
        """The playlists with its clips."""
        if self.played.tag == "playlist":
            return [self.played]
        found = [self.project.played_by(track) for track in self.played.iterfind("track")]
        return [playlist for playlist in found if playlist is not None and playlist.tag == "playlist"]

    @cached_property
    def plays_ours(self) -> bool:
        """Whether any of our media is on it; quick."""
        players = self.book.players
        entries = (entry for playlist in self.playlists for entry in playlist.iterfind("entry"))
        return bool(players) and any(entry.get("producer") in players for entry in entries)

    @property
    def name(self) -> str:
        """What the user sees it called; empty where it has only a number."""
        said = self.project.properties(self.played)
        return said.get("kdenlive:track_name") or said.get("shotcut:name") or ""

    @property
    def is_audio(self) -> bool:
        """Whether it is a track of sound alone."""
        return any(
            flag(self.project.properties(one), name)
            for one in (self.played, *self.playlists)
            for name in ("kdenlive:audio_track", "shotcut:audio")
        )

    @property
    def locked(self) -> bool:
        """Whether the user locked it."""
        said = self.project.properties(self.played)
        return flag(said, "kdenlive:locked_track") or flag(said, "shotcut:lock")

    @property
    def sounds(self) -> bool:
        """Whether it is heard: Kdenlive mutes the playlists inside."""
        if self._hides(self.element) or self._hides(self.played):
            return False
        if self.played.tag == "playlist":
            return True
        inside = list(self.played.iterfind("track"))
        hidden = [self._hides(track) or self._hides(self.project.played_by(track)) for track in inside]
        return not hidden or not all(hidden)

    @cached_property
    def items(self) -> list[Item]:
        """Its clips in the order of the file, playlist by playlist."""
        return [item for playlist in self.playlists for item in _items(self.project, playlist)]

    @cached_property
    def own_role(self) -> str | None:
        """What Cutscore made it for ("music" or a stem's name); None for a track of the user's.

        Kdenlive keeps an unknown property of a track's filter only, Shotcut none at all of a track: there it
        is ours when it has the name that was noted with the clips on it, and nothing else lies on it.
        """
        for said in (self.played, *self.played.iterfind("filter")):
            found = _track_role(self.project.properties(said).get(KEY))
            if found is not None:
                return found
        role = None
        for item in self.items if self.plays_ours and self.is_audio else ():
            facts = valid_facts(self.book.notes(item))
            if not facts or facts.get("track", self.name) != self.name:
                return None
            role = role or str(facts.get("role", "music"))
        return role

    def _hides(self, element: Element | None) -> bool:
        return element is not None and self.project.properties(element).get("hide", "") in _SOUNDLESS


@dataclass(eq=False)
class Shape:
    """A project, looked at for placing."""

    project: Project
    timeline: Element

    @property
    def root(self) -> Element:
        """The <mlt>."""
        return self.project.root

    @property
    def is_kdenlive(self) -> bool:
        """Whether Kdenlive wrote it; else Shotcut or melt alone."""
        return self.project.writer == "kdenlive"

    @cached_property
    def book(self) -> Notebook:
        """What was written down beside music."""
        return Notebook(self.project)

    @cached_property
    def has_sequences(self) -> bool:
        """Whether it is of Kdenlive's newer kind (format 1.1), with sequences in the bin."""
        return self.is_kdenlive and "kdenlive:uuid" in self.project.properties(self.timeline)

    @cached_property
    def track_elements(self) -> list[Element]:
        """Every <track> of the timeline, the black one included."""
        return [*self.timeline.iterfind("track"), *self.timeline.iterfind("multitrack/track")]

    @cached_property
    def tracks(self) -> list[Track]:
        """The tracks above the black one, lowest first. Raises InputRefused for one that is not there."""
        found = []
        for index, element in enumerate(self.track_elements):
            played = self.project.played_by(element)
            if played is None:
                raise InputRefused(
                    f"{self.project.path}, line {element.sourceline}: a track shows '{element.get('producer')}', "
                    "which the file does not hold; save the project again."
                )
            if index > 0 or (self.project.writer == "melt" and played.tag in ("playlist", "tractor")):
                found.append(Track(self.project, self.book, index, element, played))
        return found

    @cached_property
    def own(self) -> list[Track]:
        """The tracks that Cutscore made."""
        return [track for track in self.tracks if track.own_role is not None] if self.mentions_ours else []

    @cached_property
    def mentions_ours(self) -> bool:
        """Whether anything in the document may be ours; quick."""
        return bool(self.root.xpath("boolean(//property[@name=$key])", key=KEY))

    def track_of(self, key: Any) -> Track:
        """The track of a name (see `Track.key`)."""
        return next(track for track in self.tracks if track.key == key)


def shape_of(root: Element, where: str, name: str | None, rate: Fraction) -> Shape:
    """Look at a project; `name` picks one of several sequences. Raises InputRefused for what cannot be edited."""
    project = Project(Path(where), root, times_of(root) or Times(rate))
    timeline = _sequence(project, name) if name is not None else None
    if timeline is None:
        timeline = project.timeline()
    if timeline.tag != "tractor":
        raise InputRefused(
            f"{where} has no timeline with tracks; open it in Shotcut or Kdenlive and put the clips on a timeline."
        )
    shape = Shape(project, timeline)
    if not shape.tracks:
        raise InputRefused(f"{where} has a timeline without tracks; put clips into it and save it again.")
    if shape.is_kdenlive and any(track.played.tag != "tractor" for track in shape.tracks):
        raise InputRefused(
            f"{where} was saved by a Kdenlive of before 2019, whose tracks are of another kind; open it in a newer "
            "Kdenlive and save it there."
        )
    return shape


def texts_at(root: Element, path: str) -> list[str]:
    """The texts that an XPath finds."""
    return cast("list[str]", root.xpath(path))


def track_note(role: str) -> str:
    """What marks a track as Cutscore's."""
    return json.dumps({"schema": TRACK_SCHEMA, "role": role}, separators=(",", ":"))


def _track_role(text: str | None) -> str | None:
    try:
        found = json.loads(text) if text else None
    except ValueError:
        return None
    if not isinstance(found, dict) or found.get("schema") != TRACK_SCHEMA:
        return None
    return str(found.get("role", "music"))


def _sequence(project: Project, name: str) -> Element | None:
    """Kdenlive's sequence of a name; None where there is one timeline only."""
    tractors = [e for e in project.root.iterfind("tractor") if project.properties(e).get("kdenlive:uuid")]
    if len(tractors) < 2:
        return None
    named = [e for e in tractors if project.properties(e).get("kdenlive:clipname") == name]
    if not named:
        raise InputRefused(f'{project.path} holds no sequence named "{name}".')
    return named[-1]


def _items(project: Project, playlist: Element) -> Iterator[Item]:
    position = 0
    for child in playlist:
        if child.tag == "blank":
            position += max(0, project.times.frames(child.get("length"), child.sourceline) or 0)
        played = project.played_by(child) if child.tag == "entry" else None
        if played is None:
            continue
        first, last = range_of(project, child, played)
        repeats = min(max(1, project.times.frames(child.get("repeat"), child.sourceline) or 1), MAX_ITEMS)
        length = (last - first + 1) * repeats
        yield Item(child, playlist, position, position + length, first, played)
        position += length
