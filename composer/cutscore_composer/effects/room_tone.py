"""Room tone: quiet noise with the colour of a place, without seam or beginning, so that silence is not a hole.

Dark places rumble, bright ones have air, busy ones murmur, and where much moves the air moves too.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import fft

from cutscore_composer.effects.sheet import Room

Audio = npt.NDArray[np.float32]

LOOP_SECONDS = 11
"""It comes again after so long; nobody knows noise again after more than a second or two."""
_LOW_HERTZ = 32.0
_BREATH_STEP = 480
"""Samples between which the air comes and goes straight."""


def loop_of(room: Room, rate: int) -> Audio:
    """(LOOP_SECONDS × rate, 2) with an RMS of 1 that can be played round and round."""
    random = np.random.default_rng(room.variant)
    size = LOOP_SECONDS * rate
    hertz = np.maximum(fft.rfftfreq(size, 1 / rate), 1.0)
    corner = 110 * 2 ** (3.2 * room.light)
    colour = 1 / (1 + (hertz / corner) ** 2) ** 0.6
    colour += 0.16 * room.light * _hump(hertz, 4200.0, 0.9) + 0.30 * room.busy * _hump(hertz, 620.0, 0.8)
    colour += 0.35 * room.motion * _hump(hertz, 330.0, 0.6)
    colour *= 1 / (1 + (_LOW_HERTZ / hertz) ** 4) / (1 + (hertz / 11_000) ** 4)
    # Both sides share the deep part, as two microphones in a room do.
    own = np.exp(2j * np.pi * random.random((2, len(hertz))))
    shared = np.exp(2j * np.pi * random.random(len(hertz)))
    together = 1 / (1 + (hertz / 250) ** 2)
    made = fft.irfft((own * np.sqrt(1 - together) + shared * np.sqrt(together)) * colour, size).T
    made *= _breath(size, room.motion, random)[:, None]
    return np.asarray(made / np.sqrt((made**2).mean()), np.float32)


def _hump(hertz: npt.NDArray[np.float64], centre: float, octaves: float) -> npt.NDArray[np.float64]:
    return np.asarray(np.exp(-((np.log2(hertz / centre) / octaves) ** 2)))


def _breath(size: int, motion: float, random: np.random.Generator) -> npt.NDArray[np.float64]:
    """A slow coming and going, deeper where more moves; whole waves in the loop, so that it has no seam."""
    coarse = np.arange(0, size + _BREATH_STEP, _BREATH_STEP)
    place = coarse / size
    waves = [(turns, random.uniform(0, 2 * np.pi)) for turns in (2, 3, 5, 8)]
    sway = sum(np.sin(2 * np.pi * turns * place + phase) / turns**0.5 for turns, phase in waves)
    return np.asarray(np.interp(np.arange(size), coarse, 10 ** ((0.5 + 2.5 * motion) * sway / 1.6 / 20)))
