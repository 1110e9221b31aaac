"""Made-up pictures for the planner and the writer: curves, sections and moments of any length."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from cutscore_composer.look.seen import CURVE_HZ, Seen
from cutscore_composer.spot.spotting import Moment, Section, Spotting, WeighedCut
from cutscore_composer.wishes import Ending

ARC = ((0.0, 0.2), (0.2, 0.35), (0.5, 0.55), (0.75, 0.9), (0.9, 0.6), (1.0, 0.25))
"""An energy arc as (place, energy)."""


def scene(
    seconds: float,
    moments: Sequence[tuple[float, float]] = (),
    *,
    rate: Fraction = Fraction(24),
    ending: Ending = "ring",
    speech: Sequence[tuple[float, float]] = (),
    light: float = 0.4,
    colour: float = 0.3,
    motion: float = 0.3,
    frames: int | None = None,
) -> tuple[Seen, Spotting]:
    """What was seen and spotted in a picture of `seconds` with strong `moments` (seconds, weight)."""
    count = frames if frames is not None else max(1, round(seconds * rate))
    length = float(Fraction(count) / rate)
    size = math.ceil(length * CURVE_HZ) + 1
    energy = np.interp(np.linspace(0, 1, size), [p for p, _ in ARC], [e for _, e in ARC]).astype(np.float32)
    parts = max(1, round(length / 12))
    edges = [round(i * 12 * rate) for i in range(parts)] + [count]
    sections = tuple(
        Section(a, b, ("A", "B", "A'", "C")[i % 4], float(energy[min(size - 1, int((a + b) / 2 / rate * CURVE_HZ))]))
        for i, (a, b) in enumerate(itertools.pairwise(edges))
    )
    at = [(min(count - 1, round(second * rate)), weight) for second, weight in moments]
    left = min(0.8 if ending == "button" else 2.5, length * 0.2)
    spotting = Spotting(
        rate=rate,
        frames=count,
        cuts=tuple(WeighedCut(frame, "cut", weight) for frame, weight in at),
        moments=tuple(Moment(frame, "cut", weight) for frame, weight in at),
        sections=sections,
        energy=energy,
        speech=tuple((round(a * rate), round(b * rate)) for a, b in speech),
        ending=ending,
        final_frame=max(0, count - round(left * rate)),
    )
    flat = [np.full(size, value, np.float32) for value in (motion, light, colour, 0.4)]
    return Seen(rate, count, (), *flat, speech=spotting.speech), spotting
