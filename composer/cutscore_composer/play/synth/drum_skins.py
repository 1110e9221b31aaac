"""Drums with a skin, and what is struck like them: kick, snare, clap, rim, brush, toms; electronic and dusty."""

from __future__ import annotations

import numpy as np

from cutscore_composer.play.synth.shaping import added, band, decaying, driven, hiss, softened, times, turning
from cutscore_composer.play.synth.strike import Strike, Wave, both

_CLAP_SECONDS = (0.0, 0.0065, 0.0135, 0.0215)
"""Hands never meet at once."""
_MEMBRANE = 1.593
"""The second mode of a round skin against its first."""


def kick(strike: Strike, *, low: float = 47.0, life: float = 0.105, hold: float = 0.045, click: float = 1.0) -> Wave:
    """A tone that falls from the beater's knock to `low` hertz, and the click of the beater."""
    random, rate, strength = strike.random(), strike.rate, strike.strength
    seconds = times(hold + 7 * life, rate)
    low *= random.uniform(0.985, 1.015)
    knock = (220 + 260 * strength) * random.uniform(0.9, 1.1)
    hertz = low + 75 * np.exp(-seconds / 0.030) + knock * np.exp(-seconds / 0.006)
    body = turning(hertz, rate) * decaying(seconds, life, hold=hold)
    made = both(driven(body, 1.3 + 0.7 * strength, skew=0.12))
    made = band(made, 24, 1e6, rate, 1)
    beater = hiss(0.02, 1800, 9000, rate, random) * decaying(times(0.02, rate), 0.0016)[:, None]
    return added(made, beater, click * (0.03 + 0.14 * strength**1.5))


def snare(strike: Strike, *, low: float = 184.0, gate: float = 0.12, top: float = 11_000.0) -> Wave:
    """Two modes of the skin and gated noise: a burst, a plain, and an end."""
    random, rate, strength = strike.random(), strike.rate, strike.strength
    seconds = times(gate + 0.32, rate)
    low *= random.uniform(0.985, 1.015)
    bend = 1 + 0.55 * np.exp(-seconds / 0.010)
    body = turning(low * bend, rate) * decaying(seconds, 0.065)
    body += 0.55 * turning(low * 1.78 * bend, rate) * decaying(seconds, 0.042)
    closing = np.clip((gate + 0.035 - seconds) / 0.07, 0, 1)
    plain = 0.30 * np.sin(closing * np.pi / 2) ** 2 * decaying(seconds, 0.30)
    wires = hiss(len(seconds) / rate, 900, top, rate, random)
    wires *= (0.75 * decaying(seconds, 0.045) + plain + 0.10 * decaying(seconds, 0.09))[:, None]
    crack = hiss(0.03, 2500, 12_000, rate, random) * decaying(times(0.03, rate), 0.003)[:, None]
    made = both(0.75 * body) + softened(wires, strength, 2600, rate) * (0.26 + 0.16 * strength)
    return added(made, crack, 0.10 + 0.25 * strength**2)


def clap(strike: Strike) -> Wave:
    """Hands a few milliseconds apart, then the room."""
    random, rate = strike.random(), strike.rate
    made = np.zeros((round(0.55 * rate), 2))
    for number, at in enumerate(_CLAP_SECONDS):
        hands = hiss(0.12, 750, 7500, rate, random) + 1.2 * hiss(0.12, 950, 1700, rate, random)
        last = number == len(_CLAP_SECONDS) - 1
        hands *= decaying(times(0.12, rate), 0.020 if last else 0.0032)[:, None]
        late = at + random.uniform(-0.0008, 0.0008) * (number > 0)
        added(made, hands, random.uniform(0.85, 1.0), round(late * rate))
    room = hiss(0.5, 800, 4500, rate, random) * decaying(times(0.5, rate), 0.085)[:, None]
    return softened(added(made, room, 0.30, round(_CLAP_SECONDS[-1] * rate)), strike.strength, 1800, rate)


def tom(strike: Strike, low: float) -> Wave:
    """A tone that sags into `low` hertz, its second mode, and the stick."""
    random, rate, strength = strike.random(), strike.rate, strike.strength
    life = 0.155 * (110 / low) ** 0.4
    seconds = times(0.06 + 7 * life, rate)
    low *= random.uniform(0.985, 1.015)
    hertz = low * (1 + (0.35 + 0.45 * strength) * np.exp(-seconds / 0.055))
    made = turning(hertz, rate) * decaying(seconds, life, hold=0.03)
    made += 0.22 * turning(hertz * _MEMBRANE, rate) * decaying(seconds, 0.4 * life)
    skin = both(driven(made, 0.9 + 0.5 * strength, skew=0.1))
    stick = hiss(0.15, 300, 6500, rate, random) * decaying(times(0.15, rate), 0.009)[:, None]
    return added(band(skin, 30, 1e6, rate, 1), softened(stick, strength, 900, rate), 0.10 + 0.14 * strength)


def rim(strike: Strike) -> Wave:
    """A stick across the rim: wood, for a moment."""
    random, rate = strike.random(), strike.rate
    seconds = times(0.14, rate)
    made = np.zeros(len(seconds))
    for hertz, level, life in (
        (470.0, 0.55, 0.016),
        (1080.0, 0.35, 0.010),
        (1710.0, 1.0, 0.011),
        (2950.0, 0.35, 0.005),
    ):
        made += level * np.sin(2 * np.pi * hertz * random.uniform(0.98, 1.02) * seconds) * decaying(seconds, life)
    click = hiss(0.02, 2000, 9000, rate, random) * decaying(times(0.02, rate), 0.0012)[:, None]
    return softened(added(both(made), click, 0.25), strike.strength, 1500, rate)


def brush(strike: Strike) -> Wave:
    """Wires slapped on the skin."""
    random, rate = strike.random(), strike.rate
    seconds = times(0.4, rate)
    wires = hiss(0.4, 500, 8500, rate, random)
    wires *= (np.minimum(seconds / 0.004, 1) * (decaying(seconds, 0.022) + 0.22 * decaying(seconds, 0.075)))[:, None]
    skin = turning(np.full(len(seconds), 195.0 * random.uniform(0.98, 1.02)), rate) * decaying(seconds, 0.045)
    return softened(wires, strike.strength, 1800, rate) + both(0.30 * skin)


def swish(strike: Strike) -> Wave:
    """Wires drawn over the skin in a half circle."""
    random, rate = strike.random(), strike.rate
    seconds = times(0.55, rate)
    low, high = (hiss(0.55, *edges, rate, random) for edges in ((700, 2600), (2600, 9000)))
    turn = np.clip(seconds / 0.30, 0, 1)
    shape = np.sin(np.minimum(seconds / 0.07, 1) * np.pi / 2) * decaying(seconds, 0.11, hold=0.13)
    grain = 1 + 0.25 * band(random.standard_normal(len(seconds)), 20, 90, rate, 1)
    drawn = low * (1 - 0.5 * turn)[:, None] + 0.7 * high * (0.4 + 0.6 * turn)[:, None]
    return softened(drawn * (shape * grain)[:, None], strike.strength, 1800, rate)
