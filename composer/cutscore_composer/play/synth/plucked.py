"""Plucked strings: harp, guitars, ukulele and basses as the vibrating modes of a stiff string on a body.

A string plucked at a point moves in all modes that have no node there. Each mode moves in two planes:
across the bridge, where it is loud and dies fast, and along it, softer and longer; the two are a hair
apart in pitch and beat. The body answers some frequencies more than others and knocks when struck.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cutscore_composer.play.synth.ringing import Partials, joined, ringing
from cutscore_composer.play.synth.shaping import added, band, decaying, times
from cutscore_composer.play.synth.strike import Strike, Wave, at, noise

_MOST_PARTIALS = 70
_HIGHEST_HERTZ = 13_000.0
_BEATING = 24
"""Partials whose two planes are told apart; those above are gone before they beat."""


@dataclass(frozen=True, slots=True)
class Build:
    """How an instrument is built and plucked; frequencies in hertz, times in seconds."""

    life: tuple[tuple[float, float], ...]
    """(fundamental, seconds in which it falls to 1/e)."""
    damping: float
    """How much faster partials die with their number."""
    damping_hertz: float
    """Where air and the string's own friction make partials die twice as fast."""
    stiffness: float
    """Inharmonicity at 200 Hz, growing with the fundamental."""
    pluck: float
    """Where the string is plucked, as a share of its length."""
    slope: tuple[float, float]
    """Fall of the partials as a power of their number: plucked softly, plucked hard."""
    corner: tuple[float, float]
    """Where the finger's or pick's width takes the highs away: softly, hard."""
    body: tuple[tuple[float, float, float], ...]
    """Resonances: hertz, gain of amplitude, Q."""
    low_cut: float
    knock: float
    """Level of the body's knock against the string."""
    noise: float
    """Level of finger or pick noise against the string."""
    noise_band: tuple[float, float]
    noise_seconds: float
    longest: float
    width: float = 0.15


HARP = Build(
    life=((60, 1.3), (130, 0.95), (250, 0.75), (500, 0.55), (1000, 0.38), (3000, 0.15)),
    damping=0.06,
    damping_hertz=3200,
    stiffness=3e-5,
    pluck=0.38,
    slope=(1.7, 0.95),
    corner=(2000, 5200),
    body=((200, 1.2, 2.5), (340, 0.9, 3.0), (700, 0.5, 2.5), (1500, 0.4, 1.5)),
    low_cut=110,
    knock=0.40,
    noise=0.14,
    noise_band=(180, 1200),
    noise_seconds=0.008,
    longest=5.0,
)
GUITAR = Build(
    life=((80, 1.5), (165, 1.25), (330, 0.75), (660, 0.40), (1300, 0.22)),
    damping=0.02,
    damping_hertz=2300,
    stiffness=4e-5,
    pluck=0.17,
    slope=(0.95, 0.60),
    corner=(2600, 7500),
    body=((112, 1.2, 5.0), (210, 1.8, 6.0), (390, 1.0, 5.0), (560, 0.6, 5.0), (2800, 0.7, 1.2)),
    low_cut=115,
    knock=0.22,
    noise=0.10,
    noise_band=(1500, 7000),
    noise_seconds=0.004,
    longest=4.5,
)
NYLON = Build(
    life=((80, 1.3), (165, 1.0), (330, 0.50), (660, 0.30), (1300, 0.17)),
    damping=0.05,
    damping_hertz=1900,
    stiffness=2e-5,
    pluck=0.24,
    slope=(1.1, 0.60),
    corner=(1700, 4600),
    body=((105, 1.0, 4.0), (200, 1.5, 6.0), (390, 0.9, 5.0), (700, 0.6, 4.0), (2200, 0.3, 1.5)),
    low_cut=95,
    knock=0.30,
    noise=0.06,
    noise_band=(400, 2500),
    noise_seconds=0.006,
    longest=3.5,
)
UKULELE = Build(
    life=((200, 0.45), (400, 0.36), (900, 0.20)),
    damping=0.07,
    damping_hertz=2100,
    stiffness=2e-5,
    pluck=0.28,
    slope=(1.25, 0.75),
    corner=(1800, 5200),
    body=((210, 1.6, 6.0), (400, 1.6, 7.0), (700, 0.9, 6.0), (1300, 0.5, 4.0)),
    low_cut=180,
    knock=0.35,
    noise=0.06,
    noise_band=(600, 3500),
    noise_seconds=0.005,
    longest=1.8,
)
ELECTRIC = Build(
    life=((80, 2.2), (165, 1.6), (330, 1.0), (660, 0.5), (1300, 0.3)),
    damping=0.05,
    damping_hertz=3000,
    stiffness=5e-5,
    pluck=0.20,
    slope=(1.0, 0.65),
    corner=(2000, 4800),
    body=((320, 0.6, 1.5), (2600, 1.2, 2.0)),
    low_cut=110,
    knock=0.0,
    noise=0.05,
    noise_band=(800, 4000),
    noise_seconds=0.003,
    longest=5.0,
)
ROCK = replace(
    ELECTRIC,
    pluck=0.16,
    life=((80, 3.2), (165, 2.6), (330, 1.8), (660, 1.0), (1300, 0.6)),
    corner=(2600, 5200),
    noise=0.12,
    noise_seconds=0.006,
    longest=6.0,
)
UPRIGHT = Build(
    life=((40, 1.1), (65, 0.75), (110, 0.45), (165, 0.30), (260, 0.22)),
    damping=0.12,
    damping_hertz=900,
    stiffness=6e-5,
    pluck=0.22,
    slope=(1.55, 1.05),
    corner=(450, 1500),
    body=((62, 0.9, 4.0), (105, 1.2, 5.0), (190, 0.8, 5.0), (650, 0.4, 2.0)),
    low_cut=36,
    knock=0.30,
    noise=0.08,
    noise_band=(250, 1800),
    noise_seconds=0.010,
    longest=3.0,
    width=0.10,
)
BASS = Build(
    life=((40, 2.0), (100, 1.5), (160, 1.2), (250, 0.7)),
    damping=0.07,
    damping_hertz=1500,
    stiffness=6e-5,
    pluck=0.20,
    slope=(1.25, 0.80),
    corner=(800, 2600),
    body=((800, 0.4, 1.2),),
    low_cut=45,
    knock=0.0,
    noise=0.05,
    noise_band=(300, 2500),
    noise_seconds=0.006,
    longest=4.0,
    width=0.03,
)


def plucked(build: Build, strike: Strike, *, muted: bool = False, cents: float = 0.0) -> Wave:
    """A note of the instrument, so many cents sharp; `muted` under the palm, short and dull."""
    random = strike.random()
    hertz, strength = strike.hertz * 2 ** (cents / 1200), strike.strength
    number = np.arange(1, _MOST_PARTIALS + 1)
    stiffness = build.stiffness * hertz / 200
    partials = number * hertz * np.sqrt((1 + stiffness * number**2) / (1 + stiffness))
    number, partials = number[partials < _HIGHEST_HERTZ], partials[partials < _HIGHEST_HERTZ]
    pluck = build.pluck * float(random.uniform(0.88, 1.12))
    corner = float(np.interp(strength, (0, 1), build.corner)) * (0.45 if muted else 1.0)
    amplitude = np.sin(np.pi * number * pluck) / number ** float(np.interp(strength, (0, 1), build.slope))
    amplitude = amplitude / (1 + (partials / corner) ** 2) ** 0.75 * _body(build, partials)
    life = at(build.life, hertz) * (0.14 if muted else 1.0)
    life = life / (1 + build.damping * (number - 1) + (partials / build.damping_hertz) ** 2)
    phase = np.where(amplitude < 0, np.pi, 0.0) + random.normal(0, 0.25, len(number))
    side = random.uniform(-build.width, build.width, len(number))
    beat = 2 ** (random.uniform(0.3, 1.2, len(number)) / 1200)
    across = Partials(partials, np.abs(amplitude) * 0.75, life * 0.8, phase, side)
    along = Partials(partials * beat, np.abs(amplitude) * 0.25, life * 1.8, phase + 0.5, -side).first(_BEATING)
    made = ringing(joined(across, along), strike.rate, build.longest, strike.seconds)
    top = float(np.abs(made).max())
    added(made, _touch(build, strike.rate, random), build.noise * top * (0.5 + strength))
    if build.knock:
        added(made, _knocked(build, strike.rate, random), build.knock * top * 0.6)
    return strike.finished(made, len(made) / strike.rate, fall=0.004)


def _body(build: Build, hertz: Wave) -> Wave:
    """How strongly the body answers at frequencies."""
    answer = np.ones(len(hertz), np.complex128)
    for centre, gain, quality in build.body:
        answer += gain / (1 + 1j * quality * (hertz / centre - centre / hertz))
    return np.abs(answer) / np.sqrt(1 + (build.low_cut / hertz) ** 6)


def _touch(build: Build, rate: int, random: np.random.Generator) -> Wave:
    """Finger or pick on the string."""
    seconds = times(8 * build.noise_seconds, rate)
    burst = (
        band(noise(len(seconds), random), *build.noise_band, rate, 1) * decaying(seconds, build.noise_seconds)[:, None]
    )
    return np.asarray(burst / np.abs(burst).max())


def _knocked(build: Build, rate: int, random: np.random.Generator) -> Wave:
    """The body's own modes, struck by the pluck."""
    centre, gain, quality = (np.array(column) for column in zip(*build.body, strict=True))
    modes = Partials(
        centre * random.uniform(0.99, 1.01, len(centre)),
        gain,
        2 * quality / (np.pi * centre),
        random.uniform(1.2, 1.9, len(centre)),
        random.uniform(-0.3, 0.3, len(centre)),
    )
    knock = ringing(modes, rate, 0.4)
    return np.asarray(knock / np.abs(knock).max())
