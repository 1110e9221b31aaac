"""The answer: where the melody rests, somebody else takes up its last notes, lower or higher and over the chord of now.

Where a phrase has no melody at all, a slow line leads through its chords.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from cutscore_composer.write.composition import Note
from cutscore_composer.write.form import FormBar
from cutscore_composer.write.parts.seats import one_seat
from cutscore_composer.write.parts.stand import Stand

_SHORTEST_REST_BEATS = 1.5
_LONGEST_ECHO_BEATS = 4.0
_ECHOED = 4
"""At most so many notes are taken up."""
_SLOW_SHARE = 0.5
"""How often a phrase without melody gets a line."""


@dataclass(frozen=True, slots=True)
class Rest:
    """Where the melody rests, and the notes that it sang before."""

    start: float
    end: float
    before: tuple[Note, ...]


def answer(stand: Stand) -> None:
    """Answers in the rests of a phrase, one voice."""
    sung = melody_in(stand)
    seat = one_seat(stand)
    if not sung:
        if stand.chooser("slow", stand.phrase.place).random() < _SLOW_SHARE:
            _slow_line(stand, seat)
        return
    for number, rest in enumerate(rests_of(sung, stand.phrase.end)):
        _echo(stand, seat, rest, stand.chooser("echo", number))


def melody_in(stand: Stand) -> list[Note]:
    """The melody's notes of the phrase, in order."""
    notes = [note for (role, _), written in stand.sheet.notes.items() if role == "melody" for note in written]
    return sorted(
        (note for note in notes if stand.phrase.beat - 1e-6 <= note.beat < stand.phrase.end - 1e-6),
        key=lambda note: (note.beat, note.pitch),
    )


def rests_of(sung: list[Note], end: float) -> list[Rest]:
    """The silences after notes of a melody that are long enough for an answer."""
    rests: list[Rest] = []
    first = 0
    for index, note in enumerate(sung):
        stops = note.beat + note.beats
        goes_on = sung[index + 1].beat if index + 1 < len(sung) else end
        if goes_on - stops >= _SHORTEST_REST_BEATS:
            rests.append(Rest(stops, goes_on, tuple(sung[first : index + 1])))
            first = index + 1
    return rests


def _echo(stand: Stand, seat: str, rest: Rest, chooser: random.Random) -> None:
    """The first notes of what was sung, their rhythm and their direction, ending on a tone of the chord."""
    model = rest.before[:_ECHOED]
    start = -(-(rest.start + 0.05) // 0.5) * 0.5
    player, beat = stand.player(seat), start
    pitch: int | None = None
    for index, note in enumerate(model):
        following = model[index + 1].beat if index + 1 < len(model) else note.beat + note.beats
        length = min(max(0.25, round(2 * (following - note.beat)) / 2), rest.end - beat)
        bar = _bar_at(stand, beat)
        late = length < 0.25 or beat - start >= _LONGEST_ECHO_BEATS or beat >= stand.until - 0.25
        if late or bar is None or bar.speech:
            return
        chord = stand.page.chord_at(beat)
        scale = chord.chord.scale or chord.chord.tones
        ends = index + 1 == len(model) or beat + length >= min(rest.end, start + _LONGEST_ECHO_BEATS) - 0.25
        classes = chord.chord.tones if index == 0 or ends else scale
        low, high = player.comfortable
        wanted = (2 * low + high) // 3 + 5 if pitch is None else pitch + note.pitch - model[index - 1].pitch
        pitch = min((p for p in range(low, high + 1) if p % 12 in classes), key=lambda p: (abs(p - wanted), p))
        velocity = stand.velocity(bar, chooser) + 2
        stand.write(seat, beat, length * 0.98, pitch, velocity, "legato" if index else "sustain")
        beat += length


def _slow_line(stand: Stand, seat: str) -> None:
    """A tone for every chord, as near to the one before as can be: thirds and sevenths where they lie at hand."""
    player, before = stand.player(seat), None
    low, high = player.comfortable
    middle = (low + high) // 2
    for start, end, chord in stand.page.chords_in(stand.phrase.beat, stand.until):
        bar = _bar_at(stand, start)
        if bar is None or bar.speech:
            continue
        tones = chord.chord.tones[1:] or chord.chord.tones
        options = [p for p in range(low, high + 1) if p % 12 in tones]
        wanted = before if before is not None else middle
        before = min(options, key=lambda p: (abs(p - wanted), p))
        velocity = stand.velocity(bar, stand.chooser("slow", round(start - stand.phrase.beat))) - 2
        stand.write(seat, start, (end - start) * 0.97, before, velocity, "legato")


def _bar_at(stand: Stand, beat: float) -> FormBar | None:
    return next((bar for bar in stand.phrase.bars if bar.beat - 1e-6 <= beat < bar.end - 1e-6), None)
