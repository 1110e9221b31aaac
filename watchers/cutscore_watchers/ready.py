"""Ready: a file that a watched folder has for the jobs, and one that it still waits for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cutscore.config.watching import WatchFolder


@dataclass(frozen=True, slots=True)
class ReadyFile:
    """A video that is whole and quiet, as it was when that was seen."""

    path: Path
    """Absolute."""
    size: int
    """Bytes."""
    mtime_ns: int
    watch: WatchFolder
    """The watched folder it lies in, with the side-car's words laid over it."""


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """A file that is not finished; it is never given up."""

    path: Path
    reason: str
    """One sentence for a person: "render.mp4 still grows"."""
    since: float
    """Seconds since the epoch at which it was first seen so."""
