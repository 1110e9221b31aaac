"""Laying: the finished music as sound strips at its frame, on a free channel; an earlier version gives way to it.

What the user did to an earlier version stays: a strip that nobody touched gets the new sound and
keeps its trims, its volume and everything else; one that was moved, cut, locked or muted is left as
it is, muted, and the new version gets a channel of its own.
"""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import bpy

from . import curves, hit_markers, strip_times, volume
from .own import Facts, OwnStrip, note, own_strips, same_cue
from .rates import frames_near, scene_rate

NAME = "Music (Cutscore)"
HIGHEST_CHANNEL = 128
MAIN = "music"


class CannotLay(Exception):
    """The music is there but cannot be laid; the message is one sentence for the person."""


@dataclass(frozen=True)
class Part:
    """A sound that is laid: the music itself, another take, a stem."""

    label: str
    """"music", "take 2", "stem drums"."""
    path: str
    cue: Mapping[str, Any]

    @property
    def muted(self) -> bool:
        """Whether it is laid silent: everything but the music itself."""
        return self.label != MAIN


@dataclass(frozen=True)
class Wishes:
    """How the music is laid."""

    fade_in_seconds: float = 0.0
    fade_out_seconds: float = 0.0
    duck: bool = True
    markers: bool = True


@dataclass(frozen=True)
class Laid:
    """What was done."""

    channel: int
    start: int
    end: int
    said: tuple[str, ...] = ()


def parts_of(report: Mapping[str, Any], *, stems: bool = False) -> list[Part]:
    """The sounds that the command's report names: the best take first, the others, its stems on request.

    Raises CannotLay where a cue file cannot be read.
    """
    takes = report.get("takes") or [report]
    parts = [Part(MAIN if n == 1 else f"take {n}", take["music"], _cue(take["cue"])) for n, take in enumerate(takes, 1)]
    if stems:
        names = [stem.get("name", "") for stem in parts[0].cue.get("stems") or ()]
        files = takes[0].get("stems") or ()
        parts += [Part(f"stem {name}", path, parts[0].cue) for name, path in zip(names, files, strict=False)]
    return parts


def _cue(path: str) -> Mapping[str, Any]:
    try:
        with open(path, encoding="utf-8") as file:
            cue = json.load(file)
        Fraction(cue["rate"]), int(cue["frames"])
    except (OSError, KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise CannotLay(f"The cue file {path} cannot be read: {error}.") from error
    return cue  # type: ignore[no-any-return]


def lay(scene: Any, parts: Sequence[Part], first: int, wishes: Wishes) -> Laid:
    """Lay the parts into a scene whose edit began at frame `first` when it was exported.

    Raises CannotLay where no channel is free or a file cannot be opened; then nothing is changed.
    """
    layer = _Layer(scene, first, wishes)
    return layer.run(parts)


@dataclass(frozen=True)
class _Place:
    """Where a part goes; frames as Blender numbers them."""

    start: int
    frames: int
    before: int
    after: int
    """Handles: frames that the file holds before and after the music proper."""


class _Layer:
    def __init__(self, scene: Any, first: int, wishes: Wishes) -> None:
        self.scene = scene
        self.first = first
        self.wishes = wishes
        self.rate = scene_rate(scene.render.fps, scene.render.fps_base)
        self.editor = scene.sequence_editor or scene.sequence_editor_create()
        self.said: list[str] = []

    def run(self, parts: Sequence[Part]) -> Laid:
        places = [self._place(part) for part in parts]
        main = places[0]
        same = same_cue(own_strips(self.scene), main.start, main.frames)
        free = {one.facts.label: one for one in same if not one.touched}
        sounds = [_sound(part.path) for part in parts]
        channels = self._channels(parts, places, free)
        hits = hit_markers.hits_of(parts[0].cue, main.start, main.frames, self.rate) if self.wishes.markers else ()
        hit_markers.remove(self.scene, [marker for one in same for marker in one.facts.markers])
        strips = []
        for part, place, sound, channel in zip(parts, places, sounds, channels, strict=True):
            old = free.pop(part.label, None)
            strips.append(self._laid(part, place, sound, channel, old, hits if not part.muted else ()))
        hit_markers.add(self.scene, hits)
        for one in free.values():
            self._remove(one.strip)
        self._mute([one for one in same if one.touched])
        return Laid(strips[0].channel, strip_times.left(strips[0]), strip_times.right(strips[0]), tuple(self.said))

    def _place(self, part: Part) -> _Place:
        """From the cue file's counts, in frames of the edit that it was made for, to the scene's frames."""
        cue_rate = Fraction(str(part.cue["rate"]))

        def ours(frames: Any) -> int:
            return frames_near(int(frames) / cue_rate, self.rate)

        start = self.first + ours(part.cue.get("start_frame") or 0) - max(0, self.first)
        before, after = (ours(frames) for frames in part.cue.get("handle_frames") or (0, 0))
        return _Place(start, ours(part.cue["frames"]), before, after)

    def _channels(self, parts: Sequence[Part], places: Sequence[_Place], free: Mapping[str, OwnStrip]) -> list[int]:
        """The channel of each part: that of the strip whose sound it takes, else a free one. All before any change."""
        taken: list[tuple[int, int, int]] = []
        found = []
        giving_way = {one.strip for label, one in free.items() if label not in {part.label for part in parts}}
        for part, place in zip(parts, places, strict=True):
            old = free.get(part.label)
            if old is not None and self._is_free(old.strip.channel, place, taken, {*giving_way, old.strip}):
                channel = int(old.strip.channel)
            else:
                channel = self._free_channel(place, taken, giving_way)
            taken.append((channel, place.start, place.start + place.frames))
            found.append(channel)
        return found

    def _free_channel(self, place: _Place, taken: Sequence[tuple[int, int, int]], without: set[Any]) -> int:
        strips = strip_times.strips_of(self.editor)
        ours = sorted({int(one.strip.channel) for one in own_strips(self.scene) if one.touched != "moved"})
        above = max((int(strip.channel) for strip in strips if strip not in without), default=0) + 1
        candidates: list[int] = [*ours, *range(above, HIGHEST_CHANNEL + 1), *range(above - 1, 0, -1)]
        for channel in candidates:
            if self._is_free(channel, place, taken, without):
                return channel
        raise CannotLay("No channel of the Video Sequencer is free and unlocked there; make room and run it again.")

    def _is_free(self, number: int, place: _Place, taken: Sequence[tuple[int, int, int]], without: set[Any]) -> bool:
        channel = strip_times.channel_of(self.editor, number)
        if channel is None or channel.lock or channel.mute:
            return False
        start, end = place.start, place.start + place.frames
        occupied = [
            (strip_times.left(strip), strip_times.right(strip))
            for strip in strip_times.strips_of(self.editor)
            if strip.channel == number and strip not in without
        ]
        occupied += [(first, last) for other, first, last in taken if other == number]
        return not any(first < end and last > start for first, last in occupied)

    def _laid(
        self, part: Part, place: _Place, sound: Any, channel: int, old: OwnStrip | None, hits: hit_markers.Markers
    ) -> Any:
        content = place.start - place.before
        if old is None:
            strip = self._new(part, sound, channel, content)
            handles = (place.start, place.start + place.frames)
        else:
            strip = old.strip
            head = strip_times.left(strip) - old.facts.start
            tail = old.facts.start + old.facts.frames - strip_times.right(strip)
            strip.sound = sound
            strip.channel = channel
            strip_times.move_content(strip, content)
            start = place.start + max(head, -place.before)
            end = place.start + place.frames - max(tail, -place.after)
            handles = (start, end) if start < end else (place.start, place.start + place.frames)
        strip_times.set_handles(strip, *handles)
        gain, curve = self._volume(strip, part, place, old)
        note(
            strip,
            Facts(
                old.facts.id if old else uuid.uuid4().hex, part.label, place.start, place.frames, content,
                strip.channel, part.muted, gain, curve, hits,
            ),
        )  # fmt: skip
        return strip

    def _new(self, part: Part, sound: Any, channel: int, content: int) -> Any:
        name = NAME if part.label == MAIN else f"{NAME} {part.label}"
        strips = strip_times.strips_of(self.editor)
        strip = strips.new_sound(name, bpy.path.abspath(sound.filepath), channel, content)
        made, strip.sound = strip.sound, sound
        if made != sound and made.users == 0:
            bpy.data.sounds.remove(made)
        strip.mute = part.muted
        strip.show_waveform = True
        row = strip_times.channel_of(self.editor, strip.channel)
        if row is not None and row.name == f"Channel {strip.channel}":
            row.name = name
        return strip

    def _volume(self, strip: Any, part: Part, place: _Place, old: OwnStrip | None) -> tuple[float, volume.Keys]:
        """Write fades and ducking, unless the user has changed the keyframes; returns gain and keyframes as noted."""
        present = curves.curve_of(self.scene, strip, "volume")
        keys = () if present is None else tuple(curves.keys_of(present))
        before = old.facts.curve if old is not None else ()
        # While keyframes are there, the property shows what they make of it at the present frame.
        gain = old.facts.gain if old is not None and keys else float(strip.volume)
        if not volume.same(keys, before):
            self.said.append(f"The volume keyframes of '{strip.name}' were changed by hand: they stay as they are.")
            return gain, before
        start, end = strip_times.left(strip), strip_times.right(strip)
        fade_in, fade_out = (
            frames_near(seconds, self.rate) for seconds in (self.wishes.fade_in_seconds, self.wishes.fade_out_seconds)
        )
        points = [volume.fade_points(start, end, fade_in, fade_out)]
        if self.wishes.duck:
            points.append(volume.duck_points(part.cue, place.start, self.rate))
        written = volume.together(points, gain, start, end)
        if keys or written:
            strip.volume = gain
            curves.write_keys(self.scene, strip, "volume", written)
        return gain, written

    def _remove(self, strip: Any) -> None:
        sound = strip.sound
        curves.clear(self.scene, strip, "volume")
        strip_times.strips_of(self.editor).remove(strip)
        if sound is not None and sound.users == 0:
            bpy.data.sounds.remove(sound)

    def _mute(self, touched: Sequence[OwnStrip]) -> None:
        """Earlier versions that the user has touched: kept, but two do not sound at once."""
        for one in touched:
            if not one.strip.mute:
                one.strip.mute = True
                self.said.append(
                    f"The earlier music '{one.strip.name}' was {one.touched} by hand: it is kept, muted,"
                    " and the new version has its own channel."
                )


def _sound(path: str) -> Any:
    """The sound of a file, named relative to the .blend file where that is saved on the same drive."""
    if not os.path.isfile(path):
        # Blender would make a silent strip of it.
        raise CannotLay(f"The music {path} is not there.")
    try:
        sound = bpy.data.sounds.load(path, check_existing=True)
    except RuntimeError as error:
        raise CannotLay(f"Blender cannot open the music {path}: {str(error).strip()}") from error
    if bpy.data.filepath:
        try:
            sound.filepath = bpy.path.relpath(path)
        except ValueError:
            sound.filepath = path
    return sound
