"""Ostinato: a short figure through neighbouring voices, repeated over the chords; every eight bars one thing changes.

What changes is the register, the stress, the place where the figure begins, or a voice of it.
"""

from __future__ import annotations

import random

from cutscore_composer.write.composition import Articulation
from cutscore_composer.write.draws import draws
from cutscore_composer.write.form import FormBar
from cutscore_composer.write.parts.figures import halved
from cutscore_composer.write.parts.grids import Step, bar_steps
from cutscore_composer.write.parts.seats import low_to_high, one_seat, shares
from cutscore_composer.write.parts.shapes import lying, upper_ladder
from cutscore_composer.write.parts.stand import Stand

_PLAIN = {"4/4": "0 1 2 1 0 1 2 1", "3/4": "0 1 2 1 0 1"}
_CHANGES = ("stress", "turn", "register", "voice", "none")
_SECOND_FROM, _THIRD_FROM = 0.58, 0.72
"""Energies from which a second and a third player join."""
_DOUBLE_TIME_BELOW_BPM = 104


def ostinato(stand: Stand) -> None:
    """A repeated figure in a pattern of the style."""
    pattern = stand.pattern() or _PLAIN
    for rank, seat in enumerate(_players(stand)):
        for number, bar in enumerate(stand.phrase.bars):
            if bar.speech and not stand.page.style.groove:
                continue
            steps = bar_steps(pattern, bar.beats, number, None, stand.home)
            if stand.sparse or bar.speech:
                steps = halved(steps)
            elif rank == 0 and _doubled(stand):
                steps = _twice(steps, bar.beats)
            _bar(stand, seat, rank, bar, number, steps)


def _players(stand: Stand) -> list[str]:
    """Who plays, the one that begins first: a section joins in one after the other."""
    if not shares(stand):
        return [one_seat(stand)]
    seats = low_to_high(stand)
    middle = len(seats) // 2
    order = [seats[middle], *seats[middle + 1 :], *reversed(seats[:middle])]
    return order[: 1 + (stand.phrase.strength > _SECOND_FROM) + (stand.phrase.strength > _THIRD_FROM)]


def _doubled(stand: Stand) -> bool:
    """Whether eighths become sixteenths: where the style's density knows them and the beat is slow enough."""
    subdivisions = getattr(stand.page.style.density, stand.energy).subdivisions
    rubato = not stand.page.style.groove
    return rubato and 4 in subdivisions and stand.page.bpm(stand.phrase.beat) < _DOUBLE_TIME_BELOW_BPM


def _twice(steps: tuple[Step, ...], beats: int) -> tuple[Step, ...]:
    """The figure at double speed, twice in the bar, where it has no sixteenths yet."""
    if any(step.at % 0.5 or step.beats < 0.5 for step in steps):
        return steps
    return tuple(Step(s.at / 2 + half * beats / 2, s.beats / 2, s.symbol) for half in (0, 1) for s in steps)


def _bar(stand: Stand, seat: str, rank: int, bar: FormBar, number: int, steps: tuple[Step, ...]) -> None:
    change, chooser = _change(stand, number), stand.chooser(seat, number // 2)
    last = number + 1 == len(stand.phrase.bars)
    turned = len(steps) // 2 if change == "turn" and number % 2 else 0
    for index, step in enumerate(steps):
        if last and step.at >= bar.beats - 1 and not stand.page.style.groove:
            continue  # the end of a phrase draws breath
        symbol = steps[(index + turned) % len(steps)].symbol
        _note(stand, seat, rank, bar, step, _voiced(symbol, index, change), change, chooser)


def _change(stand: Stand, number: int) -> str:
    """What is other than at the section's beginning."""
    block = stand.periods(number)
    if block == 0:
        return "none"
    return draws(stand.page.seed, "ostinato", stand.row.plain, stand.phrase.letter, block).choice(_CHANGES)


def _voiced(symbol: str, index: int, change: str) -> int:
    place = int(symbol)
    return place + 1 if change == "voice" and index % 4 == 3 else place


def _note(
    stand: Stand, seat: str, rank: int, bar: FormBar, step: Step, place: int, change: str, chooser: random.Random
) -> None:
    beat = bar.beat + step.at
    chord = stand.page.chord_at(beat)
    player = stand.player(seat)
    low = sum(player.comfortable) < 110 and player.channel == "strings"
    rungs = (
        [chord.bass + 12, *upper_ladder(chord)]
        if low
        else sorted(set(lying(upper_ladder(chord, min(rank, 1))[:6], player)))
    )
    pitch = chord.bass + 12 if low and len(stand.seats) > 1 else rungs[min(place, len(rungs) - 1)]
    if change == "register" and pitch + 12 <= player.comfortable[1]:
        pitch += 12
    stressed = step.at % 1.5 == 0 if change == "stress" else step.at % 1 == 0 and place == 0
    velocity = stand.velocity(bar, chooser) - 4 + (11 if stressed else 0) + (4 if step.at == 0 else 0)
    short = step.beats <= 0.5
    how: Articulation = "staccato" if short and player.channel not in ("mallets", "keys", "plucked") else "sustain"
    stand.write(seat, beat, step.beats * (0.66 if how == "staccato" else 0.95), pitch, velocity, how)
