"""Seating: where an instrument that the user names and the style lacks takes its place, by what kind of one it is.

A bowed or blown one sings and answers, keyed and plucked ones sing and break chords, pads hold them, drums get a
groove, basses the bass: with the style's own patterns where it has some for that layer.
"""

from __future__ import annotations

from collections.abc import Iterable

from cutscore_composer.plan.brief import Brief
from cutscore_composer.plan.instruments_by_name import called, instruments_named
from cutscore_composer.plan.style import Layer, LayerRow, LeadRow, Style
from cutscore_composer.plan.style.model import PATTERNED, PatternNames
from cutscore_composer.write.players import sound_pack

_LAYERS_OF_CHANNEL: dict[str, tuple[Layer, ...]] = {
    "piano": ("figures", "comp"),
    "keys": ("comp", "figures"),
    "plucked": ("figures", "comp"),
    "mallets": ("figures", "texture"),
    "strings": ("bed", "answer"),
    "winds": ("answer", "figures"),
    "brass": ("chorale",),
    "choir": ("bed",),
    "bass": ("bass",),
    "synth": ("bed",),
    "kit": ("groove",),
    "percussion": ("groove",),
    "fx": ("texture",),
}
_LAYERS_OF: dict[str, tuple[Layer, ...]] = {
    "violin": ("answer", "figures"),
    "cello": ("answer", "figures"),
    "harp": ("arpeggios", "figures"),
    "organ": ("bed", "comp"),
    "pulse": ("ostinato",),
    "synth_lead": ("answer", "figures"),
    "drone": ("drone",),
    "timpani": ("timpani",),
    "rock_guitar": ("comp",),
}
"""What an instrument does, where that is not what its channel does; the first of a row also where it is not alone."""
_SINGS = frozenset({"piano", "keys", "plucked", "mallets", "strings", "winds", "brass"})
_SINGS_TOO = frozenset({"synth_lead", "choir"})
_SILENT = frozenset({"basses", "rock_guitar"})
"""Of channels that sing, those that do not."""


def seats_for(brief: Brief, style: Style, have: frozenset[str]) -> tuple[tuple[LayerRow, ...], tuple[LeadRow, ...]]:
    """Layers and leads for what the brief names and the style has no seat for (`have`: who sits already)."""
    layers: list[LayerRow] = []
    leads: list[LeadRow] = []
    own = set(style.plain_names())
    added: Iterable[str] = getattr(brief, "added", ())
    wanted = [name for name in dict.fromkeys((*added, *brief.instruments)) if name not in own or name in added]
    alone = not have and len(wanted) == 1
    for plain in wanted:
        players = [name for name in instruments_named(plain) if name in sound_pack() and name not in have]
        if have & set(instruments_named(plain)):
            continue
        for instrument in _taken(plain, players):
            layers += _layers(plain, instrument, style, alone)
            leads += _leads(plain, instrument)
    return tuple(layers), tuple(leads)


def refused_instruments(brief: Brief) -> frozenset[str]:
    """Instruments of the pack that the user's refusals take out, by their plain names."""
    refused: Iterable[str] = getattr(brief, "refused", ())
    names: set[str] = set()
    for plain in refused:
        row = called(plain)
        names |= row.refuses if row is not None else set()
    return frozenset(names)


def _taken(plain: str, players: list[str]) -> list[str]:
    """Which of the instruments that a name means take part: a section its members, other names the likeliest."""
    sections = {"strings": 3, "woodwinds": 2, "brass": 2, "orchestra": 99, "mallets": 2}
    row = called(plain)
    return players[: sections.get(plain, 1)] if row is not None else []


def _layers(plain: str, instrument: str, style: Style, alone: bool) -> list[LayerRow]:
    player = sound_pack()[instrument]
    kinds = _LAYERS_OF.get(instrument, _LAYERS_OF_CHANNEL[player.channel])
    rows = []
    for kind in kinds if alone else kinds[:1]:
        row = LayerRow(
            layer=kind,
            plain=plain,
            instruments=[instrument],
            enters=0.0,
            leaves=1.0,
            weight=0.9,
            patterns=_patterns(kind, instrument, style),
            articulation="power" if instrument == "rock_guitar" else None,
            stem="fx" if player.channel == "fx" and instrument != "vinyl" else None,
        )
        rows.append(row)
    return rows


def _patterns(kind: Layer, instrument: str, style: Style) -> PatternNames:
    """The patterns that the style has for such a layer; grooves only where the instrument has their drums."""
    if kind not in PATTERNED:
        return PatternNames()
    if kind == "groove":
        drums = set(sound_pack()[instrument].keys.values())
        fit = [
            name
            for name, metres in style.grooves.items()
            if all(drum in drums for rows in metres.values() for drum in rows)
        ]
        return PatternNames(low=fit[:1], mid=fit, high=fit)
    row = next((row for row in style.layers if row.layer == kind), None)
    return row.patterns if row is not None else PatternNames()


def _leads(plain: str, instrument: str) -> list[LeadRow]:
    player = sound_pack()[instrument]
    sings = (player.channel in _SINGS and instrument not in _SILENT) or instrument in _SINGS_TOO
    return [LeadRow(plain=plain, instrument=instrument, enters=0.0, leaves=1.0)] if sings else []
