"""Styles as data: reads a style file into a `Style`, or says which line and field of it is wrong.

>>> load_style("cinematic").metre.default
'4/4'
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from cutscore_composer.errors import ConfigError, InputRefused
from cutscore_composer.plan.brief import TONICS, Mode
from cutscore_composer.plan.numerals import parse_numeral

Layer = Literal[
    "figures", "chords", "bed", "low", "ostinato", "pizzicato", "tremolo", "arpeggios", "pulse", "drums", "chorale"
]
EnergyClass = Literal["low", "mid", "high"]


def _rising(pair: tuple[float, float]) -> tuple[float, float]:
    if not 30 <= pair[0] <= pair[1] <= 240:
        raise ValueError("is not a rising pair between 30 and 240 beats a minute")
    return pair


def _numerals(text: str) -> str:
    for numeral in text.split():
        parse_numeral(numeral)
    return text


def _tonic(name: str) -> str:
    if name not in TONICS:
        raise ValueError(f"is none of {', '.join(TONICS)}")
    return name


def _metre(text: str) -> str:
    beats, _, unit = text.partition("/")
    if unit != "4" or beats not in "234567":
        raise ValueError("is no metre in quarters (2/4 to 7/4)")
    return text


BpmRange = Annotated[tuple[float, float], AfterValidator(_rising)]
Progression = Annotated[str, AfterValidator(_numerals)]
Progressions = Annotated[list[Progression], Field(min_length=1)]
Tonic = Annotated[str, AfterValidator(_tonic)]
MetreText = Annotated[str, AfterValidator(_metre)]
Energy = Annotated[float, Field(ge=0, le=1)]


StemName = Literal["piano", "strings", "bass", "harp", "winds", "choir", "percussion", "synth"]
Trim = Annotated[float, Field(ge=-12, le=12)]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Tempo(_Data):
    """Ranges of beats a minute by energy class, and how much the beat may bend."""

    low: BpmRange
    mid: BpmRange
    high: BpmRange
    bend_percent: float = Field(ge=0, le=15)
    step_percent: float = Field(gt=0, le=5)


class Metre(_Data):
    """The metre when nobody asks, those that the style can play, and lengths of odd bars in beats."""

    default: MetreText
    allowed: list[MetreText] = Field(min_length=1)
    odd_bars: list[int]


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


class LayerRow(_Data):
    """One layer of the ensemble and the energies between which it may sound."""

    layer: Layer
    plain: str
    instruments: list[str] = Field(min_length=1)
    enters: Energy
    leaves: Energy
    weight: Energy


class LeadRow(_Data):
    """An instrument that may carry the melody."""

    plain: str
    instrument: str
    enters: Energy
    leaves: Energy


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
    """Lengths and rests of the form."""

    phrase_bars: int = Field(ge=2, le=8)
    melody_rests: Energy
    hush_beats: float = Field(ge=0, le=4)


class MixHints(_Data):
    """How the style wants the mix against the desk's own balance, in dB: highs, hall, the level of single stems."""

    brightness_db: Trim = 0.0
    hall_db: Trim = 0.0
    levels_db: dict[StemName, Trim] = {}


class Style(_Data):
    """One style file."""

    schema_: Literal["cutscore.style/1"] = Field(alias="schema")
    name: str
    title: str
    summary: str
    tempo: Tempo
    metre: Metre
    modes: list[ModeRow] = Field(min_length=1)
    tonics: dict[Mode, Annotated[list[Tonic], Field(min_length=1)]]
    harmony: dict[Mode, Harmony]
    motif_rhythms: dict[MetreText, list[str]]
    figures: dict[MetreText, list[str]]
    layers: list[LayerRow] = Field(min_length=1)
    leads: list[LeadRow]
    density: Density
    form: Form
    mix: MixHints

    def plain_names(self) -> tuple[str, ...]:
        """The plain names of the style's instruments, in the order of the file."""
        return tuple(dict.fromkeys([row.plain for row in self.layers] + [row.plain for row in self.leads]))


def energy_class(energy: float) -> EnergyClass:
    """low < .35 ≤ mid < .65 ≤ high."""
    return "low" if energy < 0.35 else "mid" if energy < 0.65 else "high"


def _folder() -> Traversable:
    return files("cutscore_composer") / "styles"


@cache
def style_names() -> tuple[str, ...]:
    """The names of all styles."""
    return tuple(sorted(entry.name[:-5] for entry in _folder().iterdir() if entry.name.endswith(".yaml")))


def load_style(name: str) -> Style:
    """The style of that name. Raises InputRefused, listing the styles there are, when there is none."""
    if name not in style_names():
        raise InputRefused(f"There is no style {name!r}; there are: {', '.join(style_names())}.")
    return parse_style((_folder() / f"{name}.yaml").read_text(encoding="utf-8"), f"styles/{name}.yaml")


def read_style(path: Path) -> Style:
    """A style from a file of the user's own. Raises ConfigError, InputRefused when it cannot be read."""
    try:
        return parse_style(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise InputRefused(f"The style file {path} cannot be read: {error.strerror}.") from error


def parse_style(text: str, origin: str) -> Style:
    """A style from YAML. Raises ConfigError naming file, line and field of what is wrong."""
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or "it is not YAML"
        raise ConfigError(f"The style file {origin}{where} cannot be read: {problem}.") from error
    try:
        return Style.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        place = [key for key in first["loc"] if key != "[key]"]
        field = ".".join(str(key) for key in place) or "the whole file"
        said = first["msg"].removeprefix("Value error, ")
        raise ConfigError(f"The style file {origin}, line {_line_of(tree, place)}: {field}: {said}.") from error


def _line_of(node: Any, place: Sequence[int | str]) -> int:
    """The line (from 1) of the deepest node on the way that exists."""
    line = 1
    for key in place:
        if isinstance(node, yaml.MappingNode):
            found = [(k, v) for k, v in node.value if k.value == str(key)]
            if not found:
                break
            line, node = found[0][0].start_mark.line + 1, found[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
            line = node.start_mark.line + 1
        else:
            break
    return line
