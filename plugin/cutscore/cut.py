"""Cut: the edit in order, exactly, as read from any timeline.

Frames count from the first frame of the timeline (0) at `Cut.rate`; ranges are half-open.
The spans cover `[0, duration)` without holes or overlaps; a transition belongs to the cut point
between two spans and shows both beyond their edges (see cutscore_composer.picture).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from cutscore_composer.picture import (
    CutKind,
    CutPoint,
    Picture,
    PictureMarker,
    PictureSpan,
    SoundRole,
    SoundSpan,
    SpanKind,
)
from cutscore_composer.timebase import seconds_at


@dataclass(frozen=True, slots=True)
class Transition:
    """A transition over the cut at the start of the span that holds it.

    `in_frames` lie before the cut (over the outgoing span), `out_frames` after it.
    """

    kind: str
    """"dissolve", "fade" (to or from black or a gap) or the program's own name ("wipe")."""
    in_frames: int
    out_frames: int


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch of the visible picture."""

    record_in: int
    record_out: int
    kind: SpanKind
    name: str = ""
    media: Path | None = None
    """The file that was found, or for an image sequence its printf pattern."""
    wanted: str = ""
    """The media reference as the timeline spells it."""
    source_in: Fraction = Fraction(0)
    """Seconds from the media's first frame, at `record_in`."""
    speed: Fraction = Fraction(1)
    track: int = 0
    """Video track it comes from, 0 the lowest."""
    transition_in: Transition | None = None
    """The transition over the cut at `record_in`."""
    transition_out: Transition | None = None
    """Only for the last span: the transition over the end of the timeline."""
    image_rate: Fraction | None = None
    image_start: int = 0
    image_step: int = 1
    search_cuts: bool = False
    """The media is a render (an edit itself): cuts inside it are to be found by looking."""


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker of the timeline or of a visible clip, in frames of the timeline."""

    frame: int
    name: str = ""
    comment: str = ""
    color: str = ""
    frames: int = 0


@dataclass(frozen=True, slots=True)
class SoundClip:
    """A clip on a sound track."""

    record_in: int
    record_out: int
    name: str = ""
    media: Path | None = None
    wanted: str = ""
    source_in: Fraction = Fraction(0)
    speed: Fraction = Fraction(1)
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class SoundTrack:
    """A sound track and what it is for."""

    name: str
    role: SoundRole
    clips: tuple[SoundClip, ...]
    enabled: bool = True
    ours: bool = False
    """Whether it is Cutscore's own music track."""


@dataclass(frozen=True, slots=True)
class TrackCounts:
    """How many tracks the file has."""

    video: int
    audio: int


@dataclass(frozen=True, slots=True)
class Cut:
    """The edit."""

    name: str
    rate: Fraction
    start_frame: int
    """Frame number of the first frame (start timecode at `rate`)."""
    duration: int
    spans: tuple[Span, ...]
    tracks: TrackCounts
    markers: tuple[Marker, ...] = ()
    sounds: tuple[SoundTrack, ...] = ()
    in_out: tuple[int, int] | None = None
    """The timeline's own in/out range, in frames from its start."""
    drop_frame: bool = False
    track_names: tuple[tuple[str, ...], ...] = ()
    """Clip names per video track of the file, bottom track first (gaps and transitions left out)."""
    warnings: tuple[str, ...] = ()
    source: Path | None = None
    """The file it was read from."""
    source_sha256: str | None = None
    """Hash of that file's bytes when it was read (None for a folder or several videos)."""

    @property
    def seconds(self) -> Fraction:
        """Exact length in seconds."""
        return seconds_at(self.duration, self.rate)

    def picture(self) -> Picture:
        """What music needs to know of it."""
        cuts = []
        for span in self.spans:
            if span.record_in == 0:
                continue
            over = span.transition_in
            if over is None:
                cuts.append(CutPoint(span.record_in))
            else:
                kind: CutKind = "fade" if over.kind == "fade" else "dissolve"
                cuts.append(CutPoint(span.record_in, kind, over.in_frames, over.out_frames))
        opening = self.spans[0].transition_in if self.spans else None
        closing = self.spans[-1].transition_out if self.spans else None
        sounds = tuple(
            SoundSpan(c.record_in, c.record_out, track.role, c.media, c.source_in, c.speed, track.name)
            for track in self.sounds
            if track.enabled and not track.ours
            for c in track.clips
            if c.enabled and c.media is not None
        )
        return Picture(
            name=self.name,
            rate=self.rate,
            frames=self.duration,
            spans=tuple(
                PictureSpan(
                    record_in=span.record_in,
                    record_out=span.record_out,
                    kind=span.kind,
                    name=span.name,
                    media=span.media,
                    source_in=span.source_in,
                    speed=span.speed,
                    search_cuts=span.search_cuts,
                    image_rate=span.image_rate,
                    image_start=span.image_start,
                    image_step=span.image_step,
                )
                for span in self.spans
            ),
            cuts=tuple(cuts),
            markers=tuple(PictureMarker(m.frame, m.name, m.comment, m.color, m.frames) for m in self.markers),
            sounds=sounds,
            start_frame=max(0, self.start_frame),
            drop_frame=self.drop_frame,
            opening_fade_frames=opening.out_frames if opening is not None else 0,
            closing_fade_frames=closing.in_frames if closing is not None else 0,
        )
