"""Cutscore's own clips in a project, whatever its format, and what the user did to them since they were placed.

A format's module tells how each clip lies now (`Lying`); what it was like is written in the clip's notes
(see `notes`). Out of both comes what may be done with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from cutscore.placers.media_url import local_path, name_in
from cutscore.placers.notes import exact
from cutscore_composer.timebase import round_half_up, timecode

MUSIC = "music"
"""The role of the music itself; that of a stem is its name."""
SAVED = "saved by another program"


@dataclass(frozen=True, slots=True)
class Lying:
    """A clip of ours as it lies in a project now; counts in frames of the timeline at its present rate."""

    handle: Any
    """The format's own hold of the clip."""
    track: Any
    """The format's own name of its track."""
    name: str
    url: str
    facts: Mapping[str, Any]
    """What was written down when it was placed (`notes.valid_facts`); empty where a program dropped that."""
    start: Fraction | None
    """Where on the tracks it begins; None where that cannot be told."""
    source: Fraction | None
    """Frame of the music file at its beginning, as `facts["media_start"]` counts."""
    frames: Fraction | None
    """How long it is."""
    enabled: bool = True
    """Whether the clip itself sounds."""
    track_sounds: bool = True
    locked: bool = False
    """Whether the clip or its track is locked."""
    on_own_track: bool = True
    """Whether its track is one that Cutscore made."""
    retimed: bool = False
    replaceable: bool = True
    """Whether the format can put another clip in its place without loss."""


@dataclass(frozen=True, slots=True)
class OwnClip:
    """A clip that Cutscore placed, judged."""

    handle: Any
    track: Any
    name: str
    url: str
    facts: Mapping[str, Any] = field(repr=False)
    enabled: bool
    track_sounds: bool
    placed_start: int
    """Where it was placed, in frames of the tracks at today's rate, before any trim."""
    placed_frames: int
    head: int
    """Frames the user cut off its beginning; below 0, drawn out of the handle before."""
    tail: int
    """Frames the user cut off its end; below 0, drawn out of the handle after."""
    touched: str
    """Why it must not be replaced ("moved", "cut", "locked", …), "" when it may be."""
    replaceable: bool = True

    @property
    def sounds(self) -> bool:
        """Whether it is heard."""
        return self.enabled and self.track_sounds

    @property
    def gives_way(self) -> bool:
        """Whether a new version may take its place."""
        return self.replaceable and not self.touched

    @property
    def audio_sha256(self) -> str:
        """Which music it is."""
        return str(self.facts.get("audio_sha256", ""))

    @property
    def role(self) -> str:
        """The music itself or a stem."""
        return str(self.facts.get("role", MUSIC))

    @property
    def how(self) -> str:
        """What happened to it, in words."""
        return f"{self.touched or 'changed'} by hand" if self.facts else self.touched


def judged(found: Sequence[Lying], rate: Fraction) -> list[OwnClip]:
    """What the user did to each clip: the notes compared with how it lies now."""
    count = Counter(one.facts.get("id") for one in found)
    return [_stripped(one) if not one.facts else _judged(one, count[one.facts.get("id")], rate) for one in found]


def is_version_of(clip: OwnClip, begin: int, frames: int) -> bool:
    """Whether new music at [begin, begin + frames) is the same cue as this clip, made again.

    It is when it covers the clip's place, or the two share more than half of the longer one.
    """
    end, clip_end = begin + frames, clip.placed_start + clip.placed_frames
    shared = min(end, clip_end) - max(begin, clip.placed_start)
    covers = begin <= clip.placed_start and clip_end <= end
    return shared > 0 and (covers or 2 * shared > max(frames, clip.placed_frames))


def already_there(same: Sequence[OwnClip], audio_sha256: str, begin: int, frames: int, url: str) -> OwnClip | None:
    """The clip that is this very music, at this place; the user may have moved or muted it."""
    sounding = any(clip.enabled for clip in same)
    for clip in same:
        is_it = clip.placed_start == begin and clip.audio_sha256 == audio_sha256
        if not clip.facts:
            same_place = (clip.placed_start, clip.placed_frames) == (begin, frames)
            is_it = same_place and name_in(clip.url) == name_in(url)
        if is_it and (clip.enabled or not sounding) and (clip.touched or clip.url == url):
            return clip
    return None


def set_aside(clip: OwnClip) -> str:
    """The warning of an earlier version that is kept and muted."""
    return (
        f'The earlier music "{clip.name}" was {clip.how}: it is kept, muted, and the new version lies on its own track.'
    )


def overlaps(others: Sequence[OwnClip], begin: int, frames: int, start_frame: int, rate: Fraction) -> list[str]:
    """Warnings of other cues that sound at the same time; `start_frame` is the timecode at `begin`."""
    end = begin + frames
    found = []
    for clip in others:
        first, last = clip.placed_start, clip.placed_start + clip.placed_frames
        if not clip.enabled or first >= end or last <= begin:
            continue
        at = timecode(max(0, start_frame + max(first, begin) - begin), rate)
        found.append(
            f'The music overlaps "{clip.name}", placed earlier, from {at} on; both sound, on their own tracks.'
        )
    return found


def shortened(given_way: Sequence[OwnClip], begin: int, frames: int, rate: Fraction) -> list[str]:
    """Warnings of earlier music that reached a second or more beyond the new music that takes its place."""
    found = []
    for clip in given_way:
        before = begin - clip.placed_start
        after = clip.placed_start + clip.placed_frames - begin - frames
        if max(before, after) >= rate:
            missing = float((max(0, before) + max(0, after)) / rate)
            found.append(f'The new music is shorter than "{clip.name}", which it replaces, by {missing:.1f} s.')
    return found


def has_cue_file(url: str) -> bool:
    """Whether a cue file lies beside a sound that a project names on this machine: it is music of Cutscore's then."""
    path = local_path(url)
    try:
        return path is not None and path.suffix.lower() == ".wav" and path.with_suffix(".cue.json").is_file()
    except (OSError, ValueError):
        return False


def _judged(one: Lying, pieces: int, rate: Fraction) -> OwnClip:
    scale = rate / exact(one.facts["timeline_rate"])
    placed_start, frames, media_start = (
        round_half_up(exact(one.facts[key]) * scale) for key in ("start", "frames", "media_start")
    )
    before, after = handles_of(one.facts, scale)
    head = tail = 0
    moved = one.start is None or one.source is None or one.frames is None
    if one.start is not None and one.source is not None and one.frames is not None:
        head = round_half_up(one.source) - media_start
        tail = frames - head - round_half_up(one.frames)
        moved = round_half_up(one.start) - head != placed_start or head < -before or tail < -after
    touched = _cut_or_locked(one, pieces) or ("moved" if moved else "")
    if not touched and not one.on_own_track:
        touched = "moved to another track"
    if not touched and (one.retimed or name_in(one.url) != name_in(str(one.facts.get("url", "")))):
        touched = "changed"
    return _own(one, placed_start, frames, max(-before, head), max(-after, tail), touched)


def _cut_or_locked(one: Lying, pieces: int) -> str:
    if pieces > 1:
        return "cut"
    # Stems are muted from the beginning.
    if one.facts.get("role", MUSIC) == MUSIC and not (one.enabled and one.track_sounds):
        return "muted"
    return "locked" if one.locked else ""


def _stripped(one: Lying) -> OwnClip:
    """A clip without notes: what the user did to it cannot be told, so that it counts as touched."""
    start, frames = (round_half_up(number or Fraction(0)) for number in (one.start, one.frames))
    return _own(one, start, frames, 0, 0, SAVED)


def _own(one: Lying, start: int, frames: int, head: int, tail: int, touched: str) -> OwnClip:
    return OwnClip(
        handle=one.handle,
        track=one.track,
        name=one.name,
        url=one.url,
        facts=one.facts,
        enabled=one.enabled,
        track_sounds=one.track_sounds,
        placed_start=start,
        placed_frames=frames,
        head=head,
        tail=tail,
        touched=touched,
        replaceable=one.replaceable,
    )


def handles_of(facts: Mapping[str, Any], scale: Fraction) -> tuple[int, int]:
    """Frames of sound that the media has before and after the music proper, as they were noted."""
    noted = facts.get("handles")
    try:
        before, after = (max(0, round_half_up(exact(frames) * scale)) for frames in noted) if noted else (0, 0)
    except (TypeError, ValueError):
        return 0, 0
    return before, after
