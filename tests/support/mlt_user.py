"""What a user does to a placed project in Kdenlive or Shotcut between two runs, done to the raw elements.

The file is written anew by the standard library, as a program saves it anew. Kdenlive's way of dropping
unknown properties of tracks and giving new ids can be done too (`Saved`).
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as Tree
from pathlib import Path

from support.mlt_judged import Judged, said


class User:
    """Hands on one project."""

    def __init__(self, path: Path, track: str = "Music (Cutscore)", media: str = "") -> None:
        self.path = path
        self.found = Judged(path)
        self.track = track
        self.playlist, self.entry = self._own(media)
        self.producer = self.found.by_id[self.entry.get("producer", "")]

    def save(self) -> None:
        """Write the file anew."""
        Tree.ElementTree(self.found.root).write(self.path, "utf-8", xml_declaration=True)

    @property
    def effects(self) -> Tree.Element:
        """What holds the clip's effects."""
        return self.producer if self.path.suffix == ".mlt" else self.entry

    def effect(self, kind: str) -> Tree.Element:
        """The effect of a kind, by the program's own name for it."""
        own = "shotcut:filter" if self.path.suffix == ".mlt" else "kdenlive_id"
        return next(f for f in self.effects.findall("filter") if kind == (said(f, own) or "volume"))

    def trim(self, head: int, tail: int) -> None:
        """Cut frames off both ends; what remains stays where it is."""
        first, last = (self.found.frames(self.entry.get(name)) for name in ("in", "out"))
        self.entry.set("in", str(first + head))
        self.entry.set("out", str(last - tail))
        self._widen_before(head)
        self._widen_after(tail)

    def move(self, by: int) -> None:
        """Push the clip (and what follows) later."""
        self._widen_before(by)

    def cut(self, at: int) -> None:
        """Divide the clip."""
        first, last = (self.found.frames(self.entry.get(name)) for name in ("in", "out"))
        rest = Tree.fromstring(Tree.tostring(self.entry))
        self.entry.set("out", str(first + at - 1))
        rest.set("in", str(first + at))
        rest.set("out", str(last))
        self.playlist.insert(list(self.playlist).index(self.entry) + 1, rest)

    def set_effect(self, kind: str, name: str, text: str) -> None:
        """Change a property of an effect."""
        _property(self.effect(kind), name, text)

    def drop_effect(self, kind: str) -> None:
        """Throw an effect away."""
        self.effects.remove(self.effect(kind))

    def add_effect(self, service: str) -> None:
        """Add an effect of another kind."""
        effect = Tree.SubElement(self.effects, "filter")
        _property(effect, "mlt_service", service)
        _property(effect, "kdenlive_id", service)
        _property(effect, "shotcut:filter", service)

    def name(self, text: str) -> None:
        """Give the clip another name."""
        _property(self.bin_medium, "kdenlive:clipname", text)
        _property(self.producer, "shotcut:caption", text)

    @property
    def bin_medium(self) -> Tree.Element:
        """The bin clip (of Shotcut: what the timeline plays)."""
        if self.path.suffix == ".mlt":
            return self.producer
        number = said(self.producer, "kdenlive:id")
        media = [self.found.by_id[e.get("producer", "")] for e in self.found.by_id["main_bin"].findall("entry")]
        return next(one for one in media if said(one, "kdenlive:id") == number)

    def mute_clip(self) -> None:
        """Disable the clip."""
        if self.path.suffix == ".mlt":
            effect = Tree.SubElement(self.producer, "filter")
            for name, text in (("mlt_service", "volume"), ("gain", "0"), ("shotcut:filter", "muteVolume")):
                _property(effect, name, text)
        else:
            _property(self.producer, "set.test_audio", "1")

    def lock_track(self) -> None:
        """Lock the track that the clip lies on."""
        for element in self.found.root:
            if element is self.playlist or self.playlist.get("id") in [t.get("producer") for t in element]:
                _property(element, "kdenlive:locked_track", "1")
                _property(element, "shotcut:lock", "1")

    def to_track(self, name: str) -> None:
        """Move the clip to another track (from its beginning on)."""
        other = next(
            t for t in self.found.timeline.findall("track") if self.found.name_of(t.get("producer", "")) == name
        )
        played = self.found.by_id[other.get("producer", "")]
        inner = played if played.tag == "playlist" else self.found.by_id[played.findall("track")[0].get("producer", "")]
        for child in [c for c in inner if c.tag in ("entry", "blank")]:
            inner.remove(child)
        self.playlist.remove(self.entry)
        inner.append(self.entry)

    def drop_markers(self) -> None:
        """Throw the markers of hits away."""
        for parent in self.found.root.iter():
            for child in list(parent):
                if child.get("name") in ("kdenlive:markers", "shotcut:markers"):
                    parent.remove(child)

    def _own(self, media: str) -> tuple[Tree.Element, Tree.Element]:
        for track in self.found.timeline.findall("track"):
            if self.found.name_of(track.get("producer", "")) != self.track:
                continue
            played = self.found.by_id[track.get("producer", "")]
            inner = (
                [played]
                if played.tag == "playlist"
                else [self.found.by_id[t.get("producer", "")] for t in played.findall("track")]
            )
            for playlist in inner:
                for entry in playlist.findall("entry"):
                    if media in said(self.found.by_id[entry.get("producer", "")], "resource"):
                        return playlist, entry
        raise AssertionError(f"no music on {self.track}")

    def _widen_before(self, frames: int) -> None:
        at = list(self.playlist).index(self.entry)
        before = self.playlist[at - 1] if at and self.playlist[at - 1].tag == "blank" else None
        if before is None:
            if frames:
                self.playlist.insert(at, Tree.Element("blank", {"length": str(frames)}))
        else:
            before.set("length", str(self.found.frames(before.get("length")) + frames))

    def _widen_after(self, frames: int) -> None:
        at = list(self.playlist).index(self.entry)
        after = self.playlist[at + 1] if at + 1 < len(self.playlist) else None
        if after is not None and after.tag == "blank":
            after.set("length", str(self.found.frames(after.get("length")) + frames))
        elif after is not None and after.tag == "entry":
            self.playlist.insert(at + 1, Tree.Element("blank", {"length": str(frames)}))


def saved_by_program(path: Path) -> None:
    """What Kdenlive and Shotcut were seen to do on saving: own ids, no unknown properties of tracks and clips."""
    root = Tree.parse(path).getroot()
    text = Tree.tostring(root, "unicode")
    names = {
        e.get("id", "") for e in root if e.tag in ("playlist", "tractor") and e.get("id", "").startswith("cutscore")
    }
    for number, name in enumerate(sorted(names)):
        text = re.sub(rf'"{name}"', f'"saved{number}"', text)
    root = Tree.fromstring(text)
    for element in root.iter():
        if element.tag in ("playlist", "tractor", "entry"):
            for child in element.findall("property"):
                if child.get("name") == "cutscore":
                    element.remove(child)
    Tree.ElementTree(root).write(path, "utf-8", xml_declaration=True)


def _property(element: Tree.Element, name: str, text: str) -> None:
    for found in element.findall("property"):
        if found.get("name") == name:
            found.text = text
            return
    Tree.SubElement(element, "property", {"name": name}).text = text
