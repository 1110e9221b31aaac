"""The rate of a timeline: said by the file, or found as OpenTimelineIO itself counts.

The order: what the file says outright (FCP7, AAF, Premiere's metadata); the rate of a start timecode
other than zero; the start's rate where the longest track uses it; the highest rate in the longest video
track (this is how OTIO counts a track's duration); the same of the sound tracks for sound alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from cutscore.readers.exact import exact_rate

MAX_PICTURE_RATE = 240
"""A higher rate is one of sound."""


def timeline_rate(timeline: Any, said: Fraction | None) -> Fraction:
    """The rate at which the frames of the timeline count."""
    if said is not None:
        return said
    if (premiere := premiere_facts(timeline)) and isinstance(fps := premiere.get("VideoFrameRate"), int | float):
        return exact_rate(fps)
    start = timeline.global_start_time
    start_rate = exact_rate(start.rate) if start is not None and 0 < start.rate <= MAX_PICTURE_RATE else None
    if start_rate is not None and start.value != 0:
        return start_rate
    longest = _longest(timeline, "video") or _longest(timeline, "audio")
    if longest is None:
        return start_rate or Fraction(24)
    if start_rate is None and (quick := _own_rate(longest)) is not None:
        return quick
    used = {exact_rate(rate) for rate in _length_and_rates([longest])[1]}
    if start_rate is not None and (start_rate in used or not used):
        return start_rate
    return max(used, default=Fraction(24))


def premiere_facts(timeline: Any) -> Mapping[str, Any]:
    """What Premiere writes of a whole sequence; empty for other programs."""
    for metadata in (timeline.tracks.metadata, timeline.metadata):
        found = metadata.get("PremierePro_OTIO")
        if isinstance(found, Mapping):
            return found
    return {}


def _longest(timeline: Any, kind: str) -> Any:
    """The longest enabled track of a kind that lasts at all (the first of equals), or None."""
    best: tuple[float, Any] = (0.0, None)
    for track in timeline.tracks:
        if isinstance(track, otio.schema.Track) and (track.kind or "video").casefold() != kind:
            continue
        seconds = _seconds(track) if getattr(track, "enabled", True) else 0.0
        if seconds > best[0] + 1e-9:
            best = (seconds, track)
    return best[1]


def _own_rate(track: Any) -> Fraction | None:
    """The rate of a track's duration as OTIO counts it: the highest in it. None where that is none of a picture."""
    try:
        rate = track.duration().rate
    except (otio.exceptions.OTIOError, ValueError, NotImplementedError):
        return None
    return exact_rate(rate) if 0 < rate <= MAX_PICTURE_RATE else None


def _seconds(item: Any) -> float:
    """Rough length; OTIO's own count is quick but raises where a clip has no range."""
    try:
        duration = item.duration()
        return float(duration.value / duration.rate) if duration.rate > 0 else 0.0
    except (otio.exceptions.OTIOError, ValueError, NotImplementedError):
        return _length_and_rates([item])[0]


def _length_and_rates(items: Iterable[Any]) -> tuple[float, set[Any]]:
    """Rough seconds of items in a row and the picture rates of their ranges."""
    seconds, rates = 0.0, set()
    for item in items:
        source = getattr(item, "source_range", None)
        if source is None and isinstance(item, otio.schema.Clip):
            reference = item.media_reference
            source = reference.available_range if reference is not None else None
        if source is not None:
            duration = source.duration
            if 0 < duration.rate <= MAX_PICTURE_RATE:
                rates.add(duration.rate)
            if duration.rate > 0:
                seconds += duration.value / duration.rate
        elif isinstance(item, otio.schema.Stack):
            parts = [_length_and_rates([child]) for child in item]
            seconds += max((part[0] for part in parts), default=0.0)
            rates = rates.union(*(part[1] for part in parts))
        elif isinstance(item, otio.core.Composition):
            inner, inner_rates = _length_and_rates(item)
            seconds += inner
            rates |= inner_rates
    return seconds, rates
