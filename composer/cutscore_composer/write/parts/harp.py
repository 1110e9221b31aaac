"""Harp: chords rolled upwards, not in every bar."""

from __future__ import annotations

from cutscore_composer.write.draws import draws
from cutscore_composer.write.form import Phrase
from cutscore_composer.write.page import Page, Sheet


def arpeggios(page: Page, phrase: Phrase, sheet: Sheet, instrument: str = "harp") -> None:
    """Arpeggios through two octaves, in eighths or a quick roll; every other bar, a closing one falls."""
    for number, bar in enumerate(phrase.bars):
        chooser = draws(page.seed, "harp", phrase.material, number)
        if bar.speech or (number % 2 and chooser.random() < 0.6):
            continue
        chord = page.chord_at(bar.beat)
        tones = sorted({p for p in range(48, 90) if p % 12 in chord.chord.tones})
        first = chooser.randrange(0, 3)
        run = tones[first : first + chooser.choice((5, 6, 7, 8))]
        falling = number + 1 == len(phrase.bars)
        step = 0.5 if chooser.random() < 0.6 and page.bpm(bar.beat) > 66 else 0.25
        for index, pitch in enumerate(reversed(run) if falling else run):
            beat = bar.beat + index * step
            if beat >= bar.end - 0.2:
                break
            velocity = 42 + 36 * bar.energy - 1.2 * index + chooser.gauss(0, 3)
            sheet.write("colour", instrument, beat, 2.0, pitch, velocity, "pluck")
