"""An MLT project: its elements by id, its folder, its bin, and which of its tractors is the timeline.

Kdenlive 1.1 (23.04 and later) has one tractor a sequence, called by a {uuid}; Kdenlive 1.00 ends with the
timeline; Shotcut marks it with shotcut=1; what melt alone wrote ends with what it plays.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal

from cutscore.readers.mlt_values import PRODUCERS, Element, Times, flag, properties_of
from cutscore_composer.errors import InputRefused

BINS = ("main_bin", "main bin")
Writer = Literal["kdenlive", "shotcut", "melt"]
_DOCUMENT = "kdenlive:docproperties."


@dataclass(eq=False)
class Project:
    """A parsed project file."""

    path: Path
    root: Element
    times: Times
    warnings: list[str] = field(default_factory=list)
    lengths: dict[Element, int | None] = field(default_factory=dict)
    """Frames of what was asked for: those of a playlist of playlists would be walked again and again."""
    _properties: dict[Element, dict[str, str]] = field(default_factory=dict)

    @cached_property
    def by_id(self) -> dict[str, Element]:
        """What can be played, by id."""
        return {e.get("id", ""): e for e in self.root.iter(*PRODUCERS) if e.get("id")}

    @cached_property
    def bin(self) -> Element | None:
        """The playlist of the project's clips, which holds the document's properties too."""
        return next((self.by_id[name] for name in BINS if name in self.by_id), None)

    @cached_property
    def document(self) -> dict[str, str]:
        """Kdenlive's properties of the whole document, by their names in lower case."""
        found = self.properties(self.bin) if self.bin is not None else {}
        return {k.removeprefix(_DOCUMENT).casefold(): v for k, v in found.items() if k.startswith(_DOCUMENT)}

    @cached_property
    def bin_clips(self) -> dict[str, dict[str, str]]:
        """Properties of Kdenlive's bin clips by their kdenlive:id."""
        entries = self.bin.iterfind("entry") if self.bin is not None else ()
        clips = [self.properties(e) for e in map(self.played_by, entries) if e is not None]
        return {clip["kdenlive:id"]: clip for clip in clips if clip.get("kdenlive:id")}

    @cached_property
    def colors(self) -> dict[int, str]:
        """The colours of Kdenlive's marker categories."""
        try:
            found = json.loads(self.document.get("guidescategories", "[]") or "[]")
        except ValueError:
            return {}
        return {
            category["index"]: str(category.get("color", ""))
            for category in (found if isinstance(found, list) else [])
            if isinstance(category, dict) and isinstance(category.get("index"), int)
        }

    @cached_property
    def folder(self) -> Path:
        """What relative paths count from: `root`, or the file's own folder where that does not exist here."""
        said = self.root.get("root", "")
        try:
            return Path(said) if said and "\0" not in said and Path(said).is_dir() else self.path.parent
        except OSError:
            return self.path.parent

    @cached_property
    def writer(self) -> Writer:
        """The program that wrote it."""
        if any(key.startswith("kdenlive:") for key in self.properties(self.bin) if self.bin is not None):
            return "kdenlive"
        return "shotcut" if self._shotcut_tractors() else "melt"

    def properties(self, element: Element | None) -> dict[str, str]:
        """The properties of an element; remembered, as a producer is used many times."""
        if element is None:
            return {}
        found = self._properties.get(element)
        if found is None:
            found = self._properties[element] = properties_of(element)
        return found

    def played_by(self, element: Element) -> Element | None:
        """What an <entry> or <track> plays: named by id, or standing in it."""
        name = element.get("producer")
        if name is not None:
            return self.by_id.get(name)
        return next((child for child in element if child.tag in PRODUCERS), None)

    def timeline(self) -> Element:
        """The tractor, playlist or producer that is the edit. Raises InputRefused where there is none."""
        if self.writer == "kdenlive":
            return self._kdenlive_timeline()
        if found := self._shotcut_tractors():
            return found[-1]
        played = [e for e in self.root if e.tag in ("tractor", "playlist") and e.get("id") not in BINS]
        if not played:
            played = [e for e in self.root if e.tag in PRODUCERS]
        named = self.by_id.get(self.root.get("producer", ""))
        if named is not None and named.get("id") not in BINS:
            return named
        if not played:
            raise InputRefused(f"{self.path} holds nothing to play; save a project with clips on its timeline.")
        if played[-1] is self.bin:
            self.warnings.append("The project has no timeline; its bin is read in order.")
        return played[-1]

    def _shotcut_tractors(self) -> list[Element]:
        return [e for e in self.root.iterfind("tractor") if flag(self.properties(e), "shotcut")]

    def _kdenlive_timeline(self) -> Element:
        tractors = list(self.root.iterfind("tractor"))
        if not tractors:
            raise InputRefused(f"{self.path} has no timeline; save the project in Kdenlive again.")
        sequences = {
            self.properties(e)["kdenlive:uuid"]: e for e in tractors if self.properties(e).get("kdenlive:uuid")
        }
        if not sequences:
            return tractors[-1]
        outer = next((e for e in reversed(tractors) if flag(self.properties(e), "kdenlive:projectTractor")), None)
        shown = [self.played_by(track) for track in outer.iterfind("track")] if outer is not None else []
        found = sequences.get(self.document.get("activetimeline", "").strip())
        if found is None:
            found = next((e for e in shown if e is not None), None)
        if found is None:
            found = list(sequences.values())[-1]
        self._tell_other_sequences(found, sequences)
        return found

    def _tell_other_sequences(self, found: Element, sequences: dict[str, Element]) -> None:
        """Say which sequence is read where the project holds others that are no part of it."""
        used = self._reached(found)
        names = [self.properties(e).get("kdenlive:clipname", "") for e in sequences.values() if e not in used]
        if names:
            open_one = self.properties(found).get("kdenlive:clipname", "")
            self.warnings.append(
                f"The project holds {len(names) + 1} sequences; '{open_one}', the one that was open, is read, not "
                f"{', '.join(repr(name) for name in names[:10])}."
            )

    def _reached(self, start: Element) -> set[Element]:
        waiting, seen = [start], {start}
        while waiting:
            here = waiting.pop()
            for inner in here.iter("entry", "track"):
                played = self.played_by(inner)
                if played is not None and played not in seen:
                    seen.add(played)
                    waiting.append(played)
        return seen
