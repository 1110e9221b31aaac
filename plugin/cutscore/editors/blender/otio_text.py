"""The edit as OpenTimelineIO writes it: plain data for json, exact to the frame."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from .layers import Fade, Layer, Piece, Shot

Json = dict[str, Any]
KEY = "blender"
"""The key in `metadata` of what is said about strips."""


@dataclass(frozen=True)
class Heard:
    """A sound where it is heard, in frames of the timeline; `source_in` in seconds of the file."""

    start: int
    end: int
    name: str
    path: str
    source_in: Fraction
    track: str
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Mark:
    """A marker of the timeline."""

    frame: int
    name: str


@dataclass(frozen=True)
class Edit:
    """What is written: frames count from `first`, the number of the edit's first frame."""

    name: str
    rate: Fraction
    first: int
    frames: int
    picture: Layer
    sounds: Sequence[Heard] = ()
    marks: Sequence[Mark] = ()


def timeline(edit: Edit) -> Json:
    """The whole timeline: one track with the picture that is seen, the sounds by channel, the markers."""
    tracks = [_track("Picture", "Video", _pictures(edit))]
    tracks += [_track(name, "Audio", items) for name, items in _sound_tracks(edit)]
    marks = [_marker(mark, edit) for mark in edit.marks if 0 <= mark.frame - edit.first < edit.frames]
    stack = _item("Stack.1", "tracks", None)
    return {
        "OTIO_SCHEMA": "Timeline.1",
        "metadata": {KEY: {"frame_start": edit.first}},
        "name": edit.name,
        "global_start_time": _time(max(0, edit.first), edit.rate),
        "tracks": {**stack, "markers": marks, "children": tracks},
    }


def _pictures(edit: Edit) -> list[Json]:
    """Clips and gaps that fill the edit, transitions between them."""
    fades = {fade.at: fade for fade in edit.picture.fades}
    items: list[Json] = []
    cursor = edit.first

    def put(start: int, item: Json) -> None:
        fade = fades.pop(start, None)
        if fade is not None:
            items.append(_transition(fade, edit.rate))
        items.append(item)

    for piece in edit.picture.pieces:
        if piece.start > cursor:
            put(cursor, _gap(piece.start - cursor, edit.rate))
        put(piece.start, _clip(piece, edit.rate))
        cursor = piece.end
    end = edit.first + edit.frames
    if cursor < end:
        put(cursor, _gap(end - cursor, edit.rate))
    if end in fades:
        items.append(_transition(fades[end], edit.rate))
    return items


def _clip(piece: Piece, rate: Fraction) -> Json:
    """A stretch of a shot: where it begins in its media (in media frames) and how long it is seen (in ours)."""
    shot, frames = piece.shot, piece.end - piece.start
    place = piece.place
    speed = piece.pace * rate / shot.rate
    if speed < 0:
        # Backwards, OpenTimelineIO names the end of the media that is seen last.
        place += (frames - 1) * piece.pace
    made = _item("Clip.2", shot.name, _range(max(place, Fraction(0)), shot.rate, frames, rate))
    made["metadata"] = {KEY: dict(shot.notes)}
    if shot.kind in ("movie", "sequence") and speed != 1:
        made["effects"] = [_warp(speed)]
    return {
        **made,
        "media_references": {"DEFAULT_MEDIA": _reference(shot)},
        "active_media_reference_key": "DEFAULT_MEDIA",
    }


def _reference(shot: Shot) -> Json:
    made: Json = {
        "metadata": {},
        "name": shot.name,
        "available_range": _range(Fraction(0), shot.rate, shot.frames, shot.rate),
        "available_image_bounds": None,
    }
    if shot.kind == "generator":
        return {"OTIO_SCHEMA": "GeneratorReference.1", **made, "generator_kind": "blender", "parameters": {}}
    if shot.kind == "sequence":
        return {
            "OTIO_SCHEMA": "ImageSequenceReference.1",
            **made,
            # As a bare path: in a URL the pattern's own signs and the URL's could not be told apart.
            "target_url_base": str(Path(shot.path).parent) + "/",
            "name_prefix": shot.head,
            "name_suffix": shot.tail,
            "start_frame": shot.first,
            "frame_step": 1,
            "rate": float(shot.rate),
            "frame_zero_padding": shot.digits,
            "missing_frame_policy": "error",
        }
    return {"OTIO_SCHEMA": "ExternalReference.1", **made, "target_url": file_url(shot.path)}


def file_url(path: str) -> str:
    """A file as a URL; a path that is not absolute on this system stays as it is spelled."""
    try:
        return Path(path).as_uri()
    except ValueError:
        return path


def _sound_tracks(edit: Edit) -> Iterable[tuple[str, list[Json]]]:
    """Sounds by track; what would overlap on a track gets one of the same name beside it."""
    lanes: dict[str, list[list[Heard]]] = {}
    for heard in sorted(edit.sounds, key=lambda sound: (sound.start, sound.end)):
        start, end = max(heard.start, edit.first), min(heard.end, edit.first + edit.frames)
        if start >= end:
            continue
        source_in = heard.source_in + Fraction(start - heard.start) / edit.rate
        cut = Heard(start, end, heard.name, heard.path, source_in, heard.track, heard.notes)
        for lane in lanes.setdefault(heard.track, []):
            if lane[-1].end <= start:
                lane.append(cut)
                break
        else:
            lanes[heard.track].append([cut])
    for name, found in lanes.items():
        for lane in found:
            yield name, _sound_items(lane, edit)


def _sound_items(lane: list[Heard], edit: Edit) -> list[Json]:
    items: list[Json] = []
    cursor = edit.first
    for heard in lane:
        if heard.start > cursor:
            items.append(_gap(heard.start - cursor, edit.rate))
        frames = heard.end - heard.start
        made = _item("Clip.2", heard.name, _range(heard.source_in * edit.rate, edit.rate, frames, edit.rate))
        reference = {
            "OTIO_SCHEMA": "ExternalReference.1",
            "metadata": {},
            "name": posixpath.basename(heard.path.replace("\\", "/")),
            "available_range": _range(Fraction(0), edit.rate, float(heard.source_in * edit.rate) + frames, edit.rate),
            "available_image_bounds": None,
            "target_url": file_url(heard.path),
        }
        items.append(
            {
                **made,
                "metadata": {KEY: dict(heard.notes)},
                "media_references": {"DEFAULT_MEDIA": reference},
                "active_media_reference_key": "DEFAULT_MEDIA",
            }
        )
        cursor = heard.end
    return items


def _track(name: str, kind: str, children: list[Json]) -> Json:
    return {**_item("Track.1", name, None), "kind": kind, "children": children}


def _gap(frames: int, rate: Fraction) -> Json:
    return _item("Gap.1", "", _range(Fraction(0), rate, frames, rate))


def _transition(fade: Fade, rate: Fraction) -> Json:
    kind = "SMPTE_Dissolve" if fade.kind == "dissolve" else "Custom_Transition"
    return {
        "OTIO_SCHEMA": "Transition.1",
        "metadata": {},
        "name": fade.kind,
        "transition_type": kind,
        "in_offset": _time(fade.before, rate),
        "out_offset": _time(fade.after, rate),
    }


def _warp(speed: Fraction) -> Json:
    if speed == 0:
        return {
            "OTIO_SCHEMA": "FreezeFrame.1",
            "metadata": {},
            "name": "",
            "effect_name": "FreezeFrame",
            "time_scalar": 0.0,
        }
    return {
        "OTIO_SCHEMA": "LinearTimeWarp.1",
        "metadata": {},
        "name": "",
        "effect_name": "LinearTimeWarp",
        "time_scalar": float(speed),
    }


def _marker(mark: Mark, edit: Edit) -> Json:
    return {
        "OTIO_SCHEMA": "Marker.2",
        "metadata": {},
        "name": mark.name,
        "color": "GREEN",
        "comment": "",
        "marked_range": _range(Fraction(mark.frame - edit.first), edit.rate, 0, edit.rate),
    }


def _item(schema: str, name: str, source: Json | None) -> Json:
    return {
        "OTIO_SCHEMA": schema,
        "metadata": {},
        "name": name,
        "source_range": source,
        "effects": [],
        "markers": [],
        "enabled": True,
    }


def _time(frames: float | Fraction, rate: Fraction) -> Json:
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": float(rate), "value": float(frames)}


def _range(start: Fraction, start_rate: Fraction, frames: float, rate: Fraction) -> Json:
    return {
        "OTIO_SCHEMA": "TimeRange.1",
        "start_time": _time(start, start_rate),
        "duration": _time(frames, rate),
    }
