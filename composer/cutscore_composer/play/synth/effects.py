"""Sounds of the trailer and the tape: impact, braam, sub drop, whoosh and vinyl."""

from __future__ import annotations

import numpy as np

from cutscore_composer.play.samples import Sound
from cutscore_composer.play.synth.shaping import added, band, decaying, driven, hiss, placed, times, turning
from cutscore_composer.play.synth.strike import Strike, Wave, both, noise
from cutscore_composer.play.synth.sweeping import swept
from cutscore_composer.play.synth.tone import Tone, begun
from cutscore_composer.play.synth.waves import low_pass, partials, read, table

_IMPACT_SECONDS = 4.5
_BRAAM_SECONDS = 3.4
_DROP_SECONDS = 2.6
WHOOSH_RISE_SECONDS = 0.40
"""How long a whoosh comes before it is there."""
_STACK = (
    (0.0, -6, -0.7),
    (0.0, 7, 0.7),
    (0.0, 0, 0.0),
    (12.0, -9, 0.5),
    (12.0, 10, -0.5),
    (-12.0, 3, 0.0),
    (7.0, 4, 0.3),
)
"""Voices of a braam: semitones, cents, side."""


def impact(strike: Strike) -> Wave:
    """A cinema boom: a tone that falls below hearing, a body of noise, a crack, and the hall that answers."""
    random, rate, strength = strike.random(), strike.rate, strike.strength
    seconds = strike.times(_IMPACT_SECONDS)
    size = len(seconds) / rate
    low = min(strike.hertz, 62.0)
    while low < 31:
        low *= 2
    hertz = low * (1 + 1.1 * np.exp(-seconds / 0.045) - 0.18 * (1 - np.exp(-seconds / 1.2)))
    boom = driven(turning(hertz, rate) * decaying(seconds, 0.75, hold=0.05), 1.2 + 0.8 * strength, skew=0.15)
    made = both(boom) + 0.50 * hiss(size, 55, 240, rate, random) * decaying(seconds, 0.22)[:, None] * 0.5
    debris = hiss(size, 240, 9000, rate, random)
    opened = 700 + 5200 * strength

    def closing(at: Wave, hertz: Wave) -> Wave:
        return low_pass(hertz, 260 + opened * np.exp(-at / 0.16), order=2)

    shape = 0.8 * decaying(seconds, 0.05) + 0.22 * decaying(seconds, 0.55) + 0.06 * decaying(seconds, 1.3)
    made += swept(debris * shape[:, None], closing, rate) * (0.45 + 0.35 * strength)
    crack = hiss(0.08, 900, 9000, rate, random) * decaying(times(0.08, rate), 0.006)[:, None]
    added(made, crack, 0.15 + 0.40 * strength**1.5)
    return strike.finished(band(made, 22, 1e6, rate, 1), _IMPACT_SECONDS, rise=0.0008, fall=1.2)


def braam(strike: Strike) -> Wave:
    """A stack of brass-like saws: scoops up, opens, growls through two formants, and sinks back."""
    random, rate, strength = strike.random(), strike.rate, strike.strength
    seconds = strike.times(_BRAAM_SECONDS)
    scoop = -0.6 * np.exp(-seconds / 0.045) - 0.25 * np.clip(seconds - 1.6, 0, None) ** 2
    made = np.zeros((len(seconds), 2))
    for semitones, cents, side in _STACK:
        hertz = strike.hertz * 2 ** (semitones / 12 + (cents + random.uniform(-2, 2)) / 1200)
        period = table(partials("saw", hertz, limit=9000.0)[1])
        drift = 0.04 * np.sin(2 * np.pi * random.uniform(0.3, 0.9) * seconds + random.uniform(0, 6))
        turns = np.cumsum(hertz * 2 ** ((scoop + drift) / 12)) / rate + random.random()
        made += placed(read(period, turns), side) * (0.6 if semitones > 0 else 1.0)
    growl = 1 + 0.28 * np.sin(2 * np.pi * 31 * seconds + 2.5 * np.sin(2 * np.pi * 2.3 * seconds)) * decaying(
        seconds, 1.2
    )
    wide = 1200 + 6000 * strength

    def formants(at: Wave, hertz: Wave) -> Wave:
        open_ = (1 - np.exp(-at / 0.07)) * np.exp(-np.maximum(at - 0.7, 0) / 0.9)
        peaks = sum(
            gain * np.exp(-(np.log2(np.maximum(hertz, 1.0) / centre) ** 2) / 0.06)
            for centre, gain in ((430.0, 1.4), (1050.0, 1.6), (2300.0, 1.8))
        )
        return low_pass(hertz, 220 + wide * open_, order=2) * (0.6 + peaks * open_)

    made = swept(made * growl[:, None], formants, rate)
    made = driven(made / np.abs(made).max(), 2.0 + 1.5 * strength, skew=0.2)
    root = strike.hertz if strike.hertz > 40 else 2 * strike.hertz
    made += 0.28 * both(turning(root * 2 ** (scoop / 12), rate))
    shape = (1 - np.exp(-seconds / 0.022)) * (0.85 + 0.15 * decaying(seconds, 0.2)) * decaying(seconds, 0.55, hold=1.5)
    return strike.finished(band(made, 24, 1e6, rate, 1) * shape[:, None], _BRAAM_SECONDS, rise=0.002, fall=0.8)


def sub_drop(strike: Strike) -> Wave:
    """A low sine that falls two octaves, as far as it can be heard."""
    rate, random = strike.rate, strike.random()
    seconds = strike.times(_DROP_SECONDS)
    low = max(27.0, strike.hertz / 4) * random.uniform(0.97, 1.03)
    hertz = low + (strike.hertz - low) * np.exp(-seconds / (0.42 * random.uniform(0.9, 1.1)))
    made = driven(
        turning(hertz, rate, random.uniform(-0.6, 0.6)) * decaying(seconds, 0.7, hold=0.5),
        0.5 + 2.2 * strike.strength,
        skew=0.1,
    )
    return strike.finished(band(both(made), 22, 1e6, rate, 1), _DROP_SECONDS, rise=0.004, fall=0.8)


def whoosh(strike: Strike) -> Wave:
    """A rush of air that comes, is there, and has passed to the other side."""
    random, rate, strength = strike.random(), strike.rate, strike.strength
    whole = WHOOSH_RISE_SECONDS + 0.75
    seconds = strike.times(whole)
    near = seconds - WHOOSH_RISE_SECONDS
    shape = np.where(near < 0, np.exp(np.minimum(near, 0) / 0.085), decaying(near, 0.14))
    top = (900 + 3800 * strength) * 2 ** random.uniform(-0.2, 0.2)

    def passing(at: Wave, hertz: Wave) -> Wave:
        centre = 260 + top * np.exp(-np.abs(at - WHOOSH_RISE_SECONDS) / 0.16)
        return np.exp(-(np.log2(np.maximum(hertz, 20.0) / centre) ** 2) / 1.1) * (1 + 300 / np.maximum(hertz, 120.0))

    made = swept(noise(len(seconds), random), passing, rate) * shape[:, None]
    travel = np.tanh(near / 0.15) * (1 if random.random() < 0.5 else -1) * 0.6
    made *= np.stack([np.sqrt(1 - travel), np.sqrt(1 + travel)], axis=1)
    return strike.finished(made, whole, rise=0.02, fall=0.2)


def vinyl(tone: Tone) -> Sound:
    """A worn record: hiss, ticks, now and then a pop, and the turntable below."""
    random, rate = tone.random(), tone.rate
    size = 8 * rate
    whole = np.fft.rfftfreq(size, 1 / rate)
    colour = 1 / (1 + (whole / 4500) ** 2) * (1 - 1 / (1 + (whole / 250) ** 2))
    rumble = 1.5 * np.exp(-((np.log2(np.maximum(whole, 1.0) / 42) / 0.6) ** 2))
    spun = np.exp(2j * np.pi * random.random((2, len(whole)))) * (colour + rumble)
    hissing = np.fft.irfft(spun, size).T
    made = hissing / np.sqrt((hissing**2).mean())
    for count, loud, sharp in ((26 * 8, 3.0, 6000.0), (9, 11.0, 1800.0)):
        for place in random.integers(0, size - rate // 50, count):
            level = loud * random.lognormal(0, 0.5) * 0.5 * random.choice((-1, 1))
            length = round(rate * random.uniform(0.0006, 0.0025))
            shape = np.sin(2 * np.pi * sharp * random.uniform(0.4, 1.0) * np.arange(length) / rate) * np.hanning(length)
            made[place : place + length] += placed(level * np.asarray(shape), random.uniform(-0.5, 0.5))
    return begun(made, rate, 0.12)
