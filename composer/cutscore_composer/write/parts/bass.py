"""The bass line: as the style notates it, walking included, or held, stepping and driving with the energy.

One voice: its third never sounds with its root. The row's first player has the line; those that sound an octave
deeper (basses, a sub) and those that double it above follow it.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from cutscore_composer.write.composition import Articulation
from cutscore_composer.write.draws import draws, one_of
from cutscore_composer.write.form import FormBar
from cutscore_composer.write.parts.grids import BASS, Step, bar_steps
from cutscore_composer.write.parts.shapes import fifth_over
from cutscore_composer.write.parts.stand import Stand
from cutscore_composer.write.voicing import Voiced

_DEEP = frozenset({"basses", "sub"})
"""They sound an octave below the written bass, where their range lets them."""
_BOWED = frozenset({"basses", "cellos", "cello"})
"""They play short notes off the string where it is strong."""
_DOUBLES_FROM = 0.35
"""Energy from which an instrument doubles the bass at its written height beside one that sounds deeper."""
_HIGHEST_OVER_ROOT = 14
"""A line stays this near to the written bass."""
_PLAIN: dict[str, tuple[tuple[float, ...], ...]] = {
    "low": ((4.0,), (4.0,), (3.0, 1.0)),
    "mid": ((1.5, 0.5, 2.0), (2.0, 2.0), (3.0, 1.0), (1.5, 1.5, 1.0), (4.0,)),
    "high": ((1.5, 1.5, 1.0), (1.5, 0.5, 1.5, 0.5), (2.0, 1.0, 1.0), (1.0, 1.0, 1.0, 1.0)),
}
"""Lengths in beats where the style names no pattern; cut to the bar."""
_STRESS: dict[str, float] = {"R": 6.0, "8": 2.0}


def bass(stand: Stand) -> None:
    """The bass line of a phrase."""
    pattern = stand.pattern()
    line = _Line(stand)
    for number, bar in enumerate(stand.phrase.bars):
        steps = _plain(stand, bar, number) if pattern is None else _notated(stand, pattern, bar, number)
        line.play(bar, number, steps)


def _notated(stand: Stand, pattern: dict[str, Any], bar: FormBar, number: int) -> tuple[Step, ...]:
    steps = bar_steps(pattern, bar.beats, number, BASS, stand.home)
    if bar.speech and not stand.page.style.groove:
        return (Step(0.0, float(bar.beats), "R"),)
    return steps


def _plain(stand: Stand, bar: FormBar, number: int) -> tuple[Step, ...]:
    rows = _PLAIN["low" if bar.speech else stand.energy]
    phrase = stand.phrase
    row = one_of(rows, stand.page.seed, "low", phrase.letter, phrase.character, phrase.place // 2)
    chooser = draws(stand.page.seed, "low", phrase.material, number)
    steps: list[Step] = []
    at = 0.0
    while at < bar.beats - 1e-6:
        length = min(row[len(steps) % len(row)], bar.beats - at)
        fifth = bool(steps) and length <= 1.0 and chooser.random() < 0.45
        steps.append(Step(at, length, "5" if fifth else "R"))
        at += length
    return tuple(steps)


class _Line:
    """A bass line as it goes along: it remembers where it was, so that it can walk."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.before: int | None = None

    def play(self, bar: FormBar, number: int, steps: Sequence[Step]) -> None:
        """The steps of a bar; a chord that begins under a held note is struck anew."""
        page = self.stand.page
        changes = [start for start, _, _ in page.chords_in(bar.beat, bar.end) if start > bar.beat + 1e-6]
        for index, step in enumerate(steps):
            start, end = bar.beat + step.at, bar.beat + step.at + step.beats
            inside = [change for change in changes if start + 1e-6 < change < end - 1e-6]
            begins = any(abs(change - start) < 1e-6 for change in changes)
            symbol = "R" if begins and step.symbol in "357wa" else step.symbol
            pitch = self._pitch(symbol, page.chord_at(start), *self._ahead(bar, steps, index))
            self._strike(bar, number, start, (inside[0] if inside else end) - start, symbol, pitch)
            for at, until in itertools.pairwise([*inside, end]):
                self._strike(bar, number, at, until - at, "R", page.chord_at(at).bass)

    def _ahead(self, bar: FormBar, steps: Sequence[Step], index: int) -> tuple[int, int]:
        """(pitch that the line is on its way to, steps until it is there)."""
        at = index + 1
        while at < len(steps) and steps[at].symbol in "wa":
            at += 1
        beat = bar.beat + steps[at].at if at < len(steps) else bar.end
        chord = self.stand.page.chord_at(beat)
        tones = {"3": _tone(chord, 3), "5": fifth_over(chord), "7": _tone(chord, 7), "8": chord.bass + 12}
        tone = tones.get(steps[at].symbol) if at < len(steps) else None
        return tone if tone is not None else chord.bass, at - index

    def _strike(self, bar: FormBar, number: int, beat: float, beats: float, symbol: str, pitch: int) -> None:
        stand = self.stand
        self.before = pitch
        chooser = draws(stand.page.seed, "bass", stand.phrase.material, number, round((beat - bar.beat) * 24))
        stress = _STRESS.get(symbol, 0.0) + (3.0 if abs(beat - bar.beat) < 1e-6 else 0.0)
        velocity = stand.velocity(bar, chooser) + 3 + stress
        short = beats <= 1.0 and bar.energy > 0.55
        struck = [seat for seat in stand.seats if not (seat in ("cellos", "cello") and _rests(stand))]
        for seat in struck or stand.seats[:1]:
            how: Articulation = "staccato" if short and seat in _BOWED else "sustain"
            held = beats * (0.62 if how == "staccato" else 0.94)
            stand.write(seat, beat, held, self._seated(seat, pitch), velocity, how)

    def _pitch(self, symbol: str, chord: Voiced, target: int, steps: int) -> int:
        root = chord.bass
        match symbol:
            case "8":
                return root + 12
            case "5":
                fifth = fifth_over(chord)
                return self._near(fifth if fifth is not None else root + 12, root)
            case "3" | "7":
                return self._near(_tone(chord, int(symbol)), root)
            case "w":
                return self._walked(chord, target, steps)
            case "a":
                here = self.before if self.before is not None else target - 2
                return min((target - 1, target + 1), key=lambda p: (p == here, abs(p - here), p))
            case _:
                return root

    def _near(self, pitch: int, root: int) -> int:
        """The octave of a tone that lies nearest to where the line is, at most a ninth over the root."""
        if self.before is None:
            return pitch
        options = [pitch + shift for shift in (-12, 0, 12) if root - 8 <= pitch + shift <= root + _HIGHEST_OVER_ROOT]
        return min(options or [pitch], key=lambda p: (abs(p - (self.before or p)), abs(p - root)))

    def _walked(self, chord: Voiced, target: int, steps: int) -> int:
        """A tone of the scale on the way to a pitch that is `steps` away; never the one that stands, nor the goal."""
        here = self.before if self.before is not None else chord.bass
        scale = {*(chord.chord.scale or chord.chord.tones), *chord.chord.tones}
        lowest = max(28, chord.bass - 8)
        options = [p for p in range(here - 5, here + 6) if p % 12 in scale and p != here and p >= lowest] or [here + 2]
        # With time left the line takes a way round, so that it arrives from a step away.
        away = 3 if target <= here else -3
        ideal = here + (target - here) / (steps + 1) if abs(target - here) > steps else target + away * (steps - 1) / 2
        return min(options, key=lambda p: (abs(p - ideal) + 4 * (p == target), p % 12 not in chord.chord.tones, p))

    def _seated(self, seat: str, pitch: int) -> int:
        player = self.stand.player(seat)
        deep = pitch - 12 * (seat in _DEEP)
        return deep if deep >= player.low else player.within(pitch)


def _rests(stand: Stand) -> bool:
    """Cellos double only where it is strong, and somebody else has the line."""
    return len(stand.seats) > 1 and stand.phrase.strength < _DOUBLES_FROM


def _tone(chord: Voiced, degree: int) -> int:
    """The third or seventh of a chord over its written bass; where it has none, the fifth or the octave."""
    tones = chord.chord.tones
    wanted = tones[1] if degree == 3 and len(tones) > 1 else tones[3] if degree == 7 and len(tones) > 3 else tones[0]
    return chord.bass + ((wanted - chord.bass) % 12 or 12)
