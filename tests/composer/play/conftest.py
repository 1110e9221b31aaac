"""Compositions made in code for the tests of the player."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np
import pytest

from cutscore_composer.engine import Progress
from cutscore_composer.plan.brief import Brief, Key
from cutscore_composer.play.play import play
from cutscore_composer.write.composition import Chord, Composition, Part
from cutscore_composer.write.tempo import TempoMap

MakeCue = Callable[..., Composition]


def made(parts: Sequence[Part], seconds: float, *, seed: int = 1, chords: Sequence[Chord] = ()) -> Composition:
    """A composition at one beat a second, 25 frames a second."""
    brief = Brief("cinematic", None, (), Key("D", "minor"), (4, 4), (60, 60), (), 0, 0.5, "ring", "natural", -16, -1)
    return Composition(
        rate=Fraction(25),
        frames=round(seconds * 25),
        seed=seed,
        brief=brief,
        tempo=TempoMap(((0.0, 0.0), (1.0, 1.0))),
        bars=(),
        chords=tuple(chords),
        sections=(),
        hits=(),
        parts=tuple(parts),
        final_beat=max(0.0, seconds - 1),
    )


@pytest.fixture(scope="session")
def make_cue() -> MakeCue:
    """The maker of compositions."""
    return made


@pytest.fixture(scope="session")
def played() -> Callable[..., np.ndarray]:
    """Plays a composition whole: the sum of its stems (n, 2)."""

    def whole(composition: Composition, **options: int) -> np.ndarray:
        blocks = [sum(stems.values()) for stems in play(composition, Progress(), **options)]
        return np.concatenate(blocks)

    return whole
