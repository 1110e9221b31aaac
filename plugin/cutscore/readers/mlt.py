"""Reading MLT XML (Kdenlive, Shotcut, melt): our own reader, as the public adapter knows Kdenlive 23.04 and later only
and loses speeds, mixes and nested sequences, and nothing public reads Shotcut.

Kdenlive's tracks are tractors of two playlists, sound below picture; Shotcut's are playlists, of which those with
picture are heard as well. The black track below all is no track.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

import opentimelineio as otio

from cutscore.cut import TrackCounts
from cutscore.readers import safe_xml
from cutscore.readers.files import TimelineFile
from cutscore.readers.loaded import Loaded
from cutscore.readers.mlt_fades import with_fades
from cutscore.readers.mlt_items import MAX_ITEMS, Item
from cutscore.readers.mlt_marks import Mark, clip_marks, timeline_marks, zone_of
from cutscore.readers.mlt_media import has, is_noted, is_switched_off, name_of, reference_of
from cutscore.readers.mlt_project import Project
from cutscore.readers.mlt_speed import played_of
from cutscore.readers.mlt_tracks import MltTrack, tracks_of
from cutscore.readers.mlt_values import Element, Times, times_of
from cutscore.readers.sounds import OUR_KEY
from cutscore.readers.timeline import SEALED
from cutscore_composer.errors import InputRefused

Kind = Literal["video", "audio"]
MAX_DEPTH = 40
"""Deepest nesting of sequences."""
DEFAULT_RATE = Fraction(25)
"""melt's own where neither file nor user names a profile (PAL)."""


def load(file: TimelineFile) -> Loaded:
    """Read a Kdenlive, Shotcut or melt project. Raises InputRefused with one sentence."""
    path = file.path
    root = safe_xml.parse(path, file.data, "mlt")
    times = times_of(root)
    project = Project(path, root, times or Times(file.rate or DEFAULT_RATE))
    if times is None:
        project.warnings.append(
            f"The file has no profile; it is read at {float(project.times.rate):g} frames a second."
        )
    element = project.timeline()
    builder = _Builder(project)
    properties = project.properties(element)
    timeline = otio.schema.Timeline(properties.get("kdenlive:clipname") or path.stem)
    tracks = tracks_of(project, element)
    if not tracks:
        raise InputRefused(f"{path} has a timeline without tracks; put clips into it and save it again.")
    builder.size(tracks)
    offset = project.times.frames(properties.get("kdenlive:sequenceproperties.timecodeOffset")) or 0
    timeline.global_start_time = _time(Fraction(max(0, offset)), builder.rate)
    timeline.tracks.extend([*builder.tracks(tracks, "video"), *builder.tracks(tracks, "audio")])
    for mark in timeline_marks(project, element):
        timeline.tracks.markers.append(builder.marker(mark))
    duration = max((track.end for track in tracks), default=0)
    counts = [track.is_audio for track in tracks]
    return Loaded(
        timeline,
        project.folder,
        list(dict.fromkeys(project.warnings)),
        rate=builder.rate,
        counts=TrackCounts(counts.count(False), counts.count(True)),
        in_out=zone_of(project, element, duration),
    )


@dataclass(slots=True)
class _Builder:
    """Builds OTIO tracks of one project."""

    project: Project
    rate: Fraction = field(init=False)
    known: dict[Element, list[MltTrack]] = field(default_factory=dict)
    """The tracks of the nested sequences, each found once."""
    sizes: dict[Element, int] = field(default_factory=dict)
    """Clips that a nested sequence comes to with all that is nested in it."""

    def __post_init__(self) -> None:
        self.rate = self.project.times.exact

    def tracks(self, tracks: Sequence[MltTrack], kind: Kind) -> list[Any]:
        """The OTIO tracks of one kind, lowest first; a track with picture and sound gives one of each."""
        built = []
        for track in tracks:
            if kind == "video" and not track.is_audio:
                built.append(self._track(track, kind, track.items, track.is_seen))
            elif kind == "audio" and track.carries_sound:
                heard = [item for item in track.items if track.is_audio or has("audio", self.project, item.played)]
                if heard or track.is_audio:
                    built.append(self._track(track, kind, heard, track.is_heard))
        return built

    def _track(self, track: MltTrack, kind: Kind, items: Sequence[Item], enabled: bool) -> Any:
        built = otio.schema.Track(track.name, kind=kind.capitalize())
        built.enabled = enabled
        before: Item | None = None
        for item in items:
            shown = with_fades(self.project, item) if kind == "video" else item
            self._join(built, before, shown, kind)
            built.append(self._item(shown, kind))
            before = shown
        if before is not None and before.fade_out and kind == "video":
            built.append(self._transition("Fade", before.fade_out, 0))
        return built

    def _join(self, track: Any, before: Item | None, item: Item, kind: Kind) -> None:
        """The gap and the transitions between two items."""
        end = before.end if before is not None else 0
        out = before.fade_out if before is not None and kind == "video" else 0
        fade_in = item.fade_in if kind == "video" else 0
        if item.start > end:
            if out:
                track.append(self._transition("Fade", out, 0))
            track.append(otio.schema.Gap(source_range=self._range(Fraction(0), item.start - end)))
            out = 0
        if item.over is not None and kind == "video":
            track.append(self._transition(*item.over))
        elif out or fade_in:
            track.append(self._transition("Fade", out, fade_in))

    def size(self, tracks: Sequence[MltTrack], depth: int = 0) -> int:
        """Clips that tracks come to. Raises InputRefused for far too many, and for nesting too deep or in a circle."""
        if depth > MAX_DEPTH:
            raise InputRefused(
                f"{self.project.path} nests sequences more than {MAX_DEPTH} deep or in a circle; repair it."
            )
        total = 0
        for item in (item for track in tracks for item in track.items):
            total += 1
            if item.played.tag in ("playlist", "tractor"):
                if item.played not in self.sizes:
                    self.known[item.played] = tracks_of(self.project, item.played)
                    self.sizes[item.played] = self.size(self.known[item.played], depth + 1)
                total += self.sizes[item.played]
        if total > MAX_ITEMS:
            raise InputRefused(
                f"{self.project.path} comes to more than {MAX_ITEMS} clips through nested sequences; flatten them."
            )
        return total

    def _item(self, item: Item, kind: Kind) -> Any:
        project, played = self.project, item.played
        name = name_of(project, played)
        part = played_of(project, item, name)
        length = item.end - item.start
        if played.tag in ("playlist", "tractor"):
            built = self._nested(played, name, kind)
        else:
            built = otio.schema.Clip(name, reference_of(project, played, self.rate, part.speed))
            for mark in clip_marks(project, played):
                if part.start <= mark.frame < part.start + max(length * abs(part.speed), Fraction(1)):
                    built.markers.append(self.marker(mark))
        if is_noted(project, played):
            built.metadata[OUR_KEY] = {}
        built.source_range = self._range(part.start, length)
        built.enabled = has(kind, project, played) and not is_switched_off(kind, project, played)
        if part.speed == 0:
            built.effects.append(otio.schema.FreezeFrame())
        elif part.speed != 1:
            built.effects.append(otio.schema.LinearTimeWarp(time_scalar=float(part.speed)))
        return built

    def _nested(self, played: Element, name: str, kind: Kind) -> Any:
        stack = otio.schema.Stack(name)
        stack.metadata["cutscore_reader"] = SEALED
        stack.extend(self.tracks(self.known[played], kind))
        if self.project.properties(played).get("kdenlive:uuid"):
            for mark in timeline_marks(self.project, played):
                stack.markers.append(self.marker(mark))
        return stack

    def marker(self, mark: Mark) -> Any:
        """An OTIO marker."""
        found = otio.schema.Marker(mark.name, self._range(Fraction(mark.frame), mark.frames))
        if mark.color:
            found.color = mark.color
        return found

    def _transition(self, name: str, before: int, after: int) -> Any:
        kinds = otio.schema.TransitionTypes
        kind = kinds.SMPTE_Dissolve if name in ("Dissolve", "Fade") else kinds.Custom
        return otio.schema.Transition(name, kind, _time(Fraction(before), self.rate), _time(Fraction(after), self.rate))

    def _range(self, start: Fraction, frames: int) -> Any:
        return otio.opentime.TimeRange(_time(start, self.rate), _time(Fraction(frames), self.rate))


def _time(frames: Fraction, rate: Fraction) -> Any:
    return otio.opentime.RationalTime(float(frames), float(rate))
