"""Percussion: low drums that carry the pulse, a shaker above them, timpani on the roots."""

from __future__ import annotations

from cutscore_composer.write.draws import draws, one_of
from cutscore_composer.write.form import Phrase
from cutscore_composer.write.page import Page, Sheet

BASS_DRUM, LOW_DRUM, MIDDLE_DRUM, HIGH_DRUM = 36, 41, 45, 48
CYMBALS, SUSPENDED, TAM_TAM, SHAKER = 49, 51, 52, 82
"""Keys of the sound pack's percussion."""

_GROOVES: tuple[tuple[tuple[float, int, int], ...], ...] = (
    ((0, LOW_DRUM, 10), (1.5, MIDDLE_DRUM, -6), (2, LOW_DRUM, 2), (3, MIDDLE_DRUM, -4), (3.5, HIGH_DRUM, -8)),
    ((0, LOW_DRUM, 10), (1.5, LOW_DRUM, 0), (3, LOW_DRUM, 4), (3.5, MIDDLE_DRUM, -6)),
    ((0, BASS_DRUM, 8), (1, MIDDLE_DRUM, -8), (2, LOW_DRUM, 2), (2.5, MIDDLE_DRUM, -6), (3, MIDDLE_DRUM, -4)),
    ((0, LOW_DRUM, 10), (0.75, MIDDLE_DRUM, -6), (1.5, MIDDLE_DRUM, 0), (2, LOW_DRUM, 4), (3, HIGH_DRUM, -4)),
)
"""(beat, key, stress) over a bar of four."""


def pulse(page: Page, phrase: Phrase, sheet: Sheet, instrument: str = "percussion") -> None:
    """Drums in a groove that is thinned below full energy and turned into a fill at the phrase's end."""
    groove = one_of(_GROOVES, page.seed, "groove", phrase.letter, phrase.character)
    for number, bar in enumerate(phrase.bars):
        if bar.speech:
            continue
        chooser = draws(page.seed, "pulse", phrase.material, number)
        last = number + 1 == len(phrase.bars)
        for at, key, stress in groove:
            thin = stress < 0 and chooser.random() > bar.energy + 0.1
            if at >= bar.beats or thin:
                continue
            velocity = 30 + 56 * bar.energy + stress + chooser.gauss(0, 4)
            sheet.write("percussion", instrument, bar.beat + at, 0.5, key, velocity, "hit")
        if last and bar.energy > 0.5 and bar.beats >= 3:
            for index in range(chooser.choice((2, 3, 4))):
                beat = bar.end - 1 + index * 0.25
                key = (HIGH_DRUM, MIDDLE_DRUM, LOW_DRUM, LOW_DRUM)[index]
                sheet.write("percussion", instrument, beat, 0.25, key, 34 + 50 * bar.energy + 4 * index, "hit")
        _shaker(page, phrase, number, sheet, instrument)


def _shaker(page: Page, phrase: Phrase, number: int, sheet: Sheet, instrument: str) -> None:
    bar = phrase.bars[number]
    if bar.energy < 0.5 or phrase.place % 2 == 0:
        return
    chooser = draws(page.seed, "shaker", phrase.material, number)
    for eighth in range(2 * bar.beats):
        if chooser.random() < 0.12:
            continue
        velocity = 26 + 28 * bar.energy + (7 if eighth % 2 else 0) + chooser.gauss(0, 4)
        sheet.write("percussion", instrument, bar.beat + eighth / 2, 0.25, SHAKER, velocity, "hit")


def drums(page: Page, phrase: Phrase, sheet: Sheet, instrument: str = "timpani") -> None:
    """Timpani on the roots of the stronger bars; a roll leads from the phrase into the next where it grows."""
    following = page.phrases[phrase.index + 1] if phrase.index + 1 < len(page.phrases) else None
    for number, bar in enumerate(phrase.bars):
        if bar.speech:
            continue
        chooser = draws(page.seed, "timpani", phrase.key, number)
        chord = page.chord_at(bar.beat)
        pitch = 38 + (chord.chord.bass - 38) % 12
        velocity = 34 + 50 * bar.energy + chooser.gauss(0, 3)
        if number % 2 == 0 or bar.energy > 0.75:
            sheet.write("percussion", instrument, bar.beat, 1.0, pitch, velocity, "hit")
        if bar.energy > 0.7 and bar.beats >= 4 and chooser.random() < 0.5:
            sheet.write("percussion", instrument, bar.beat + 2.5, 0.5, pitch, velocity - 14, "hit")
        last = number + 1 == len(phrase.bars)
        if last and following is not None and following.energy > phrase.energy + 0.05 and bar.beats >= 3:
            sheet.write("percussion", instrument, bar.end - 2, 1.9, pitch, velocity - 6, "roll")
