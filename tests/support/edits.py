"""Made-up edits that go through spotting and planning as real ones do, and the music for them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache

import numpy as np

from cutscore_composer.look.seen import CURVE_HZ, Seen, SeenCut
from cutscore_composer.picture import Picture
from cutscore_composer.plan.planner import plan
from cutscore_composer.spot import spot
from cutscore_composer.spot.spotting import Spotting
from cutscore_composer.wishes import Ending, Wishes
from cutscore_composer.write.composition import Composition
from cutscore_composer.write.writer import write

RISE = ((0.0, 0.1), (0.3, 0.3), (0.7, 0.7), (0.85, 0.4), (1.0, 0.1))
"""How the motion goes: (place, level)."""


def edit_of(
    seconds: float,
    cuts_a_minute: float = 16,
    seed: int = 0,
    *,
    arc: Sequence[tuple[float, float]] = RISE,
    light: float = 0.4,
    speech: Sequence[tuple[float, float]] = (),
    rate: Fraction = Fraction(24),
    frames: int | None = None,
) -> Seen:
    """What is seen of an edit with shots of uneven length."""
    random = np.random.default_rng(seed)
    count = frames or max(1, round(seconds * rate))
    size = int(Fraction(count) / rate * CURVE_HZ) + 1
    motion = np.interp(np.linspace(0, 1, size), [p for p, _ in arc], [m for _, m in arc])
    motion = np.clip(motion + 0.1 * np.repeat(random.normal(size=size // 40 + 1), 40)[:size], 0, 1)
    at, cuts = 0.0, []
    while cuts_a_minute and (at := at + float(random.gamma(3.0, 20.0 / cuts_a_minute))) < seconds - 1:
        cuts.append(SeenCut(round(at * rate), "cut", round(float(random.uniform(0.2, 1)) * 64) / 64))
    curves = [(np.round(c * 64) / 64).astype(np.float32) for c in (motion, np.full(size, light), 0.5 * motion + 0.2)]
    flat = np.full(size, 0.3, np.float32)
    spoken = tuple((round(a * rate), round(b * rate)) for a, b in speech)
    return Seen(rate, count, tuple(cuts), curves[0], curves[1], flat, curves[2], speech=spoken)


def scored(
    seen: Seen, words: str | None = None, style: str | None = None, seed: int = 7, ending: Ending | None = None
) -> tuple[Composition, Spotting]:
    """The music for what is seen, and its spotting."""
    wishes = Wishes(words, style=style, ending=ending)
    spotting = spot(seen, Picture("made up", seen.rate, seen.frames, ()), wishes)
    return write(plan(wishes, seen, spotting, seed), spotting, seed), spotting


@cache
def music_in(style: str, words: str | None = "dramatic", number: int = 0, ending: Ending | None = None) -> Composition:
    """The music of one of three edits of 60 to 120 seconds, written once."""
    seconds, pace = ((60, 12), (90, 24), (120, 8))[number]
    return scored(edit_of(seconds, pace, number), words, style, ending=ending)[0]
