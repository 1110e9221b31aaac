"""The model of a style file: every field that a composer may write, with its bounds.

Energies run from 0 (still) to 1 (all out): low is below .35, high from .65.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from cutscore_composer.instruments.pack import CHANNELS, load_pack
from cutscore_composer.plan.brief import TONICS, Mode
from cutscore_composer.plan.numerals import parse_numeral
from cutscore_composer.plan.style.patterns import BASS, COMP, DRUM, grid, ladder
from cutscore_composer.write.composition import Articulation
from cutscore_composer.write.stems import StemName

EnergyClass = Literal["low", "mid", "high"]
Family = Literal["orchestral", "tension", "ambient", "piano", "acoustic", "electronic", "jazz", "rock", "light"]
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


def _rising(pair: tuple[float, float]) -> tuple[float, float]:
    if not 30 <= pair[0] <= pair[1] <= 240:
        raise ValueError("is not a rising pair between 30 and 240 beats a minute")
    return pair


def _span(pair: tuple[float, float]) -> tuple[float, float]:
    if not -1 <= pair[0] <= pair[1] <= 1:
        raise ValueError("is not a rising pair between -1 and 1")
    return pair


def _numerals(text: str) -> str:
    for bar in text.split():
        for numeral in bar.split(","):
            parse_numeral(numeral)
    return text


def _tonic(name: str) -> str:
    if name not in TONICS:
        raise ValueError(f"is none of {', '.join(TONICS)}")
    return name


def _instrument(name: str) -> str:
    if name not in load_pack().instruments:
        raise ValueError(f"there is no instrument {name!r} in the sound pack")
    return name


def _metre(text: str) -> str:
    beats, _, unit = text.partition("/")
    if unit != "4" or beats not in ("2", "3", "4", "5", "6", "7"):
        raise ValueError("is no metre in quarters (2/4 to 7/4)")
    return text


BpmRange = Annotated[tuple[float, float], AfterValidator(_rising)]
Span = Annotated[tuple[float, float], AfterValidator(_span)]
Progression = Annotated[str, AfterValidator(_numerals)]
"""Chords in roman numerals, a bar each; two that share a bar are joined by a comma: "ii7,V7 Imaj7"."""
Progressions = Annotated[list[Progression], Field(min_length=1)]
Tonic = Annotated[str, AfterValidator(_tonic)]
InstrumentName = Annotated[str, AfterValidator(_instrument)]
MetreText = Annotated[str, AfterValidator(_metre)]
Energy = Annotated[float, Field(ge=0, le=1)]
Trim = Annotated[float, Field(ge=-18, le=18)]
Force = Annotated[float, Field(ge=-60, le=40)]
"""Added to the velocity (1 to 127) that weight and energy give."""
Channel = Annotated[str, Field(pattern="|".join(f"^{name}$" for name in CHANNELS))]
Bars = str | list[str]
ByMetre = Annotated[dict[MetreText, Bars], Field(min_length=1)]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Mood(_Data):
    """Where a style is at home: it is chosen for pictures and words near it."""

    valence: Span
    energy: Span


class Tempo(_Data):
    """Ranges of beats a minute by energy class, and how the beat may move."""

    low: BpmRange
    mid: BpmRange
    high: BpmRange
    bend_percent: float = Field(ge=0, le=15)
    """How far the beat may leave its tempo to meet a moment; 0: a groove, which keeps its tempo."""
    step_percent: float = Field(gt=0, le=5)
    """How much from one beat to the next."""
    swing: float = Field(default=0.5, ge=0.5, le=0.75)
    """Share of the beat that the first of two eighths lasts: .5 straight, .667 triplets."""
    swing_sixteenths: bool = False
    """Whether it is the sixteenths that swing, and not the eighths."""


class Feel(_Data):
    """A manner that is kept through a cue, and the patterns that belong to it and to no other."""

    patterns: list[str] = Field(min_length=1)
    words: list[str] = []
    """By which users ask for it; otherwise it is drawn."""
    swing: float = Field(default=0.5, ge=0.5, le=0.75)


class Metre(_Data):
    """The metre when nobody asks, those that the style can play, and lengths of odd bars in beats."""

    default: MetreText
    allowed: list[MetreText] = Field(min_length=1)
    odd_bars: list[int] = []


class ModeRow(_Data):
    """Up to this valence, this mode."""

    up_to: float
    mode: Mode


class Harmony(_Data):
    """Progressions of one mode by the character of a phrase."""

    introduction: Progressions
    statement: Progressions
    development: Progressions
    climax: Progressions
    release: Progressions
    half_turn: Progressions
    full_turn: Progressions
    final_turn: Progressions
    final: Progressions


class PatternNames(_Data):
    """Names of patterns by energy class; an empty row plays the nearest one that is not."""

    low: list[str] = []
    mid: list[str] = []
    high: list[str] = []

    def for_class(self, energy: EnergyClass) -> list[str]:
        """The names for an energy class, or for the nearest one that has some."""
        order = {"low": ("low", "mid", "high"), "mid": ("mid", "low", "high"), "high": ("high", "mid", "low")}[energy]
        return next((names for one in order if (names := getattr(self, one))), [])


class LayerRow(_Data):
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

    @field_validator("patterns", mode="before")
    @classmethod
    def _for_all(cls, value: Any) -> Any:
        """A plain list is for every energy."""
        return {"low": value, "mid": value, "high": value} if isinstance(value, list) else value


class LeadRow(_Data):
    """An instrument that may carry the melody."""

    plain: str
    instrument: InstrumentName
    enters: Energy
    leaves: Energy
    octave: int = Field(default=0, ge=-2, le=2)
    articulation: Articulation | None = None
    force: Force = 0.0


class AccentRow(_Data):
    """What an instrument gives to a hit (a strong moment of the picture), or to the last chord."""

    instrument: InstrumentName
    notes: Literal["high", "top", "chord", "low", "bass", "octaves", "power", "root", "drums"]
    """high: the top voice an octave up; top: the two upper voices; chord: all voices; low: the two lower ones; bass;
    octaves: bass and the octave below; power: root, fifth and octave; root: nearest root (timpani); drums."""
    drums: list[str] = []
    """Which, by the names of the pack's keys ("crash", "kick")."""
    from_weight: Energy = 0.0
    """Only hits that weigh at least this."""
    from_energy: Energy = 0.0
    force: Force = 0.0
    beats: float = Field(default=2.0, gt=0, le=16)
    articulation: Articulation | None = None

    @model_validator(mode="after")
    def _drums_are_there(self) -> AccentRow:
        _known_drums(self.drums, [self.instrument])
        if bool(self.drums) != (self.notes == "drums"):
            raise ValueError("drums are named exactly where the notes are drums")
        return self


class LeadInRow(_Data):
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
        _known_drums([self.drum] if self.drum else [], [self.instrument])
        return self


class DensityRow(_Data):
    """Subdivisions of the beat in moving parts; the most layers at once."""

    subdivisions: list[Literal[1, 2, 3, 4]] = Field(min_length=1)
    layers: int = Field(ge=1, le=16)


class Density(_Data):
    """Density by energy class."""

    low: DensityRow
    mid: DensityRow
    high: DensityRow


class Form(_Data):
    """Lengths, rests and habits of the form."""

    phrase_bars: int = Field(ge=2, le=8)
    chord_bars: Literal[1, 2, 4] = 1
    """How many bars a chord of a progression lasts."""
    melody_rests: Energy
    """Share of the time without melody, at least."""
    hush_beats: float = Field(ge=0, le=4)
    """How much of the time before a strong accent falls silent."""
    modulates: bool = True
    """Whether a turn of the picture may change key or mode."""
    follows_action: bool = False
    """Whether hits may follow the action from moment to moment, as comedy does."""
    default_ending: Literal["ring", "button", "fade"] | None = None
    """How it likes to end where neither words nor picture say."""


class MixHints(_Data):
    """How the style wants the mix against the desk's own balance: channels by instrument, stems by role."""

    brightness_db: Trim = 0.0
    low_db: Trim = 0.0
    mid_db: Trim = 0.0
    """Around 700 Hz, where many parts meet."""
    hall_db: Trim = 0.0
    hall_seconds: float = Field(default=2.2, ge=0.2, le=8)
    width: float = Field(default=1.0, ge=0, le=1.5)
    sidechain_db: float = Field(default=0.0, ge=0, le=12)
    """How far bass, keys, synths and harmony give way to the kick drum."""
    glue: float = Field(default=1.35, ge=1, le=3)
    """Ratio of the bus compressor: 1 leaves the dynamics as played, 2 is a record."""
    drive: Energy = 0.0
    """Gentle saturation of everything."""
    levels_db: dict[Channel, Trim] = {}
    stems_db: dict[StemName, Trim] = {}


class Style(_Data):
    """One style file."""

    schema_: Literal["cutscore.style/2"] = Field(alias="schema")
    name: str
    title: str
    family: Family
    summary: str
    words: list[str] = []
    """Names by which users ask for it, in small letters: style, genre, close relatives."""
    about: list[str] = []
    """Sentences that say what it sounds like and what it is used for; words near in meaning choose it."""
    mood: Mood
    tempo: Tempo
    metre: Metre
    modes: list[ModeRow] = Field(min_length=1)
    tonics: dict[Mode, Annotated[list[Tonic], Field(min_length=1)]]
    vocabulary: str | None = None
    """A file of styles/vocabularies whose harmony it takes; its own rows replace those."""
    harmony: dict[Mode, Harmony]
    feels: dict[str, Feel] = {}
    """One of them holds for a whole cue, its swing in place of the tempo's: drums, bass and chords go together."""
    motif_rhythms: dict[MetreText, list[str]]
    motif_shapes: list[list[int]] = []
    """Steps in the scale from the motif's first note; empty: the writer's own."""
    grooves: dict[str, dict[MetreText, dict[str, Bars]]] = {}
    """Pattern → metre → drum (a name of the pack's keys) → bars."""
    fills: dict[MetreText, list[dict[str, str]]] = {}
    """Last bars of a phrase that lead on: drum → bar, overlaid on the groove's second half."""
    basses: dict[str, ByMetre] = {}
    comps: dict[str, ByMetre] = {}
    figures: dict[str, ByMetre] = {}
    ostinati: dict[str, ByMetre] = {}
    layers: list[LayerRow] = Field(min_length=1)
    leads: list[LeadRow]
    accents: list[AccentRow] = Field(min_length=1)
    lead_ins: list[LeadInRow] = []
    ending: list[AccentRow] = []
    """What plays the last chord besides the layers; empty: the accents."""
    density: Density
    form: Form
    mix: MixHints = MixHints()

    @property
    def groove(self) -> bool:
        """Whether it keeps one tempo."""
        return self.tempo.bend_percent == 0

    def plain_names(self) -> tuple[str, ...]:
        """The plain names of the style's instruments, in the order of the file."""
        return tuple(dict.fromkeys([row.plain for row in self.layers] + [row.plain for row in self.leads]))

    @model_validator(mode="after")
    def _whole(self) -> Style:
        for place, text, symbols in self._grids():
            metre = next(str(step) for step in place if str(step).endswith("/4"))
            try:
                grid(text, int(metre[0]), symbols) if symbols else ladder(text, int(metre[0]))
            except ValueError as error:
                raise PlacedError(str(error), place) from error
        for number, row in enumerate(self.layers):
            self._check_patterns(number, row)
        return self

    def _check_patterns(self, number: int, row: LayerRow) -> None:
        """Each pattern that a layer names is in its table, each drum of it in its players' hands."""
        where = PATTERNED.get(row.layer)
        table: Mapping[str, Any] = getattr(self, where) if where else {}
        for name in sorted({*row.patterns.low, *row.patterns.mid, *row.patterns.high}):
            if name not in table:
                told = f"{name!r} is not in {where or 'any table: such a layer has no patterns'}"
                raise PlacedError(told, ("layers", number, "patterns"))
            if where == "grooves":
                for metre, drums in table[name].items():
                    try:
                        _known_drums(drums, row.instruments)
                    except ValueError as error:
                        raise PlacedError(str(error), ("grooves", name, metre)) from error

    def _grids(self) -> Iterator[tuple[tuple[int | str, ...], str, frozenset[str] | None]]:
        """(place in the file, bar, symbols) of every bar of every pattern."""
        for name, metres in self.grooves.items():
            for metre, drums in metres.items():
                for drum, bars in drums.items():
                    yield from ((("grooves", name, metre, drum), bar, DRUM) for bar in _listed(bars))
        for metre, fills in self.fills.items():
            for number, fill in enumerate(fills):
                yield from ((("fills", metre, number, drum), bar, DRUM) for drum, bar in fill.items())
        rows = (("basses", BASS), ("comps", COMP), ("figures", None), ("ostinati", None))
        for table, symbols in rows:
            for name, by_metre in getattr(self, table).items():
                for metre, bars in by_metre.items():
                    yield from (((table, name, metre), bar, symbols) for bar in _listed(bars))


class PlacedError(ValueError):
    """What is wrong in a style as a whole, with the place of it in the file."""

    def __init__(self, told: str, place: tuple[int | str, ...]) -> None:
        super().__init__(told)
        self.place = place


def _known_drums(drums: Iterable[str], instruments: Sequence[str]) -> None:
    pack = load_pack().instruments
    known = {name for one in instruments for name in pack[one].keys.values()}
    for drum in drums:
        if drum not in known:
            raise ValueError(f"{' and '.join(instruments)} {'has' if len(instruments) == 1 else 'have'} no {drum!r}")


def _listed(bars: Bars) -> list[str]:
    return [bars] if isinstance(bars, str) else bars
