"""The form: bars grouped into phrases and periods inside the picture's sections, each with its character.

A section of the picture becomes phrases of (mostly) four bars; two make a period: the first ends on a half
turn, the second on a full one. The strongest phrase of the cue is its climax.
"""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class FormBar:
    """A bar with its place in the form and what the picture does during it."""

    index: int
    beat: float
    beats: int
    section: int
    energy: float
    """0 to 1, in steps of 1/64."""
    speech: bool
    """Whether somebody speaks during a good part of it."""

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

    @property
    def material(self) -> str:
        """What keys its figures: one for both phrases of a period, and again when the letter returns ("A/0")."""
        return f"{self.letter}/{self.place // 2}"

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
    section_of = _sections_of(bars, spotting, fit)
    mean = _mean_energy(spotting)
    seen = [_bar_of(i, bar, section_of[i], spotting, fit, brief, mean) for i, bar in enumerate(bars)]
    groups: list[tuple[int, int, list[FormBar]]] = []
    for section in sorted(set(section_of)):
        inside = [bar for bar in seen if bar.section == section]
        at = 0
        for place, length in enumerate(_lengths(len(inside), phrase_bars)):
            groups.append((section, place, inside[at : at + length]))
            at += length
    return _phrases(groups, spotting)


def _sections_of(bars: list[Bar], spotting: Spotting, fit: Fit) -> list[int]:
    """The section each bar belongs to: the one that has begun before a third of it is over."""
    starts = [float(Fraction(s.frame_in) / spotting.rate) for s in spotting.sections] or [0.0]
    found = []
    for bar in bars:
        # New music must not come before its picture: a section that begins later in a bar waits for the next.
        middle = fit.tempo.seconds(bar.beat + 0.3 * bar.beats)
        found.append(max((i for i, start in enumerate(starts) if start <= middle), default=0))
    return found


def _mean_energy(spotting: Spotting) -> float:
    return float(np.mean(spotting.energy, dtype=np.float64)) if spotting.energy.size else 0.4


def _bar_of(index: int, bar: Bar, section: int, spotting: Spotting, fit: Fit, brief: Brief, mean: float) -> FormBar:
    start, end = fit.tempo.seconds(bar.beat), fit.tempo.seconds(bar.beat + bar.beats)
    curve = spotting.energy
    low, high = max(0, int(start * CURVE_HZ)), max(1, int(end * CURVE_HZ) + 1)
    here = float(np.mean(curve[low:high], dtype=np.float64)) if low < curve.size else mean
    told = spotting.sections[section].energy if spotting.sections else here
    # The picture shapes the arc, the brief sets its level.
    energy = brief.energy + (0.65 * here + 0.35 * told - mean) * 0.95
    rate = spotting.rate
    spoken = sum(
        max(0.0, min(end, float(Fraction(b) / rate)) - max(start, float(Fraction(a) / rate)))
        for a, b in spotting.speech
    )
    return FormBar(
        index,
        bar.beat,
        bar.beats,
        section,
        min(1.0, max(0.04, round(energy * 64) / 64)),
        spoken > 0.3 * max(end - start, 1e-6),
    )


def _lengths(bars: int, phrase: int) -> list[int]:
    """Phrase lengths that fill `bars`: fours, with a remainder as a short phrase or one of five."""
    whole, rest = divmod(bars, phrase)
    if rest == 0:
        return [phrase] * whole
    if rest == 1 and whole:
        return [phrase] * (whole - 1) + [phrase + 1]
    return [phrase] * whole + [rest]


def _phrases(groups: list[tuple[int, int, list[FormBar]]], spotting: Spotting) -> tuple[Phrase, ...]:
    energies = [sum(bar.energy * bar.beats for bar in bars) / sum(bar.beats for bar in bars) for _, _, bars in groups]
    count = len(groups)
    # The climax is the strongest phrase; of equals the later one, and never the first where there is a choice.
    top = max(range(count), key=lambda i: (round(energies[i], 2), i)) if count > 2 else -1
    if top == 0:
        top = max(range(1, count), key=lambda i: (round(energies[i], 2), i))
    top_section = groups[top][0] if top >= 0 else -1
    names: dict[str, int] = {}
    ordinal: dict[int, str] = {}
    for number in sorted({section for section, _, _ in groups}):
        name = spotting.sections[number].name if spotting.sections else "A"
        names[name] = names.get(name, 0) + 1
        ordinal[number] = f"{name}.{names[name]}"
    heard: set[str] = set()
    made = []
    for index, (section, place, bars) in enumerate(groups):
        name = spotting.sections[section].name if spotting.sections else "A"
        letter = name[:1] or "A"
        last_of_section = index + 1 == count or groups[index + 1][0] != section
        turn: Turn = "final" if index + 1 == count else "full" if last_of_section or place % 2 else "half"
        character = _character(index, count, top, section == top_section, energies, letter in heard, place)
        heard.add(letter)
        made.append(
            Phrase(index, f"{ordinal[section]}/{place}", letter, place, tuple(bars), character, turn, energies[index])
        )
    return tuple(made)


def _character(
    index: int, count: int, top: int, in_top_section: bool, energies: list[float], known: bool, place: int
) -> Character:
    if index == top or (in_top_section and energies[index] >= energies[top] - 0.08):
        return "climax"
    if index == 0 and count > 2:
        return "introduction"
    if top >= 0 and index > top and energies[index] < energies[top] - 0.12:
        return "release"
    return "development" if known and place % 4 >= 2 else "statement"
