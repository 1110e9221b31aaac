"""Accents: what the strong moments of the picture get, a chord with its low end and drums, led into and then silence.

Before an accent the music swells and then holds its breath (`hush`), because an accent is heard by what
it stands against.
"""

from __future__ import annotations

from dataclasses import replace

from cutscore_composer.write.composition import Note
from cutscore_composer.write.draws import draws
from cutscore_composer.write.page import Accent, Page, Sheet
from cutscore_composer.write.parts.percussion import (
    BASS_DRUM,
    CYMBALS,
    LOW_DRUM,
    SUSPENDED,
    TAM_TAM,
)
from cutscore_composer.write.voicing import Voiced

_LEADING = ("swell", "roll", "glissando", "tremolo")
"""Articulations that lead into an accent and stop by themselves."""
_GAP_SECONDS = 0.09
"""The gap between what leads into an accent and the accent."""


def write_accents(page: Page, sheet: Sheet) -> None:
    """All accents of the cue."""
    for number, accent in enumerate(page.accents):
        before = page.accents[number - 1].beat if number else None
        after = page.accents[number + 1].beat if number + 1 < len(page.accents) else page.end_beat
        chord = page.chord_at(accent.beat)
        force = _force(page, accent)
        _strings(page, accent, chord, force, min(after - accent.beat, 3.0), sheet)
        _struck(page, accent, chord, force, sheet)
        _lead_in(page, accent, chord, force, before, sheet)


def _force(page: Page, accent: Accent) -> float:
    """Velocity: the weight counts most, then how much the music is asked to give."""
    return 41 + 30 * accent.weight + 38 * _energy(page, accent)


def _energy(page: Page, accent: Accent) -> float:
    """How much the music gives around the accent: an accent in a quiet place is a quiet accent."""
    near = [phrase.energy for phrase in page.phrases if phrase.beat - 1 <= accent.beat <= phrase.end + 1]
    return max(near, default=page.brief.energy)


def _strings(page: Page, accent: Accent, chord: Voiced, force: float, room: float, sheet: Sheet) -> None:
    plays = page.ensemble.has
    length = min(room, 1.0 + 1.2 * accent.weight)
    high = 12 if accent.weight > 0.55 and chord.voices[3] < 76 else 0
    if plays("violins"):
        sheet.write("accent", "violins", accent.beat, length, chord.voices[3] + high, force, "hit")
        sheet.write("accent", "violins", accent.beat, length, chord.voices[2], force - 4, "hit")
    if plays("violas"):
        sheet.write("accent", "violas", accent.beat, length, chord.voices[1], force - 2, "hit")
    if plays("cellos"):
        sheet.write("accent", "cellos", accent.beat, length, chord.bass, force, "hit")
        if chord.bass + 12 <= 60:
            sheet.write("accent", "cellos", accent.beat, length, chord.bass + 12, force - 6, "hit")
    if plays("basses"):
        deep = chord.bass - 12 if chord.bass - 12 >= 28 else chord.bass
        sheet.write("accent", "basses", accent.beat, length, deep, force + 4, "hit")
    if plays("horns") and accent.weight > 0.5:
        for pitch in sorted({p - 12 if p > 67 else p for p in chord.voices})[:3]:
            sheet.write("accent", "horns", accent.beat, length, pitch, force - 2)


def _struck(page: Page, accent: Accent, chord: Voiced, force: float, sheet: Sheet) -> None:
    plays = page.ensemble.has
    beat = accent.beat
    if plays("piano"):
        for pitch in {chord.bass, max(24, chord.bass - 12)}:
            sheet.write("accent", "piano", beat, 3.0, pitch, force + 4)
        for pitch in chord.voices if accent.weight > 0.4 else chord.voices[1:]:
            sheet.write("accent", "piano", beat, 2.5, pitch, force - 4)
    if plays("harp"):
        for index, pitch in enumerate((chord.bass, chord.voices[1], chord.voices[3], chord.voices[3] + 12)):
            sheet.write("accent", "harp", beat, 3.0, pitch, force - 6, "pluck", 4.0 * index)
    if plays("timpani"):
        root = 38 + (chord.chord.bass - 38) % 12
        sheet.write("accent", "timpani", beat, 2.0, root, force, "hit")
    if plays("percussion"):
        sheet.write("accent", "percussion", beat, 2.0, BASS_DRUM, force, "hit")
        if _energy(page, accent) > 0.3:
            sheet.write("accent", "percussion", beat, 2.0, LOW_DRUM, force - 4, "hit")
        if accent.weight >= 0.6 and page.brief.energy > 0.3:
            sheet.write("accent", "percussion", beat, 4.0, CYMBALS, force - 18, "hit")
        if accent.rank == 0 and accent.weight > 0.6 and page.brief.valence < 0.2 and page.brief.energy > 0.3:
            sheet.write("accent", "percussion", beat, 6.0, TAM_TAM, force - 22, "hit")
        if accent.rank < 3 and accent.weight > 0.5 and page.brief.energy > 0.4:
            sheet.write("accent", "impact", beat, 3.0, 31, force - 8, "hit")


def _lead_in(page: Page, accent: Accent, chord: Voiced, force: float, before: float | None, sheet: Sheet) -> None:
    """A swell into the accent, over one to four beats, by what the ensemble has; it stops just before it."""
    plays = page.ensemble.has
    chooser = draws(page.seed, "lead-in", accent.rank, round(accent.weight * 16))
    opening = page.chords[0].beat
    room = accent.beat - max(opening, (before if before is not None else -99.0) + 1.0)
    length = min(room, 2.0 + 2.0 * accent.weight)
    if length < 0.9 or accent.weight < 0.35:
        return
    stop = accent.beat - _GAP_SECONDS * page.bpm(accent.beat) / 60
    if accent.rank < 2:
        stop = min(stop, accent.beat - min(0.4, accent.hush * 0.5))
    start = accent.beat - length
    if plays("percussion"):
        # A struck swell strikes its end, so it ends with the accent and not before it.
        sheet.write("accent", "percussion", start, length, SUSPENDED, force - 30, "swell")
    if plays("timpani") and accent.weight > 0.6 and page.brief.energy > 0.45:
        root = 38 + (chord.chord.bass - 38) % 12
        sheet.write("accent", "timpani", start, stop - start, root, force - 28, "roll")
    if plays("harp") and chooser.random() < 0.5:
        run = min(1.5, length)
        sheet.write("accent", "harp", accent.beat - run, run - 0.02, chord.voices[3] + 12, force - 26, "glissando")
    if plays("violins") and accent.weight > 0.5:
        leading = page.chord_at(accent.beat - 0.5)
        sheet.write("accent", "violins", start, stop - start, leading.voices[3] + 12, force - 30, "swell")


def hushed(notes: list[Note], role: str, instrument: str, page: Page) -> list[Note]:
    """The notes without those that would sound into the breath before an accent; held ones stop there.

    A piano's pedal holds what was struck before: its notes of that chord are written as they are to sound, up
    to the breath and without pedal ("staccato").
    """
    kept: list[Note] = []
    starts = [accent.beat for accent in page.accents]
    at = 0
    for note in sorted(notes, key=lambda n: (n.beat, n.pitch)):
        while at < len(starts) and starts[at] <= note.beat + 1e-6:
            at += 1
        if at == len(starts) or (role == "accent" and note.articulation in _LEADING):
            kept.append(note)
            continue
        silence = starts[at] - page.accents[at].hush
        if note.beat >= silence - 1e-6:
            continue
        room = max(0.06, round(silence - note.beat, 6))
        if instrument == "piano" and page.chord_at(note.beat).end > silence - 1e-6:
            kept.append(replace(note, beats=room, articulation="staccato"))
        else:
            kept.append(replace(note, beats=min(note.beats, room)))
    return kept
