"""The stand: what the writer of a layer has before it, and how its notes reach the sheet in the right stem."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from cutscore_composer.plan.style import EnergyClass, Layer, LayerRow, energy_class
from cutscore_composer.plan.style.rows import PATTERNED
from cutscore_composer.write.composition import Articulation
from cutscore_composer.write.draws import draws, one_of
from cutscore_composer.write.ensemble import Instrument, sound_pack
from cutscore_composer.write.feel import feel_of, fitting
from cutscore_composer.write.form import FormBar, Phrase
from cutscore_composer.write.page import Page, Sheet
from cutscore_composer.write.stems import StemName

_ROLES: dict[Layer, str] = {
    "groove": "percussion",
    "bass": "bass",
    "comp": "harmony",
    "figures": "harmony",
    "ostinato": "pulse",
    "bed": "harmony",
    "tremolo": "colour",
    "chorale": "harmony",
    "arpeggios": "colour",
    "drone": "texture",
    "answer": "answer",
    "timpani": "percussion",
    "texture": "texture",
}
"""The role of each layer; its stem follows from it."""
_ROLE_OF_STEM: dict[StemName, str] = {
    "drums": "percussion",
    "bass": "bass",
    "harmony": "harmony",
    "melody": "answer",
    "texture": "texture",
    "fx": "fx",
}


@dataclass(frozen=True, slots=True)
class Stand:
    """A layer in a phrase."""

    page: Page
    phrase: Phrase
    row: LayerRow
    seats: tuple[str, ...]
    """Who plays: the row's instruments that do not sing."""
    company: frozenset[Layer]
    """The layers that sound in the phrase, this one included."""
    sheet: Sheet
    gaps: tuple[tuple[float, float], ...] | None = None
    """Where it may play (from, up to); None: everywhere. Whoever sings alone fills its own rests."""

    @property
    def role(self) -> str:
        """What it does in the music, which is its stem."""
        return _ROLE_OF_STEM[self.row.stem] if self.row.stem else _ROLES[self.row.layer]

    @property
    def energy(self) -> EnergyClass:
        """The phrase's energy class."""
        return energy_class(self.phrase.strength)

    @property
    def until(self) -> float:
        """Where what is held must end: at the phrase's end or with the last chord."""
        return min(self.phrase.end, self.page.final_beat)

    @property
    def block(self) -> int:
        """How many times four bars of the section have gone by when the phrase begins."""
        opening = self.page.phrases[self.phrase.index - self.phrase.place]
        return (self.phrase.bars[0].index - opening.bars[0].index) // 4

    def periods(self, number: int) -> int:
        """How many periods of eight bars have gone by in the section at bar `number` of the phrase."""
        phrase = self.phrase
        return (phrase.place * phrase.nominal + min(number, phrase.nominal - 1)) // 8

    @property
    def home(self) -> int:
        """Beats of the piece's own bar."""
        return self.page.brief.metre[0]

    @property
    def sparse(self) -> bool:
        """Whether the user asked for fewer notes."""
        return self.page.brief.density == "sparse"

    def player(self, seat: str) -> Instrument:
        """The instrument of the sound pack."""
        return sound_pack()[seat]

    def chooser(self, *key: int | str) -> random.Random:
        """Draws that return with the phrase's material."""
        return draws(self.page.seed, self.row.layer, self.row.plain, self.phrase.material, *key)

    def pattern(self) -> dict[str, Any] | None:
        """The pattern that the layer plays in this phrase, by metre; None where the row names none.

        It is one of the row's names for this energy, of those in the piece's metre if there are any. The same letter
        keeps it at the same energy for eight bars or more.
        """
        table: dict[str, dict[str, Any]] = getattr(self.page.style, PATTERNED[self.row.layer])
        names = [name for name in self.row.patterns.for_class(self.energy) if name in table]
        names = fitting(names, self.page.style, feel_of(self.page.style, self.page.brief, self.page.seed))
        metre = f"{self.home}/4"
        names = [name for name in names if metre in table[name]] or names
        if not names:
            return None
        key = (self.row.layer, self.row.plain, self.phrase.letter, self.energy, self.phrase.place // 4)
        return table[one_of(names, self.page.seed, "pattern", *key)]

    def velocity(self, bar: FormBar, chooser: random.Random, spread: float = 2.5) -> float:
        """The force of a plain note in a bar, a little uneven."""
        return 44 + 44 * bar.energy - (9 if bar.speech else 0) + chooser.gauss(0, spread)

    def write(
        self,
        seat: str,
        beat: float,
        beats: float,
        pitch: int,
        velocity: float,
        articulation: Articulation = "sustain",
        shift_ms: float = 0.0,
    ) -> None:
        """One note, with the row's own octave, force and articulation; nothing is written into the last chord."""
        if beat >= self.page.final_beat - 1e-6:
            return
        how = self.row.articulation or articulation
        beats = min(beats, self.page.final_beat - beat)
        if self.gaps is not None:
            end = next((end for start, end in self.gaps if start - 1e-6 <= beat < end - 1e-6), None)
            if end is None:
                return
            beats = min(beats, end - beat)
        moved = pitch if self.player(seat).keys else pitch + 12 * self.row.octave
        self.sheet.write(self.role, seat, beat, beats, moved, velocity + self.row.force, how, shift_ms)
