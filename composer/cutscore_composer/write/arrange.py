"""Arranging: which layers sound in which phrase, growing with the energy, never all at once."""

from __future__ import annotations

from cutscore_composer.plan.style import LayerRow, energy_class
from cutscore_composer.write.draws import draws
from cutscore_composer.write.form import Phrase
from cutscore_composer.write.page import Page

_NOT_TOGETHER = (("figures", "comp"), ("ostinato", "ostinato"))
"""Of each pair only the first that was chosen plays."""
_LATE_ENTRIES = ("groove", "timpani", "ostinato", "chorale")
"""Layers that an introduction keeps for later."""


def arrange(page: Page) -> dict[int, tuple[LayerRow, ...]]:
    """The layers of every phrase, by its index."""
    return {phrase.index: _layers(page, phrase) for phrase in page.phrases}


def _layers(page: Page, phrase: Phrase) -> tuple[LayerRow, ...]:
    density = getattr(page.style.density, energy_class(phrase.energy))
    most = density.layers
    if phrase.character == "introduction":
        most = max(1, min(most, 2))
    elif phrase.place == 0 and phrase.character != "climax":
        most = max(2, most - 1)  # a section opens thinner and grows
    if any(bar.speech for bar in phrase.bars):
        most = max(1, most - 2)
    ranked: list[tuple[float, LayerRow]] = []
    for row in page.ensemble.layers:
        if not row.enters <= phrase.energy <= row.leaves:
            continue
        if phrase.character == "introduction" and row.layer in _LATE_ENTRIES:
            continue
        luck = draws(page.seed, "layer", row.layer, row.plain, phrase.letter, phrase.place // 2).random()
        if luck < row.weight or phrase.character == "climax":
            ranked.append((luck / max(row.weight, 0.01), row))
    ranked.sort(key=lambda pair: pair[0])
    chosen: list[LayerRow] = []
    for _, row in ranked:
        clash = any({row.layer, other.layer} == set(pair) for other in chosen for pair in _NOT_TOGETHER)
        if not clash and len(chosen) < most:
            chosen.append(row)
    if not chosen or not any(row.layer in ("figures", "comp", "bed", "ostinato") for row in chosen):
        chosen += _carrier(page, phrase)
    return tuple(chosen)


def _carrier(page: Page, phrase: Phrase) -> list[LayerRow]:
    """Some layer has to carry the harmony: the one whose energies lie nearest."""
    rows = [row for row in page.ensemble.layers if row.layer in ("figures", "comp", "bed")]
    rows = rows or list(page.ensemble.layers)
    rows.sort(key=lambda row: (max(0.0, row.enters - phrase.energy, phrase.energy - row.leaves), -row.weight))
    return rows[:1]
