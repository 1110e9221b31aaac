"""The ending: the tonic at the final beat, rung out, struck short as a button, or faded away."""

from __future__ import annotations

from cutscore_composer.write.composition import Articulation, Dynamics
from cutscore_composer.write.page import Page, Sheet
from cutscore_composer.write.parts.percussion import BASS_DRUM, CYMBALS, LOW_DRUM


def write_ending(page: Page, sheet: Sheet) -> None:
    """The last chord for everyone who plays, from the final beat to the end of the picture."""
    button = page.brief.ending == "button"
    room = page.end_beat - page.final_beat
    # A button is struck and let go: what is heard after half a beat is the hall.
    length = min(room, 0.5) if button else room
    if length <= 0.01:
        length = 0.25
    energy = page.phrases[-1].energy if page.phrases else page.brief.energy
    force = 66 + 44 * energy if button else 50 + 34 * energy
    if page.brief.ending == "fade":
        force -= 8
    _held(page, sheet, length, force, "hit" if button else "sustain", energy)
    _struck(page, sheet, length, force, button, energy)


def _held(page: Page, sheet: Sheet, length: float, force: float, how: Articulation, energy: float) -> None:
    chord, beat, plays = page.chord_at(page.final_beat), page.final_beat, page.ensemble.has
    if plays("violins"):
        sheet.write("harmony", "violins", beat, length, chord.voices[3], force, how)
        sheet.write("harmony", "violins", beat, length, chord.voices[2], force - 3, how)
    if plays("violas"):
        sheet.write("harmony", "violas", beat, length, chord.voices[1], force - 2, how)
    if plays("cellos"):
        sheet.write("harmony", "cellos", beat, length, chord.voices[0], force - 2, how)
    if plays("basses"):
        deep = chord.bass - 12 if chord.bass - 12 >= 28 else chord.bass
        sheet.write("bass", "basses", beat, length, deep, force, how)
    if plays("horns") and energy > 0.55:
        for pitch in sorted({p - 12 if p > 67 else p for p in chord.voices})[:2]:
            sheet.write("harmony", "horns", beat, length, pitch, force - 4)
    if plays("choir"):
        for pitch in chord.voices[:3]:
            sheet.write("harmony", "choir", beat, length, pitch, force - 4)


def _struck(page: Page, sheet: Sheet, length: float, force: float, button: bool, energy: float) -> None:
    chord, beat, plays = page.chord_at(page.final_beat), page.final_beat, page.ensemble.has
    spread = 0.0 if button else 14.0  # a ringing chord is rolled a little, a button is not
    if plays("piano"):
        for pitch in {chord.bass, max(24, chord.bass - 12)}:
            sheet.write("harmony", "piano", beat, length, pitch, force)
        for index, pitch in enumerate(chord.voices):
            sheet.write("harmony", "piano", beat, length, pitch, force - 6, "sustain", spread * index)
    if plays("harp"):
        for index, pitch in enumerate((chord.bass, chord.voices[0], chord.voices[1], chord.voices[3])):
            sheet.write("colour", "harp", beat, max(length, 1.0), pitch, force - 10, "pluck", 1.5 * spread * index)
    if plays("timpani") and (button or energy > 0.4):
        root = 38 + (chord.chord.bass - 38) % 12
        sheet.write("percussion", "timpani", beat, min(length, 3.0), root, force - 4, "hit")
    if plays("percussion") and (button or energy > 0.5):
        sheet.write("percussion", "percussion", beat, min(length, 3.0), BASS_DRUM, force - 6, "hit")
        if button:
            sheet.write("percussion", "percussion", beat, 1.0, LOW_DRUM, force, "hit")
        if energy > 0.6:
            sheet.write("percussion", "percussion", beat, 3.0, CYMBALS, force - 20, "hit")


def fade_span(page: Page) -> tuple[float, float] | None:
    """Beats over which a faded ending loses its level, or None for the other endings."""
    if page.brief.ending != "fade":
        return None
    end = page.tempo.seconds(page.end_beat)
    start = page.tempo.seconds(page.chords[0].beat)
    length = min(0.5 * (end - start), max(4.0, end - page.tempo.seconds(page.final_beat) + 2.0))
    return page.tempo.beat(end - length), page.end_beat


def faded(level: float, beat: float, span: tuple[float, float] | None) -> float:
    """A level as the players take it back at a beat of a fade; the mix draws the rest down to silence."""
    if span is None or beat <= span[0]:
        return level
    return level * (1.0 - 0.6 * min(1.0, (beat - span[0]) / (span[1] - span[0])))


def last_dynamics(page: Page, level: float) -> list[Dynamics]:
    """The end of an expression curve: a ringing chord dies away by itself, a button is played out, a fade holds."""
    if page.brief.ending == "button":
        return [Dynamics(page.final_beat, min(1.0, level * 1.25))]
    if page.brief.ending == "fade":
        return [Dynamics(page.final_beat, level)]
    room = page.end_beat - page.final_beat
    return [
        Dynamics(page.final_beat, level),
        Dynamics(page.final_beat + 0.25 * room, level * 0.85),
        Dynamics(page.final_beat + 0.7 * room, level * 0.35),
        Dynamics(page.end_beat, 0.0),
    ]
