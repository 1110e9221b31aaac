"""The notation of patterns in style files: bars written as grids that a musician can read.

A bar is a text of steps, evenly spread over the bar: sixteen in 4/4 are sixteenths, twelve triplets, eight
eighths. Spaces and bar lines (|) only help the eye. A pattern is a bar, or a list of bars that take turns.

    drums     kick: "X..x|..x.|X...|..x."      X loud, x plain, o soft, . nothing
    basses    "R--.|5-8-|R-a-|5--."            R root, 3 5 7 8 those tones of the chord, w a step of the scale
                                               towards the next tone, a the semitone into the next chord,
                                               - held on, . rest
    comps     "b.x-|..u.|x---|...."            the chord: X loud, x plain, o soft, d down-stroke, u up-stroke
                                               (D, U loud ones), b its bass tone, - held on, . rest
    figures   "0 2 3 4 5 4 3 2"                steps through the open chord from its lowest tone, . rest,
                                               - held on; numbers, so with spaces
    ostinati  "0 0 1 0 0 2 1 0"                the same through three neighbouring voices (0 1 2)

>>> grid("X..x|..x.", 2, DRUM)
('X', '.', '.', 'x', '.', '.', 'x', '.')
"""

from __future__ import annotations

DRUM = frozenset("Xxo.")
BASS = frozenset("R3578wa-.")
COMP = frozenset("XxoDdUub-.")

_STEPS_A_BEAT = (1, 2, 3, 4, 6, 8)


def grid(text: str, beats: int, symbols: frozenset[str]) -> tuple[str, ...]:
    """The steps of a bar of `beats` quarters. Raises ValueError when a symbol is unknown or the steps do not fit."""
    steps = tuple(symbol for symbol in text if symbol not in " |")
    strange = sorted(set(steps) - symbols)
    if strange:
        raise ValueError(f"{text!r} holds {strange[0]!r}, which is none of {' '.join(sorted(symbols))}")
    return _even(steps, text, beats)


def ladder(text: str, beats: int) -> tuple[str, ...]:
    """The steps of a figure or ostinato: numbers, "." and "-". Raises ValueError as `grid` does."""
    steps = tuple(text.replace("|", " ").split())
    for step in steps:
        if step not in (".", "-") and not (step.isdigit() and int(step) <= 12):
            raise ValueError(f"{text!r} holds {step!r}, which is neither a number up to 12 nor . nor -")
    return _even(steps, text, beats)


def _even(steps: tuple[str, ...], text: str, beats: int) -> tuple[str, ...]:
    if not steps or len(steps) % beats or len(steps) // beats not in _STEPS_A_BEAT:
        raise ValueError(f"{text!r} has {len(steps)} steps, which are not 1, 2, 3, 4, 6 or 8 for each of {beats} beats")
    return steps
