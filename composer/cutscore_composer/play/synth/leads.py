"""Synthesiser sounds for single notes: the short pulse of sequences and the sustained lead."""

from __future__ import annotations

import numpy as np

from cutscore_composer.play.samples import Sound
from cutscore_composer.play.synth.looping import Lines, loop_of
from cutscore_composer.play.synth.ringing import Partials, ringing
from cutscore_composer.play.synth.strike import Strike, Wave, faded
from cutscore_composer.play.synth.tone import Tone, begun


def pulse(strike: Strike) -> Wave:
    """A pulse wave that decays in about 250 ms, the highs first."""
    number = np.arange(1, 1 + int(min(80, 14_000 / strike.hertz)))
    random = strike.random()
    hertz = strike.hertz * number
    width = random.uniform(0.28, 0.34)
    amplitude = np.sin(np.pi * number * width) / number
    corner = 800.0 + 4000.0 * strike.strength
    level = np.abs(amplitude) / (1 + (hertz / corner) ** 2)
    phase = np.where(amplitude < 0, np.pi, 0.0) - np.pi / 2
    side = random.uniform(-0.3, 0.3, len(number))
    return faded(ringing(Partials(hertz, level, 0.11 / (1 + hertz / 4000), phase, side), strike.rate, 1.0), strike.rate)


def synth_lead(tone: Tone) -> Sound:
    """Three saws a little apart."""
    loop, random = loop_of(tone.hertz, tone.rate, 3.0), tone.random()
    lines = Lines(loop)
    number = np.arange(1, 1 + int(min(120, 15_000 / loop.hertz)))
    corner = 5000.0 if tone.bright else 1500.0
    for shift, side in ((-6, -0.5), (0, 0.0), (6, 0.5)):
        hertz = number * loop.hertz * 2 ** (shift / 1200)
        amplitude = number**-1.0 / (1 + (hertz / corner) ** 2) * np.exp(2j * np.pi * random.random(len(number)))
        lines.add(hertz, amplitude * (1 - side), amplitude * (1 + side))
    return begun(lines.loop(), tone.rate, 0.008)
