"""The form: bars grouped into phrases and periods inside the picture's sections, each with its character.

A section of the picture becomes phrases of (mostly) four bars; two make a period: the first ends on a half turn,
the second on a full one. What is left over extends the last phrase of a section or makes it shorter, so that a
change of the picture leaves the phrases before it as they were. The strongest phrase of the cue is its climax.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from cutscore_composer.look.seen import CURVE_HZ
from cutscore_composer.plan.brief import Brief
from cutscore_composer.spot.spotting import Spotting
from cutscore_composer.write.composition import Bar
from cutscore_composer.write.fit import Fit

Character = Literal["introduction", "statement", "development", "climax", "release"]
Turn = Literal["half", "full", "final"]

_STEPS = 32
"""Steps of a bar's energy; it leaves its last level only by a step and a half: an arc trembles, a player does not."""
_PHRASE_STEPS = 16
_NEAR_ENERGY = 0.13
"""A phrase whose energy differs from that of the one it answers by no more has the same players and patterns."""
_MEAN_STEPS = 10
"""The mean of the whole picture is told coarsely: a later trim must not move every bar."""
_ARC_SHARE = 1.15
"""How much of the picture's arc the music follows."""
_BESIDE_WORDS = 0.4
"""The same where words tell the arc."""
_PLACE_OF_CLIMAX, _CLIMAX_PULL = 0.72, 0.10
"""Where a listener expects the height, and how much energy that is worth."""


@dataclass(frozen=True, slots=True)
class FormBar:
    """A bar with its place in the form and what the picture does during it."""

    index: int
    beat: float
    beats: int
    section: int
    energy: float
    """0 to 1, in steps of 1/32."""
    speech: bool
    """Whether somebody speaks during a good part of it."""
    drive: float = 0.5
    """The energy before it was kept within 0 and 1: quiet music has its rise and fall too, which players give it."""

    @property
    def end(self) -> float:
        """The beat after the bar."""
        return self.beat + self.beats


@dataclass(frozen=True, slots=True)
class Phrase:
    """A few bars that belong together."""

    index: int
    key: str
    """What keys its draws: the section's name with its count, and the phrase's number in it ("A.2/1")."""
    letter: str
    """The section's letter: same letter, same material."""
    place: int
    """Number of the phrase in its section, from 0."""
    bars: tuple[FormBar, ...]
    character: Character
    turn: Turn
    energy: float
    """Mean of its first half, in steps of 1/16: what comes later in it is for its bars to follow."""
    nominal: int = 4
    """Bars that a phrase of the style has: this one may be longer or shorter."""
    register: float = 0.5
    """The energy that says how high it lies: that of its period's first phrase, a climax has its own."""

    @property
    def material(self) -> str:
        """What keys its figures: one for both phrases of a period, and again when the letter returns ("A/0")."""
        return f"{self.letter}/{self.place // 2}"

    @property
    def section(self) -> str:
        """The section's name with its count ("A.2")."""
        return self.key.rpartition("/")[0]

    @property
    def return_of(self) -> int:
        """How often the section's letter was heard before."""
        return int(self.section.rpartition(".")[2]) - 1

    @property
    def strength(self) -> float:
        """The energy that says who plays and how thickly: its period's, unless its own is clearly another."""
        return self.register if self.answers and abs(self.energy - self.register) <= _NEAR_ENERGY else self.energy

    @property
    def answers(self) -> bool:
        """Whether it is the second phrase of a period."""
        return self.place % 2 == 1

    @property
    def beat(self) -> float:
        """Its first beat."""
        return self.bars[0].beat

    @property
    def end(self) -> float:
        """The beat after it."""
        return self.bars[-1].end


def form_of(spotting: Spotting, fit: Fit, brief: Brief, phrase_bars: int) -> tuple[Phrase, ...]:
    """The phrases from the first bar to the last one that begins before the final beat."""
    bars = [bar for bar in fit.bars if bar.beat < fit.final_beat - 1e-9]
    if not bars:
        return ()
    seen = _seen(bars, spotting, fit, brief)
    groups: list[tuple[int, int, list[FormBar]]] = []
    first = 0
    while first < len(seen):
        last = first
        while last < len(seen) and seen[last].section == seen[first].section:
            last += 1
        inside = seen[first:last]
        at = 0
        for place, length in enumerate(_lengths(inside, phrase_bars)):
            groups.append((seen[first].section, place, inside[at : at + length]))
            at += length
        first = last
    return _phrases(groups, spotting, phrase_bars)


def phrase_at(phrases: tuple[Phrase, ...], beat: float) -> Phrase | None:
    """The phrase that a beat belongs to; None after the last one, the first one before it."""
    if not phrases or beat >= phrases[-1].end - 1e-6:
        return None
    return phrases[max(0, bisect_right(phrases, beat + 1e-6, key=lambda phrase: phrase.beat) - 1)]


def _seen(bars: list[Bar], spotting: Spotting, fit: Fit, brief: Brief) -> list[FormBar]:
    """The bars with what the picture does during them."""
    starts = [float(Fraction(s.frame_in) / spotting.rate) for s in spotting.sections] or [0.0]
    mean = _mean_energy(spotting)
    speech = [(float(Fraction(a) / spotting.rate), float(Fraction(b) / spotting.rate)) for a, b in spotting.speech]
    made: list[FormBar] = []
    level = drive = -1.0
    said = 0
    for index, bar in enumerate(bars):
        start, end = fit.tempo.seconds(bar.beat), fit.tempo.seconds(bar.beat + bar.beats)
        # New music must not come before its picture: a section that begins later in a bar waits for the next.
        section = max(0, bisect_right(starts, start + 0.3 * (end - start)) - 1)
        while said < len(speech) and speech[said][1] <= start:
            said += 1
        wanted = _energy(spotting, section, start, end, mean, brief)
        opens = not made or made[-1].section != section
        if opens or abs(wanted - drive) > 1.5 / _STEPS:
            drive = round(wanted * _STEPS) / _STEPS
            level = min(1.0, max(1 / _STEPS, drive))
        spoken = _spoken(speech[said:], start, end) > 0.3 * max(end - start, 1e-6)
        made.append(FormBar(index, bar.beat, bar.beats, section, level, spoken, drive))
    return made


def _spoken(speech: list[tuple[float, float]], start: float, end: float) -> float:
    total = 0.0
    for a, b in speech:
        if a >= end:
            break
        total += max(0.0, min(end, b) - max(start, a))
    return total


def _mean_energy(spotting: Spotting) -> float:
    mean = float(np.mean(spotting.energy, dtype=np.float64)) if spotting.energy.size else 0.4
    return round(mean * _MEAN_STEPS) / _MEAN_STEPS


def _energy(spotting: Spotting, section: int, start: float, end: float, mean: float, brief: Brief) -> float:
    """The picture shapes the arc, the brief sets its level."""
    curve = spotting.energy
    low, high = max(0, int(start * CURVE_HZ)), max(1, int(end * CURVE_HZ) + 1)
    here = float(np.mean(curve[low:high], dtype=np.float64)) if low < curve.size else mean
    # The section's own energy is told coarsely too: a trim within it must not move its first bars.
    told = round(spotting.sections[section].energy * _MEAN_STEPS) / _MEAN_STEPS if spotting.sections else here
    if brief.arc:
        return _asked(brief.arc, 0.5 * (start + end), spotting) + (0.75 * here + 0.25 * told - mean) * _BESIDE_WORDS
    return brief.energy + (0.75 * here + 0.25 * told - mean) * _ARC_SHARE


def _asked(arc: tuple[float, ...], seconds: float, spotting: Spotting) -> float:
    """The energy that the words ask for at a time: one after the other over the length of the picture."""
    total = float(Fraction(spotting.frames) / spotting.rate)
    places = [(index + 0.5) / len(arc) * total for index in range(len(arc))]
    return float(np.interp(seconds, places, arc))


def _lengths(bars: list[FormBar], phrase: int) -> list[int]:
    """Phrase lengths that fill a section: whole phrases, the last one extended by a rest of one bar, or a short one.

    A pick-up bar belongs to the phrase that it leads into and does not count.
    """
    led = int(bars[0].beat < 0 and len(bars) > 1)
    whole, rest = divmod(len(bars) - led, phrase)
    lengths = [phrase] * whole
    if rest and whole and rest <= max(1, phrase // 4):
        lengths[-1] += rest
    elif rest:
        lengths.append(rest)
    lengths[0] += led
    return lengths


def _phrases(groups: list[tuple[int, int, list[FormBar]]], spotting: Spotting, nominal: int) -> tuple[Phrase, ...]:
    energies = [_mean(bars[: max(2, (nominal + 1) // 2)]) for _, _, bars in groups]
    top = _climax(groups, energies)
    names: dict[str, int] = {}
    made: list[Phrase] = []
    ordinal = ""
    for index, (section, place, bars) in enumerate(groups):
        name = spotting.sections[section].name if spotting.sections else "A"
        letter = name[:1] or "A"
        if place == 0:
            names[letter] = names.get(letter, 0) + 1
            ordinal = f"{letter}.{names[letter]}"
        last_of_section = index + 1 == len(groups) or groups[index + 1][0] != section
        turn: Turn = "final" if index + 1 == len(groups) else "full" if last_of_section or place % 2 else "half"
        height = top >= 0 and section == groups[top][0] and place // 2 == groups[top][1] // 2
        character = _character(index, len(groups), top, height, energies, names[letter] > 1, place)
        opens = place % 2 == 0 or character == "climax"
        made.append(
            Phrase(
                index,
                f"{ordinal}/{place}",
                letter,
                place,
                tuple(bars),
                character,
                turn,
                energies[index],
                nominal,
                energies[index] if opens else energies[index - 1],
            )
        )
    return tuple(made)


def _mean(bars: list[FormBar]) -> float:
    mean = sum(bar.energy * bar.beats for bar in bars) / sum(bar.beats for bar in bars)
    return max(1, round(mean * _PHRASE_STEPS)) / _PHRASE_STEPS


def _climax(groups: list[tuple[int, int, list[FormBar]]], energies: list[float]) -> int:
    """The strongest phrase, of near equals the one where a listener expects it; never the first; -1 in short cues."""
    count = len(groups)
    if count < 3:
        return -1

    def height(index: int) -> tuple[float, int]:
        pull = 1.0 - abs(index / (count - 1) - _PLACE_OF_CLIMAX)
        return round(energies[index] + _CLIMAX_PULL * pull, 3), index

    return max(range(1, count), key=height)


def _character(
    index: int, count: int, top: int, height: bool, energies: list[float], returns: bool, place: int
) -> Character:
    if index == top or (height and energies[index] >= energies[top] - 0.1):
        return "climax"
    if index == 0 and count > 3:
        return "introduction"
    if top >= 0 and index > top and (energies[index] < energies[top] - 0.1 or index + 1 == count):
        return "release"
    return "development" if place % 4 >= 2 or (returns and place >= 2) else "statement"
