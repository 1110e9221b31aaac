"""Synthesiser sounds that stay: pads and the drone, many voices a little apart, slowly moving."""

from __future__ import annotations

import numpy as np

from cutscore_composer.play.samples import Sound
from cutscore_composer.play.synth.looping import Lines, loop_of
from cutscore_composer.play.synth.strike import Wave
from cutscore_composer.play.synth.tone import Tone, begun


def pad(tone: Tone) -> Sound:
    """A wide synthesiser pad."""
    return _voices(tone, cents=9.0, slope=1.0, corner=(900.0, 3000.0), rise=0.12)


def warm_pad(tone: Tone) -> Sound:
    """A darker, rounder pad."""
    return _voices(tone, cents=7.0, slope=1.3, corner=(450.0, 1300.0), rise=0.15)


def glass_pad(tone: Tone) -> Sound:
    """A clear pad of few high partials."""
    return _voices(tone, cents=5.0, slope=1.6, corner=(2500.0, 7000.0), rise=0.2)


def drone(tone: Tone) -> Sound:
    """A dark tone with its fifth and octaves, beating slowly."""
    return _voices(tone, cents=4.0, slope=1.2, corner=(180.0, 600.0), rise=0.5)


def _voices(tone: Tone, *, cents: float, slope: float, corner: tuple[float, float], rise: float) -> Sound:
    loop, random = loop_of(tone.hertz, tone.rate, 6.0), tone.random()
    lines = Lines(loop)
    number = np.arange(1, 1 + int(min(120, 16_000 / loop.hertz)))
    limit = corner[1] if tone.bright else corner[0]
    for _ in range(5):
        shift = 2 ** (random.normal(0, cents) / 1200)
        hertz = number * loop.hertz * shift
        amplitude = number**-slope / (1 + (hertz / limit) ** 2) * np.exp(2j * np.pi * random.random(len(number)))
        side = random.uniform(-0.8, 0.8)
        lines.add(hertz, amplitude * (1 - side), amplitude * (1 + side))
    made: Wave = lines.loop()
    return begun(made, tone.rate, rise)
