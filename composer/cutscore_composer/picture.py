"""Picture: what music needs to know of an edit, and nothing more.

All frame numbers count from the first frame of the picture (0) at `Picture.rate`; ranges are
half-open: `record_in` is the first frame, `record_out` the first one after. A span's source
position at record frame f is, in seconds,

    source_in + (f - record_in) / rate * speed        (speed 0: a freeze; below 0: backwards)

and holds beyond the span's edges too: a transition shows up to `in_frames` of the incoming span
before its record_in and `out_frames` of the outgoing span after its record_out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Literal

from cutscore_composer.timebase import seconds_at

SpanKind = Literal["clip", "gap", "still", "generator", "missing"]
CutKind = Literal["cut", "dissolve", "fade"]
SoundRole = Literal["dialogue", "music", "effects"]


@dataclass(frozen=True, slots=True)
class PictureSpan:
    """One stretch of the visible picture, in order; the spans of a Picture cover it without holes."""

    record_in: int
    record_out: int
    kind: SpanKind
    name: str = ""
    media: Path | None = None
    source_in: Fraction = Fraction(0)
    """Position in the media file, in seconds from its first frame, at `record_in`."""
    speed: Fraction = Fraction(1)
    search_cuts: bool = False
    """Whether the media is itself an edit (a render), so that cuts inside it are to be found by looking."""
    image_rate: Fraction | None = None
    """For an image sequence: `media` is a printf pattern ("a.%04d.png") and this its rate."""
    image_start: int = 0
    """For an image sequence: the number of the file that source position 0 means."""
    image_step: int = 1
    """For an image sequence: every how many numbers there is a file, which is shown for all of them."""

    @property
    def frames(self) -> int:
        """Length in frames."""
        return self.record_out - self.record_in

    def source_at(self, frame: int, rate: Fraction) -> Fraction:
        """Source position in seconds shown at a record frame."""
        return self.source_in + seconds_at(frame - self.record_in, rate) * self.speed


@dataclass(frozen=True, slots=True)
class CutPoint:
    """A change of shot that the timeline tells; `frame` is the first of the new shot (inside a transition: its cut)."""

    frame: int
    kind: CutKind = "cut"
    in_frames: int = 0
    """Frames of the transition before `frame`."""
    out_frames: int = 0
    """Frames of the transition from `frame` on."""


@dataclass(frozen=True, slots=True)
class PictureMarker:
    """A marker of the editor."""

    frame: int
    name: str = ""
    comment: str = ""
    color: str = ""
    frames: int = 0


@dataclass(frozen=True, slots=True)
class SoundSpan:
    """A stretch of the edit's own sound; several may sound at once."""

    record_in: int
    record_out: int
    role: SoundRole
    media: Path
    source_in: Fraction = Fraction(0)
    speed: Fraction = Fraction(1)
    track: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """An edit as music sees it."""

    name: str
    rate: Fraction
    frames: int
    spans: tuple[PictureSpan, ...]
    cuts: tuple[CutPoint, ...] = ()
    """The changes of shot that the timeline tells, in order, none at frame 0 or at the end."""
    markers: tuple[PictureMarker, ...] = ()
    sounds: tuple[SoundSpan, ...] = ()
    start_frame: int = 0
    """The frame number of the first frame (start timecode); negative never."""
    drop_frame: bool = False
    opening_fade_frames: int = 0
    """Frames from the first one over which the picture comes out of black."""
    closing_fade_frames: int = 0
    """Frames up to the end over which the picture goes to black."""

    @property
    def seconds(self) -> Fraction:
        """Exact length in seconds."""
        return seconds_at(self.frames, self.rate)

    def lit_at(self, frame: int) -> Fraction:
        """How much is seen of a frame, 0 to 1: less than 1 only in the fades at the two ends of the edit."""
        lit = Fraction(1)
        if frame < self.opening_fade_frames:
            lit = Fraction(2 * frame + 1, 2 * self.opening_fade_frames)
        left = self.frames - 1 - frame
        if left < self.closing_fade_frames:
            lit = min(lit, Fraction(2 * left + 1, 2 * self.closing_fade_frames))
        return lit

    def section(self, frame_in: int, frame_out: int) -> Picture:
        """The picture from `frame_in` up to `frame_out`, as a Picture of its own that starts at frame 0."""
        if not 0 <= frame_in < frame_out <= self.frames:
            raise ValueError(f"no frames {frame_in} to {frame_out} in a picture of {self.frames}")

        spans = tuple(
            replace(
                span,
                record_in=max(span.record_in, frame_in) - frame_in,
                record_out=min(span.record_out, frame_out) - frame_in,
                source_in=span.source_at(max(span.record_in, frame_in), self.rate),
            )
            for span in self.spans
            if span.record_in < frame_out and span.record_out > frame_in
        )
        sounds = tuple(
            replace(
                sound,
                record_in=max(sound.record_in, frame_in) - frame_in,
                record_out=min(sound.record_out, frame_out) - frame_in,
                source_in=sound.source_in + seconds_at(max(0, frame_in - sound.record_in), self.rate) * sound.speed,
            )
            for sound in self.sounds
            if sound.record_in < frame_out and sound.record_out > frame_in
        )
        return replace(
            self,
            frames=frame_out - frame_in,
            spans=spans,
            sounds=sounds,
            cuts=tuple(replace(c, frame=c.frame - frame_in) for c in self.cuts if frame_in < c.frame < frame_out),
            markers=tuple(
                replace(m, frame=m.frame - frame_in) for m in self.markers if frame_in <= m.frame < frame_out
            ),
            start_frame=self.start_frame + frame_in,
            # What begins inside a fade does not begin in black.
            opening_fade_frames=min(self.opening_fade_frames, frame_out) if frame_in == 0 else 0,
            closing_fade_frames=min(self.closing_fade_frames, frame_out - frame_in) if frame_out == self.frames else 0,
        )
