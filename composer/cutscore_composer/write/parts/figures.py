"""Figures: broken chords on any instrument, through the open chord from its lowest tone, as the style notates them.

The bars of a period have the same figure, the next one bends a note or two of it; the end of a phrase draws breath.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from cutscore_composer.write.form import FormBar
from cutscore_composer.write.parts.grids import Step, bar_steps
from cutscore_composer.write.parts.seats import one_seat, shares
from cutscore_composer.write.parts.shapes import lying, open_chord, strings_of, strummed, upper_ladder
from cutscore_composer.write.parts.stand import Stand
from cutscore_composer.write.voicing import Voiced

_PLAIN = {"4/4": "0 2 3 4 5 4 3 2", "3/4": "0 2 3 4 3 2"}
"""Where the style names no figure."""
_STILL = 0.16
"""Energy up to which eighths become quarters, where the style's density knows quarters."""
_LOW_ENOUGH = 43
"""An instrument that reaches down to here has the bass in its broken chord."""


def figures(stand: Stand) -> None:
    """Broken chords in a pattern of the style."""
    pattern = stand.pattern() or _PLAIN
    slow = _slow(stand)
    seats = _seats(stand)
    for number, bar in enumerate(stand.phrase.bars):
        chooser = stand.chooser(number)
        steps = bar_steps(pattern, bar.beats, number, None, stand.home)
        if slow or bar.speech:
            steps = halved(steps)
        if block := stand.periods(number):
            steps = _bent(steps, stand.chooser("bent", block))
        last = number + 1 == len(stand.phrase.bars)
        for index, step in enumerate(steps):
            if last and step.at > bar.beats / 2 and step.at % 1 and step.symbol != "0":
                continue  # the end of a phrase draws breath
            _note(stand, bar, seats[index % len(seats)], step, chooser)


def _slow(stand: Stand) -> bool:
    """Whether eighths are too many for so still a place, or for what the user asked."""
    subdivisions = getattr(stand.page.style.density, stand.energy).subdivisions
    still = stand.phrase.strength <= _STILL and 1 in subdivisions and stand.page.bpm(stand.phrase.beat) >= 72
    return still or stand.sparse


def halved(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Only what falls on the beat, held over what is left out; a figure wholly off the beat stays as it is."""
    kept = [step for step in steps if step.at % 1 == 0]
    if not kept:
        return tuple(steps)
    ends = [step.at for step in kept[1:]] + [max((step.at + step.beats for step in steps), default=0.0)]
    return tuple(Step(s.at, max(s.beats, min(end - s.at, 2.0)), s.symbol) for s, end in zip(kept, ends, strict=True))


def _bent(steps: Sequence[Step], chooser: random.Random) -> tuple[Step, ...]:
    """One or two later notes of the figure changed to a neighbour."""
    bent = list(steps)
    for _ in range(chooser.choice((0, 1, 1, 2))):
        if len(bent) > 2:
            place = chooser.randrange(len(bent) // 2, len(bent))
            moved = max(1, int(bent[place].symbol) + chooser.choice((-1, 1)))
            bent[place] = Step(bent[place].at, bent[place].beats, str(min(moved, 12)))
    return tuple(bent)


def _seats(stand: Stand) -> list[str]:
    """One player; of those with one voice each whoever's turn it is."""
    if not shares(stand):
        return [one_seat(stand)]
    return [stand.chooser("first").choice(stand.seats)]


def _note(stand: Stand, bar: FormBar, seat: str, step: Step, chooser: random.Random) -> None:
    beat = bar.beat + step.at
    chord = stand.page.chord_at(beat)
    rungs = rungs_of(stand, seat, chord)
    # A chord that begins inside the bar begins with its bass, where this instrument has it.
    begins = abs(chord.beat - beat) < 1e-6 and beat > bar.beat + 1e-6 and rungs[0] == chord.bass
    place = 0 if begins else int(step.symbol)
    pitch = rungs[min(place, len(rungs) - 1)]
    weight = 7.0 if step.at == 0 else 3.0 if step.at % 2 == 0 else 0.0 if step.at % 1 == 0 else -4.0
    velocity = stand.velocity(bar, chooser) - 3 + weight
    # Struck strings ring on into what follows, while the chord stays.
    rings = stand.player(seat).channel in ("piano", "plucked", "mallets", "keys")
    beats = min(max(step.beats, 2.0 * step.beats if rings else 0.0), max(0.1, chord.end - beat))
    stand.write(seat, beat, beats, pitch, velocity)
    deep = pitch - 12
    alone = stand.player(seat).channel == "piano" and "bass" not in stand.company
    if place == 0 and (begins or step.at == 0) and alone and stand.phrase.strength > 0.3 and deep >= 28:
        stand.write(seat, beat, min(chord.end - beat, 4.0), deep, velocity - 4)


def rungs_of(stand: Stand, seat: str, chord: Voiced) -> list[int]:
    """The tones that a figure climbs on this instrument, from its lowest."""
    player = stand.player(seat)
    if strings := strings_of(player):
        shape = sorted(set(strummed(chord, strings)))
        return [*shape, *(pitch + 12 for pitch in shape[-3:] if pitch + 12 > shape[-1])]
    if player.low <= _LOW_ENOUGH and player.channel != "synth":
        return open_chord(chord)
    return sorted(set(lying(upper_ladder(chord)[:7], player)))
