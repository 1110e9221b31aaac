"""Plucked strings: harp, guitars, ukulele and basses as the vibrating modes of a stiff string on a body.

A string plucked at a point moves in all modes that have no node there. Each mode moves in two planes:
across the bridge, where it is loud and dies fast, and along it, softer and longer; the two are a hair
apart in pitch and beat. The body answers some frequencies more than others and knocks when struck.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import butter, sosfilt

from cutscore_composer.play.synth.ringing import Partials, joined, ringing
from cutscore_composer.play.synth.strike import Strike, Wave, faded, noise

_MOST_PARTIALS = 70
_HIGHEST_HERTZ = 13_000.0


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
    life=((60, 3.4), (250, 2.4), (1000, 1.0), (4000, 0.28)),
    damping=0.05,
    damping_hertz=3800,
    stiffness=3e-5,
    pluck=0.38,
    slope=(1.8, 1.15),
    corner=(1800, 4200),
    body=((180, 0.8, 3.0), (420, 0.5, 4.0), (900, 0.3, 3.0)),
    low_cut=45,
    knock=0.10,
    noise=0.05,
    noise_band=(180, 1200),
    noise_seconds=0.008,
    longest=6.0,
)
GUITAR = Build(
    life=((80, 1.7), (200, 1.25), (400, 0.85), (1000, 0.40)),
    damping=0.035,
    damping_hertz=3600,
    stiffness=4e-5,
    pluck=0.17,
    slope=(1.25, 0.85),
    corner=(2600, 6500),
    body=((105, 1.6, 6.0), (205, 1.6, 7.0), (390, 0.9, 6.0), (560, 0.6, 5.0), (2600, 0.5, 1.5)),
    low_cut=75,
    knock=0.22,
    noise=0.10,
    noise_band=(1500, 7000),
    noise_seconds=0.004,
    longest=4.5,
)
NYLON = Build(
    life=((80, 1.15), (200, 0.85), (400, 0.55), (1000, 0.26)),
    damping=0.07,
    damping_hertz=2200,
    stiffness=2e-5,
    pluck=0.24,
    slope=(1.5, 1.05),
    corner=(1500, 3600),
    body=((98, 1.8, 6.0), (190, 1.6, 7.0), (380, 0.8, 6.0), (700, 0.5, 4.0)),
    low_cut=70,
    knock=0.30,
    noise=0.06,
    noise_band=(400, 2500),
    noise_seconds=0.006,
    longest=3.5,
)
UKULELE = Build(
    life=((200, 0.45), (400, 0.36), (900, 0.20)),
    damping=0.07,
    damping_hertz=2400,
    stiffness=2e-5,
    pluck=0.28,
    slope=(1.5, 1.05),
    corner=(1700, 4200),
    body=((210, 1.6, 6.0), (400, 1.6, 7.0), (700, 0.9, 6.0), (1300, 0.5, 4.0)),
    low_cut=150,
    knock=0.35,
    noise=0.06,
    noise_band=(600, 3500),
    noise_seconds=0.005,
    longest=1.8,
)
ELECTRIC = Build(
    life=((80, 3.0), (200, 2.2), (400, 1.5), (1000, 0.6)),
    damping=0.05,
    damping_hertz=3000,
    stiffness=5e-5,
    pluck=0.20,
    slope=(1.30, 0.95),
    corner=(2200, 4800),
    body=((2400, 0.8, 2.0),),
    low_cut=60,
    knock=0.0,
    noise=0.05,
    noise_band=(800, 4000),
    noise_seconds=0.003,
    longest=5.0,
)
UPRIGHT = Build(
    life=((40, 1.3), (100, 0.8), (250, 0.35)),
    damping=0.16,
    damping_hertz=900,
    stiffness=6e-5,
    pluck=0.22,
    slope=(1.35, 0.95),
    corner=(700, 1700),
    body=((62, 0.9, 4.0), (105, 1.2, 5.0), (190, 0.8, 5.0), (650, 0.4, 2.0)),
    low_cut=38,
    knock=0.30,
    noise=0.08,
    noise_band=(250, 1800),
    noise_seconds=0.010,
    longest=3.0,
    width=0.10,
)
BASS = Build(
    life=((40, 2.4), (100, 1.6), (250, 0.8)),
    damping=0.07,
    damping_hertz=1500,
    stiffness=6e-5,
    pluck=0.20,
    slope=(1.35, 0.95),
    corner=(900, 2600),
    body=((800, 0.4, 1.2),),
    low_cut=32,
    knock=0.0,
    noise=0.05,
    noise_band=(300, 2500),
    noise_seconds=0.006,
    longest=4.0,
    width=0.03,
)


def plucked(build: Build, strike: Strike, *, muted: bool = False) -> Wave:
    """A note of the instrument; `muted` under the palm, short and dull."""
    random = strike.random()
    hertz, strength = strike.hertz, strike.strength
    number = np.arange(1, _MOST_PARTIALS + 1)
    stiffness = build.stiffness * hertz / 200
    partials = number * hertz * np.sqrt((1 + stiffness * number**2) / (1 + stiffness))
    number, partials = number[partials < _HIGHEST_HERTZ], partials[partials < _HIGHEST_HERTZ]
    pluck = build.pluck * float(random.uniform(0.88, 1.12))
    corner = float(np.interp(strength, (0, 1), build.corner)) * (0.45 if muted else 1.0)
    amplitude = np.sin(np.pi * number * pluck) / number ** float(np.interp(strength, (0, 1), build.slope))
    amplitude = amplitude / (1 + (partials / corner) ** 2) ** 0.75 * _body(build, partials)
    life = np.interp(hertz, *zip(*build.life, strict=True)) * (0.14 if muted else 1.0)
    life = life / (1 + build.damping * (number - 1) + (partials / build.damping_hertz) ** 2)
    phase = np.where(amplitude < 0, np.pi, 0.0) + random.normal(0, 0.25, len(number))
    side = random.uniform(-build.width, build.width, len(number))
    beat = 2 ** (random.uniform(0.3, 1.2, len(number)) / 1200)
    across = Partials(partials, np.abs(amplitude) * 0.75, life * 0.8, phase, side)
    along = Partials(partials * beat, np.abs(amplitude) * 0.25, life * 1.8, phase + 0.5, -side)
    made = ringing(joined(across, along), strike.rate, build.longest)
    top = float(np.abs(made).max())
    _add(made, _touch(build, strike.rate, random), build.noise * top * (0.5 + strength))
    if build.knock:
        _add(made, _knocked(build, strike.rate, random), build.knock * top * 0.6)
    return faded(made, strike.rate)


def _body(build: Build, hertz: Wave) -> Wave:
    """How strongly the body answers at frequencies."""
    answer = np.ones(len(hertz), np.complex128)
    for centre, gain, quality in build.body:
        answer += gain / (1 + 1j * quality * (hertz / centre - centre / hertz))
    return np.abs(answer) / np.sqrt(1 + (build.low_cut / hertz) ** 4)


def _touch(build: Build, rate: int, random: np.random.Generator) -> Wave:
    """Finger or pick on the string."""
    burst = noise(round(8 * build.noise_seconds * rate), random)
    burst = sosfilt(butter(1, build.noise_band, "band", fs=rate, output="sos"), burst, axis=0)
    burst *= np.exp(-np.arange(len(burst)) / (build.noise_seconds * rate))[:, None]
    return np.asarray(burst / np.abs(burst).max())


def _knocked(build: Build, rate: int, random: np.random.Generator) -> Wave:
    """The body's own modes, struck by the pluck."""
    centre, gain, quality = (np.array(column) for column in zip(*build.body, strict=True))
    modes = Partials(
        centre * random.uniform(0.99, 1.01, len(centre)),
        gain,
        quality / (np.pi * centre),
        random.uniform(1.2, 1.9, len(centre)),
        random.uniform(-0.3, 0.3, len(centre)),
    )
    knock = ringing(modes, rate, 0.4)
    return np.asarray(knock / np.abs(knock).max())


def _add(made: Wave, other: Wave, gain: float) -> None:
    size = min(len(made), len(other))
    made[:size] += other[:size] * gain
