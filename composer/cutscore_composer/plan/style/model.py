"""The model of a style file: every field that a composer may write, with its bounds.

Energies run from 0 (still) to 1 (all out): low is below .35, high from .65.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from cutscore_composer.plan.brief import Mode
from cutscore_composer.plan.style.fields import (
    Bars,
    BpmRange,
    ByMetre,
    Channel,
    Data,
    Energy,
    MetreText,
    Progressions,
    Span,
    Tonic,
    Trim,
)
from cutscore_composer.plan.style.patterns import BASS, COMP, DRUM, grid, ladder
from cutscore_composer.plan.style.rows import PATTERNED, AccentRow, LayerRow, LeadInRow, LeadRow, known_drums
from cutscore_composer.write.stems import StemName

Family = Literal["orchestral", "tension", "ambient", "piano", "acoustic", "electronic", "jazz", "rock", "light"]


class Mood(Data):
    """Where a style is at home: it is chosen for pictures and words near it."""

    valence: Span
    energy: Span


class Tempo(Data):
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


class Feel(Data):
    """A manner that is kept through a cue, and the patterns that belong to it and to no other."""

    patterns: list[str] = Field(min_length=1)
    words: list[str] = Field(default_factory=list)
    """By which users ask for it; otherwise it is drawn."""
    swing: float = Field(default=0.5, ge=0.5, le=0.75)


class Metre(Data):
    """The metre when nobody asks, those that the style can play, and lengths of odd bars in beats."""

    default: MetreText
    allowed: list[MetreText] = Field(min_length=1)
    odd_bars: list[int] = Field(default_factory=list)


class ModeRow(Data):
    """Up to this valence, this mode."""

    up_to: float
    mode: Mode


class Harmony(Data):
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


class DensityRow(Data):
    """Subdivisions of the beat in moving parts; the most layers at once."""

    subdivisions: list[Literal[1, 2, 3, 4]] = Field(min_length=1)
    layers: int = Field(ge=1, le=16)


class Density(Data):
    """Density by energy class."""

    low: DensityRow
    mid: DensityRow
    high: DensityRow


class Form(Data):
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


class MixHints(Data):
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
    levels_db: dict[Channel, Trim] = Field(default_factory=dict)
    stems_db: dict[StemName, Trim] = Field(default_factory=dict)


class Style(Data):
    """One style file."""

    schema_: Literal["cutscore.style/2"] = Field(alias="schema")
    name: str
    title: str
    family: Family
    summary: str
    words: list[str] = Field(default_factory=list)
    """Names by which users ask for it, in small letters: style, genre, close relatives."""
    about: list[str] = Field(default_factory=list)
    """Sentences that say what it sounds like and what it is used for; words near in meaning choose it."""
    mood: Mood
    tempo: Tempo
    metre: Metre
    modes: list[ModeRow] = Field(min_length=1)
    tonics: dict[Mode, Annotated[list[Tonic], Field(min_length=1)]]
    vocabulary: str | None = None
    """A file of styles/vocabularies whose harmony it takes; its own rows replace those."""
    harmony: dict[Mode, Harmony]
    feels: dict[str, Feel] = Field(default_factory=dict)
    """One of them holds for a whole cue, its swing in place of the tempo's: drums, bass and chords go together."""
    motif_rhythms: dict[MetreText, list[str]]
    motif_shapes: list[list[int]] = Field(default_factory=list)
    """Steps in the scale from the motif's first note; empty: the writer's own."""
    grooves: dict[str, dict[MetreText, dict[str, Bars]]] = Field(default_factory=dict)
    """Pattern → metre → drum (a name of the pack's keys) → bars."""
    fills: dict[MetreText, list[dict[str, str]]] = Field(default_factory=dict)
    """Last bars of a phrase that lead on: drum → bar, overlaid on the groove's second half."""
    basses: dict[str, ByMetre] = Field(default_factory=dict)
    comps: dict[str, ByMetre] = Field(default_factory=dict)
    figures: dict[str, ByMetre] = Field(default_factory=dict)
    ostinati: dict[str, ByMetre] = Field(default_factory=dict)
    layers: list[LayerRow] = Field(min_length=1)
    leads: list[LeadRow]
    accents: list[AccentRow] = Field(min_length=1)
    lead_ins: list[LeadInRow] = Field(default_factory=list)
    ending: list[AccentRow] = Field(default_factory=list)
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
                        known_drums(drums, row.instruments)
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


def _listed(bars: Bars) -> list[str]:
    return [bars] if isinstance(bars, str) else bars
