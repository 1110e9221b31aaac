"""Expression: the shape of every phrase as dynamics, and the small unevenness of people playing."""

from __future__ import annotations

from dataclasses import replace

from cutscore_composer.write.accents import hushed
from cutscore_composer.write.composition import Dynamics, Note, Part
from cutscore_composer.write.draws import draws
from cutscore_composer.write.ending import fade_span, faded, last_dynamics
from cutscore_composer.write.page import Page, Sheet

_BOWED = frozenset({"violins", "violas", "cellos", "basses", "horns", "flute", "choir", "pad", "sub", "riser"})
_LEVELS: dict[str, tuple[float, float]] = {
    "melody": (0.42, 0.5),
    "answer": (0.34, 0.5),
    "harmony": (0.24, 0.58),
    "bass": (0.30, 0.58),
    "pulse": (0.32, 0.60),
    "colour": (0.20, 0.55),
    "texture": (0.24, 0.5),
    "fx": (0.4, 0.5),
    "accent": (0.62, 0.36),
    "percussion": (0.4, 0.6),
}
"""Level of a role at rest, and what full energy adds."""
_LOOSE: dict[str, float] = {
    "piano": 6.0,
    "harp": 7.0,
    "percussion": 4.0,
    "timpani": 4.0,
    "violins": 8.0,
    "violas": 9.0,
    "cellos": 9.0,
    "basses": 8.0,
    "horns": 9.0,
}
"""Spread of the players' onsets in milliseconds."""
_LATE = 10.0
"""Milliseconds that what falls on an accent comes after it: picture first, then sound, as in life; early jars."""


def perform(page: Page, sheet: Sheet) -> tuple[Part, ...]:
    """The parts as they are played, in order of role and instrument."""
    parts = []
    fade = fade_span(page)
    for (role, instrument), written in sorted(sheet.notes.items()):
        notes = hushed(written, role, instrument, page)
        notes = [_within(note, page) for note in notes if note.beat < page.end_beat - 1e-6]
        notes = _unique(notes)
        if not notes:
            continue
        played = _played(page, role, instrument, notes, fade)
        dynamics = _dynamics(page, role, notes, fade) if instrument in _BOWED else ()
        parts.append(Part(role, instrument, played, dynamics))
    return tuple(parts)


def _within(note: Note, page: Page) -> Note:
    return replace(note, beats=min(note.beats, max(0.06, round(page.end_beat - note.beat, 6))))


def _unique(notes: list[Note]) -> list[Note]:
    """In order; of two equal pitches at one time the louder; a note struck again ends the one before."""
    kept: list[Note] = []
    sounding: dict[int, int] = {}
    for note in sorted(notes, key=lambda n: (n.beat, n.pitch, -n.velocity)):
        earlier = sounding.get(note.pitch)
        if earlier is not None:
            before = kept[earlier]
            if abs(before.beat - note.beat) < 1e-6:
                continue
            if before.beat + before.beats > note.beat and before.articulation not in ("legato", "sustain"):
                kept[earlier] = replace(before, beats=max(0.06, round(note.beat - before.beat, 6)))
        sounding[note.pitch] = len(kept)
        kept.append(note)
    return kept


def _played(
    page: Page, role: str, instrument: str, notes: list[Note], fade: tuple[float, float] | None
) -> tuple[Note, ...]:
    """Velocities and onsets with a player's unevenness; what falls on an accent stays where it is."""
    loose = _LOOSE.get(instrument, 6.0)
    phrase = 0
    chooser = draws(page.seed, "hands", role, instrument, page.phrases[0].key if page.phrases else "")
    played = []
    for note in notes:
        while phrase + 1 < len(page.phrases) and note.beat >= page.phrases[phrase + 1].beat - 1e-6:
            phrase += 1
            chooser = draws(page.seed, "hands", role, instrument, page.phrases[phrase].key)
        push = min(2.2 * loose, max(-2.2 * loose, chooser.gauss(0, loose)))
        nudge = chooser.gauss(0, 2.5)
        exact = role == "accent" or page.accent_near(note.beat, 0.02) is not None
        shift = note.shift_ms + (_LATE if exact else push)
        if note.beat <= page.chords[0].beat + 1e-6:
            shift = max(0.0, shift)
        velocity = faded(note.velocity + (0 if role == "accent" else nudge), note.beat, fade)
        played.append(
            replace(note, shift_ms=round(min(60.0, max(-20.0, shift)), 2), velocity=min(124, max(6, round(velocity))))
        )
    return tuple(played)


def _dynamics(page: Page, role: str, notes: list[Note], fade: tuple[float, float] | None) -> tuple[Dynamics, ...]:
    points: dict[float, float] = {}
    if role == "accent":
        for accent in page.accents:
            around = _energy_at(page, accent.beat)
            points[round(accent.beat - 4.0, 4)] = 0.15 + 0.1 * around
            points[round(accent.beat - 0.3, 4)] = 0.34 + 0.3 * accent.weight + 0.15 * around
            points[round(accent.beat, 4)] = 0.45 + 0.36 * accent.weight + 0.18 * around
            points[round(accent.beat + 1.5, 4)] = 0.25 + 0.25 * around
    else:
        rest, more = _LEVELS[role]
        for phrase in page.phrases:
            count = len(phrase.bars)
            for number, bar in enumerate(phrase.bars):
                level = rest + more * bar.energy - (0.1 if bar.speech else 0.0)
                arch = 0.84 + 0.22 * _arch((number + 0.15) / count)
                points[round(bar.beat, 4)] = level * arch
                if bar.beats >= 3:
                    points[round(bar.beat + bar.beats * 0.55, 4)] = level * (
                        0.86 + 0.22 * _arch((number + 0.6) / count)
                    )
        for accent in page.accents:
            level = rest + more * _energy_at(page, accent.beat)
            points[round(accent.beat - accent.hush - 0.1, 4)] = min(1.0, level * (1.0 + 0.22 * accent.weight))
        if role == "melody":
            points |= _hairpins(page, notes, rest, more)
        points = {beat: level for beat, level in points.items() if beat < page.final_beat}
        energy = page.phrases[-1].energy if page.phrases else page.brief.energy
        points |= {d.beat: d.level for d in last_dynamics(page, rest + more * energy)}
    curve = sorted((beat, faded(level, beat, fade)) for beat, level in points.items())
    if fade is not None:
        curve.append((max(fade[1], curve[-1][0] + 0.01), faded(curve[-1][1], fade[1], fade)))
    return tuple(Dynamics(round(beat, 4), round(min(1.0, max(0.0, level)), 3)) for beat, level in curve)


def _arch(place: float) -> float:
    """0 at both ends of a phrase, 1 a little after its middle."""
    place = min(1.0, max(0.0, place))
    return place / 0.62 if place < 0.62 else (1.0 - place) / 0.38


def _energy_at(page: Page, beat: float) -> float:
    for phrase in page.phrases:
        if phrase.beat <= beat < phrase.end:
            return phrase.energy
    return page.phrases[-1].energy if page.phrases else page.brief.energy


def _hairpins(page: Page, notes: list[Note], rest: float, more: float) -> dict[float, float]:
    """Long notes of the melody swell and fall away."""
    points = {}
    for note in notes:
        if note.beats < 1.4:
            continue
        level = rest + more * _energy_at(page, note.beat)
        points[round(note.beat, 4)] = 0.86 * level
        points[round(note.beat + 0.42 * note.beats, 4)] = min(1.0, 1.14 * level)
        points[round(note.beat + 0.95 * note.beats, 4)] = 0.66 * level
    return points
