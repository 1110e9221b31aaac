"""Synthesiser sounds for single notes: the short pulse of sequences and the sustained lead."""

from __future__ import annotations

import numpy as np

from cutscore_composer.play.samples import Sound
from cutscore_composer.play.synth.looping import Loop, loop_of
from cutscore_composer.play.synth.shaping import decaying, placed
from cutscore_composer.play.synth.strike import BODY, Strike, Wave
from cutscore_composer.play.synth.sweeping import swept
from cutscore_composer.play.synth.tone import Tone, headed
from cutscore_composer.play.synth.waves import low_pass, partials, read, table

_VIBRATO_FROM_SECONDS = 0.3
_VIBRATO_FULL_SECONDS = 0.8
_VIBRATO_TURNS = 11
"""In a loop of two seconds."""
_VIBRATO_CENTS = 13.0
_APART_CENTS = (-6.0, 0.0, 6.0)


def pulse(strike: Strike) -> Wave:
    """A pulse wave whose resonant filter and level fall in about 250 ms."""
    rate, strength, random = strike.rate, strike.strength, strike.random()
    seconds = strike.times(0.9)
    period = table(partials("pulse", strike.hertz)[1])
    made = np.zeros((len(seconds), 2))
    for cents, side, level in ((0.0, 0.0, 1.0), (-7.0, -0.8, 0.5), (7.0, 0.8, 0.5)):
        turns = strike.hertz * 2 ** ((cents + random.uniform(-1, 1)) / 1200) * seconds + random.random()
        made += placed(level * read(period, turns), side)
    top = 900 + 11_000 * strength**1.4

    def moving(at: Wave, hertz: Wave) -> Wave:
        corner = 560 + (top - 560) * np.exp(-at / (0.055 + 0.05 * strength))
        return low_pass(hertz, np.maximum(corner, 1.4 * strike.hertz), peak=0.8)

    made = swept(made, moving, rate) * (0.75 * decaying(seconds, 0.075) + 0.25 * decaying(seconds, 0.19))[:, None]
    return strike.finished(made, 0.9, rise=0.0012, fall=0.25)


def synth_lead_short(strike: Strike) -> Wave:
    """The lead, played short: its voices let go at once."""
    strength, random = strike.strength, strike.random()
    seconds = strike.times(1.6)
    hertz, saw = partials("saw", strike.hertz)
    corner = max(1500 + 7500 * strength, 3 * strike.hertz)
    bright = table(saw * low_pass(hertz, corner, order=2, peak=0.3))
    dull = table(saw * low_pass(hertz, max(900 + 1800 * strength, 1.5 * strike.hertz), order=2))
    open_ = decaying(seconds, 0.10)
    made = np.zeros((len(seconds), 2))
    for cents, side in zip(_APART_CENTS, (-0.5, 0.0, 0.5), strict=True):
        turns = strike.hertz * 2 ** ((cents + random.uniform(-1, 1)) / 1200) * seconds + random.random()
        voice = open_ * read(bright, turns) + (1 - open_) * read(dull, turns)
        made += placed(voice, side) * (0.55 if side else 1.0)
    made *= decaying(seconds, 0.5)[:, None]
    return strike.finished(made, 1.6, rise=0.003, fall=0.5)


def synth_lead(tone: Tone) -> Sound:
    """Three saws and a square whose filter settles after the attack, with a vibrato that comes later."""
    rate = tone.rate
    loop = loop_of(tone.hertz, rate, 2.0)
    size = loop.size + round(_VIBRATO_FULL_SECONDS * rate)
    seconds = np.arange(size) / rate
    come = np.clip((seconds - _VIBRATO_FROM_SECONDS) / (_VIBRATO_FULL_SECONDS - _VIBRATO_FROM_SECONDS), 0, 1)
    pace = _VIBRATO_TURNS * rate / loop.size
    deviation = loop.hertz * (2 ** (_VIBRATO_CENTS / 1200) - 1) / (2 * np.pi * pace)
    vibrato = deviation * (come * come * (3 - 2 * come)) * np.sin(2 * np.pi * pace * seconds)
    settle = np.exp(-seconds / 0.12)[:, None] * np.clip((_VIBRATO_FULL_SECONDS - seconds) / 0.3, 0, 1)[:, None]
    rest, opened = (4200.0, 8000.0) if tone.bright else (1300.0, 2600.0)
    made = _voices(loop, seconds, vibrato, max(rest, 2 * loop.hertz), tone.random())
    head, body = made[: size - loop.size], made[size - loop.size :]
    first = _voices(loop, seconds[: len(head)], vibrato[: len(head)], max(opened, 3 * loop.hertz), tone.random())
    head += settle[: len(head)] * (first - head)
    rise = round(0.008 * rate)
    head[:rise] *= (0.5 - 0.5 * np.cos(np.linspace(0, np.pi, rise)))[:, None]
    return headed(head, body, BODY / float(np.sqrt((body**2).mean())))


def _voices(loop: Loop, seconds: Wave, vibrato: Wave, corner: float, random: np.random.Generator) -> Wave:
    """The oscillators, each a whole number of turns in the loop."""
    hertz = loop.hertz
    saw, square = partials("saw", hertz), partials("square", hertz)
    bright = table(saw[1] * low_pass(saw[0], corner, order=2, peak=0.3))
    hollow = table(0.5 * square[1] * low_pass(square[0], corner, order=2))
    made = placed(read(hollow, hertz * seconds + vibrato), 0.0)
    for cents, side in zip(_APART_CENTS, (-0.5, 0.0, 0.5), strict=True):
        apart = round(loop.turns * (2 ** (cents / 1200) - 1)) * loop.rate / loop.size
        made = made + (0.55 if side else 1.0) * placed(
            read(bright, (hertz + apart) * seconds + vibrato + random.random()), side
        )
    return made
