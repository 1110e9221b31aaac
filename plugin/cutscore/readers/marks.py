"""Markers of clips, tracks and gaps: from the times that programs write into frames of what holds them."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from cutscore.readers.exact import Clock, Number, divided

_ALMOST = Fraction(1, 2)
"""A marker this much before its clip is one of a rounded start."""


class Shot:
    """A clip where it is used: what a piece of a layer shows."""

    __slots__ = ("clip", "enabled", "length", "source", "speed", "track")

    def __init__(self, clip: Any, source: Any, length: Number, speed: Number, track: int, enabled: bool) -> None:
        self.clip = clip
        """The `otio.schema.Clip`."""
        self.source = source
        """Its source_range or None."""
        self.length = length
        """Frames of the timeline that it lasts in its track."""
        self.speed = speed
        self.track = track
        self.enabled = enabled


@dataclass(slots=True)
class Marks:
    """The markers of one composition, in its own frames; those of a shot count only where that shot is seen."""

    found: list[tuple[Number, Number, Any, Shot | None]] = field(default_factory=list)
    """(frame, length, the otio marker, the shot it belongs to or None)."""


class MarkerPlacer:
    """Finds where the markers of an item lie, whichever time they count in."""

    def __init__(self, rate: Fraction, warnings: list[str]) -> None:
        # A clock of its own: markers between two frames are nothing to warn of.
        self._clock = Clock(rate)
        self._warnings = warnings
        self.record_start: Number | None = None
        """Frame number of the timeline's start: some programs place clip markers by record timecode."""

    def place(
        self,
        markers: Any,
        marks: Marks,
        position: Number,
        length: Number | None,
        source: Any,
        speed: Number,
        shot: Shot | None,
    ) -> None:
        """Markers of an item at `position`, from the item's own time into the frames of its parent."""
        clock = self._clock
        begin = clock.frames(source.start_time) if source is not None and length is not None else 0
        size = speed if speed > 0 else -speed or 1
        for marker in markers:
            marked = marker.marked_range
            start, duration = clock.frames(marked.start_time), divided(clock.frames(marked.duration), size)
            at: Number | None = divided(start - begin, size)
            if length is not None:
                at = self._within(at, start, position, length)
            if at is None:
                self._tell_lost(marker, shot)
                continue
            if speed < 0 and length is not None:
                at = length - 1 - at
            marks.found.append((position + at, duration, marker, shot))

    def _within(self, at: Number | None, start: Number, position: Number, length: Number) -> Number | None:
        """Where in an item a marker lies: by source time; else by record timecode (EDL locators); else by
        frames from the item's start (Hiero); None where it lies in none of them."""
        by_record = None if self.record_start is None else start - self.record_start - position
        for reading in (at, by_record, start):
            if reading is not None and -_ALMOST <= reading < length:
                return max(reading, 0)
        return None

    def _tell_lost(self, marker: Any, shot: Shot | None) -> None:
        if shot is not None:
            self._warnings.append(
                f"Marker '{marker.name}' on clip '{shot.clip.name}' lies outside the part that is used; it is left out."
            )
