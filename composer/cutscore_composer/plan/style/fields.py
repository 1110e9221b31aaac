"""The fields of a style file with their bounds: tempi, progressions, instruments, metres, levels.

Energies run from 0 (still) to 1 (all out): low is below .35, high from .65.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from cutscore_composer.instruments.pack import CHANNELS, load_pack
from cutscore_composer.plan.brief import TONICS
from cutscore_composer.plan.numerals import parse_numeral

EnergyClass = Literal["low", "mid", "high"]


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


class Data(BaseModel):
    """A part of a style file: unknown fields are refused, nothing changes once it is read."""

    model_config = ConfigDict(extra="forbid", frozen=True)
