"""What a sustained sound is asked for, and how its loop becomes a sound with a beginning."""

from __future__ import annotations

import zlib
from dataclasses import dataclass

import numpy as np

from cutscore_composer.play.samples import Sound
from cutscore_composer.play.synth.strike import BODY, Wave, hertz_of


@dataclass(frozen=True, slots=True)
class Tone:
    """One sustained note, in its dark or its bright colour; both are in phase and may be mixed."""

    name: str
    pitch: int
    rate: int
    bright: bool
    variant: int = 0

    @property
    def hertz(self) -> float:
        """The fundamental."""
        return hertz_of(self.pitch)

    def random(self) -> np.random.Generator:
        """The note's own source of chance, alike for both colours."""
        return np.random.default_rng((zlib.crc32(self.name.encode()), self.pitch, self.variant))


def begun(loop: Wave, rate: int, rise: float) -> Sound:
    """A loop that comes in over `rise` seconds, at the level of the pack's sustained bodies."""
    level = BODY / np.sqrt((loop**2).mean())
    size = min(len(loop), max(2, round(rise * rate)))
    head = loop[-size:] * (0.5 - 0.5 * np.cos(np.linspace(0, np.pi, size)))[:, None]
    return headed(head, loop, level)


def headed(head: Wave, loop: Wave, level: float) -> Sound:
    """A sound of its own beginning and the loop that goes on from it."""
    audio = (np.concatenate([head, loop]) * level).astype(np.float32)
    return Sound(audio, (len(head), len(audio)), seamless=True)
