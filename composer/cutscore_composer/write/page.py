"""The page that the parts are written on: form, chords, accents and who may play, and the sheet that collects notes."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from cutscore_composer.plan.brief import Brief, Key
from cutscore_composer.plan.style import Style
from cutscore_composer.write.composition import Articulation, KeyAt, Note
from cutscore_composer.write.ensemble import Ensemble, sound_pack
from cutscore_composer.write.feel import feel_of
from cutscore_composer.write.form import FormBar, Phrase
from cutscore_composer.write.tempo import TempoMap
from cutscore_composer.write.tonality import key_at
from cutscore_composer.write.voicing import Voiced


@dataclass(frozen=True, slots=True)
class Accent:
    """An accent to be written: where, how heavy, and how long the music holds its breath before it."""

    beat: float
    weight: float
    rank: int
    """0 and 1 for those that tower over what came before; the others by their place, from 2."""
    hush: float
    """Beats before it that fall silent."""
    late_ms: float = 0.0
    """How long after its moment in the picture it is written: an even beat cannot meet them all."""


@dataclass(frozen=True, slots=True)
class Sung:
    """A note of the melody."""

    beat: float
    beats: float
    pitch: int
    strong: bool
    phrase: int
    lead: str
    articulation: str | None = None
    force: float = 0.0


@dataclass(frozen=True, slots=True)
class Page:
    """Everything that is settled before the parts are written."""

    brief: Brief
    style: Style
    seed: int
    ensemble: Ensemble
    tempo: TempoMap
    phrases: tuple[Phrase, ...]
    chords: tuple[Voiced, ...]
    accents: tuple[Accent, ...]
    final_beat: float
    end_beat: float
    keys: tuple[KeyAt, ...] = ()
    melody: tuple[Sung, ...] = ()
    """What is sung, in order; empty until it is written."""
    silences: tuple[tuple[float, float], ...] = ()
    """(from, up to) in beats wherever the melody rests for a beat or more: where others may answer it."""

    def key_at(self, beat: float) -> Key:
        """The key at a beat."""
        return key_at(self.keys, beat) if self.keys else self.brief.key

    def silences_in(self, start: float, end: float) -> list[tuple[float, float]]:
        """The rests of the melody between two beats, cut to them."""
        first = max(0, bisect_right(self.silences, start, key=lambda rest: rest[0]) - 1)
        found = []
        for low, high in self.silences[first:]:
            if low >= end - 1e-6:
                break
            if min(high, end) - max(low, start) > 1e-6:
                found.append((max(low, start), min(high, end)))
        return found

    def bars(self) -> Iterator[tuple[Phrase, FormBar]]:
        """Every bar with its phrase."""
        for phrase in self.phrases:
            for bar in phrase.bars:
                yield phrase, bar

    def chord_at(self, beat: float) -> Voiced:
        """The chord that sounds at a beat."""
        index = bisect_right(self.chords, beat + 1e-6, key=lambda chord: chord.beat) - 1
        return self.chords[max(0, index)]

    def chords_in(self, start: float, end: float) -> list[tuple[float, float, Voiced]]:
        """(from, up to, chord) for every chord between two beats."""
        first = max(0, bisect_right(self.chords, start + 1e-6, key=lambda chord: chord.beat) - 1)
        found = []
        for chord in self.chords[first:]:
            if chord.beat >= end - 1e-6:
                break
            low, high = max(start, chord.beat), min(end, chord.end)
            if high - low > 1e-6:
                found.append((low, high, chord))
        return found

    def bpm(self, beat: float) -> float:
        """Beats a minute at a beat."""
        return self.tempo.bpm(beat)

    def accent_near(self, beat: float, reach: float = 0.26) -> Accent | None:
        """The accent within `reach` beats of a beat."""
        index = bisect_right(self.accents, beat, key=lambda accent: accent.beat)
        near = [a for a in self.accents[max(0, index - 1) : index + 1] if abs(a.beat - beat) <= reach]
        return min(near, key=lambda a: abs(a.beat - beat), default=None)


@dataclass(slots=True)
class Sheet:
    """Collects notes by (role, instrument); every note is moved into its instrument's range as it is written."""

    notes: dict[tuple[str, str], list[Note]] = field(default_factory=dict)
    swing: float = 0.5
    """Share of the beat that the first of two eighths lasts; accents and triplets stay where they are written."""
    swing_cell: float = 1.0
    """What is divided so: 1 the beat, 0.5 the eighth."""
    straight: frozenset[float] = frozenset()
    """Beats that do not swing: the accents, which belong to the picture."""

    def write(
        self,
        role: str,
        instrument: str,
        beat: float,
        beats: float,
        pitch: int,
        velocity: float,
        articulation: Articulation = "sustain",
        shift_ms: float = 0.0,
    ) -> None:
        """Write one note; an articulation that the instrument lacks is left to the player."""
        player = sound_pack()[instrument]
        strength = min(124, max(8, round(velocity)))
        start, end = (beat, beat + beats) if role == "accent" else (self._swung(beat), self._swung(beat + beats))
        length = max(0.06, round(end - start, 6))
        note = Note(round(start, 6), length, player.within(pitch), strength, articulation, shift_ms)
        self.notes.setdefault((role, instrument), []).append(note)

    def _swung(self, beat: float) -> float:
        if self.swing == 0.5 or round(beat, 3) in self.straight:
            return beat
        cell = beat // self.swing_cell
        place = 4 * (beat / self.swing_cell - cell)
        if abs(place - round(place)) > 1e-4:
            return beat
        quarter = round(place) / 4
        late = 2 * quarter * self.swing if quarter <= 0.5 else 1 - 2 * (1 - quarter) * (1 - self.swing)
        return (cell + late) * self.swing_cell


def sheet_for(page: Page) -> Sheet:
    """An empty sheet that swings as the style, or the feel of the cue, does."""
    tempo = page.style.tempo
    accents = frozenset(round(accent.beat, 3) for accent in page.accents) | {round(page.final_beat, 3)}
    feel = feel_of(page.style, page.brief, page.seed)
    swing = tempo.swing if feel is None else feel.swing
    return Sheet(swing=swing, swing_cell=0.5 if tempo.swing_sixteenths else 1.0, straight=accents)
