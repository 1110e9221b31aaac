"""From a loaded OpenTimelineIO timeline to the Cut: rate, length, visible picture, markers, sounds, media."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from cutscore.cut import Cut, Marker, SoundTrack, TrackCounts
from cutscore.media_links import MediaFinder
from cutscore.readers.exact import Clock, Number, exact_rate, exact_value
from cutscore.readers.flatten import Flattener
from cutscore.readers.layers import Layer, overlay, window
from cutscore.readers.loaded import Loaded
from cutscore.readers.marks import Marks
from cutscore.readers.media import MediaBook
from cutscore.readers.rates import premiere_facts, timeline_rate
from cutscore.readers.sounds import sound_tracks
from cutscore.readers.spans import spans_of, whole
from cutscore_composer.errors import InputRefused
from cutscore_composer.timebase import nominal_rate

Clip, Composition = otio.schema.Clip, otio.core.Composition
SEALED = "sequence"
"""`metadata["cutscore_reader"]` of a nested sequence of its own: its clips are not counted as the track's."""
MAX_FRAMES = 100 * 3600 * 120
"""Longest timeline that is read, in frames: 100 hours at 120."""


def cut_of(
    loaded: Loaded,
    path: Path,
    *,
    search: Sequence[Path] = (),
    strict: bool = False,
    rate: Fraction | None = None,
) -> Cut:
    """The Cut of a loaded timeline.

    `rate` overrides what the file says. Raises InputRefused for a timeline of no length, and with
    `strict` for media that were not found.
    """
    timeline = loaded.timeline
    clock = Clock(rate or timeline_rate(timeline, loaded.rate))
    book = MediaBook(MediaFinder(loaded.folder, (*loaded.search, *search)))
    picture, marks, tracks, warnings = _walk_picture(timeline, clock, book)
    sound_layers, sound_length, quiet = _walk_sound(timeline, clock.rate, book)
    length: Number = max(picture.length, sound_length)
    shift: Number = 0
    if timeline.tracks.source_range is not None:
        shift = clock.frames(timeline.tracks.source_range.start_time)
        length = clock.frames(timeline.tracks.source_range.duration)
        picture = window(picture, shift, length, 1)
    duration = whole(length)
    if duration <= 0:
        raise InputRefused(f"{path} is a timeline without any length; put clips into it and export it again.")
    if duration > MAX_FRAMES:
        raise InputRefused(f"{path} says it lasts {duration} frames, which no edit does; export it again.")
    spans = spans_of(picture, duration, clock.rate, book)
    sounds = _sounds(sound_layers, shift, duration, clock.rate, book, warnings)
    start = _start_frame(timeline, clock.rate)
    markers = _markers(timeline, marks, picture, shift, duration, start, clock)
    if strict:
        book.refuse_missing(path)
    if clock.fractional:
        warnings.append(f"{clock.fractional} times fall between two frames; they are rounded to the nearest.")
    if not any(span.kind != "gap" for span in spans):
        warnings.append("The timeline has no picture: all of it is black.")
    return Cut(
        name=timeline.name or path.stem,
        rate=clock.rate,
        start_frame=start,
        duration=duration,
        spans=spans,
        tracks=loaded.counts or _counts(timeline),
        markers=markers,
        sounds=sounds,
        in_out=_in_out(loaded, timeline, duration),
        drop_frame=loaded.drop_frame,
        track_names=tracks,
        warnings=tuple(dict.fromkeys([*loaded.warnings, *warnings, *quiet, *book.warnings()])),
        source=path.absolute(),
        source_sha256=loaded.sha256,
    )


def _kind(item: Any) -> str:
    """ "video", "audio" or another kind, in lower case; what is no track counts as picture."""
    return (item.kind or "video").casefold() if isinstance(item, otio.schema.Track) else "video"


def _walk_picture(
    timeline: Any, clock: Clock, book: MediaBook
) -> tuple[Layer, Marks, tuple[tuple[str, ...], ...], list[str]]:
    """The visible picture, its markers, the clip names of each track, and warnings."""
    walker = Flattener(clock, book.length_of)
    walker.marker.record_start = _start_frame(timeline, clock.rate) or None
    walker.media_lengths = bool(premiere_facts(timeline))
    layers, marks, names, others = [], Marks(), [], []
    for item in timeline.tracks:
        if _kind(item) != "video":
            if _kind(item) != "audio":
                others.append(item)
            continue
        names.append(tuple(_clip_names(item)))
        layer, own = walker.item_layer(item)
        if getattr(item, "enabled", True):
            layers.append(layer)
            marks.found += own.found
        walker.track += 1
    for item in others:
        marks.found += walker.item_layer(item)[1].found
        if any(isinstance(child, otio.schema.Clip) for child in item):
            walker.warnings.append(
                f"Track '{item.name}' is of kind '{item.kind}', neither picture nor sound; left out."
            )
    if walker.stretched:
        walker.warnings.append(
            f"{walker.stretched} clips have a speed; as Premiere writes them, their lengths are those of the media "
            "divided by it. Compare the length of the timeline."
        )
    return overlay(layers), marks, tuple(names), walker.warnings


def _clip_names(item: Any) -> list[str]:
    """Names of a track's clips in order, those of nested layers included, of nested sequences not."""
    if isinstance(item, Clip):
        return [item.name]
    names: list[str] = []
    if isinstance(item, Composition) and item.metadata.get("cutscore_reader") != SEALED:
        for child in item:
            if isinstance(child, Clip):
                names.append(child.name)
            elif isinstance(child, Composition):
                names += _clip_names(child)
    return names


def _walk_sound(timeline: Any, rate: Fraction, book: MediaBook) -> tuple[list[tuple[Any, Layer]], Number, list[str]]:
    """The sound tracks with their clips, the end of the longest enabled one, and warnings."""
    # A clock of its own: sound need not fall on frames, and that is nothing to warn of.
    walker = Flattener(Clock(rate), book.length_of, sound=True)
    walker.media_lengths = bool(premiere_facts(timeline))
    layers = [(item, walker.track_layer(item, Marks())) for item in timeline.tracks if _kind(item) == "audio"]
    longest = max((layer.length for track, layer in layers if getattr(track, "enabled", True)), default=0)
    return layers, longest, [warning for warning in walker.warnings if not warning.startswith("Marker")]


def _sounds(
    layers: list[tuple[Any, Layer]],
    shift: Number,
    duration: int,
    rate: Fraction,
    book: MediaBook,
    warnings: list[str],
) -> tuple[SoundTrack, ...]:
    sounds: list[SoundTrack] = []
    for track, layer in layers:
        seen = window(layer, shift, duration, 1) if shift or layer.length > duration else layer
        sounds += sound_tracks(track, seen, rate, book, warnings)
    return tuple(sounds)


def _counts(timeline: Any) -> TrackCounts:
    kinds = [_kind(item) for item in timeline.tracks if isinstance(item, otio.schema.Track)]
    return TrackCounts(kinds.count("video"), kinds.count("audio"))


def _start_frame(timeline: Any, rate: Fraction) -> int:
    """The frame number of the start: a timecode keeps its number where only 23.976 became 24 or the like."""
    start = timeline.global_start_time or _start_of_edl_adapter(timeline)
    if start is None or start.rate <= 0:
        return 0
    own = exact_rate(start.rate)
    value = exact_value(start.value)
    if nominal_rate(own) != nominal_rate(rate):
        value = value / nominal_rate(own) * nominal_rate(rate)
    return whole(value)


def _start_of_edl_adapter(timeline: Any) -> Any:
    """OTIO's EDL adapter hides the record start, negated, in the range of the first track."""
    for track in timeline.tracks:
        source = getattr(track, "source_range", None)
        if source is not None and source.start_time.value < 0 <= -source.end_time_exclusive().value:
            return otio.opentime.RationalTime(-source.start_time.value, source.start_time.rate)
    return None


def _markers(
    timeline: Any, marks: Marks, picture: Layer, shift: Number, duration: int, start: int, clock: Clock
) -> tuple[Marker, ...]:
    """Markers of the timeline, of its tracks and of what is seen, in order, each once."""
    found = []
    for marker in timeline.tracks.markers:
        at = clock.frames(marker.marked_range.start_time) - shift
        # Some programs count from the start of the timeline, some write the timecode itself.
        if at >= duration and start <= at < start + duration:
            at -= start
        found.append((at, clock.frames(marker.marked_range.duration), marker))
    starts = [piece.start for piece in picture.pieces]
    for frame, length, marker, shot in marks.found:
        if shot is not None:
            index = bisect_right(starts, frame - shift) - 1
            piece = picture.pieces[index] if index >= 0 else None
            if piece is None or piece.shot is not shot or frame - shift >= piece.end:
                continue
        found.append((frame - shift, length, marker))
    markers = {
        Marker(
            frame=whole(at),
            name=marker.name or "",
            comment=_comment(marker),
            color=_color(marker),
            frames=max(0, whole(length)),
        )
        for at, length, marker in found
        if 0 <= at < duration
    }
    return tuple(sorted(markers, key=lambda marker: (marker.frame, marker.name, marker.comment)))


def _comment(marker: Any) -> str:
    comment = getattr(marker, "comment", "") or ""
    if comment:
        return str(comment)
    for values in (marker.metadata, *(v for v in marker.metadata.values() if hasattr(v, "get"))):
        for key in ("comment", "Comment", "Note", "note"):
            if isinstance(values.get(key), str):
                return str(values[key])
    return ""


def _color(marker: Any) -> str:
    color = marker.color
    return str(getattr(color, "name", color) or "")


def _in_out(loaded: Loaded, timeline: Any, duration: int) -> tuple[int, int] | None:
    """The timeline's own in/out range, where it is a part of the timeline."""
    found = loaded.in_out
    if found is None:
        return None
    first, last = max(0, found[0]), min(duration, found[1])
    return (first, last) if 0 <= first < last and (first, last) != (0, duration) else None
