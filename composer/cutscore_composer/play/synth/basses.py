"""Synthesiser basses: the sub, a pure low tone, and the filtered saw, held or plucked."""

from __future__ import annotations

import numpy as np

from cutscore_composer.play.samples import Sound
from cutscore_composer.play.synth.looping import Lines, loop_of
from cutscore_composer.play.synth.shaping import decaying, driven
from cutscore_composer.play.synth.strike import BODY, Strike, Wave
from cutscore_composer.play.synth.sweeping import swept
from cutscore_composer.play.synth.tone import Tone, begun, headed
from cutscore_composer.play.synth.waves import low_pass, partials, read, table

_SIDES = ((0.0, 0.0, 1.0), (-1.0, -0.6, 0.45), (1.0, 0.6, 0.45))
"""Oscillators: detuning against the others, side, level."""
_HEAD_SECONDS = 0.6
_JOIN_SECONDS = 0.03


def sub(tone: Tone) -> Sound:
    """A sine with a little of its second and third partial, so that small loudspeakers tell its pitch."""
    loop = loop_of(tone.hertz, tone.rate, 2.0)
    lines = Lines(loop)
    number = np.arange(1, 4)
    amplitude = np.array([1.0, 0.22, 0.07]) * np.exp(1j * np.array([-1.57, -1.17, -0.47]))
    lines.add(number * loop.hertz, amplitude, amplitude)
    return begun(lines.loop(), tone.rate, 0.03)


def synth_bass(tone: Tone) -> Sound:
    """Saws whose filter opens with the attack and settles; the bright colour opens further."""
    rate = tone.rate
    loop = loop_of(tone.hertz, rate, 2.0)
    rest, opened = (750.0, 3600.0) if tone.bright else (260.0, 800.0)
    turns = loop.turns * np.arange(loop.size) / loop.size
    source = _oscillators(tone.hertz, turns, 1 / loop.turns, tone.random())

    def moving(seconds: Wave, hertz: Wave) -> Wave:
        corner = np.maximum(rest + (opened - rest) * np.exp(-seconds / 0.11), tone.hertz * 1.5)
        return low_pass(hertz, corner, peak=0.5)

    size = round(_HEAD_SECONDS * rate)
    around = np.concatenate([source[-size:], source, source[:4096]])
    shaped = driven(swept(around, moving, rate), 0.8 / np.abs(source).max())
    made = shaped[size : size + loop.size]
    join = round(_JOIN_SECONDS * rate)
    turn = np.linspace(0, 1, join)[:, None]
    # The end of the loop leads into its beginning, as the end of the head does.
    made[-join:] = made[-join:] * (1 - turn) + shaped[size - join : size] * turn
    head = shaped[:size]
    head[: round(0.004 * rate)] *= np.linspace(0, 1, round(0.004 * rate))[:, None]
    return headed(head, made, BODY / float(np.sqrt((made**2).mean())))


def synth_bass_pluck(strike: Strike) -> Wave:
    """The same, short: the filter closes, and the tone with it."""
    rate, strength, random = strike.rate, strike.strength, strike.random()
    seconds = strike.times(2.0)
    source = _oscillators(strike.hertz, strike.hertz * seconds, random.uniform(0.6, 0.9) / strike.hertz, random)
    peak = 700 + 5500 * strength**1.5

    def moving(at: Wave, hertz: Wave) -> Wave:
        corner = 240 + 360 * strength + (peak - 240) * np.exp(-at / (0.09 + 0.06 * strength))
        return low_pass(hertz, np.maximum(corner, strike.hertz * 1.3), peak=0.7)

    made = swept(source, moving, rate) * (0.35 * decaying(seconds, 0.25) + 0.65 * decaying(seconds, 0.9))[:, None]
    made = driven(made, (0.8 + 0.6 * strength) / np.abs(source).max())
    return strike.finished(made, 2.0, rise=0.002, fall=0.5)


def _oscillators(hertz: float, turns: Wave, spread: float, random: np.random.Generator) -> Wave:
    """A saw in the middle, two softer ones at the sides a little apart in pitch, and a square an octave below."""
    saw = partials("saw", hertz, limit=9000.0)[1]
    # The fundamental comes from one oscillator alone: a bass must not beat.
    middle, outer = table(saw), table(saw * np.where(np.arange(len(saw)) == 0, 0.0, 1.0))
    low = table(partials("triangle", hertz / 2, limit=1500.0)[1])
    made = np.zeros((len(turns), 2))
    for number, (apart, side, level) in enumerate(_SIDES):
        start = 0.0 if number == 0 else random.random()
        wave = level * read(outer if apart else middle, turns * (1 + apart * spread) + start)
        made += wave[:, None] * np.array([1 - side, 1 + side])
    return made + 0.22 * read(low, turns / 2)[:, None] if hertz > 62 else made
