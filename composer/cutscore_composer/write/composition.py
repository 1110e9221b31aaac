"""Composition: the written music, note for note, before anything sounds.

Positions are in beats of the tempo map; `Composition.tempo` gives the seconds. A note's `shift_ms`
is the player's push or drag against the beat and is part of the performance, not of the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from cutscore_composer.plan.brief import Brief, Key
from cutscore_composer.spot.spotting import HitKind, Section
from cutscore_composer.write.tempo import TempoMap

Articulation = Literal[
    "sustain", "legato", "staccato", "tremolo", "pizzicato", "hit", "roll", "swell", "pluck", "glissando", "power"
]


@dataclass(frozen=True, slots=True)
class Note:
    """One note. Percussion without pitch uses the pitch its instrument's data names (General MIDI drum keys)."""

    beat: float
    beats: float
    """Written length; may ring on."""
    pitch: int
    """MIDI note number, 60 = middle C."""
    velocity: int
    """1 to 127."""
    articulation: Articulation = "sustain"
    shift_ms: float = 0.0


@dataclass(frozen=True, slots=True)
class Dynamics:
    """A point of a part's expression curve: level 0 (niente) to 1 (fortissimo), straight to the next point."""

    beat: float
    level: float


@dataclass(frozen=True, slots=True)
class Part:
    """What one instrument plays, notes in order of beat."""

    role: str
    """What it does in the music: melody, harmony, bass, pulse, accent, colour, percussion."""
    instrument: str
    """An instrument of the sound pack: piano, violins, violas, cellos, basses, harp, timpani, percussion."""
    notes: tuple[Note, ...]
    dynamics: tuple[Dynamics, ...] = ()


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord from `beat` on: symbol ("Dm7", "Bb/F"), bass and tones as pitch classes."""

    beat: float
    symbol: str
    bass: int
    tones: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class KeyAt:
    """The key from `beat` on."""

    beat: float
    key: Key


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its first beat and its length in beats."""

    beat: float
    beats: int


@dataclass(frozen=True, slots=True)
class PlacedHit:
    """An accent as written: `moment_seconds` is where the picture wants it, `seconds` where the music has it."""

    moment_seconds: float
    seconds: float
    kind: HitKind
    weight: float
    on: Literal["downbeat", "beat", "eighth", "free"]


@dataclass(frozen=True, slots=True)
class Composition:
    """The written music."""

    rate: Fraction
    frames: int
    seed: int
    brief: Brief
    tempo: TempoMap
    bars: tuple[Bar, ...]
    chords: tuple[Chord, ...]
    sections: tuple[Section, ...]
    hits: tuple[PlacedHit, ...]
    parts: tuple[Part, ...]
    final_beat: float
    """Where the last chord falls."""
    warnings: tuple[str, ...] = ()
    keys: tuple[KeyAt, ...] = ()
    """The keys that the music goes through; the first and the last are the brief's."""

    @property
    def seconds(self) -> float:
        """Length of the cue."""
        return float(Fraction(self.frames) / self.rate)
