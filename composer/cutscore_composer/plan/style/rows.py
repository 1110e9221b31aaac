"""The rows of a style file: layers, leads, accents and what leads into them; who plays what, when and how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from cutscore_composer.instruments.pack import load_pack
from cutscore_composer.plan.style.fields import Data, Energy, EnergyClass, Force, InstrumentName
from cutscore_composer.write.composition import Articulation
from cutscore_composer.write.stems import StemName

Layer = Literal[
    "groove",  # drums in a pattern of `grooves`, with fills
    "bass",  # a line in a pattern of `basses`; without pattern: held, stepping or driving with the energy
    "comp",  # chords in a pattern of `comps`; without pattern: held, again in the middle of the bar
    "figures",  # broken chords in a pattern of `figures`
    "ostinato",  # neighbouring voices in a pattern of `ostinati`
    "bed",  # held chords, led voice by voice
    "tremolo",  # the bed, trembling
    "chorale",  # two or three slow voices in the tenor
    "arpeggios",  # chords rolled upwards, not in every bar
    "drone",  # the tonic (and fifth) held through the phrase
    "answer",  # a counter-line that answers the melody where it rests
    "timpani",  # roots on the stronger bars, rolls into what grows
    "texture",  # single colours far apart: a bell, a harmonic, a cluster, a whisper of noise
]
PATTERNED: Mapping[str, str] = {
    "groove": "grooves",
    "bass": "basses",
    "comp": "comps",
    "figures": "figures",
    "ostinato": "ostinati",
}
"""Which table of the file holds the patterns of a layer."""


class PatternNames(Data):
    """Names of patterns by energy class; an empty row plays the nearest one that is not."""

    low: list[str] = Field(default_factory=list)
    mid: list[str] = Field(default_factory=list)
    high: list[str] = Field(default_factory=list)

    def for_class(self, energy: EnergyClass) -> list[str]:
        """The names for an energy class, or for the nearest one that has some."""
        order = {"low": ("low", "mid", "high"), "mid": ("mid", "low", "high"), "high": ("high", "mid", "low")}[energy]
        return next((names for one in order if (names := getattr(self, one))), [])


class LayerRow(Data):
    """One layer of the ensemble: who plays, when, what and how."""

    layer: Layer
    plain: str
    """The user's word for the instruments: what "no drums" refuses."""
    instruments: list[InstrumentName] = Field(min_length=1)
    """Of the sound pack, from high to low. Strings, winds and brass share the chords of a layer; of others one plays,
    another for another section; in a groove whoever has the drum strikes it."""
    enters: Energy
    leaves: Energy
    """It may sound while the energy lies between these two."""
    weight: Energy
    """How often it does; 1: always, before all others: the style rests on it."""
    patterns: PatternNames = PatternNames()
    articulation: Articulation | None = None
    """How everything of the layer is played; without it the writer chooses by length. "power" (rock_guitar): roots
    that the amplifier makes into fifths; "staccato" of a guitar: the palm mute."""
    octave: int = Field(default=0, ge=-2, le=2)
    """Moves what it plays."""
    force: Force = 0.0
    stem: StemName | None = None
    """Where it is not the layer's own."""
    after_bars: int = Field(default=0, ge=0, le=8)
    """Bars of a phrase that it lets the others begin alone."""
    voicing: Literal["close", "open", "shell"] | None = None
    """How a comp lies: close (upper voices), open (with the bass below), shell (third, seventh and a colour);
    without it guitars and ukuleles finger the chord, a piano without a bass player opens it, jazz plays shells."""

    @model_validator(mode="after")
    def _drums_have_the_grooves(self) -> LayerRow:
        for name in self.instruments:
            drums = bool(load_pack().instruments[name].keys)
            if drums != (self.layer == "groove") and self.layer != "texture":
                raise ValueError(f"{name} {'has no pitch for' if drums else 'is no drum for'} a {self.layer}")
        return self

    @field_validator("patterns", mode="before")
    @classmethod
    def _for_all(cls, value: Any) -> Any:
        """A plain list is for every energy."""
        return {"low": value, "mid": value, "high": value} if isinstance(value, list) else value


class LeadRow(Data):
    """An instrument that may carry the melody."""

    plain: str
    instrument: InstrumentName
    enters: Energy
    leaves: Energy
    octave: int = Field(default=0, ge=-2, le=2)
    articulation: Articulation | None = None
    force: Force = 0.0


class AccentRow(Data):
    """What an instrument gives to a hit (a strong moment of the picture), or to the last chord."""

    instrument: InstrumentName
    notes: Literal["high", "top", "chord", "low", "bass", "octaves", "power", "root", "drums"]
    """high: the top voice an octave up; top: the two upper voices; chord: all voices; low: the two lower ones; bass;
    octaves: bass and the octave below; power: root, fifth and octave; root: nearest root (timpani); drums."""
    drums: list[str] = Field(default_factory=list)
    """Which, by the names of the pack's keys ("crash", "kick")."""
    from_weight: Energy = 0.0
    """Only hits that weigh at least this."""
    from_energy: Energy = 0.0
    force: Force = 0.0
    beats: float = Field(default=2.0, gt=0, le=16)
    articulation: Articulation | None = None

    @model_validator(mode="after")
    def _drums_are_there(self) -> AccentRow:
        known_drums(self.drums, [self.instrument])
        if bool(self.drums) != (self.notes == "drums"):
            raise ValueError("drums are named exactly where the notes are drums")
        return self


class LeadInRow(Data):
    """What leads into a hit and stops with it."""

    instrument: InstrumentName
    how: Literal["swell", "roll", "glissando", "fill", "run", "reverse"]
    drum: str | None = None
    """For percussion: which."""
    from_weight: Energy = 0.35
    from_energy: Energy = 0.0
    force: Force = -28.0
    beats: float = Field(default=3.0, gt=0, le=16)
    """At most so long."""
    share: Energy = 1.0
    """How often."""

    @model_validator(mode="after")
    def _drum_is_there(self) -> LeadInRow:
        known_drums([self.drum] if self.drum else [], [self.instrument])
        return self


def known_drums(drums: Iterable[str], instruments: Sequence[str]) -> None:
    """Raises ValueError when none of the instruments has one of the drums."""
    pack = load_pack().instruments
    known = {name for one in instruments for name in pack[one].keys.values()}
    for drum in drums:
        if drum not in known:
            raise ValueError(f"{' and '.join(instruments)} {'has' if len(instruments) == 1 else 'have'} no {drum!r}")
