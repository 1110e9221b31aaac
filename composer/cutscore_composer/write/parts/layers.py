"""The layers: which function writes which kind of layer of a style's ensemble.

Each takes a `Stand`: the page, the phrase, its row of the style, who plays and who else does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from cutscore_composer.plan.style import Layer, LayerRow
from cutscore_composer.write.ensemble import sound_pack
from cutscore_composer.write.form import Phrase
from cutscore_composer.write.page import Page, Sheet
from cutscore_composer.write.parts.answer import answer
from cutscore_composer.write.parts.arpeggios import arpeggios
from cutscore_composer.write.parts.bass import bass
from cutscore_composer.write.parts.bed import bed, tremolo
from cutscore_composer.write.parts.chorale import chorale
from cutscore_composer.write.parts.comp import comp
from cutscore_composer.write.parts.drone import drone
from cutscore_composer.write.parts.figures import figures
from cutscore_composer.write.parts.groove import groove
from cutscore_composer.write.parts.ostinato import ostinato
from cutscore_composer.write.parts.seats import divides, polyphonic
from cutscore_composer.write.parts.stand import Stand
from cutscore_composer.write.parts.texture import texture
from cutscore_composer.write.parts.timpani import timpani

LAYERS: Mapping[Layer, Callable[[Stand], None]] = {
    "groove": groove,
    "bass": bass,
    "comp": comp,
    "figures": figures,
    "ostinato": ostinato,
    "bed": bed,
    "tremolo": tremolo,
    "chorale": chorale,
    "arpeggios": arpeggios,
    "drone": drone,
    "answer": answer,
    "timpani": timpani,
    "texture": texture,
}
"""Who writes a layer."""


def write_layers(page: Page, phrase: Phrase, rows: tuple[LayerRow, ...], leads: set[str], sheet: Sheet) -> None:
    """The layers of a phrase, in the order of the style."""
    company = frozenset(row.layer for row in rows)
    for row in rows:
        seats = tuple(seat for seat in row.instruments if seat not in leads or _does_both(row, seat))
        gaps = None
        if not seats and page.ensemble.alone in row.instruments:
            # Whoever is all alone fills the rests of its own melody.
            seats, gaps = tuple(row.instruments), tuple(page.silences_in(phrase.beat, phrase.end))
        if seats:
            late = min(row.after_bars, len(phrase.bars) - 1)
            heard = replace(phrase, bars=phrase.bars[late:]) if late else phrase
            LAYERS[row.layer](Stand(page, heard, row, seats, company, sheet, gaps))


def _does_both(row: LayerRow, seat: str) -> bool:
    """Whether an instrument that sings can also fill: a pianist's left hand, a section that divides."""
    return polyphonic(sound_pack()[seat]) or (row.layer == "bed" and divides(seat))
