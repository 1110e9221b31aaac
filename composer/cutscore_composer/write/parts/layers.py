"""The layers: which function writes which kind of layer of a style's ensemble."""

from __future__ import annotations

from cutscore_composer.plan.style import LayerRow
from cutscore_composer.write.form import Phrase
from cutscore_composer.write.page import Page, Sheet
from cutscore_composer.write.parts import brass, harp, low, percussion, piano, strings


def write_layers(page: Page, phrase: Phrase, rows: tuple[LayerRow, ...], leads: set[str], sheet: Sheet) -> None:
    """The layers of a phrase, in the order of the style; an instrument that sings (`leads`) does not also fill."""
    for row in rows:
        _layer(page, phrase, row, leads, sheet)


def _layer(page: Page, phrase: Phrase, row: LayerRow, leads: set[str], sheet: Sheet) -> None:
    free = [name for name in row.instruments if name not in leads]
    match row.layer:
        case "figures":
            piano.figures(page, phrase, sheet, row.instruments[0])
        case "comp":
            piano.chords(page, phrase, sheet, row.instruments[0])
        case "bed":
            strings.bed(page, phrase, sheet, row.instruments if leads & {"violins"} else free)
        case "bass":
            low.low(page, phrase, sheet, row.instruments)
        case "ostinato" if row.articulation == "pizzicato":
            strings.pizzicato(page, phrase, sheet, free)
        case "ostinato":
            strings.ostinato(page, phrase, sheet, free)
        case "tremolo":
            strings.tremolo(page, phrase, sheet, free)
        case "arpeggios":
            harp.arpeggios(page, phrase, sheet, row.instruments[0])
        case "groove":
            percussion.pulse(page, phrase, sheet, row.instruments[0])
        case "timpani":
            percussion.drums(page, phrase, sheet, row.instruments[0])
        case "chorale":
            brass.chorale(page, phrase, sheet, free)
