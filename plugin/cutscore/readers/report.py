"""The report of a reading: the JSON of `cutscore read --json`."""

from __future__ import annotations

from typing import Any

from cutscore.cut import Cut, Span
from cutscore_composer.timebase import rate_text


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
