"""Electric keyboards: the tines of an electric piano and the drawbars of an organ."""

from __future__ import annotations

import numpy as np

from cutscore_composer.play.samples import Sound
from cutscore_composer.play.synth.looping import Lines, loop_of
from cutscore_composer.play.synth.ringing import Partials, ringing
from cutscore_composer.play.synth.strike import Strike, Wave, faded
from cutscore_composer.play.synth.tone import Tone, begun

_DRAWBARS = ((0.5, 0.7), (1.0, 1.0), (1.5, 0.6), (2.0, 0.7), (3.0, 0.35), (4.0, 0.35), (6.0, 0.12), (8.0, 0.2))


def electric_piano(strike: Strike) -> Wave:
    """A tine before a pickup: a clear fundamental, more overtones the harder it is struck."""
    random = strike.random()
    number = np.arange(1, 9)
    hertz = strike.hertz * number
    bark = 0.15 + 0.55 * strike.strength
    amplitude = np.append(bark ** (number - 1), 0.25 * strike.strength)
    hertz = np.append(hertz, min(15_000.0, strike.hertz * 7.11))
    life = np.append(np.interp(strike.hertz, (60, 250, 1000), (2.6, 1.7, 0.7)) / (1 + 0.35 * (number - 1)), 0.06)
    partials = Partials(hertz, amplitude, life, np.full(9, -np.pi / 2), random.uniform(-0.15, 0.15, 9))
    return faded(ringing(partials, strike.rate, 5.0), strike.rate, rise=0.001)


def organ(tone: Tone) -> Sound:
    """Tone wheels through a turning horn."""
    loop, random = loop_of(tone.hertz, tone.rate, 3.0), tone.random()
    lines = Lines(loop)
    for ratio, level in _DRAWBARS:
        shade = level * (1.0 if tone.bright or ratio < 2.5 else 0.3)
        amplitude = shade * np.exp(2j * np.pi * random.random())
        lines.add(loop.hertz * ratio, amplitude, amplitude)
        for turns in (-20, 20):
            lines.add(loop.hertz * ratio + turns / loop.seconds[-1], amplitude * 0.12, -amplitude * 0.12)
    return begun(lines.loop(), tone.rate, 0.006)
