"""Lines made of tones and noise, and a composition that only tells the mix its length and ending."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np
import pytest

from cutscore_composer.plan.brief import Brief, Key
from cutscore_composer.write.composition import Composition
from cutscore_composer.write.tempo import TempoMap

RATE = 48_000


@pytest.fixture(scope="session")
def cue_of() -> Callable[..., Composition]:
    """A composition without notes, of so many seconds at 25 frames a second."""

    def made(seconds: float, ending: str = "ring") -> Composition:
        brief = Brief(
            "cinematic", None, (), Key("D", "minor"), (4, 4), (60, 60), (), 0, 0.5, ending, "natural", -16, -1
        )  # type: ignore[arg-type]
        tempo = TempoMap(((0.0, 0.0), (1.0, 1.0)))
        frames = round(seconds * 25)
        return Composition(Fraction(25), frames, 1, brief, tempo, (), (), (), (), (), final_beat=max(0.0, seconds - 1))

    return made


def music_like(samples: int, seed: int = 3, level: float = 0.05) -> np.ndarray:
    """Stereo noise that swells every second and has sharp beats: something for meters and limiters."""
    random = np.random.default_rng(seed)
    noise = random.standard_normal((samples, 2)).astype(np.float32)
    noise = np.cumsum(noise, axis=0) * 0.02
    noise -= np.linspace(0, 1, samples)[:, None] * noise[-1:] if samples else 0
    tone = np.sin(2 * np.pi * 220 * np.arange(samples) / RATE)[:, None]
    beat = np.exp(-((np.arange(samples) % RATE) / 2000.0))[:, None]
    return (
        level * (np.diff(noise, axis=0, prepend=0) * 8 + tone + 4 * beat * random.standard_normal((samples, 2)))
    ).astype(np.float32)


@pytest.fixture(scope="session")
def stems_of() -> Callable[..., Iterator[dict[str, np.ndarray]]]:
    """Blocks of three lines, `samples` long, in blocks of `size`."""

    def made(samples: int, size: int = 24_000, level: float = 0.05) -> Iterator[dict[str, np.ndarray]]:
        whole = {
            name: music_like(samples, number, level)
            for number, name in enumerate(("harmony/piano", "melody/strings", "drums/percussion"))
        }
        for first in range(0, samples, size):
            yield {name: audio[first : first + size] for name, audio in whole.items()}

    return made
