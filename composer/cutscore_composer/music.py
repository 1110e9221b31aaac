"""Music: what an engine gives back, as files with their facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cutscore_composer.cue import Cue


@dataclass(frozen=True, slots=True)
class Stem:
    """One group of instruments as a file of its own; the stems sum to the master before its limiter."""

    name: str
    file: Path


@dataclass(frozen=True, slots=True)
class Alternate:
    """Another version of a piece from the same plan: "no-drums", "ducked", "30s" (see alternates.py)."""

    name: str
    file: Path
    cue_file: Path | None = None
    """Its own cue file, where it is of another length."""


@dataclass(frozen=True, slots=True)
class Music:
    """A piece of music for a picture. Paths exist when the engine returns; None where there is no such file."""

    audio: Path
    """WAV, 48 kHz, 24 bit, stereo, with the start timecode as bext time reference."""
    cue: Cue
    cue_file: Path
    midi: Path | None = None
    score_picture: Path | None = None
    hit_report: Path | None = None
    """What falls on every cut, as a table for people."""
    original: Path | None = None
    """The bytes as a server sent them."""
    stems: tuple[Stem, ...] = ()
    tracks: tuple[Stem, ...] = ()
    """Where effects were asked for: "music" and "effects" as files of their own, which sum to `audio`; the stems sum to
    the music."""
    alternates: tuple[Alternate, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    """What the engine said of it: song-id, request-id, character-cost, model, licence."""
    warnings: tuple[str, ...] = ()
    original_wav: Path | None = None
    """Headerless samples of a server, byte for byte behind a WAV header, at their own rate."""
    original_parts: tuple[Path, ...] = ()
    """The bytes as a server sent them for each part of a divided edit, in order."""

    def files(self) -> tuple[Path, ...]:
        """Every file of this piece, the audio first."""
        optional = (self.midi, self.score_picture, self.hit_report, self.original, self.original_wav)
        stems = (stem.file for stem in (*self.stems, *self.tracks))
        others = (path for one in self.alternates for path in (one.file, one.cue_file) if path is not None)
        known = (path for path in optional if path is not None)
        return (self.audio, self.cue_file, *known, *self.original_parts, *stems, *others)
