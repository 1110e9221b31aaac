"""Drums of metal, and small things that shake: hats, cymbals, cowbell, tambourine, shaker.

The metal of electronic hats is six square waves far from any harmony, heard where they are dense; that
of cymbals is hundreds of modes, the low ones long, over noise whose highs die first.
"""

from __future__ import annotations

import numpy as np

from cutscore_composer.play.synth.ringing import Partials, ringing
from cutscore_composer.play.synth.shaping import added, band, decaying, hiss, softened, times
from cutscore_composer.play.synth.strike import Strike, Wave

_SQUARES = (205.3, 304.4, 369.6, 522.7, 540.0, 800.0)
_COWBELL = (541.0, 803.0)
_WASH = (
    (350.0, 1000.0, 1.5),
    (1000.0, 2500.0, 1.25),
    (2500.0, 5000.0, 1.0),
    (5000.0, 9000.0, 0.72),
    (9000.0, 17_000.0, 0.45),
)
"""Bands of a cymbal's noise and how long each lasts against the cymbal."""


def hat(strike: Strike, life: float, *, tail: float = 0.0, low: float = 5200.0, noise: float = 0.5) -> Wave:
    """A hi-hat: squares and noise above `low` hertz that fall in `life` seconds, with a tail that rings longer."""
    random, rate = strike.random(), strike.rate
    long = max(life, tail)
    tuned = random.uniform(0.975, 1.025)
    metal = _squares(tuned, 3200, 17_500, random)
    shape = 1 / (1 + (low / metal.hertz) ** 6)
    high = (metal.hertz / 9000) ** 0.7
    made = ringing(
        Partials(
            metal.hertz,
            metal.amplitude * shape,
            long / high * random.uniform(0.8, 1.2, len(high)),
            metal.phase,
            metal.side,
        ),
        rate,
        7 * long,
        strike.seconds,
    )
    made /= np.sqrt((made[: round(0.02 * rate)] ** 2).mean())
    seconds = np.arange(len(made)) / rate
    fall = decaying(seconds, life) if not tail else 0.5 * decaying(seconds, life) + 0.5
    air = hiss(len(made) / rate, low * 1.15, 1e6, rate, random) * decaying(seconds, long)[:, None]
    tick = hiss(0.01, 3500, 1e6, rate, random) * decaying(times(0.01, rate), 0.0012)[:, None]
    made = (made * (1 - noise) + air * noise) * fall[:, None]
    return softened(added(made, tick, 0.25 + 0.6 * strike.strength), strike.strength, 6000, rate)


def cymbal(strike: Strike, life: float, *, bloom: float, stick: float, low: float = 350.0) -> Wave:
    """A crash or ride: `bloom` seconds until the wash is there, `stick` how much of the stick is heard."""
    random, rate, strength = strike.random(), strike.rate, strike.strength
    size = min(4.5 * life, strike.seconds)
    seconds = times(size, rate)
    made = np.zeros((len(seconds), 2))
    for number, (first, last, lasts) in enumerate(_WASH):
        if last <= low:
            continue
        level = (0.22, 0.40, 0.75, 1.0, 0.75)[number] * (0.5 + 0.5 * strength) ** max(0, number - 1)
        rise = 1 - np.exp(-seconds / (bloom * (0.3 + 0.25 * number) + 1e-4))
        made += (
            hiss(size, max(first, low), last, rate, random) * (level * rise * decaying(seconds, life * lasts))[:, None]
        )
    modes = _modes(random, 70, low, 11_000.0, life)
    rung = ringing(modes, rate, size)
    made = added(made * 0.55, rung, 0.75 / np.sqrt((rung[: round(0.05 * rate)] ** 2).mean()))
    touch = hiss(0.03, 2500, 1e6, rate, random) * decaying(times(0.03, rate), 0.003)[:, None]
    return added(made, touch, stick * (0.5 + strength))


def bell(strike: Strike, life: float) -> Wave:
    """The dome of a ride: a few strong modes over the rest."""
    random, rate = strike.random(), strike.rate
    ratio = np.array([1.0, 1.493, 2.105, 2.764, 3.51, 4.48, 5.63, 7.2, 9.1])
    count, number = len(ratio), np.arange(float(len(ratio)))
    modes = Partials(
        822 * random.uniform(0.99, 1.01) * ratio * random.uniform(0.997, 1.003, count),
        np.array([0.6, 0.9, 1.0, 0.7, 0.8, 0.5, 0.45, 0.3, 0.2]) * (0.5 + 0.5 * strike.strength) ** number,
        life / (1 + 0.22 * number),
        random.uniform(0, 2 * np.pi, count),
        random.uniform(-0.4, 0.4, count),
    )
    made = ringing(modes, rate, 5 * life)
    made /= np.abs(made).max()
    rest = cymbal(strike, 0.5 * life, bloom=0.002, stick=0.6, low=2000)
    return added(made, rest, 0.12 / np.abs(rest).max())


def cowbell(strike: Strike) -> Wave:
    """Two square waves, struck."""
    random, rate = strike.random(), strike.rate
    tuned = random.uniform(0.99, 1.01)
    partials = [
        (tuned * hertz * number, 1 / number)
        for hertz in _COWBELL
        for number in range(1, 20, 2)
        if hertz * number < 9000
    ]
    hertz, amplitude = (np.array(column) for column in zip(*partials, strict=True))
    amplitude *= 1 / np.sqrt(1 + (700 / hertz) ** 4) / (1 + (hertz / (2500 + 2500 * strike.strength)) ** 2)
    made = np.zeros((round(0.5 * rate), 2))
    for level, life in ((0.7, 0.018), (0.4, 0.11)):
        phase, side = np.full(len(hertz), -np.pi / 2), np.zeros(len(hertz))
        added(made, ringing(Partials(hertz, amplitude, np.full(len(hertz), life), phase, side), rate, 0.5), level)
    return made


def tambourine(strike: Strike) -> Wave:
    """Jingles that clash a few times within a moment."""
    random, rate = strike.random(), strike.rate
    made = np.zeros((round(0.5 * rate), 2))
    for at, level in ((0.0, 1.0), (0.013, 0.55), (0.027, 0.40), (0.047, 0.22)):
        jingles = ringing(_modes(random, 45, 3800.0, 14_500.0, 0.07), rate, 0.45)
        jingles /= np.sqrt((jingles[: round(0.02 * rate)] ** 2).mean())
        late = at + random.uniform(-0.002, 0.002) * (at > 0)
        added(made, jingles, level * random.uniform(0.8, 1.0), round(late * rate))
    air = hiss(0.3, 5000, 15_000, rate, random) * decaying(times(0.3, rate), 0.03)[:, None]
    return softened(added(made, air, 0.5), strike.strength, 5000, rate)


def shaker(strike: Strike) -> Wave:
    """Grains thrown against a wall."""
    random, rate = strike.random(), strike.rate
    seconds = times(0.2, rate)
    grains = hiss(0.2, 3800, 12_500, rate, random)
    rough = 1 + 0.5 * band(random.standard_normal(len(seconds)), 60, 400, rate, 1)
    shape = np.minimum(seconds / 0.007, 1) ** 1.5 * (decaying(seconds, 0.022) + 0.25 * decaying(seconds, 0.05))
    return softened(grains * (shape * rough)[:, None], strike.strength, 5000, rate)


def _squares(tuned: float, low: float, high: float, random: np.random.Generator) -> Partials:
    """The odd partials of the six squares between two frequencies."""
    found = [
        (tuned * hertz * number, 1 / number)
        for hertz in _SQUARES
        for number in range(1, 120, 2)
        if low < hertz * number < high
    ]
    hertz, amplitude = (np.array(column) for column in zip(*found, strict=True))
    count = len(hertz)
    level = amplitude * hertz / 9000
    return Partials(hertz, level, np.ones(count), random.uniform(0, 2 * np.pi, count), random.uniform(-0.5, 0.5, count))


def _modes(random: np.random.Generator, count: int, low: float, high: float, life: float) -> Partials:
    """Modes at random, denser above, the high ones shorter."""
    hertz = np.sort(low + (high - low) * random.random(count) ** 0.8)
    amplitude = random.uniform(0.3, 1.0, count)
    lives = life * random.uniform(0.6, 1.2, count) / (0.6 + hertz / 6000)
    return Partials(hertz, amplitude, lives, random.uniform(0, 2 * np.pi, count), random.uniform(-0.6, 0.6, count))
