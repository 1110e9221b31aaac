"""The report of a reading: the JSON of `cutscore read --json`, and a table for a person."""

from __future__ import annotations

from typing import Any

from cutscore.cut import Cut, Span
from cutscore_composer.timebase import rate_text, timecode


def read_report(cut: Cut) -> dict[str, Any]:
    """The JSON of `cutscore read --json`.

    "clips" is the visible picture in order, gaps included; frames count from the timeline's start at
    "rate"; "source_in_seconds" counts from the media's first frame; "tracks" counts those of the file.
    """
    return {
        "name": cut.name,
        "rate": rate_text(cut.rate),
        "start": cut.start_frame,
        "duration": cut.duration,
        "duration_seconds": float(cut.seconds),
        "tracks": {"video": cut.tracks.video, "audio": cut.tracks.audio},
        "clips": [_clip(span) for span in cut.spans],
        "markers": [{"name": m.name, "frame": m.frame, "comment": m.comment} for m in cut.markers],
        "warnings": list(cut.warnings),
    }


def _clip(span: Span) -> dict[str, Any]:
    return {
        "name": span.name,
        "media": str(span.media) if span.media is not None else span.wanted or None,
        "kind": span.kind,
        "record_in": span.record_in,
        "record_out": span.record_out,
        "source_in_seconds": float(span.source_in),
        "speed": float(span.speed),
        "track": span.track,
    }


def read_table(cut: Cut) -> str:
    """The visible picture as lines of text: record timecode, length, kind, name, speed, transition."""
    start = max(0, cut.start_frame)
    head = (
        f"{cut.name}: {float(cut.seconds):.3f} s, {cut.duration} frames at {rate_text(cut.rate)}, "
        f"starts at {timecode(start, cut.rate, cut.drop_frame)}, "
        f"{cut.tracks.video} video and {cut.tracks.audio} audio tracks"
    )
    rows = [
        (
            timecode(start + span.record_in, cut.rate, cut.drop_frame),
            str(span.record_out - span.record_in),
            span.kind,
            _name(span),
            _notes(span),
        )
        for span in cut.spans
    ]
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(4)]
    lines = [
        f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:<{widths[2]}}  {row[3]:<{widths[3]}}  {row[4]}".rstrip()
        for row in rows
    ]
    lines += [
        f"{timecode(start + m.frame, cut.rate, cut.drop_frame)}  marker {m.name} {m.comment}".rstrip()
        for m in cut.markers
    ]
    lines += [_sound(track.name, track.role, len(track.clips), track.ours) for track in cut.sounds if track.clips]
    return "\n".join([head, *lines])


def _name(span: Span) -> str:
    plain = "".join(c if c.isprintable() else "?" for c in span.name)
    return plain if len(plain) <= 60 else f"{plain[:59]}…"


def _notes(span: Span) -> str:
    notes = [f"speed {float(span.speed):g}"] if span.speed != 1 else []
    if span.transition_in is not None:
        over = span.transition_in
        notes.append(f"{over.kind} {over.in_frames}+{over.out_frames} in")
    if span.transition_out is not None:
        over = span.transition_out
        notes.append(f"{over.kind} {over.in_frames}+{over.out_frames} out")
    return ", ".join(notes)


def _sound(name: str, role: str, clips: int, ours: bool) -> str:
    return f"sound '{name}': {role}, {clips} clip{'s' if clips != 1 else ''}{' (ours)' if ours else ''}"
