"""A piece as it is asked to be placed into the text of a project, and what became of the text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor
from pathlib import Path

from cutscore.placers.media_url import Spelling
from cutscore.placers.own_music import MUSIC
from cutscore_composer.cue import Cue, rate_of
from cutscore_composer.timebase import frames_near, seconds_at


@dataclass(frozen=True, slots=True)
class StemFile:
    """A stem to lay beside the music, muted."""

    name: str
    """ "drums", "strings"; also its role in the notes."""
    audio: Path
    url: Callable[[Spelling], str]
    audio_sha256: str


@dataclass(frozen=True, slots=True)
class Piece:
    """The music to place into one timeline text."""

    name: str
    audio: Path
    url: Callable[[Spelling], str]
    """How the music file is named from where the timeline will lie."""
    audio_sha256: str
    cue: Cue
    rate: Fraction
    record_in: int
    """Frame of the timeline at which the music begins."""
    start_frame: int
    """Start timecode of the timeline, as a frame number."""
    media_start: int
    """Start timecode of the music file as a frame number, 0 where it has none."""
    provenance: Mapping[str, str]
    onto_sha256: str
    """Hash of the file that it is placed into."""
    track_name: str
    markers: bool = True
    gain_db: float = 0.0
    fade_in_frames: int = 0
    fade_out_frames: int = 0
    duck: bool = False
    stems: tuple[StemFile, ...] = ()
    role: str = MUSIC
    """The music itself, or the name of a stem."""

    @property
    def asked(self) -> str:
        """The wishes that shape a clip beside its music: the same music is laid anew when they change."""
        wishes = (self.gain_db, self.fade_in_frames, self.fade_out_frames, int(self.duck), int(self.markers))
        return " ".join(f"{wish:g}" for wish in wishes)

    def of_stem(self, stem: StemFile) -> Piece:
        """A stem as a piece of its own; louder by what all stems were lowered, so that together they are the music."""
        loudness = self.cue.loudness
        return replace(
            self,
            name=f"{self.name} {stem.name}",
            audio=stem.audio,
            url=stem.url,
            audio_sha256=stem.audio_sha256,
            track_name=f"{self.track_name} {stem.name}",
            markers=False,
            gain_db=self.gain_db - (loudness.stems_db if loudness is not None else 0.0),
            stems=(),
            role=stem.name,
        )

    @property
    def frames(self) -> int:
        """Length of the music in whole frames: never more than it has sound for, but for the rounding of a sample."""
        seconds = Fraction(self.cue.samples + 1, self.cue.sample_rate)
        return max(1, floor(seconds * self.rate))

    @property
    def handles(self) -> tuple[int, int]:
        """Whole frames of sound that the file holds before the music and after it."""
        before, after = (
            frames_near(seconds_at(frames, rate_of(self.cue)), self.rate) for frames in self.cue.handle_frames
        )
        return before, after


@dataclass(frozen=True, slots=True)
class Edited:
    """A timeline text with the music in it."""

    text: bytes
    track: str
    """Name of the track that holds it."""
    replaced: bool = False
    warnings: tuple[str, ...] = ()
    url: str = ""
    """How it names the music file."""
    superseded: tuple[str, ...] = ()
    """References to music files that this timeline no longer uses."""
    stems: tuple[tuple[Path, str], ...] = ()
    """Stem files and how it names them."""
