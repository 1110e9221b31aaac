"""The bass: basses, doubled by cellos an octave above, held, stepping or driving with the energy."""

from __future__ import annotations

from cutscore_composer.plan.style import energy_class
from cutscore_composer.write.draws import draws, one_of
from cutscore_composer.write.ensemble import sound_pack
from cutscore_composer.write.form import FormBar, Phrase
from cutscore_composer.write.page import Page, Sheet

_STEPS: dict[str, tuple[tuple[float, ...], ...]] = {
    "low": ((4.0,), (4.0,), (3.0, 1.0)),
    "mid": ((1.5, 0.5, 2.0), (2.0, 2.0), (3.0, 1.0), (1.5, 1.5, 1.0), (4.0,)),
    "high": ((1.5, 1.5, 1.0), (1.5, 0.5, 1.5, 0.5), (2.0, 1.0, 1.0), (1.0, 1.0, 1.0, 1.0)),
}
"""Lengths in beats; cut to the bar."""


def low(page: Page, phrase: Phrase, sheet: Sheet, instruments: list[str]) -> None:
    """The bass line of a phrase."""
    rows = _STEPS[energy_class(phrase.energy)]
    row = one_of(rows, page.seed, "low", phrase.letter, phrase.character, phrase.place // 2)
    for number, bar in enumerate(phrase.bars):
        steps = (4.0,) if bar.speech else row
        _bar(page, phrase, bar, number, steps, sheet, instruments)


def _bar(
    page: Page,
    phrase: Phrase,
    bar: FormBar,
    number: int,
    steps: tuple[float, ...],
    sheet: Sheet,
    instruments: list[str],
) -> None:
    chooser = draws(page.seed, "low", phrase.key, number)
    at, index = 0.0, 0
    starts = {round(start - bar.beat, 6) for start, _, _ in page.chords_in(bar.beat, bar.end)}
    while at < bar.beats - 1e-6:
        length = min(steps[index % len(steps)], bar.beats - at)
        # A new chord begins a new bass note.
        length = min([length, *(s - at for s in starts if s > at + 1e-6)])
        beat = bar.beat + at
        chord = page.chord_at(beat)
        pitch = chord.bass
        if at not in starts and length <= 1.0 and chooser.random() < 0.45:
            pitch = next(
                (p for p in range(chord.bass + 5, chord.bass + 10) if p % 12 == chord.chord.tones[2]), pitch + 12
            )
        velocity = 50 + 44 * bar.energy + (6 if index == 0 else 0) + chooser.gauss(0, 2)
        gap = 0.96 if length > 1 else 0.86
        short = length <= 1.0 and bar.energy > 0.55
        for seat in instruments:
            deep = pitch - 12 if seat == "basses" and pitch - 12 >= sound_pack()["basses"].low else pitch
            if seat == "cellos" and (bar.energy < 0.35 or deep >= 48):
                continue
            held = length * (0.6 if short else gap)
            sheet.write("bass", seat, beat, held, deep, velocity, "staccato" if short else "sustain")
        at += length
        index += 1
