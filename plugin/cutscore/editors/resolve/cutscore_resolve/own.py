"""Own: Cutscore's clips on a timeline, and what the user did to them since they were laid."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MARK = "cutscore:"
"""How the custom data of our markers begins; Resolve keeps it with the clip, whatever the clip is renamed to."""


@dataclass(frozen=True)
class OwnClip:
    """A clip of ours."""

    item: Any
    track: int
    """Number of its audio track, from 1."""
    placed_start: int
    placed_frames: int
    source: Any
    """Its clip in the media pool."""
    touched: str
    """Why it must not be replaced ("moved", "trimmed", "locked", "muted"), "" when it may be."""

    @property
    def ends(self) -> int:
        """The frame after its last, where it was laid."""
        return self.placed_start + self.placed_frames


def items_on(timeline: Any, track: int) -> list[Any]:
    """The clips of an audio track, whatever shape Resolve's list has."""
    found = timeline.GetItemListInTrack("audio", track)
    return list(found.values()) if isinstance(found, dict) else list(found or ())


def own_clips(timeline: Any) -> list[OwnClip]:
    """Every clip of ours on the timeline's audio tracks."""
    found = []
    for track in range(1, int(timeline.GetTrackCount("audio") or 0) + 1):
        for item in items_on(timeline, track):
            placed = _placed(item)
            if placed is not None:
                touched = _touched(timeline, track, item, placed)
                found.append(OwnClip(item, track, placed[0], placed[1], item.GetMediaPoolItem(), touched))
    return found


def mark_of(start: int, frames: int) -> str:
    """The custom data of a new clip's first marker: where it was laid."""
    return MARK + json.dumps({"start": start, "frames": frames}, separators=(",", ":"))


def _placed(item: Any) -> tuple[int, int] | None:
    for data in _marks(item):
        try:
            said = json.loads(data[len(MARK) :])
            return int(said["start"]), int(said["frames"])
        except (ValueError, KeyError, TypeError):
            continue
    return None


def _marks(item: Any) -> Iterator[str]:
    markers = item.GetMarkers() or {}
    for marker in markers.values():
        data = str(marker.get("customData") or "")
        if data.startswith(MARK):
            yield data


def _touched(timeline: Any, track: int, item: Any, placed: tuple[int, int]) -> str:
    if timeline.GetIsTrackLocked("audio", track):
        return "locked"
    if item.GetStart() != placed[0]:
        return "moved"
    if item.GetDuration() != placed[1]:
        return "trimmed"
    if hasattr(item, "GetClipEnabled") and item.GetClipEnabled() is False:
        return "muted"
    return ""
