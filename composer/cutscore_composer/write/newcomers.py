"""Newcomers: where an instrument that the user names and the style lacks takes its seat, by what kind of one it is.

A bowed or blown one sings and answers, keyed and plucked ones sing and break chords, pads hold them, drums get a
groove, basses the bass: with the style's own patterns where it has some for that layer.
"""

from __future__ import annotations

from collections.abc import Sequence

from cutscore_composer.plan.brief import Brief
from cutscore_composer.plan.instruments_by_name import instruments_named
from cutscore_composer.plan.style import Layer, LayerRow, LeadRow, Style
from cutscore_composer.plan.style.rows import PATTERNED, PatternNames
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
_MEMBERS = {"strings": 3, "woodwinds": 2, "brass": 2, "mallets": 2, "synth": 3, "electronics": 3, "orchestra": 99}
"""How many of the instruments that a name means take part; of other names it is the likeliest."""
_FEW = 2
_CARRYING: frozenset[Layer] = frozenset({"figures", "comp", "bed", "ostinato", "groove", "bass", "drone"})
"""Layers that a piece can rest on."""
_SINGS = frozenset({"piano", "keys", "plucked", "mallets", "strings", "winds", "brass"})
_SINGS_TOO = frozenset({"synth_lead", "choir"})
_SILENT = frozenset({"basses", "rock_guitar"})
"""Of channels that sing, those that do not."""


def seats_for(
    brief: Brief, style: Style, layers: Sequence[LayerRow], leads: Sequence[LeadRow]
) -> tuple[tuple[LayerRow, ...], tuple[LeadRow, ...]]:
    """Layers and leads for what the brief names and the style has no seat for.

    layers, leads: those of the style that are left. Where that is one or two players without a voice or without
    anything to carry it, they do besides what they do in general, so that any instrument can play alone.
    """
    have = {name for row in layers for name in row.instruments} | {row.instrument for row in leads}
    made: list[LayerRow] = []
    sung: list[LeadRow] = []
    for plain in brief.added:
        players = [name for name in instruments_named(plain) if name not in brief.without and name not in have]
        for instrument in players[: _MEMBERS.get(plain, 1)]:
            alone = not have and len(players[: _MEMBERS.get(plain, 1)]) == 1 and len(brief.added) == 1
            made += _layers(plain, instrument, style, alone)
            sung += _leads(plain, instrument)
    players = sorted(have | {name for row in made for name in row.instruments})
    if len(players) <= _FEW and not leads and not sung:
        sung += [lead for name in players for lead in _leads(_plain_of(name, layers, made), name)]
    if len(players) <= _FEW and not any(row.layer in _CARRYING for row in (*layers, *made)):
        made += [row for name in players for row in _layers(_plain_of(name, layers, made), name, style, True)]
    return tuple(made), tuple(sung)


def _plain_of(instrument: str, layers: Sequence[LayerRow], made: Sequence[LayerRow]) -> str:
    return next((row.plain for row in (*layers, *made) if instrument in row.instruments), instrument)


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
