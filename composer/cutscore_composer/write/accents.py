"""Accents: what the strong moments of the picture get: everybody strikes together, led into and then silence before.

Before an accent the music swells and then holds its breath (`hushed`), because an accent is heard by what it stands
against. An accent that no beat could be brought to is free: the beat yields, and what would fall within a sixteenth
after it is left out or comes with it.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from dataclasses import replace

from cutscore_composer.plan.style import AccentRow, LayerRow
from cutscore_composer.write.arrange import arrange, singers_of
from cutscore_composer.write.composition import Note
from cutscore_composer.write.ensemble import sound_pack
from cutscore_composer.write.form import phrase_at
from cutscore_composer.write.lead_ins import LEADING, silence_before, write_lead_ins
from cutscore_composer.write.page import Accent, Page, Sheet
from cutscore_composer.write.parts.seats import one_voice
from cutscore_composer.write.struck import joined, write_struck

_LONGEST_BEATS = 16.0
_YIELDS_BEATS = 0.25
"""How far after a free accent the beat yields to it."""
_HELD_BEATS = 1.0
"""From this length on a note comes with the accent; a shorter one is left out."""
_RELEASE_SHARE = 0.6
"""How much of a sound's dying away is waited for before the silence."""
_TOGETHER = 0.02
"""Beats within which two notes begin together."""
_GOES_ON = frozenset({"vinyl"})


def write_accents(page: Page, sheet: Sheet) -> None:
    """All accents of the cue, and what leads into them."""
    layers, singers = arrange(page), singers_of(page)
    for number, accent in enumerate(page.accents):
        before = page.accents[number - 1].beat if number else -99.0
        after = page.accents[number + 1].beat if number + 1 < len(page.accents) else page.end_beat
        force, energy = force_of(page, accent), energy_at(page, accent.beat)
        room = min(after - accent.beat, _LONGEST_BEATS)
        write_struck(page, sheet, _rows(page, accent, layers, singers), accent.beat, force, accent.weight, energy, room)
        write_lead_ins(page, sheet, accent, force, energy, before)
    for instrument in sorted({name for _, name in sheet.notes if one_voice(sound_pack()[name])}):
        _one_line(sheet, instrument)


def _one_line(sheet: Sheet, instrument: str) -> None:
    """A player of one voice plays one note at a time: what it sings comes first, then accents, then the rest.

    Where it sings at an accent, its tone is the accent's.
    """
    roles = sorted((role for role, name in sheet.notes if name == instrument), key=lambda role: _rank(role))
    line: list[tuple[float, float]] = []
    accents = sheet.notes.get(("accent", instrument), [])
    for role in roles:
        kept: list[Note] = []
        for note in sorted(sheet.notes[role, instrument], key=lambda n: (n.beat, -n.pitch)):
            if role == "melody":
                struck = [n.velocity for n in accents if abs(n.beat - note.beat) <= _TOGETHER]
                kept.append(replace(note, velocity=max([note.velocity, *struck])))
                insort(line, (note.beat, note.beat + note.beats))
                continue
            at = bisect_left(line, (note.beat - _TOGETHER, 0.0))
            if at < len(line) and line[at][0] <= note.beat + _TOGETHER:
                continue
            if at and line[at - 1][1] > note.beat + _TOGETHER:
                continue
            room = line[at][0] - note.beat if at < len(line) else note.beats
            beats = max(0.06, min(note.beats, room))
            kept.append(replace(note, beats=round(beats, 6)))
            insort(line, (note.beat, note.beat + beats))
        sheet.notes[role, instrument] = kept


def _rank(role: str) -> tuple[int, str]:
    return {"melody": 0, "accent": 1, "answer": 2}.get(role, 3), role


def _rows(
    page: Page, accent: Accent, layers: dict[int, tuple[LayerRow, ...]], singers: dict[int, frozenset[str]]
) -> list[AccentRow]:
    """The style's rows, joined by whoever sounds just then."""
    phrase = phrase_at(page.phrases, accent.beat)
    if phrase is None:
        return list(page.style.accents)
    return joined(page, page.style.accents, layers[phrase.index], sorted(singers.get(phrase.index, ())))


def force_of(page: Page, accent: Accent) -> float:
    """Velocity: the weight counts most, then how much the music is asked to give."""
    return 46 + 30 * accent.weight + 38 * energy_at(page, accent.beat)


def energy_at(page: Page, beat: float) -> float:
    """How much the music gives around an accent: one in a quiet place is a quiet accent."""
    near = [phrase.energy for phrase in page.phrases if phrase.beat - 1 <= beat <= phrase.end + 1]
    return max(near, default=page.brief.energy)


def hushed(notes: list[Note], role: str, instrument: str, page: Page) -> list[Note]:
    """The notes as the accents leave them: none sounds into the breath before one, the beat yields after a free one.

    A piano's pedal holds what was struck before: its notes of that chord are written as they are to sound, up
    to the breath and without pedal ("staccato"). What dies away slowly is let go before.
    """
    if instrument in _GOES_ON:
        return list(notes)
    kept: list[Note] = []
    starts = [accent.beat for accent in page.accents]
    silences = [accent.beat - silence_before(page, accent) for accent in page.accents]
    slow = _release_seconds(instrument) * _RELEASE_SHARE
    at = 0
    for note in sorted(notes, key=lambda n: (n.beat, n.pitch)):
        while at < len(starts) and starts[at] <= note.beat + 1e-6:
            at += 1
        yields = None if role == "accent" else _yields_to(page.accents[at - 1], note) if at else None
        if yields is not None:
            if note.beats < _HELD_BEATS:
                continue
            note = replace(note, beat=yields, beats=round(note.beats + note.beat - yields, 6))
        struck = at > 0 and note.beat - starts[at - 1] < _TOGETHER
        if at == len(starts) or (role == "accent" and note.articulation in LEADING and not struck):
            kept.append(note)
            continue
        silence = silences[at]
        if note.beat >= silence - 1e-6:
            continue
        room = max(0.06, round(silence - note.beat, 6))
        if instrument == "piano" and page.chord_at(note.beat).end > silence - 1e-6:
            kept.append(replace(note, beats=room, articulation="staccato"))
        elif note.beats > room - 1e-6:
            early = min(slow * page.bpm(silence) / 60, 0.5 * room)
            kept.append(replace(note, beats=max(0.06, round(room - early, 6))))
        else:
            kept.append(note)
    return kept


def _yields_to(accent: Accent, note: Note) -> float | None:
    """The beat of the free accent that a note comes too shortly after."""
    free = abs(2 * accent.beat - round(2 * accent.beat)) > 1e-3
    return accent.beat if free and 1e-6 < note.beat - accent.beat <= _YIELDS_BEATS else None


def _release_seconds(instrument: str) -> float:
    return sound_pack()[instrument].release_seconds
