"""Accompanying chords: strummed, struck or held as the style notates them; without a pattern held and struck again.

A strum is rolled over 8 to 25 ms in string order, an up-stroke takes the upper strings backwards; jazz plays shells;
a distorted guitar plays roots that its amplifier makes into fifths; bowed and blown sections share the chord.
"""

from __future__ import annotations

from collections.abc import Sequence

from cutscore_composer.write.composition import Articulation
from cutscore_composer.write.draws import draws
from cutscore_composer.write.ensemble import Instrument
from cutscore_composer.write.form import FormBar
from cutscore_composer.write.parts.grids import COMP, bar_steps
from cutscore_composer.write.parts.seats import one_seat, shares
from cutscore_composer.write.parts.shapes import fifth_over, lying, shell, strings_of, strummed
from cutscore_composer.write.parts.stand import Stand
from cutscore_composer.write.voicing import Voiced

_STRESS: dict[str, float] = {"X": 9.0, "x": 0.0, "o": -13.0, "D": 9.0, "d": 1.0, "U": 0.0, "u": -7.0, "b": 2.0}
_SHORT_BEATS = 0.5
_UP_STROKE_STRINGS = 4
_LOWEST_POWER = 40
"""Power chords have their roots in the octave from here: a guitar's low E."""


def comp(stand: Stand) -> None:
    """Chords in a pattern of the style."""
    pattern = stand.pattern()
    if pattern is None:
        _held(stand)
        return
    for number, bar in enumerate(stand.phrase.bars):
        basses = 0
        for step in bar_steps(pattern, bar.beats, number, COMP, stand.home):
            if bar.speech and step.symbol in "oUu":
                continue
            beat = bar.beat + step.at
            chord = stand.page.chord_at(beat)
            if step.symbol == "b":
                _bass_tone(stand, bar, number, beat, step.beats, chord, basses)
                basses += 1
            else:
                _struck(stand, bar, number, beat, step.beats, chord, step.symbol)


def _struck(stand: Stand, bar: FormBar, number: int, beat: float, beats: float, chord: Voiced, symbol: str) -> None:
    chooser = draws(stand.page.seed, "comp", stand.row.plain, stand.phrase.material, number, round(beat * 24) % 4096)
    velocity = stand.velocity(bar, chooser) + _STRESS[symbol]
    spread = chooser.uniform(8.0, 25.0)
    # A chord that is held over the next one's beginning would blur it.
    beats = min(beats, max(0.2, chord.end - beat)) if beats > _SHORT_BEATS else beats
    if shares(stand):
        for seat, pitch in shared(stand, chord):
            how: Articulation = "staccato" if beats <= _SHORT_BEATS else "sustain"
            stand.write(seat, beat, beats * 0.92, pitch, velocity, how)
        return
    seat = one_seat(stand)
    player = stand.player(seat)
    strings = strings_of(player)
    if strings is None or symbol not in "DUdu":
        for pitch in voicing(stand, player, chord, stand.phrase.strength):
            stand.write(seat, beat, beats * 0.96, pitch, velocity)
        return
    stroke = _stroke(strummed(chord, strings), symbol)
    for place, pitch in enumerate(stroke):
        late = round(spread * place / max(1, len(stroke) - 1), 2)
        stand.write(seat, beat, beats * 0.96, pitch, velocity - 1.5 * place, shift_ms=late)


def _stroke(shape: Sequence[int], symbol: str) -> Sequence[int]:
    """The strings in the order in which they are met: all of them down, the upper ones up."""
    return shape if symbol in "Dd" else list(reversed(shape))[:_UP_STROKE_STRINGS]


def voicing(stand: Stand, player: Instrument, chord: Voiced, energy: float) -> list[int]:
    """The chord as this instrument has it, from low to high; its bass left to a bass player where there is one."""
    how = stand.row.voicing
    if stand.row.articulation == "power":
        return [player.within(_LOWEST_POWER + (chord.chord.root - _LOWEST_POWER) % 12)]
    if strings := strings_of(player):
        shape = sorted(strummed(chord, strings))
        return shape if how != "shell" else lying(shell(chord), player)
    if how == "shell" or (how is None and stand.page.style.family == "jazz"):
        return lying(shell(chord), player)
    tones = list(chord.voices if energy > 0.4 else chord.voices[:3])
    if how == "open" or (how is None and player.channel == "piano" and "bass" not in stand.company):
        octave = [chord.bass - 12] if chord.bass - 12 >= 24 and energy > 0.25 else []
        tones = [*octave, chord.bass, *tones]
        return [player.within(pitch) for pitch in tones]
    return sorted(set(lying(tones, player)))


def shared(stand: Stand, chord: Voiced) -> list[tuple[str, int]]:
    """The chord divided among a section: the top to the first player, down to the last."""
    seats = stand.seats
    voices = list(reversed(chord.voices))
    if len(seats) == 1:
        return [(seats[0], pitch) for pitch in sorted(set(lying(chord.voices, stand.player(seats[0]))))[:3]]
    return [(seats[min(place * len(seats) // 4, len(seats) - 1)], pitch) for place, pitch in enumerate(voices)]


def _bass_tone(stand: Stand, bar: FormBar, number: int, beat: float, beats: float, chord: Voiced, count: int) -> None:
    """The bass of an oom-pah: the root, and at the second turn in a bar the fifth below or above it."""
    seat = stand.seats[-1] if shares(stand) else one_seat(stand)
    player = stand.player(seat)
    chooser = draws(stand.page.seed, "comp", "bass", stand.phrase.material, number, count)
    pitch = chord.bass
    if count % 2 and abs(chord.beat - beat) > 1e-6:
        fifth = fifth_over(chord)
        pitch = fifth if fifth is not None else pitch
    low = player.within(pitch)
    stand.write(seat, beat, beats * 0.9, low, stand.velocity(bar, chooser) + _STRESS["b"])


def _held(stand: Stand) -> None:
    """Held chords, again in the middle of the bar where it moves; soft pedal tones below where no bass plays."""
    for number, bar in enumerate(stand.phrase.bars):
        chooser = draws(stand.page.seed, "chords", stand.phrase.material, number)
        for start, end, chord in stand.page.chords_in(bar.beat, bar.end):
            velocity = stand.velocity(bar, chooser)
            if shares(stand):
                for seat, pitch in shared(stand, chord):
                    stand.write(seat, start, end - start, pitch, velocity)
                continue
            seat = one_seat(stand)
            tones = voicing(stand, stand.player(seat), chord, stand.phrase.strength)
            struck = stand.player(seat).channel in ("piano", "keys", "plucked", "mallets")
            for place, pitch in enumerate(tones):
                stand.write(seat, start, end - start, pitch, velocity - 3 + place, shift_ms=3.0 * place * struck)
            if struck and end - start >= 3 and stand.phrase.strength > 0.35 and not bar.speech:
                again = start + stand.chooser("again").choice((1.5, 2.0, 2.5))
                for pitch in tones[-3:]:
                    stand.write(seat, again, end - again, pitch, velocity - 10)
