"""The instruments that a brief calls for: the style's layers and leads that are left, and what the user adds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from cutscore_composer.plan.brief import Brief
from cutscore_composer.plan.style import LayerRow, LeadRow, Style
from cutscore_composer.write.players import Instrument, sound_pack
from cutscore_composer.write.seating import refused_instruments, seats_for

__all__ = ["Ensemble", "Instrument", "ensemble_of", "sound_pack"]

_DRUMS = frozenset({"percussion", "kit"})
"""Channels of what is struck without pitch; struck effects go with them."""
_STRUCK_EFFECTS = frozenset({"impact", "sub_drop", "braam"})


@dataclass(frozen=True, slots=True)
class Ensemble:
    """What a brief's players can do."""

    plain: frozenset[str]
    layers: tuple[LayerRow, ...]
    leads: tuple[LeadRow, ...]
    effects: frozenset[str] = frozenset()
    """What sounds at accents only and may."""
    asked: frozenset[str] = frozenset()
    """Instruments that the user named and the style does not have: they are to be heard."""

    def has(self, instrument: str) -> bool:
        """Whether an instrument of the pack plays in a layer or sings."""
        return instrument in self.instruments()

    def plays(self, instrument: str) -> bool:
        """Whether an instrument may sound at all, at accents included."""
        return self.has(instrument) or instrument in self.effects

    def instruments(self) -> frozenset[str]:
        """Everyone who plays in a layer or sings."""
        return frozenset(i for row in self.layers for i in row.instruments) | {row.instrument for row in self.leads}

    @property
    def alone(self) -> str | None:
        """The instrument that plays all by itself, where there is but one."""
        players = self.instruments()
        return next(iter(players)) if len(players) == 1 else None


def ensemble_of(brief: Brief, style: Style) -> Ensemble:
    """The layers and leads whose plain names the brief holds, and those of the instruments that it adds."""
    plain = frozenset(brief.instruments)
    homes = _homes(style)
    refused = refused_instruments(brief)

    def stays(instrument: str, own: str) -> bool:
        """A row keeps an instrument of another row's (cellos that double the bass) only while that one plays."""
        return instrument in sound_pack() and instrument not in refused and (own in plain and _kept(instrument, own))

    def _kept(instrument: str, own: str) -> bool:
        home = homes[instrument]
        return home == own or home in plain

    layers = [
        row.model_copy(update={"instruments": [name for name in row.instruments if stays(name, row.plain)]})
        for row in style.layers
    ]
    leads = [row for row in style.leads if stays(row.instrument, row.plain)]
    layers = [row for row in layers if row.instruments]
    have = {i for row in layers for i in row.instruments} | {row.instrument for row in leads}
    more_layers, more_leads = seats_for(brief, style, frozenset(have))
    asked = {i for row in more_layers for i in row.instruments} | {row.instrument for row in more_leads}
    effects = _effects(style, plain, [*layers, *more_layers]) - refused
    return Ensemble(plain, (*layers, *more_layers), (*leads, *more_leads), effects, frozenset(asked))


def _homes(style: Style) -> dict[str, str]:
    """The plain name under which each instrument of the style plays most; the first of equals."""
    names: dict[str, list[str]] = {}
    for row in style.layers:
        for instrument in row.instruments:
            names.setdefault(instrument, []).append(row.plain)
    for lead in style.leads:
        names.setdefault(lead.instrument, []).append(lead.plain)
    return {instrument: Counter(plains).most_common(1)[0][0] for instrument, plains in names.items()}


def _effects(style: Style, plain: frozenset[str], layers: Iterable[LayerRow]) -> frozenset[str]:
    """What only accents and lead-ins name: struck effects while there are drums, other effects in a full ensemble.

    A pitched instrument that the style keeps for its accents plays while another of its channel does.
    """
    seated = {i for row in style.layers for i in row.instruments} | {row.instrument for row in style.leads}
    named = [row.instrument for row in (*style.accents, *style.ending)] + [row.instrument for row in style.lead_ins]
    pack = sound_pack()
    drummed = [
        row.plain for row in style.layers if any(pack[i].channel in _DRUMS for i in row.instruments if i in pack)
    ]
    others = [name for name in style.plain_names() if name not in drummed]
    full = 2 * sum(name in plain for name in others) >= len(others)
    drums = not drummed or any(name in plain for name in drummed)
    channels = {pack[i].channel for row in layers for i in row.instruments if i in pack}

    def allowed(instrument: str) -> bool:
        player = pack[instrument]
        if instrument in _STRUCK_EFFECTS or player.channel in _DRUMS:
            return full and drums
        return full if player.channel == "fx" else player.channel in channels

    return frozenset(name for name in named if name in pack and name not in seated and allowed(name))
