"""Synthesiser basses: the sub, a pure low tone, and the filtered saw."""

from __future__ import annotations

import numpy as np

from cutscore_composer.play.samples import Sound
from cutscore_composer.play.synth.looping import Lines, loop_of
from cutscore_composer.play.synth.ringing import Partials, ringing
from cutscore_composer.play.synth.strike import Strike, Wave, faded
from cutscore_composer.play.synth.tone import Tone, begun


def sub(tone: Tone) -> Sound:
    """A sine with a little of its second and third partial, so that small loudspeakers tell its pitch."""
    loop = loop_of(tone.hertz, tone.rate, 0.5)
    lines = Lines(loop)
    number = np.arange(1, 4)
    amplitude = np.array([1.0, 0.22, 0.07]) * np.exp(1j * np.array([-1.57, -1.17, -0.47]))
    lines.add(number * loop.hertz, amplitude, amplitude)
    return begun(lines.loop(), tone.rate, 0.03)


def synth_bass(tone: Tone) -> Sound:
    """Two saws a little apart, filtered."""
    loop = loop_of(tone.hertz, tone.rate, 3.0)
    lines = Lines(loop)
    number = np.arange(1, 1 + int(min(150, 9000 / loop.hertz)))
    corner = 1400.0 if tone.bright else 380.0
    for shift, side in ((-2, -0.2), (2, 0.2)):
        hertz = number * loop.hertz * 2 ** (shift / 1200)
        amplitude = number**-1.0 / (1 + (hertz / corner) ** 4) ** 0.5 * np.exp(-0.5j * np.pi + 0j * number)
        lines.add(hertz, amplitude * (1 - side), amplitude * (1 + side))
    return begun(lines.loop(), tone.rate, 0.004)


def synth_bass_pluck(strike: Strike) -> Wave:
    """The same with a filter that closes after the attack."""
    number = np.arange(1, 1 + int(min(150, 9000 / strike.hertz)))
    random = strike.random()
    corner = 500.0 + 2000.0 * strike.strength
    hertz = strike.hertz * number * 2 ** (random.uniform(-2, 2, len(number)) / 1200)
    amplitude = number**-1.0 / (1 + (hertz / corner) ** 4) ** 0.5
    partials = Partials(
        hertz,
        amplitude,
        1.2 / (1 + (hertz / 300.0)),
        np.full(len(number), -np.pi / 2),
        random.uniform(-0.1, 0.1, len(number)),
    )
    return faded(ringing(partials, strike.rate, 3.0), strike.rate)
