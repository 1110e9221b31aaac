"""The bed: held chords led voice by voice, in a section that divides or on one instrument; the same trembling."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cutscore_composer.write.composition import Articulation
from cutscore_composer.write.draws import draws
from cutscore_composer.write.parts.seats import low_to_high, one_seat, shares
from cutscore_composer.write.parts.stand import Stand

_LONGEST_BEATS = 8.0
"""A tone that stays is held over this long and then played again."""
_FULL_FROM = 0.24
"""Energy from which all four voices sound."""
_OVERLAP_SECONDS = (0.045, 0.085)
"""Legato: how much longer than written a note is held into the next; never into a breath."""
_BREATH_BEATS = 0.12


@dataclass(frozen=True, slots=True)
class _Run:
    """A tone held from a beat up to another."""

    start: float
    end: float
    pitch: int


def bed(stand: Stand) -> None:
    """Held chords; a tone that stays is held over, not struck again."""
    phrase = stand.phrase
    lift = 12 if phrase.character == "climax" and phrase.strength > 0.55 else 0
    for seat, voice in divided(stand, full=phrase.strength > _FULL_FROM):
        for run in _runs(stand, voice, lift if voice == 3 else 0):
            _hold(stand, seat, voice, run)


def tremolo(stand: Stand) -> None:
    """The upper voices tremble in the second half of a phrase: tension that leads on."""
    phrase = stand.phrase
    bars = phrase.bars[len(phrase.bars) // 2 :]
    how: Articulation = "tremolo"
    voices = [pair for pair in divided(stand, full=True) if pair[1] >= 2]
    top = [(seat, 3) for seat in low_to_high(stand)[-1:]]
    for start, end, chord in stand.page.chords_in(bars[0].beat, stand.until):
        chooser = stand.chooser("tremolo", round(start - phrase.beat))
        for seat, voice in voices if phrase.strength > 0.45 and len(stand.seats) > 1 else top:
            lift = 12 if voice == 3 and phrase.strength > 0.5 and chord.voices[3] < 72 else 0
            velocity = 36 + 40 * phrase.energy - (6 if voice < 3 else 0) + chooser.gauss(0, 2)
            stand.write(seat, start, end - start, chord.voices[voice] + lift, velocity, how)


def divided(stand: Stand, *, full: bool) -> list[tuple[str, int]]:
    """Who holds which voice (0 the tenor to 3 the top); without `full` the second voice from the top rests."""
    if not shares(stand):
        seat = one_seat(stand)
        return [(seat, voice) for voice in (0, 1, 2, 3) if full or voice != 2]
    seats = [seat for seat in low_to_high(stand) if seat != "basses"] or list(stand.seats)
    match len(seats):
        case 1:
            voices: Sequence[tuple[int, int]] = ((0, 2), (0, 3))
        case 2:
            voices = ((0, 0), (0, 1), (1, 2), (1, 3))
        case 3:
            voices = ((0, 0), (1, 1), (2, 2), (2, 3))
        case _:
            voices = ((0, 0), (1, 1), (-2, 2), (-1, 3))
    return [(seats[place], voice) for place, voice in voices if full or voice != 3 or len(seats) == 1]


def _runs(stand: Stand, voice: int, lift: int) -> list[_Run]:
    """A voice through the phrase, equal tones joined; an accent is always played anew."""
    runs: list[_Run] = []
    for start, end, chord in stand.page.chords_in(stand.phrase.beat, stand.until):
        pitch = chord.voices[voice] + lift
        last = runs[-1] if runs else None
        joins = last is not None and last.pitch == pitch and start - last.start < _LONGEST_BEATS
        if last is not None and joins and stand.page.accent_near(start) is None:
            runs[-1] = _Run(last.start, end, pitch)
        else:
            runs.append(_Run(start, end, pitch))
    return runs


def _hold(stand: Stand, seat: str, voice: int, run: _Run) -> None:
    phrase = stand.phrase
    chooser = draws(stand.page.seed, "bed", seat, voice, phrase.key, round(run.start - phrase.beat))
    overlap = chooser.uniform(*_OVERLAP_SECONDS) * stand.page.bpm(run.start) / 60
    length = run.end - run.start + (overlap if run.end < phrase.end - 1e-6 else -_BREATH_BEATS)
    velocity = 44 + 40 * phrase.energy + chooser.gauss(0, 2)
    stand.write(seat, run.start, length, run.pitch, velocity, "legato" if run.start > phrase.beat else "sustain")
