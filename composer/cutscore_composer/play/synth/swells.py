"""Sounds that grow over the length of their note and stop at its end: riser, whoosh and reverse.

What they lead to falls on the cut, so their end is exact to the sample; they are made for each length.
"""

from __future__ import annotations

import zlib

import numpy as np

from cutscore_composer.play.samples import Audio
from cutscore_composer.play.synth.drum_metals import cymbal
from cutscore_composer.play.synth.ringing import Partials, ringing
from cutscore_composer.play.synth.shaping import placed
from cutscore_composer.play.synth.strike import PEAK, Strike, Wave, hertz_of, loudest, noise
from cutscore_composer.play.synth.sweeping import swept
from cutscore_composer.play.synth.waves import partials, read, table

_LEAST_SECONDS = 0.2
_LOUDEST = PEAK * 10 ** (-10 / 20)
"""RMS of the loudest 30 ms at strength 1: these go before a hit, which is to be louder."""
_CUT_SECONDS = 0.012
"""How fast it is gone at the end: no click, and nothing left for the hit that follows."""


def riser(seconds: float, pitch: int, strength: float, rate: int) -> Audio:
    """Noise that climbs the spectrum, saws that climb an octave, pulsing faster and faster."""
    size, place, random = _begun("riser", seconds, pitch, rate)
    at = np.arange(size) / rate

    def climbing(when: Wave, hertz: Wave) -> Wave:
        centre = 220 * (7500 / 220) ** np.minimum(when / at[-1], 1.0) ** 1.1
        away = np.log2(np.maximum(hertz, 20.0) / centre)
        return np.asarray(np.exp(-(away**2) / 1.3) / np.sqrt(centre / 220))

    air = swept(noise(size, random), climbing, rate)
    low = hertz_of(pitch)
    climb = low * 2 ** (place**1.6)
    tone = np.zeros((size, 2))
    hertz, level = partials("saw", 2 * low, limit=9000.0)
    period = table(level / (1 + hertz / (12 * low)))
    for cents, side in ((-11, -0.8), (-4, 0.4), (4, -0.4), (11, 0.8)):
        tone += placed(read(period, np.cumsum(climb * 2 ** (cents / 1200)) / rate + random.random()), side)
    beat = np.cumsum(2.5 * 2 ** (2.6 * place)) / rate
    pulsing = 1 - (0.10 + 0.40 * place) * (0.5 + 0.5 * np.cos(2 * np.pi * beat))
    made = air / np.abs(air).max() + tone * (0.28 * pulsing / np.abs(tone).max())[:, None]
    return _ended(made * (0.015 + 0.985 * place**2.0)[:, None], strength, rate)


def whoosh_swell(seconds: float, pitch: int, strength: float, rate: int) -> Audio:
    """A rush of air that comes nearer, from one side to the middle."""
    size, place, random = _begun("whoosh", seconds, pitch, rate)
    last = size / rate

    def coming(when: Wave, hertz: Wave) -> Wave:
        centre = 180 + (1400 + 3200 * strength) * np.minimum(when / last, 1.0) ** 3
        return np.exp(-(np.log2(np.maximum(hertz, 20.0) / centre) ** 2) / 1.1) * (1 + 300 / np.maximum(hertz, 120.0))

    made = swept(noise(size, random), coming, rate)
    side = 0.7 * (1 - place) * (1 if random.random() < 0.5 else -1)
    made *= np.stack([np.sqrt(1 - side), np.sqrt(1 + side)], axis=1)
    return _ended(made * (place**3.2)[:, None], strength, rate)


def reverse(seconds: float, pitch: int, strength: float, rate: int) -> Audio:
    """A cymbal and the strings of a piano, played backwards."""
    size, _, random = _begun("reverse", seconds, pitch, rate)
    life = max(0.12, seconds / 4.5)
    struck = cymbal(Strike("reverse", pitch, strength, 0, rate), life, bloom=0.004, stick=0.0)
    ratio = np.array([0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0])
    level = np.array([0.5, 1.0, 0.55, 0.6, 0.3, 0.25, 0.12, 0.1, 0.08])
    count = len(ratio)
    phase, side = random.uniform(0, 6, count), random.uniform(-0.7, 0.7, count)
    strings = ringing(Partials(hertz_of(pitch) * ratio, level, 1.2 * life / ratio**0.4, phase, side), rate, 5 * life)
    made = np.zeros((size, 2))
    for sound, share in ((struck, 1.0), (strings, 0.8)):
        kept = min(size, len(sound))
        made[:kept] += sound[:kept] * (share / loudest(sound, rate))
    return _ended(made[::-1].copy(), strength, rate)


def _begun(name: str, seconds: float, pitch: int, rate: int) -> tuple[int, Wave, np.random.Generator]:
    """Samples, how far each is on the way 0 to 1, and the sound's chance."""
    size = round(max(_LEAST_SECONDS, seconds) * rate)
    return size, np.linspace(0, 1, size), np.random.default_rng((zlib.crc32(name.encode()), pitch))


def _ended(made: Wave, strength: float, rate: int) -> Audio:
    """From nothing, at its level, cut off at its end."""
    first, last = round(0.03 * rate), round(_CUT_SECONDS * rate)
    made[:first] *= np.linspace(0, 1, first)[:, None]
    made[-last:] *= (0.5 + 0.5 * np.cos(np.linspace(0, np.pi, last)))[:, None]
    return np.asarray(made * (_LOUDEST * strength**1.5 / loudest(made, rate)), np.float32)
