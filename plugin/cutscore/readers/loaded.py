"""Loaded: what every format's reader hands on: an OpenTimelineIO timeline and what OTIO cannot say of the file."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from cutscore.cut import TrackCounts

MAX_BYTES = 256 * 1024 * 1024
"""Largest timeline file that is read, in bytes."""


@dataclass(slots=True)
class Loaded:
    """A timeline file as read."""

    timeline: Any
    """An `otio.schema.Timeline`."""
    folder: Path
    """What relative media paths count from."""
    warnings: list[str] = field(default_factory=list)
    rate: Fraction | None = None
    """The timeline's rate where the file says it outright."""
    counts: TrackCounts | None = None
    """Tracks in the file where the OTIO timeline has others."""
    in_out: tuple[int, int] | None = None
    """In/out range in frames from the start."""
    drop_frame: bool = False
    search: tuple[Path, ...] = ()
    """Folders of media that belong to the file itself (a bundle's)."""
    sha256: str | None = None
