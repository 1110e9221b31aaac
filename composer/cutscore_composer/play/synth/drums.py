"""Drum kits of our own: electronic (synth_kit) and dusty (lofi_kit), General MIDI keys."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.signal import butter, sosfilt

from cutscore_composer.play.synth.strike import Strike, Wave, both, faded, loudest, noise

_LEVEL_DB = {
    36: 0.0, 37: -7.0, 38: -2.0, 39: -5.0, 40: -9.0, 41: -3.0, 42: -13.0, 43: -15.0, 44: -15.0, 45: -4.0,
    46: -13.0, 48: -5.0, 49: -9.0, 51: -14.0, 53: -12.0, 54: -13.0, 56: -9.0, 82: -15.0,
}  # fmt: skip
"""The loudest 30 ms of each key against the kick."""


def synth_kit(strike: Strike) -> Wave:
    """A key of the electronic kit, at its level against the kick."""
    return _levelled(strike, _MAKERS[strike.pitch](strike))


def lofi_kit(strike: Strike) -> Wave:
    """A key of the dusty kit, at its level against the kick."""
    made = _MAKERS[strike.pitch](strike)
    made = sosfilt(butter(2, 3200 + 2500 * strike.strength, fs=strike.rate, output="sos"), made, axis=0)
    made = np.tanh(2 * made / np.abs(made).max())
    return _levelled(strike, made)


def _levelled(strike: Strike, made: Wave) -> Wave:
    made = faded(made, strike.rate)
    return made * (10 ** (_LEVEL_DB[strike.pitch] / 20) / loudest(made, strike.rate))


def _drop(
    rate: int, length: float, low: float, sweep: float, fall: float, life: float, random: np.random.Generator
) -> Wave:
    """A tone that falls to `low` hertz from `sweep` times that."""
    seconds = np.arange(round(length * rate)) / rate
    phase = 2 * np.pi * np.cumsum(low * (1 + (sweep - 1) * np.exp(-seconds / fall))) / rate
    return np.asarray(np.sin(phase) * np.exp(-seconds / life))


def _burst(rate: int, length: float, band: tuple[float, float], life: float, random: np.random.Generator) -> Wave:
    """A band of noise that decays."""
    size = round(length * rate)
    made = sosfilt(butter(2, band, "band", fs=rate, output="sos"), noise(size, random), axis=0)
    return np.asarray(made / np.abs(made).max() * np.exp(-np.arange(size) / (life * rate))[:, None])


def _kick(strike: Strike) -> Wave:
    random, rate = strike.random(), strike.rate
    made = both(_drop(rate, 0.7, 48 * random.uniform(0.98, 1.02), 5.0, 0.028, 0.16, random))
    click = _burst(rate, 0.02, (1500, 8000), 0.002, random)
    made[: len(click)] += click * (0.1 + 0.3 * strike.strength)
    return made


def _snare(strike: Strike) -> Wave:
    random, rate = strike.random(), strike.rate
    made = _burst(rate, 0.5, (700, 10_000), 0.09, random) * (0.5 + 0.4 * strike.strength)
    return made + 0.7 * both(_drop(rate, 0.5, 185 * random.uniform(0.98, 1.02), 1.6, 0.012, 0.06, random))


def _clap(strike: Strike) -> Wave:
    random, rate = strike.random(), strike.rate
    made = 0.6 * _burst(rate, 0.5, (800, 5000), 0.08, random)
    for at in np.cumsum(random.uniform(0.008, 0.013, 3)):
        one = _burst(rate, 0.05, (800, 6000), 0.006, random)
        made[round(at * rate) : round(at * rate) + len(one)] += one
    return made


def _tom(low: float) -> Callable[[Strike], Wave]:
    def tom(strike: Strike) -> Wave:
        random, rate = strike.random(), strike.rate
        made = both(_drop(rate, 1.0, low * random.uniform(0.98, 1.02), 1.9, 0.05, 0.18, random))
        return made + _burst(rate, 1.0, (400, 4000), 0.02, random) * 0.2

    return tom


def _metal(length: float, life: float, band: tuple[float, float]) -> Callable[[Strike], Wave]:
    def metal(strike: Strike) -> Wave:
        random, rate = strike.random(), strike.rate
        return _burst(rate, length, (band[0], min(band[1], 0.45 * rate)), life, random)

    return metal


def _ping(hertz: tuple[float, ...], life: float) -> Callable[[Strike], Wave]:
    def ping(strike: Strike) -> Wave:
        random, rate = strike.random(), strike.rate
        seconds = np.arange(round(8 * life * rate)) / rate
        made = np.sum(
            [np.sin(2 * np.pi * one * random.uniform(0.99, 1.01) * seconds) for one in hertz], axis=0
        ) * np.exp(-seconds / life)
        click = _burst(rate, 0.02, (2000, 9000), 0.002, random)
        made = both(made)
        made[: len(click)] += 0.3 * click[: len(made)]
        return made

    return ping


_MAKERS: dict[int, Callable[[Strike], Wave]] = {
    36: _kick,
    37: _ping((480.0, 1720.0), 0.02),
    38: _snare,
    39: _clap,
    40: _metal(0.4, 0.07, (1000, 9000)),
    41: _tom(80),
    42: _metal(0.25, 0.03, (6500, 15_000)),
    43: _metal(0.6, 0.15, (1500, 9000)),
    44: _metal(0.2, 0.02, (6000, 14_000)),
    45: _tom(110),
    46: _metal(1.2, 0.22, (6500, 15_000)),
    48: _tom(150),
    49: _metal(3.5, 0.7, (3000, 16_000)),
    51: _metal(2.5, 0.5, (4500, 15_000)),
    53: _ping((2500.0, 3300.0, 5200.0), 0.3),
    54: _metal(0.4, 0.06, (5500, 15_000)),
    56: _ping((540.0, 800.0), 0.06),
    82: _metal(0.2, 0.035, (5000, 15_000)),
}
