"""Plans of sung phrases: which form of the motif stands in which bar, by the character of the phrase.

Statements say the theme, developments turn it over, a climax broadens it, a release lets go of it. The motif is
never said twice in the same way: what comes back has moved, grown, lost its tail or got an ornament.
"""

from __future__ import annotations

from dataclasses import dataclass

from cutscore_composer.write.draws import draws
from cutscore_composer.write.form import Phrase
from cutscore_composer.write.motif import Motif, Theme


@dataclass(frozen=True, slots=True)
class Cell:
    """A form of the motif in a bar; `steps` lie it higher or lower in the scale than the phrase's first note."""

    motif: Motif
    steps: int = 0


_TURNS = 0.5
"""How often an answering phrase leaves what it repeats before its close."""

Plan = list[Cell | None]
"""A cell for each bar of a phrase but its last one, which closes; None is rest."""


def plan_of(phrase: Phrase, theme: Theme, seed: int, bars: int) -> Plan:
    """What the first `bars` bars of a phrase sing."""
    head = _head(phrase, theme, seed)
    if bars <= 0:
        return []
    if bars < len(head):
        # A short phrase is its beginning; without its second bar it still says the motif.
        return head[:bars]
    made = list(head)
    while len(made) < bars:
        again = [*head, None]
        made.append(again[len(made) % len(again)] if len(made) % 4 != 3 else None)
    return made


def _head(phrase: Phrase, theme: Theme, seed: int) -> Plan:
    """Three bars and, with the close, a phrase of four."""
    # Both phrases of a period begin alike, so that the second is heard as the answer.
    chooser = draws(seed, "melody", phrase.character, phrase.material)
    motif, rise = theme.motif, theme.rise
    match phrase.character:
        case "introduction":
            return [None, Cell(motif.fragment(1)), None]
        case "statement":
            said = _said(motif, phrase.return_of, chooser.random())
            if theme.sentence:
                # Twice the motif, each time higher, then its head pressing on to the height of the phrase.
                return [Cell(said), Cell(said, rise), Cell(motif.split(), rise + 2)]
            turns = phrase.answers and chooser.random() < _TURNS
            third = Cell(motif.inverted().fragment(3), rise + 3) if turns else Cell(said, rise + 1)
            return [Cell(said), Cell(theme.answer, 1), third]
        case "development":
            turned = motif.inverted() if chooser.random() < 0.6 else motif.widened()
            return [Cell(turned, 2), Cell(turned.fragment(3), 2 - rise), Cell(motif.split(), rise + 1)]
        case "climax":
            if phrase.answers:
                return [Cell(motif.widened(), 2), Cell(motif.split(), 3), Cell(motif.fragment(2), 4)]
            return [Cell(motif.augmented(), 1), None, Cell(motif.widened().fragment(3), rise + 2)]
        case "release":
            if phrase.answers:
                return [None, Cell(motif.inverted().fragment(2), 1), None]
            return [Cell(motif.fragment(3), 2), None, Cell(motif.fragment(2), 0)]


def _said(motif: Motif, heard: int, luck: float) -> Motif:
    """The motif as a statement says it: plain at first, changed when its letter comes back."""
    if heard == 0:
        return motif
    forms = (motif.ornamented(), motif.widened(), motif.ornamented().inverted())
    return forms[(heard - 1) % len(forms)] if luck < 0.75 else motif.ornamented()
