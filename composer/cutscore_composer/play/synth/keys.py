"""Electric keyboards: the tines of an electric piano and the tone wheels of an organ."""

from __future__ import annotations

import numpy as np

from cutscore_composer.play.samples import Sound
from cutscore_composer.play.synth.looping import Lines, loop_of
from cutscore_composer.play.synth.ringing import Partials, ringing
from cutscore_composer.play.synth.shaping import added, band, decaying, hiss, times
from cutscore_composer.play.synth.strike import BODY, Strike, Wave, at, both
from cutscore_composer.play.synth.tone import Tone, headed

_TINE_LIFE = ((60.0, 4.0), (130.0, 3.0), (260.0, 1.9), (520.0, 1.1), (1040.0, 0.55), (2080.0, 0.25))
_CLAMPED = (6.27, 17.55)
"""The higher modes of a bar clamped at one end."""
_PICKUP_OFF = 0.32
"""How far the tine rests from the middle of its pickup: what makes its even partials."""
_DRAWBARS = (
    (0.5, 0.75),
    (1.0, 0.95),
    (1.5, 0.55),
    (2.0, 0.60),
    (3.0, 0.30),
    (4.0, 0.30),
    (5.0, 0.10),
    (6.0, 0.10),
    (8.0, 0.14),
)
_HORN_HERTZ = 0.75
_HORN_TURNS = 2
"""Of the loudspeaker's horn in a loop."""
_SIDEBANDS = 128
_LAST_WHEEL_HERTZ = 6500.0
_HORN_FROM_HERTZ = 700.0


def electric_piano(strike: Strike) -> Wave:
    """A tine that swings before a pickup: hit hard it swings out of the field, which barks."""
    strength, random, hertz = strike.strength, strike.random(), strike.hertz
    life = at(_TINE_LIFE, hertz)
    whole = min(6.5, 5.5 * life)
    seconds = strike.times(whole)
    swing = (0.10 + 1.05 * strength**1.6) * min(1.0, (520 / hertz) ** 0.35) * max(1.0, (160 / hertz) ** 0.3)
    # No oversampling: the field is so smooth that its twelfth partial lies 90 dB down.
    sag = decaying(seconds, life) * (0.75 + 0.25 * decaying(seconds, 0.18 * life))
    sag *= 1 - np.exp(-seconds / 0.0012)
    drift = 2 ** (random.uniform(-0.8, 0.8) / 1200)
    tine = swing * sag * np.sin(2 * np.pi * hertz * drift * seconds + random.uniform(-0.5, 0.5))
    # The tone bar answers a little later and a hair apart.
    tine += (
        0.12
        * swing
        * decaying(seconds, 1.3 * life)
        * np.sin(2 * np.pi * hertz * 1.0007 * seconds + random.uniform(0, 1.5))
    )
    field = 1 / (1 + (tine - _PICKUP_OFF * random.uniform(0.85, 1.15)) ** 2) ** 1.5
    made = both(np.diff(field, prepend=field[:1]))
    made = made / np.abs(made).max()
    return strike.finished(_struck(strike, made, life, random), whole, rise=0.0008, fall=0.35 * whole)


def _struck(strike: Strike, made: Wave, life: float, random: np.random.Generator) -> Wave:
    """The tine's own ringing modes and the hammer's felt."""
    rate, strength = strike.rate, strike.strength
    ratio = np.array([*_CLAMPED, _CLAMPED[0] * 1.012])
    hertz = strike.hertz * ratio * random.uniform(0.99, 1.01, 3)
    level = np.array([0.16, 0.05, 0.07]) * (0.04 + 0.96 * strength**1.5)
    level = np.where(hertz < 9000, level / (1 + (hertz / 5000) ** 2), 1e-6)
    lives = np.array([0.14, 0.03, 0.10]) * life / 1.2
    chime = ringing(
        Partials(hertz, level, lives, random.uniform(-0.5, 0.5, 3), random.uniform(-0.2, 0.2, 3)), rate, 1.2
    )
    added(made, chime)
    felt = band(hiss(0.06, 90, 1400, rate, random) * decaying(times(0.06, rate), 0.007)[:, None], 0.0, 1800, rate, 1)
    return band(added(made, felt, 0.005 + 0.08 * strength), 30, 1e6, rate, 1)


def organ(tone: Tone) -> Sound:
    """Tone wheels through a slowly turning horn; the bright colour draws the upper bars."""
    rate, random = tone.rate, tone.random()
    loop = loop_of(tone.hertz, rate, _HORN_TURNS / _HORN_HERTZ)
    lines = Lines(loop)
    angle = 2 * np.pi * np.arange(_SIDEBANDS) / _SIDEBANDS
    away = np.fft.fftfreq(_SIDEBANDS, 1 / _SIDEBANDS) * _HORN_TURNS * rate / loop.size
    for ratio, level in _DRAWBARS:
        hertz = loop.hertz * ratio
        if hertz > _LAST_WHEEL_HERTZ:
            continue
        shade = 1.0 if tone.bright else min(1.0, (1.6 / ratio) ** 1.4)
        horn = 1.0 if hertz > _HORN_FROM_HERTZ else 0.35
        begin = np.exp(2j * np.pi * random.random())
        sides = []
        for ahead in (0.0, 1.9):
            # The horn comes nearer and goes away: louder and softer, sharper and flatter.
            bend = horn * hertz * 0.0009 * loop.size / rate / _HORN_TURNS * np.sin(angle + ahead)
            turned = (1 + 0.30 * horn * np.cos(angle + ahead)) * np.exp(1j * bend)
            sides.append(np.fft.fft(turned) / _SIDEBANDS * (level * shade * begin))
        lines.add(hertz + away, *sides)
    made = lines.loop()
    head = made[-round(0.12 * rate) :].copy()
    seconds = np.arange(len(head)) / rate
    head *= (1 - np.exp(-seconds / 0.0035))[:, None] * np.minimum(seconds / 0.0005, 1)[:, None]
    click = hiss(0.03, 800, 5000, rate, random) * decaying(times(0.03, rate), 0.003)[:, None]
    loud = float(np.sqrt((made**2).mean()))
    click[: round(0.0004 * rate)] *= np.linspace(0, 1, round(0.0004 * rate))[:, None]
    return headed(added(head, click, loud * (0.8 if tone.bright else 0.3)), made, BODY / loud)
