"""Lead-ins: swells, rolls, runs, fills and risers that lead into a strong moment and stop for the breath before it."""

from __future__ import annotations

import math

from cutscore_composer.plan.style import LeadInRow
from cutscore_composer.write.draws import draws
from cutscore_composer.write.ensemble import sound_pack
from cutscore_composer.write.form import phrase_at
from cutscore_composer.write.page import Accent, Page, Sheet
from cutscore_composer.write.parts.fills import fills_in
from cutscore_composer.write.parts.keys import drum_key, seat_of
from cutscore_composer.write.parts.timpani import root_drum

LEADING = frozenset({"swell", "roll", "glissando", "tremolo"})
"""Articulations that lead into an accent and stop by themselves."""
GAP_SECONDS = 0.09
"""The gap between what leads into an accent and the accent."""
_RINGS_OVER_BEATS = 0.5
"""A cymbal's swell rings through a breath of this length; a longer silence goes without it."""
_GLISSANDO_SOFTER = 14.0
"""Velocity that a glissando takes back: its strings ring together."""
_SHORTEST_BEATS = 0.9


def write_lead_ins(page: Page, sheet: Sheet, accent: Accent, force: float, energy: float, after: float) -> None:
    """What leads into an accent, at most from a beat after `after`, where the accent before it was."""
    opening = page.chords[0].beat
    room = accent.beat - max(opening, after + 1.0)
    # The strongest moments are met in silence: what leads to them stops with everybody else.
    early = silence_before(page, accent) if accent.rank < 2 else 0.0
    stop = accent.beat - max(early, GAP_SECONDS * page.bpm(accent.beat) / 60)
    for number, row in enumerate(page.style.lead_ins):
        if not page.ensemble.plays(row.instrument) or accent.weight < row.from_weight or energy < row.from_energy:
            continue
        chooser = draws(page.seed, "lead-in", number, *_place(page, accent))
        length = min(room, row.beats * (0.55 + 0.45 * accent.weight))
        if length < _SHORTEST_BEATS or chooser.random() >= row.share or spoken(page, accent.beat - length, accent.beat):
            continue
        _write(page, sheet, row, accent, (accent.beat - length, stop), force + row.force)


def silence_before(page: Page, accent: Accent) -> float:
    """Beats of silence before an accent: its breath, and for the two strongest a whole beat where there is room."""
    if accent.rank >= 2 or accent.weight < 0.5:
        return accent.hush
    earlier = [other.beat for other in page.accents if other.beat < accent.beat - 1e-6]
    room = accent.beat - (earlier[-1] if earlier else page.chords[0].beat)
    return max(accent.hush, min(1.0, 0.3 * room))


def spoken(page: Page, start: float, end: float) -> bool:
    """Whether somebody speaks in a bar between two beats."""
    first, last = phrase_at(page.phrases, start), phrase_at(page.phrases, end)
    near = page.phrases[first.index if first else 0 : last.index + 1 if last else None]
    return any(bar.speech for phrase in near for bar in phrase.bars if bar.beat < end - 1e-6 and bar.end > start + 1e-6)


def _place(page: Page, accent: Accent) -> tuple[str, int]:
    """What keys an accent's draws: its phrase and its weight, which a trim elsewhere leaves as they are."""
    phrase = phrase_at(page.phrases, accent.beat)
    return phrase.key if phrase else "", round(accent.weight * 16)


def _write(
    page: Page, sheet: Sheet, row: LeadInRow, accent: Accent, span: tuple[float, float], velocity: float
) -> None:
    start, stop = span
    player = sound_pack()[row.instrument]
    if row.how == "fill":
        _fill(page, sheet, row, accent, span, velocity)
        return
    if row.how == "run":
        _run(page, sheet, row, accent, span, velocity)
        return
    if player.keys:
        key = drum_key(row.instrument, row.drum or "suspended cymbal")
        if key is not None and row.how == "swell" and accent.beat - stop <= _RINGS_OVER_BEATS:
            # A struck swell strikes its end, so it ends with the accent and not before it.
            sheet.write("accent", row.instrument, start, accent.beat - start, key, velocity, "swell")
        elif key is not None and row.how != "swell" and stop - start > 0.4:
            sheet.write("accent", row.instrument, start, stop - start, key, velocity, "roll")
        return
    if stop - start < 0.4:
        return
    chord = page.chord_at(accent.beat)
    if row.how == "roll":
        pitch = root_drum(chord.chord.bass) if row.instrument == "timpani" else player.within(chord.voices[0])
        sheet.write("accent", row.instrument, start, stop - start, pitch, velocity, "roll")
    elif row.how == "glissando":
        end = min(stop, accent.beat - 0.02)
        softer = velocity - _GLISSANDO_SOFTER
        sheet.write("accent", row.instrument, start, end - start, chord.voices[3] + 12, softer, "glissando")
    elif player.channel == "fx" or row.how == "reverse":
        sheet.write("accent", row.instrument, start, stop - start, 60, velocity, "swell")
    else:
        leading = page.chord_at(accent.beat - 0.5)
        high = leading.voices[3] + (12 if player.comfortable[1] >= leading.voices[3] + 12 else 0)
        sheet.write("accent", row.instrument, start, stop - start, high, velocity, "swell")


def _fill(page: Page, sheet: Sheet, row: LeadInRow, accent: Accent, span: tuple[float, float], velocity: float) -> None:
    """The end of one of the style's fills, or strokes that grow on one drum, up to the silence."""
    start, stop = span
    strokes = []
    chooser = draws(page.seed, "lead-in fill", *_place(page, accent))
    choices = fills_in(page.style, page.brief.metre[0])
    if row.drum is None and choices:
        bar = page.brief.metre[0]
        for stroke in chooser.choice(choices):
            seat = seat_of(stroke.drum, [row.instrument])
            if seat is not None:
                strokes.append((accent.beat - bar + stroke.at, seat[1], {"X": 8, "x": 0, "o": -16}[stroke.symbol]))
    else:
        key = drum_key(row.instrument, row.drum or "snare")
        count = math.floor((accent.beat - start) * 4 + 1e-6)
        if key is not None:
            for index in range(count):
                beat = accent.beat - (count - index) / 4
                soft = index % 4 in (1, 3) and index < count // 2
                if not soft:
                    strokes.append((beat, key, round(14 * index / count) - 8 + 6 * (index % 4 == 0)))
    for beat, key, stress in strokes:
        if start - 1e-6 <= beat < stop - 1e-6:
            sheet.write("accent", row.instrument, beat, 0.25, key, velocity + stress, "hit")


def _run(page: Page, sheet: Sheet, row: LeadInRow, accent: Accent, span: tuple[float, float], velocity: float) -> None:
    """A scale that runs up to the tone that is struck, growing."""
    start, stop = span
    player, chord = sound_pack()[row.instrument], page.chord_at(accent.beat)
    scale = chord.chord.scale or chord.chord.tones
    top = player.within(chord.voices[3] + (12 if player.comfortable[1] >= chord.voices[3] + 12 else 0))
    count = min(12, math.floor((accent.beat - start) * 4 + 1e-6))
    steps = [pitch for pitch in range(top - 1, player.low - 1, -1) if pitch % 12 in scale][:count]
    for index, pitch in enumerate(reversed(steps)):
        beat = accent.beat - (len(steps) - index) / 4
        if beat < stop - 1e-6:
            sheet.write("accent", row.instrument, beat, 0.24, pitch, velocity + index, "staccato")
