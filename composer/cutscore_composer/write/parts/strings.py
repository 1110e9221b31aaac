"""Strings: the held bed, ostinato, pizzicato and tremolo."""

from __future__ import annotations

from cutscore_composer.plan.style import energy_class
from cutscore_composer.write.composition import Articulation
from cutscore_composer.write.draws import draws, one_of
from cutscore_composer.write.form import Phrase
from cutscore_composer.write.page import Page, Sheet

_OSTINATI: tuple[tuple[int, ...], ...] = (
    (0, 0, 1, 0, 0, 1, 0, 1),
    (0, 1, 2, 1, 0, 1, 2, 1),
    (0, 0, 0, 1, 0, 0, 2, 1),
    (0, 2, 1, 0, 2, 1, 0, 2),
    (0, 1, 0, 2, 0, 1, 0, 2),
)
"""Steps through three neighbouring voices, an eighth (or sixteenth) each."""


def bed(page: Page, phrase: Phrase, sheet: Sheet, instruments: list[str]) -> None:
    """Held chords, led voice by voice; a tone that stays is held over, not struck again."""
    seats: list[tuple[str, int]] = []
    if "cellos" in instruments:
        seats.append(("cellos", 0))
    if "violas" in instruments:
        seats.append(("violas", 1))
    if "violins" in instruments:
        seats += [("violins", 3), ("violins", 2)] if phrase.energy > 0.24 else [("violins", 2)]
    lift = 12 if phrase.character == "climax" and phrase.energy > 0.55 else 0
    for seat, voice in seats:
        run: tuple[float, float, int] | None = None  # from, up to, pitch
        for start, end, chord in page.chords_in(phrase.beat, min(phrase.end, page.final_beat)):
            pitch = chord.voices[voice] + (lift if voice == 3 else 0)
            held = run is not None and run[2] == pitch and start - run[0] < 8 and page.accent_near(start) is None
            if run is not None and held:
                run = (run[0], end, pitch)
                continue
            if run is not None:
                _hold(page, phrase, sheet, seat, run, voice)
            run = (start, end, pitch)
        if run is not None:
            _hold(page, phrase, sheet, seat, run, voice)


def _hold(page: Page, phrase: Phrase, sheet: Sheet, seat: str, run: tuple[float, float, int], voice: int) -> None:
    start, end, pitch = run
    chooser = draws(page.seed, "bed", seat, voice, phrase.key, round(start - phrase.beat))
    # Legato: a little longer than written, 40 to 90 ms, and never at a breath.
    overlap = chooser.uniform(0.045, 0.085) * page.bpm(start) / 60
    length = end - start + (overlap if end < phrase.end - 1e-6 else -0.12)
    velocity = 44 + 40 * phrase.energy + chooser.gauss(0, 2)
    sheet.write("harmony", seat, start, length, pitch, velocity, "legato" if start > phrase.beat else "sustain")


def ostinato(page: Page, phrase: Phrase, sheet: Sheet, instruments: list[str]) -> None:
    """Short repeated figures over the chord; one parameter changes every other bar."""
    density = getattr(page.style.density, energy_class(phrase.energy))
    fast = 4 in density.subdivisions and page.bpm(phrase.beat) < 104
    seats = [name for name in ("violas", "violins", "cellos") if name in instruments]
    # Violins come in where it presses, cellos where it is strongest.
    seats = seats[: 1 + (phrase.energy > 0.58) + (phrase.energy > 0.72)]
    figure = one_of(_OSTINATI, page.seed, "ostinato", phrase.letter, phrase.place // 4)
    for seat in seats:
        length = 0.25 if fast and seat == "violas" else 0.5
        for number, bar in enumerate(phrase.bars):
            if bar.speech:
                continue
            chooser = draws(page.seed, "ostinato", seat, phrase.material, number // 2)
            turned, gap = chooser.randrange(len(figure)), chooser.randrange(2, len(figure))
            last = number + 1 == len(phrase.bars)
            for index in range(round(bar.beats / length)):
                place = (index + (turned if number % 4 >= 2 else 0)) % len(figure)
                if (place == gap and phrase.energy < 0.85) or (last and index * length >= bar.beats - 1):
                    continue
                beat = bar.beat + index * length
                chord = page.chord_at(beat)
                pitch = chord.bass + 12 if seat == "cellos" else chord.voices[figure[place]]
                if seat == "violins":
                    pitch = chord.voices[1 + figure[place]]
                stress = 12 if index * length % 1 == 0 and figure[place] == 0 else 5 if index % 3 == 0 else 0
                velocity = 38 + 46 * bar.energy + stress + chooser.gauss(0, 3)
                sheet.write("pulse", seat, beat, length * 0.62, pitch, velocity, "staccato")


def pizzicato(page: Page, phrase: Phrase, sheet: Sheet, instruments: list[str]) -> None:
    """Plucks: the low string on the beat, the others after it."""
    for number, bar in enumerate(phrase.bars):
        chooser = draws(page.seed, "pizzicato", phrase.material, number)
        for eighth in range(2 * bar.beats):
            beat = bar.beat + eighth / 2
            chord = page.chord_at(beat)
            low = eighth % (2 * page.brief.metre[0]) in (0, 4)
            if not low and (bar.speech or chooser.random() > 0.42):
                continue
            velocity = 48 + 34 * bar.energy + (6 if low else 0) + chooser.gauss(0, 4)
            if low and "cellos" in instruments:
                sheet.write("pulse", "cellos", beat, 0.4, chord.bass + 12, velocity, "pizzicato")
            elif not low:
                seat = "violas" if eighth % 4 == 1 and "violas" in instruments else "violins"
                if seat in instruments:
                    sheet.write("pulse", seat, beat, 0.4, chooser.choice(chord.voices[1:]), velocity, "pizzicato")


def tremolo(page: Page, phrase: Phrase, sheet: Sheet, instruments: list[str]) -> None:
    """Tremolo on the upper voices in the second half of a phrase: tension that leads on."""
    bars = phrase.bars[len(phrase.bars) // 2 :]
    articulation: Articulation = "tremolo"
    for start, end, chord in page.chords_in(bars[0].beat, min(phrase.end, page.final_beat)):
        velocity = 36 + 40 * phrase.energy
        if "violins" in instruments:
            lift = 12 if phrase.energy > 0.5 and chord.voices[3] < 72 else 0
            sheet.write("colour", "violins", start, end - start, chord.voices[3] + lift, velocity, articulation)
        if "violas" in instruments and phrase.energy > 0.45:
            sheet.write("colour", "violas", start, end - start, chord.voices[2], velocity - 6, articulation)
