"""Wishes: what the user asked for, in words and settings; None means "let the picture decide".

The planner turns wishes and picture into a `Brief` (plan/brief.py), which has no open questions.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Sync = Literal["loose", "natural", "tight"]
Ending = Literal["ring", "button", "fade"]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user asked for."""

    description: str | None = None
    tags: tuple[str, ...] = ()
    style: str | None = None
    """The name of a style file, when the user pins it."""
    sync: Sync = "natural"
    ending: Ending | None = None
    loudness_lufs: float = -16.0
    """Integrated loudness of the master (ITU-R BS.1770), in LUFS."""
    peak_dbtp: float = -1.0
    """The most true peak of the master, in dBTP."""
    instruments: tuple[tuple[str, Path], ...] = ()
    """Instruments that are played with the user's own recordings: name, SFZ file or folder of such."""
