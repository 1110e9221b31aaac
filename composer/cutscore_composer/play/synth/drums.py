"""Drum kits of our own: electronic (synth_kit) and dusty (lofi_kit), by General MIDI keys.

Each key comes at its level against the kick and on its side, as it stands in a finished kit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from cutscore_composer.play.synth.drum_metals import bell, cowbell, cymbal, hat, shaker, tambourine
from cutscore_composer.play.synth.drum_skins import brush, clap, kick, rim, snare, swish, tom
from cutscore_composer.play.synth.shaping import band, driven, hiss, placed
from cutscore_composer.play.synth.strike import Strike, Wave, faded, loudest

_PLACES: Mapping[int, tuple[float, float]] = {
    36: (0.0, 0.0),
    37: (-9.0, 0.05),
    38: (-2.5, 0.0),
    39: (-3.0, 0.0),
    40: (-9.0, 0.0),
    41: (-2.0, -0.35),
    42: (-18.0, 0.25),
    43: (-14.0, -0.10),
    44: (-21.0, 0.25),
    45: (-2.5, 0.0),
    46: (-16.0, 0.25),
    48: (-3.0, 0.35),
    49: (-9.5, -0.35),
    51: (-17.0, -0.30),
    53: (-16.0, -0.30),
    54: (-17.0, 0.40),
    56: (-12.0, 0.30),
    82: (-20.0, -0.40),
}
"""Key: its loudest 30 ms against the kick's in dB, and its side, −1 left to 1 right."""
_ELECTRONIC: Mapping[int, Callable[[Strike], Wave]] = {
    36: kick,
    37: rim,
    38: snare,
    39: clap,
    40: brush,
    41: partial(tom, low=82.0),
    42: partial(hat, life=0.038),
    43: swish,
    44: partial(hat, life=0.024, low=4600.0),
    45: partial(tom, low=112.0),
    46: partial(hat, life=0.09, tail=0.30),
    48: partial(tom, low=152.0),
    49: partial(cymbal, life=0.75, bloom=0.012, stick=0.5),
    51: partial(cymbal, life=0.85, bloom=0.060, stick=2.5, low=900.0),
    53: partial(bell, life=0.65),
    54: tambourine,
    56: cowbell,
    82: shaker,
}
_DUSTY: Mapping[int, Callable[[Strike], Wave]] = {
    **_ELECTRONIC,
    36: partial(kick, low=54.0, life=0.075, hold=0.03, click=0.35),
    38: partial(snare, low=202.0, gate=0.05, top=7000.0),
    42: partial(hat, life=0.032, low=3800.0, noise=0.8),
    44: partial(hat, life=0.014, low=3500.0, noise=0.8),
    46: partial(hat, life=0.07, tail=0.20, low=3800.0, noise=0.75),
    51: partial(cymbal, life=0.60, bloom=0.060, stick=2.0, low=900.0),
}
_DUST_HERTZ = 7200.0
_DUST_STEPS = 2.0**9
"""Half the steps of a ten-bit sampler: its grit is heard where the sound is soft."""


def synth_kit(strike: Strike) -> Wave:
    """A key of the electronic kit."""
    return _standing(strike, _ELECTRONIC[strike.pitch](strike))


def lofi_kit(strike: Strike) -> Wave:
    """A key of the dusty kit: through an old sampler, a worn record and warm tape."""
    made, rate = _DUSTY[strike.pitch](strike), strike.rate
    made = band(made, 0.0, 2600 + (_DUST_HERTZ - 2600) * (0.4 + 0.6 * strike.strength), rate)
    made = driven(made / np.abs(made).max(), 1.6, skew=0.15)
    made = np.round(made * _DUST_STEPS) / _DUST_STEPS
    dust = hiss(len(made) / rate, 700, 6000, rate, strike.random(1))
    follow = band(np.abs(made).max(axis=1), 0.0, 12.0, rate, 1)
    return _standing(strike, band(made + 0.012 * dust * follow[:, None], 22, _DUST_HERTZ, rate))


def _standing(strike: Strike, made: Wave) -> Wave:
    """At its level and side, a little different with each variant."""
    level, side = _PLACES[strike.pitch]
    level += float(strike.random(2).uniform(-0.6, 0.6))
    made = placed(faded(made, strike.rate), side)
    return made * (10 ** (level / 20) / loudest(made, strike.rate))
