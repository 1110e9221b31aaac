"""Patterns laid into bars: the steps of a style's grid as onsets and lengths, for any metre and any bar of a phrase.

A pattern that lacks a metre is cut to it, or extended: by whole repeats, and then by its own last beats.

>>> [(step.at, step.beats, step.symbol) for step in bar_steps({"4/4": "R--.|5-8-|R-a-|5--."}, 3, 0, BASS)][:3]
[(0.0, 0.75, 'R'), (1.0, 0.5, '5'), (1.5, 0.5, '8')]
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from cutscore_composer.plan.style.patterns import BASS, COMP, DRUM, grid, ladder

__all__ = ["BASS", "COMP", "DRUM", "Step", "bar_steps", "source_metre"]


@dataclass(frozen=True, slots=True)
class Step:
    """A step that sounds: onset in the bar and length in beats, and its symbol."""

    at: float
    beats: float
    symbol: str


def bar_steps(
    by_metre: Mapping[str, str | list[str]],
    beats: int,
    number: int,
    symbols: frozenset[str] | None,
    home: int | None = None,
) -> tuple[Step, ...]:
    """The sounding steps of bar `number` (from 0) of a phrase, a bar of `beats` quarters.

    symbols: those of the notation, None for the numbers of a ladder. home: the metre of the piece, in which a
    pattern that has no bar of this length is read.
    """
    metre = source_metre(by_metre, beats, home)
    bars = by_metre[f"{metre}/4"]
    text = bars if isinstance(bars, str) else bars[number % len(bars)]
    return _steps(text, metre, beats, symbols)


def source_metre(by_metre: Mapping[str, object], beats: int, home: int | None = None) -> int:
    """The metre whose bars are played in a bar of `beats`: its own, a divisor, the piece's, a longer, a shorter."""
    have = sorted(int(metre[0]) for metre in by_metre)
    if beats in have:
        return beats
    divisors = [metre for metre in have if beats % metre == 0]
    if divisors:
        return divisors[-1]
    if home in have:
        return home
    longer = [metre for metre in have if metre > beats]
    return longer[0] if longer else have[-1]


@lru_cache(maxsize=2048)
def _steps(text: str, metre: int, beats: int, symbols: frozenset[str] | None) -> tuple[Step, ...]:
    cells = grid(text, metre, symbols) if symbols is not None else ladder(text, metre)
    a_beat = len(cells) // metre
    whole, rest = divmod(beats, metre)
    fitted = cells * whole + (cells[: rest * a_beat] if not whole else cells[(metre - rest) * a_beat :] * bool(rest))
    steps: list[Step] = []
    holds = False
    for index, symbol in enumerate(fitted):
        if symbol == "-":
            if holds:
                last = steps[-1]
                steps[-1] = Step(last.at, (index + 1) / a_beat - last.at, last.symbol)
            continue
        holds = symbol != "."
        if holds:
            steps.append(Step(index / a_beat, 1 / a_beat, symbol))
    return tuple(steps)
