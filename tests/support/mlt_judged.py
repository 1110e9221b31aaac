"""MLT projects looked at by the standard library alone: what lies where, and what must not have changed.

Nothing of Cutscore is used here: positions are counted from the raw elements, and every reference to a
track by number is turned into the track that it means, so that two texts of one edit can be compared.
"""

from __future__ import annotations

import json
import xml.etree.ElementTree as Tree
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

VIEW = ("activeTrack", "audioTarget", "videoTarget")


@dataclass(frozen=True)
class Use:
    """A clip on a track, in frames."""

    track: str
    """Name of the track."""
    start: int
    end: int
    first: int
    resource: str
    filters: tuple[str, ...]
    muted: bool
    hidden: str


class Judged:
    """One project file."""

    def __init__(self, path: Path, sequence: str = "") -> None:
        self.root = Tree.parse(path).getroot()
        profile = self.root.find("profile")
        assert profile is not None
        self.rate = Fraction(int(profile.get("frame_rate_num", "")), int(profile.get("frame_rate_den", "")))
        self.by_id = {element.get("id", ""): element for element in self.root}
        self.timeline = self._timeline(sequence)

    def _timeline(self, sequence: str) -> Tree.Element:
        tractors = self.root.findall("tractor")
        named = [t for t in tractors if said(t, "kdenlive:uuid")]
        if named:
            bins = [said(p, "kdenlive:docproperties.activetimeline") for p in self.root.iter("playlist")]
            active = sequence or next(filter(None, bins), "")
            return next(t for t in named if said(t, "kdenlive:uuid") == active)
        return next((t for t in tractors if said(t, "shotcut")), tractors[-1])

    def frames(self, text: str | None) -> int:
        """A time in frames, to the nearest (all test files are well below an hour)."""
        if text is None or ":" not in text:
            return int(text or 0)
        hours, minutes, seconds = text.replace(",", ".").split(":")
        return round((int(hours) * 3600 + int(minutes) * 60 + Fraction(seconds)) * self.rate)

    def tracks(self) -> list[str]:
        """The names of the tracks (their ids where they have none), the black one included."""
        return [self.name_of(track.get("producer", "")) for track in self.timeline.findall("track")]

    def name_of(self, played: str) -> str:
        """The name of a track by what it plays."""
        element = self.by_id[played]
        return said(element, "kdenlive:track_name") or said(element, "shotcut:name") or played

    def uses(self, track_name: str) -> list[Use]:
        """Every clip on the tracks called so."""
        found = []
        for track in self.timeline.findall("track"):
            name = self.name_of(track.get("producer", ""))
            if name == track_name:
                found += self._uses(track, name)
        return found

    def _uses(self, track: Tree.Element, name: str) -> list[Use]:
        played = self.by_id[track.get("producer", "")]
        inner = [track] if played.tag == "playlist" else played.findall("track")
        found = []
        for one in inner:
            at = 0
            for child in self.by_id[one.get("producer", "")]:
                if child.tag == "blank":
                    at += self.frames(child.get("length"))
                elif child.tag == "entry":
                    producer = self.by_id[child.get("producer", "")]
                    first, last = self.frames(child.get("in")), self.frames(child.get("out"))
                    holders = [child, producer]
                    kinds = tuple(
                        said(f, "kdenlive_id") or said(f, "shotcut:filter") or said(f, "mlt_service")
                        for holder in holders
                        for f in holder.findall("filter")
                    )
                    end = at + last - first + 1
                    muted = said(producer, "set.test_audio") == "1" or "muteVolume" in kinds
                    found.append(
                        Use(name, at, end, first, said(producer, "resource"), kinds, muted, one.get("hide", ""))
                    )
                    at = end
        return found

    def mixes(self, track_name: str) -> list[dict[str, str]]:
        """The transitions of the timeline for tracks called so."""
        names = self.tracks()
        found = [dict(properties(t)) for t in self.timeline.findall("transition")]
        return [one for one in found if names[int(one["b_track"])] == track_name]

    def resolved(self) -> None:
        """Turn the numbers of tracks, in the tree, into what they mean."""
        played = [track.get("producer", "") for track in self.timeline.findall("track")]
        for bound in self.timeline.findall("transition"):
            for found in bound.findall("property"):
                if found.get("name") in ("a_track", "b_track"):
                    found.text = played[int(found.text or 0)]
        holders = [self.timeline, *(e for e in self.root.findall("playlist") if e.get("id") == "main_bin")]
        for holder in holders:
            for found in holder.findall("property"):
                last = found.get("name", "").rpartition(".")[2]
                if last in VIEW and int(found.text or -1) >= 0 and self._is_counted(found):
                    found.text = played[int(found.text or 0) + 1]
                elif last == "groups" and self._is_counted(found):
                    found.text = json.dumps([_named(group, played) for group in json.loads(found.text or "[]")])
                elif last in ("tracks", "tracksCount") and (found.text or "").isdecimal():
                    found.text = str(len(played) - 1 - int(found.text or 0))

    def _is_counted(self, found: Tree.Element) -> bool:
        """Whether a property belongs to the timeline that is looked at."""
        in_sequence = found.get("name", "").startswith("kdenlive:sequenceproperties.")
        return in_sequence == bool(said(self.timeline, "kdenlive:uuid"))


def said(element: Tree.Element, name: str) -> str:
    """A property's text."""
    return next((p.text or "" for p in element.findall("property") if p.get("name") == name), "")


def properties(element: Tree.Element) -> list[tuple[str, str]]:
    """The properties in order."""
    return [(p.get("name", ""), p.text or "") for p in element.findall("property")]


def without_ours(root: Tree.Element) -> None:
    """Take out of a fresh placing what has an id of ours, what plays it, and the mixes of its tracks (resolved)."""
    ours = {e.get("id") for e in root.iter() if (e.get("id") or "").startswith("cutscore")}
    for parent in list(root.iter()):
        for child in list(parent):
            plays_ours = child.tag in ("entry", "track") and child.get("producer") in ours
            mixes_ours = child.tag == "transition" and said(child, "b_track") in ours
            marks_ours = child.tag == "properties" and said(child, "text").startswith("hit ")
            if child.get("id") in ours or plays_ours or mixes_ours or marks_ours:
                parent.remove(child)


def _named(group: dict[str, Any], played: list[str]) -> dict[str, Any]:
    if group.get("leaf") in ("clip", "composition"):
        number, _, rest = str(group["data"]).partition(":")
        return {**group, "data": f"{played[int(number) + 1]}:{rest}"}
    return {**group, "children": [_named(child, played) for child in group.get("children", [])]}
