"""Expression: the shape of every phrase as dynamics, and the small unevenness of people playing."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace

from cutscore_composer.write.accents import hushed
from cutscore_composer.write.composition import Dynamics, Note, Part
from cutscore_composer.write.draws import draws
from cutscore_composer.write.ending import fade_span, faded, last_dynamics
from cutscore_composer.write.ensemble import sound_pack
from cutscore_composer.write.form import Phrase
from cutscore_composer.write.low_register import clear_low
from cutscore_composer.write.page import Page, Sheet
from cutscore_composer.write.sustain import goes_on

_LEVELS: dict[str, tuple[float, float]] = {
    "melody": (0.30, 0.62),
    "answer": (0.25, 0.60),
    "harmony": (0.13, 0.74),
    "bass": (0.18, 0.72),
    "pulse": (0.18, 0.74),
    "colour": (0.12, 0.66),
    "texture": (0.13, 0.62),
    "percussion": (0.30, 0.66),
}
"""Level of a role at rest, and what full energy adds."""
_TOUCH = (0.73, 0.56)
"""The same for the velocities that a layer wrote: how they are taken at rest, and what full energy adds."""
_STILL_ACCENT = (0.43, 0.8)
"""Share of its force that an accent has in still music, and what energy adds, up to the whole."""
_DRIVE = 1.2
"""How much of what the picture asks beyond the bounds of its energy the players give."""
_STILLEST = -0.12
"""Nobody plays below the level of this energy: what is not heard is no music."""
_LOOSE: dict[str, float] = {
    "piano": 6.0,
    "keys": 5.0,
    "plucked": 6.0,
    "mallets": 5.0,
    "bass": 5.0,
    "percussion": 4.0,
    "kit": 3.5,
    "strings": 8.0,
    "winds": 8.0,
    "brass": 9.0,
    "choir": 12.0,
    "synth": 1.5,
    "fx": 0.0,
}
"""Spread of the players' onsets in milliseconds, by desk channel."""
_MACHINES: dict[str, float] = {"synth_kit": 1.0, "synth_bass": 1.0, "sub": 0.5, "lofi_kit": 4.5}
"""The same for instruments that are no people."""
_LATE = 10.0
"""Milliseconds that what falls on an accent comes after it: picture first, then sound, as in life; early jars."""
_LATEST = 30.0
"""From so many milliseconds after its moment on an accent is late enough as it is written."""
_TOP = 0.62
"""Where in a phrase its middle is: a little after the half."""


def perform(page: Page, sheet: Sheet) -> tuple[Part, ...]:
    """The parts as they are played, in order of role and instrument."""
    clear_low(sheet)
    parts = []
    fade = fade_span(page)
    arc = _Arc(page)
    for (role, instrument), written in sorted(sheet.notes.items()):
        notes = hushed(written, role, instrument, page)
        notes = [_within(note, page) for note in notes if note.beat < page.end_beat - 1e-6]
        notes = _unique(notes)
        if not notes:
            continue
        played = _played(page, role, instrument, notes, fade, arc)
        held = any(goes_on(instrument, note.articulation) for note in notes) and role != "fx"
        dynamics = _dynamics(page, role, notes, fade, arc) if held else ()
        parts.append(Part(role, instrument, played, dynamics))
    return tuple(parts)


class _Arc:
    """The energy at any beat, going from bar to bar as players do, and a phrase's own rise and fall."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._points: list[tuple[float, float]] = []
        for _, bar in page.bars():
            level = max(_STILLEST, bar.energy + _DRIVE * (bar.drive - bar.energy))
            # A bar comes to its level in its first half and keeps it: nobody knows the bar after.
            self._points += [(bar.beat + 0.5 * bar.beats, level), (bar.end, level)]
        self._starts = [point[0] for point in self._points]

    def energy(self, beat: float) -> float:
        """About 0 to 1, straight from the end of a bar to the middle of the next."""
        if not self._points:
            return self._page.brief.energy
        after = bisect_right(self._starts, beat)
        if after == 0:
            return self._points[0][1]
        if after == len(self._points):
            return self._points[-1][1]
        (a, low), (b, high) = self._points[after - 1], self._points[after]
        return low + (high - low) * (beat - a) / (b - a)

    def phrase(self, beat: float) -> Phrase | None:
        """The phrase that a beat is played in; the last one from the final beat on."""
        phrases = self._page.phrases
        if not phrases:
            return None
        return phrases[max(0, bisect_right(phrases, beat + 1e-6, key=lambda phrase: phrase.beat) - 1)]


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
    page: Page, role: str, instrument: str, notes: list[Note], fade: tuple[float, float] | None, arc: _Arc
) -> tuple[Note, ...]:
    """Velocities and onsets with a player's unevenness; what falls on an accent stays where it is."""
    loose = _MACHINES.get(instrument, _LOOSE.get(sound_pack()[instrument].channel, 6.0))
    phrase, push, at = arc.phrase(notes[0].beat), 0.0, None
    chooser = draws(page.seed, "hands", role, instrument, phrase.key if phrase else "")
    played = []
    for note in notes:
        here = arc.phrase(note.beat)
        if here is not phrase:
            phrase = here
            chooser = draws(page.seed, "hands", role, instrument, phrase.key if phrase else "")
        if note.beat != at:
            # What one player strikes together comes nearly together.
            push, at = min(2.2 * loose, max(-2.2 * loose, chooser.gauss(0, loose))), note.beat
        own, nudge = chooser.gauss(0, 0.2 * loose), chooser.gauss(0, 2.5)
        struck = page.accent_near(note.beat, 0.02)
        exact = role in ("accent", "fx") or struck is not None
        late = _LATE if struck is None else max(0.0, min(_LATE, _LATEST - struck.late_ms))
        shift = note.shift_ms + (late if exact else push + own)
        if note.beat <= page.chords[0].beat + 1e-6:
            shift = max(0.0, shift)
        strength = float(note.velocity)
        if role != "accent" or note.beat >= page.final_beat - 1e-6:
            strength = strength * _touch(arc, phrase, note, page) + nudge
        else:
            strength *= _restraint(arc, note.beat)
        velocity = faded(strength, note.beat, fade)
        played.append(
            replace(note, shift_ms=round(min(60.0, max(-20.0, shift)), 2), velocity=min(124, max(6, round(velocity))))
        )
    return tuple(played)


def _touch(arc: _Arc, phrase: Phrase | None, note: Note, page: Page) -> float:
    """How hard a note is taken: by the energy of the moment and its place in the phrase."""
    last = phrase is None or note.beat >= page.final_beat - 1e-6
    shape = 1.0 if last or phrase is None else 0.95 + 0.08 * _arch(phrase, note.beat)
    return (_TOUCH[0] + _TOUCH[1] * arc.energy(note.beat)) * shape


def _restraint(arc: _Arc, beat: float) -> float:
    """What an accent keeps of its force: it stands out of still music by less than out of loud music."""
    return min(1.0, max(_STILL_ACCENT[0], _STILL_ACCENT[0] + _STILL_ACCENT[1] * arc.energy(beat)))


def _arch(phrase: Phrase, beat: float) -> float:
    """0 at both ends of a phrase, 1 a little after its middle; what an extension adds stays high."""
    bars = phrase.bars
    length = phrase.nominal * (bars[0].beats if len(bars) == 1 else bars[-1].beats)
    rise = (beat - phrase.beat) / max(length, 1e-6) / _TOP
    fall = (phrase.end - beat) / max(bars[-1].beats, 1)
    return max(0.0, min(1.0, rise, fall))


def _dynamics(
    page: Page, role: str, notes: list[Note], fade: tuple[float, float] | None, arc: _Arc
) -> tuple[Dynamics, ...]:
    points: dict[float, float] = {}
    if role == "accent":
        for accent in page.accents:
            around, share = arc.energy(accent.beat), _restraint(arc, accent.beat)
            points[round(accent.beat - 4.0, 4)] = 0.15 + 0.1 * around
            points[round(accent.beat - 0.3, 4)] = share * (0.34 + 0.3 * accent.weight + 0.15 * around)
            points[round(accent.beat, 4)] = share * (0.42 + 0.36 * accent.weight + 0.22 * around)
            if accent.beat >= page.final_beat - 0.3:
                points[round(accent.beat, 4)] = min(0.95, 0.28 + 0.75 * around)
            points[round(accent.beat + 1.5, 4)] = share * (0.25 + 0.25 * around)
        if not points:
            points[page.final_beat] = 0.5
    else:
        rest, more = _LEVELS.get(role, (0.24, 0.58))
        for phrase, bar in page.bars():
            spoken = 0.1 if bar.speech else 0.0
            for share in (0.0, 0.55) if bar.beats >= 3 else (0.0,):
                beat = bar.beat + share * bar.beats
                level = rest + more * arc.energy(beat) - spoken
                points[round(beat, 4)] = level * (0.84 + 0.22 * _arch(phrase, beat))
        for accent in page.accents:
            level = rest + more * arc.energy(accent.beat)
            points[round(accent.beat - accent.hush - 0.1, 4)] = min(1.0, level * (1.0 + 0.22 * accent.weight))
        if role in ("melody", "answer"):
            points |= _hairpins(notes, rest, more, arc)
        points = {beat: level for beat, level in points.items() if beat < page.final_beat}
        points |= {d.beat: d.level for d in last_dynamics(page, rest + more * arc.energy(page.final_beat))}
    curve = sorted((beat, faded(level, beat, fade)) for beat, level in points.items())
    if fade is not None:
        curve.append((max(fade[1], curve[-1][0] + 0.01), faded(curve[-1][1], fade[1], fade)))
    return tuple(Dynamics(round(beat, 4), round(min(1.0, max(0.0, level)), 3)) for beat, level in curve)


def _hairpins(notes: list[Note], rest: float, more: float, arc: _Arc) -> dict[float, float]:
    """Long notes of the melody swell and fall away."""
    points = {}
    for note in notes:
        if note.beats < 1.4:
            continue
        level = rest + more * arc.energy(note.beat)
        points[round(note.beat, 4)] = 0.86 * level
        points[round(note.beat + 0.42 * note.beats, 4)] = min(1.0, 1.14 * level)
        points[round(note.beat + 0.95 * note.beats, 4)] = 0.66 * level
    return points
