"""The music as a format's module lays it down: every place and level worked out, in whole frames of the timeline."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path

from cutscore.placers.notes import Notes
from cutscore.placers.wav_start import SoundForm
from cutscore_composer.cue import Cue
from cutscore_composer.timebase import frames_near

_HIT = re.compile(r"hit \d+ (cut|marker|motion|flash)")
LEAST_DB = -60.0
"""Taken for silence."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A hit as a marker."""

    frame: int
    """Frame of the music file (from its first one)."""
    name: str
    comment: str
    kind: str


@dataclass(frozen=True, slots=True)
class Level:
    """A keyframe of volume, straight in dB to the next."""

    frame: int
    """Frame of the music file (from its first one)."""
    db: float


@dataclass(frozen=True, slots=True)
class LaidMusic:
    """One clip of music (or a stem) on its way into a project."""

    name: str
    url: str
    """How the project names the file."""
    audio: Path
    role: str
    """"music", or the stem's name."""
    track_name: str
    rate: Fraction
    start: int
    """Frame of the tracks at which the clip begins."""
    frames: int
    """Its length."""
    source: int
    """First used frame of the music file, counted from the file's first one."""
    file_frames: int
    """Whole frames that the file lasts."""
    timecode: int
    """Frame number (timecode) of the file's first frame; 0 where it says none."""
    file_start: Fraction = Fraction(0)
    """The same in exact seconds."""
    form: SoundForm = field(default_factory=SoundForm)
    hits: tuple[Hit, ...] = ()
    gain_db: float = 0.0
    duck: tuple[Level, ...] = ()
    """Keyframes relative to the gain; empty without ducking."""
    fade_in: int = 0
    """Frames."""
    fade_out: int = 0
    muted: bool = False
    """Whether it is laid down muted (stems)."""
    notes: Notes = field(default_factory=dict)
    """To be kept with the clip, see `notes.as_text`."""

    @property
    def end(self) -> int:
        """Where the clip ends on the tracks."""
        return self.start + self.frames

    def levels(self) -> tuple[Level, ...]:
        """Gain and ducking as keyframes within the clip; empty where one constant gain says it all."""
        whole = tuple(Level(level.frame, round(self.gain_db + level.db, 2)) for level in self.duck)
        if not whole:
            return ()
        first, last = self.source, self.source + self.frames - 1
        inside = [level for level in whole if first < level.frame < last]
        edges = [Level(frame, level_at(whole, frame, self.gain_db)) for frame in dict.fromkeys((first, last))]
        return (edges[0], *inside, *edges[1:])

    def levels_with_fades(self, silence_db: float = LEAST_DB) -> tuple[Level, ...]:
        """Gain, ducking and both fades as keyframes, for formats without fades of their own."""
        levels = self.levels()
        fade_in, fade_out = fitting_fades(self)
        if not fade_in and not fade_out:
            return levels
        first, last = self.source, self.source + self.frames - 1
        up, down = first + fade_in, last - fade_out
        found = [Level(frame, level_at(levels, frame, self.gain_db)) for frame in dict.fromkeys((up, down))]
        found[1:1] = [level for level in levels if up < level.frame < down]
        if fade_in:
            found.insert(0, Level(first, silence_db))
        if fade_out:
            found.append(Level(last, silence_db))
        return tuple(found)

    def with_note(self, **made: str) -> LaidMusic:
        """With a note of what a format wrote itself, to know it again: the user's changes are told by it."""
        return replace(self, notes={**self.notes, "placed": {**self.notes["placed"], **made}})


def is_hit(name: str | None) -> bool:
    """Whether a marker is called as our hits are: a program may keep it and drop what else it does not know."""
    return _HIT.fullmatch(name or "") is not None


def hits_of(cue: Cue, rate: Fraction, before: int, frames: int) -> tuple[Hit, ...]:
    """The hits of a cue, in frames of its file, which holds `before` frames ahead of the music."""
    found = []
    for number, hit in enumerate(cue.hits, start=1):
        frame = frames_near(hit.time, rate)
        if 0 <= frame < frames:
            place = f" on a{'n' if hit.on == 'eighth' else ''} {hit.on}" if hit.on != "free" else ""
            said = f"{hit.kind}{place}, {hit.error_ms:+.1f} ms"
            found.append(Hit(before + frame, f"hit {number} {hit.kind}", said, hit.kind))
    return tuple(found)


def duck_of(cue: Cue, rate: Fraction, before: int) -> tuple[Level, ...]:
    """What draws a cue down under the dialogue, in frames of its file; one keyframe a frame."""
    levels: dict[int, float] = {}
    for point in cue.duck:
        levels[max(0, before + frames_near(point.time, rate))] = round(max(LEAST_DB, point.db), 2)
    return tuple(Level(frame, db) for frame, db in sorted(levels.items())) if any(levels.values()) else ()


def level_at(levels: tuple[Level, ...], frame: int, without: float) -> float:
    """The level at a frame: straight between keyframes, constant outside; `without` where there are none."""
    if not levels:
        return without
    before = [level for level in levels if level.frame <= frame]
    after = [level for level in levels if level.frame >= frame]
    if not before:
        return after[0].db
    if not after:
        return before[-1].db
    one, other = before[-1], after[0]
    if one.frame == other.frame:
        return one.db
    part = (frame - one.frame) / (other.frame - one.frame)
    return round(one.db + (other.db - one.db) * part, 2)


def fitting_fades(laid: LaidMusic) -> tuple[int, int]:
    """Fades that do not meet: the second is at most as long as the first leaves room for."""
    fade_in = max(0, min(laid.fade_in, laid.frames - 1))
    return fade_in, max(0, min(laid.fade_out, laid.frames - 1 - fade_in))
