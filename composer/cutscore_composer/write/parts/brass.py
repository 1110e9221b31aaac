"""Horns (or a choir): a slow chorale under the strongest phrases."""

from __future__ import annotations

from cutscore_composer.write.draws import draws
from cutscore_composer.write.form import Phrase
from cutscore_composer.write.page import Page, Sheet


def chorale(page: Page, phrase: Phrase, sheet: Sheet, instruments: list[str]) -> None:
    """Two or three held voices in the tenor, breathing with each chord."""
    for seat in instruments:
        for start, end, chord in page.chords_in(phrase.beat, min(phrase.end, page.final_beat)):
            chooser = draws(page.seed, "chorale", seat, phrase.key, round(start - phrase.beat))
            velocity = 44 + 44 * phrase.energy + chooser.gauss(0, 2)
            middle = [p - 12 if p > 67 else p for p in chord.voices]
            tones = sorted(set(middle))[: 3 if phrase.energy > 0.75 else 2]
            for pitch in tones:
                sheet.write("harmony", seat, start, (end - start) * 0.95, pitch, velocity)
