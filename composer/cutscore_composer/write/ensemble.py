"""The instruments that a brief calls for: the style's layers and leads that are left, and what the user adds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from cutscore_composer.plan.brief import Brief
from cutscore_composer.plan.instruments_by_name import instruments_named
from cutscore_composer.plan.style import LayerRow, LeadRow, Style
from cutscore_composer.write.newcomers import seats_for
from cutscore_composer.write.players import Instrument, sound_pack

__all__ = ["Ensemble", "Instrument", "ensemble_of", "sound_pack"]

_DRUMS = frozenset({"percussion", "kit"})
"""Channels of what is struck without pitch; struck effects go with them."""
_KITS = frozenset({"percussion", "kit", "synth_kit", "lofi_kit"})
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
    """Instruments that the user named: they are to be heard."""

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

    def stays(instrument: str, own: str) -> bool:
        """An instrument stays in a row while its row does and, where it helps out there (cellos that double the
        bass), while the row does that it is at home in."""
        if instrument in brief.without or instrument not in sound_pack() or own not in plain:
            return False
        return homes[instrument] in (own, *plain) or instrument in instruments_named(own)

    layers = [
        row.model_copy(update={"instruments": [name for name in row.instruments if stays(name, row.plain)]})
        for row in style.layers
    ]
    layers = [row for row in layers if row.instruments]
    leads = [row for row in style.leads if stays(row.instrument, row.plain)]
    more_layers, more_leads = seats_for(brief, style, layers, leads)
    if not layers and not leads and not more_layers:
        # Nobody is left: music is music still.
        more_layers, more_leads = seats_for(replace(brief, added=("piano",), without=frozenset()), style, [], [])
    asked = {i for row in more_layers for i in row.instruments} | {row.instrument for row in more_leads}
    asked |= {i for row in layers if row.plain in brief.wanted for i in row.instruments}
    effects = _effects(style, brief, [*layers, *more_layers])
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


def _effects(style: Style, brief: Brief, layers: Iterable[LayerRow]) -> frozenset[str]:
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
    full = 2 * sum(name in brief.instruments for name in others) >= len(others)
    drums = any(name in brief.instruments for name in drummed) if drummed else not brief.without & _KITS
    channels = {pack[i].channel for row in layers for i in row.instruments if i in pack}

    def allowed(instrument: str) -> bool:
        player = pack[instrument]
        if instrument in _STRUCK_EFFECTS or player.channel in _DRUMS:
            return full and drums
        return full if player.channel == "fx" else player.channel in channels

    new = (name for name in named if name in pack and name not in seated and name not in brief.without)
    return frozenset(name for name in new if allowed(name))
