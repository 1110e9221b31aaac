"""Piano: broken chords over an open left hand, or held chords."""

from __future__ import annotations

import random

from cutscore_composer.plan.style import energy_class
from cutscore_composer.write.draws import draws, one_of
from cutscore_composer.write.form import FormBar, Phrase
from cutscore_composer.write.page import Page, Sheet
from cutscore_composer.write.voicing import Voiced


def figures(page: Page, phrase: Phrase, sheet: Sheet, instrument: str = "piano") -> None:
    """Broken chords in eighths (quarters where it is still), the left hand on the bass."""
    metre = f"{page.brief.metre[0]}/4"
    rows = [str(bars[metre]) for bars in page.style.figures.values() if metre in bars] or ["0 2 3 4 5 4 3 2"]
    row = one_of(rows, page.seed, "figure", phrase.letter, phrase.character, phrase.place // 2).split()
    steps = [None if text == "." else int(text) for text in row]
    density = getattr(page.style.density, energy_class(phrase.energy))
    busy = 2 in density.subdivisions and (phrase.energy > 0.16 or page.bpm(phrase.beat) < 72)
    for number, bar in enumerate(phrase.bars):
        chooser = draws(page.seed, "figure", instrument, phrase.material, number)
        bent = _bent(steps, chooser)
        last = number + 1 == len(phrase.bars)
        _bar(page, bar, bent, busy and not bar.speech, last, sheet, instrument, chooser)


def _bent(steps: list[int | None], chooser: random.Random) -> list[int | None]:
    """One or two notes of the figure changed, as a player would."""
    bent = list(steps)
    for _ in range(chooser.choice((0, 1, 1, 2, 2))):
        place = chooser.randrange(1, len(bent))
        bent[place] = chooser.choice((None, 2, 3, 4, 5, 6))
    return bent


def _bar(
    page: Page,
    bar: FormBar,
    steps: list[int | None],
    busy: bool,
    last: bool,
    sheet: Sheet,
    instrument: str,
    chooser: random.Random,
) -> None:
    length = 0.5 if busy else 1.0
    count = round(bar.beats / length)
    for index in range(count):
        beat = bar.beat + index * length
        step = steps[(index if busy else 2 * index) % len(steps)]
        chord = page.chord_at(beat)
        begins = abs(chord.beat - beat) < 0.26
        if last and busy and index > count // 2 and index % 2:
            continue  # the end of a phrase draws breath
        if step is None and not begins:
            continue
        ladder = open_chord(chord)
        pitch = ladder[min(0 if begins or step is None else step, len(ladder) - 1)]
        weight = 8.0 if index == 0 else 3.0 if index % 4 == 0 else 0.0 if index % 2 == 0 else -4.0
        velocity = 40 + 44 * bar.energy + weight - (10 if bar.speech else 0) + chooser.gauss(0, 2.5)
        ring = min(2.0 * length if busy else 2.0, chord.end - beat)
        sheet.write("harmony", instrument, beat, ring, pitch, velocity)
        if begins and bar.energy > 0.3 and pitch - 12 >= 28:
            sheet.write("harmony", instrument, beat, min(chord.end - beat, 4.0), pitch - 12, velocity - 4)


def open_chord(chord: Voiced) -> list[int]:
    """The chord from below as a pianist opens it: bass, fifth or octave, then the upper voices; no low thirds."""
    fifth = next((p for p in range(chord.bass + 5, chord.bass + 11) if p % 12 == chord.chord.tones[2]), None)
    second = fifth if fifth is not None and chord.bass >= 36 else chord.bass + 12
    ladder = [chord.bass, second]
    for pitch in (chord.bass + 12, *chord.voices, chord.voices[0] + 12, chord.voices[1] + 12):
        if pitch > ladder[-1] + 2:
            ladder.append(pitch)
    return ladder


def chords(page: Page, phrase: Phrase, sheet: Sheet, instrument: str = "piano") -> None:
    """Held chords: bass octave below, three or four tones above, again in the middle of the bar where it moves."""
    for number, bar in enumerate(phrase.bars):
        chooser = draws(page.seed, "chords", phrase.material, number)
        for start, end, chord in page.chords_in(bar.beat, bar.end):
            velocity = 40 + 46 * bar.energy + chooser.gauss(0, 2) - (8 if bar.speech else 0)
            sheet.write("harmony", instrument, start, end - start, chord.bass, velocity)
            if chord.bass - 12 >= 24 and bar.energy > 0.25:
                sheet.write("harmony", instrument, start, end - start, chord.bass - 12, velocity - 3)
            tones = chord.voices if bar.energy > 0.4 else chord.voices[:3]
            for place, pitch in enumerate(tones):
                sheet.write(
                    "harmony", instrument, start, end - start, pitch, velocity - 5 + place, "sustain", 3.0 * place
                )
            if end - start >= 3 and bar.energy > 0.35 and not bar.speech:
                again = start + chooser.choice((1.5, 2.0, 2.5))
                for pitch in chord.voices[1:]:
                    sheet.write("harmony", instrument, again, end - again, pitch, velocity - 12)
