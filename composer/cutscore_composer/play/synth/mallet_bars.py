"""Metal bars struck with a mallet: bells."""

from __future__ import annotations

import numpy as np

from cutscore_composer.play.synth.ringing import Partials, joined, ringing
from cutscore_composer.play.synth.strike import Strike, Wave, at, faded

_RATIOS = np.array([1.0, 2.756, 5.404, 8.933])
"""Of a free bar."""
_LEVELS = np.array([1.0, 0.28, 0.10, 0.04])
_LIFE = ((260.0, 2.6), (1000.0, 1.8), (4000.0, 0.7))


def bells(strike: Strike) -> Wave:
    """A metal bar struck with a soft mallet: a glockenspiel above, nearly a celesta below."""
    random = strike.random()
    number = np.arange(float(len(_RATIOS)))
    life = at(_LIFE, strike.hertz) / (1 + 1.6 * number)
    amplitude = _LEVELS * (0.4 + 0.6 * strike.strength) ** number / 2
    partials = []
    for cents in (0.0, random.uniform(0.5, 1.5)):
        hertz = strike.hertz * _RATIOS * 2 ** (cents / 1200)
        phase, side = np.full(len(number), -np.pi / 2), random.uniform(-0.25, 0.25, len(number))
        partials.append(Partials(hertz, np.where(hertz < 14_000, amplitude, 1e-9), life, phase, side))
    return faded(ringing(joined(*partials), strike.rate, 5.0, strike.seconds), strike.rate)
