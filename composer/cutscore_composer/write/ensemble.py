"""The instruments that a brief calls for: their ranges from the sound pack, and the user's plain names for them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from cutscore_composer.instruments.pack import load_pack
from cutscore_composer.plan.brief import Brief
from cutscore_composer.plan.style import LayerRow, LeadRow, Style


@dataclass(frozen=True, slots=True)
class Instrument:
    """Range (MIDI notes) and articulations of an instrument of the sound pack."""

    name: str
    low: int
    high: int
    comfortable: tuple[int, int]
    articulations: frozenset[str]
    channel: str
    """The channel of the mixing desk that it stands on."""
    keys: Mapping[int, str]
    """Unpitched percussion: MIDI key to what it strikes."""
    program: int
    """General MIDI program, from 0."""

    def within(self, pitch: int) -> int:
        """The pitch, moved by octaves into the range."""
        while pitch < self.low:
            pitch += 12
        while pitch > self.high:
            pitch -= 12
        return pitch


@cache
def sound_pack() -> dict[str, Instrument]:
    """Every instrument of the pack by name."""
    return {
        name: Instrument(
            name,
            one.range[0],
            one.range[1],
            one.comfortable,
            frozenset(one.articulations),
            one.channel,
            one.keys,
            one.program,
        )
        for name, one in load_pack().instruments.items()
    }


@dataclass(frozen=True, slots=True)
class Ensemble:
    """What a brief's players can do: the style's layers and leads that are left, by plain names."""

    plain: frozenset[str]
    layers: tuple[LayerRow, ...]
    leads: tuple[LeadRow, ...]

    def has(self, instrument: str) -> bool:
        """Whether an instrument of the pack may play."""
        return any(instrument in row.instruments for row in self.layers) or any(
            row.instrument == instrument for row in self.leads
        )


def ensemble_of(brief: Brief, style: Style) -> Ensemble:
    """The layers and leads whose plain names the brief holds."""
    plain = frozenset(brief.instruments)
    have = sound_pack()
    layers = tuple(
        row.model_copy(update={"instruments": [name for name in row.instruments if name in have]})
        for row in style.layers
        if row.plain in plain and any(name in have for name in row.instruments)
    )
    # Cellos double the basses only where strings play at all.
    if "strings" not in plain:
        layers = tuple(
            row.model_copy(
                update={"instruments": [n for n in row.instruments if n not in ("violins", "violas", "cellos")]}
            )
            for row in layers
        )
    layers = tuple(row for row in layers if row.instruments)
    leads = tuple(row for row in style.leads if row.plain in plain and row.instrument in have)
    return Ensemble(plain, layers, leads)
