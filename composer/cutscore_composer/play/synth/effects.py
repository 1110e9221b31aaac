"""Sounds of the trailer and the tape: riser, whoosh, impact, braam, sub drop, reverse and vinyl."""

from __future__ import annotations

import zlib

import numpy as np
from scipy.signal import butter, sosfilt

from cutscore_composer.play.samples import Audio, Sound
from cutscore_composer.play.synth.strike import PEAK, Strike, Wave, both, faded, hertz_of, noise
from cutscore_composer.play.synth.tone import Tone, begun


def riser(seconds: float, pitch: int, strength: float, rate: int) -> Audio:
    """A rise that culminates, and stops, after `seconds`: noise that climbs the spectrum, and a tone below it."""
    size = max(round(0.2 * rate), round(seconds * rate))
    random = np.random.default_rng((zlib.crc32(b"riser"), pitch))
    place = np.linspace(0, 1, size)
    centres = np.geomspace(180, 5200, 7)
    where = place * (len(centres) - 1)
    rising = np.zeros((size, 2))
    for number, hertz in enumerate(centres):
        band = sosfilt(
            butter(2, [hertz * 0.7, hertz * 1.4], "band", fs=rate, output="sos"), noise(size, random), axis=0
        )
        rising += band * (np.clip(1 - np.abs(where - number), 0, 1) / hertz**0.5)[:, None]
    low = hertz_of(pitch)
    tone = np.zeros((size, 2))
    for side, cents in enumerate((-7, 7)):
        phase = 2 * np.pi * np.cumsum(low * 2 ** (place**2 + cents / 1200)) / rate
        tone[:, side] = sum(np.sin(phase * k) / k**1.4 for k in range(1, 7))
    made = rising / np.abs(rising).max() + 0.30 * tone
    ending = np.clip((size - np.arange(size)) / (0.05 * rate), 0, 1)
    made *= ((0.02 + 0.98 * place**2.2) * np.sin(ending * np.pi / 2) ** 2)[:, None]
    made *= PEAK * 0.35 * strength**1.5 / np.abs(made).max()
    return np.asarray(made, np.float32)


def whoosh_swell(seconds: float, pitch: int, strength: float, rate: int) -> Audio:
    """A rush of air that culminates, and stops, after `seconds`."""
    size = max(round(0.2 * rate), round(seconds * rate))
    random = np.random.default_rng((zlib.crc32(b"whoosh"), pitch))
    place = np.linspace(0, 1, size)
    low = sosfilt(butter(2, [250, 900], "band", fs=rate, output="sos"), noise(size, random), axis=0)
    high = sosfilt(butter(2, [900, 4000], "band", fs=rate, output="sos"), noise(size, random), axis=0)
    made = low / np.abs(low).max() + high / np.abs(high).max() * place[:, None] ** 2
    ending = np.clip((size - np.arange(size)) / (0.04 * rate), 0, 1)
    made *= (place**3 * np.sin(ending * np.pi / 2) ** 2)[:, None]
    return np.asarray(made * (PEAK * 0.35 * strength**1.5 / np.abs(made).max()), np.float32)


def reverse(seconds: float, pitch: int, strength: float, rate: int) -> Audio:
    """A cymbal played backwards: grows, and stops, after `seconds`."""
    size = max(round(0.2 * rate), round(seconds * rate))
    random = np.random.default_rng((zlib.crc32(b"reverse"), pitch))
    made = sosfilt(butter(2, [1200, 9000], "band", fs=rate, output="sos"), noise(size, random), axis=0)
    left = (size - np.arange(size)) / rate
    made *= (np.exp(-left / (0.25 * size / rate)) * np.clip(left / 0.02, 0, 1))[:, None]
    made[: round(0.02 * rate)] *= np.linspace(0, 1, round(0.02 * rate))[:, None]
    return np.asarray(made * (PEAK * 0.35 * strength**1.5 / np.abs(made).max()), np.float32)


def whoosh(strike: Strike) -> Wave:
    """A rush of air that passes."""
    random, rate = strike.random(), strike.rate
    seconds = np.arange(round(0.9 * rate)) / rate
    made = sosfilt(butter(2, [400, 3500], "band", fs=rate, output="sos"), noise(len(seconds), random), axis=0)
    made *= (np.minimum(seconds / 0.08, 1) ** 2 * np.exp(-np.maximum(seconds - 0.08, 0) / 0.16))[:, None]
    return faded(made, rate)


def impact(strike: Strike) -> Wave:
    """A cinema boom: a falling low tone, a dark body of noise and a short crack."""
    random, rate = strike.random(), strike.rate
    size = round(3.6 * rate)
    seconds = np.arange(size) / rate
    low = min(strike.hertz, 70.0)
    phase = 2 * np.pi * np.cumsum(low * (1 + 0.9 * np.exp(-seconds / 0.05))) / rate
    boom = (np.sin(phase) + 0.25 * np.sin(2 * phase)) * np.exp(-seconds / 0.75)
    body = sosfilt(butter(2, 260, fs=rate, output="sos"), noise(size, random), axis=0)
    body *= np.exp(-seconds / 0.35)[:, None] / np.abs(body).max()
    crack = sosfilt(butter(2, [700, 4200], "band", fs=rate, output="sos"), noise(size, random), axis=0)
    crack *= np.exp(-seconds / 0.045)[:, None] / np.abs(crack).max()
    made = boom[:, None] + 0.55 * body + (0.10 + 0.22 * strike.strength) * crack
    return faded(made, rate, rise=0.001, fall=0.4)


def braam(strike: Strike) -> Wave:
    """A stack of brass-like saws that growls."""
    random, rate = strike.random(), strike.rate
    seconds = np.arange(round(3.0 * rate)) / rate
    made = np.zeros((len(seconds), 2))
    for cents in (-14, -5, 5, 14, -1200, 9):
        side = random.uniform(-0.7, 0.7)
        phase = 2 * np.pi * (strike.hertz * 2 ** (cents / 1200) * seconds + random.random())
        saw = np.sum([np.sin(k * phase) / k / (1 + (k * strike.hertz / 900) ** 2) for k in range(1, 40)], axis=0)
        made += saw[:, None] * np.array([1 - side, 1 + side])
    made = np.tanh(made / np.abs(made).max() * 2)
    made *= (np.minimum(seconds / 0.06, 1) * np.exp(-np.maximum(seconds - 0.8, 0) / 0.6))[:, None]
    return faded(made, rate, fall=0.3)


def sub_drop(strike: Strike) -> Wave:
    """A low sine that falls."""
    rate = strike.rate
    seconds = np.arange(round(2.4 * rate)) / rate
    phase = 2 * np.pi * np.cumsum(strike.hertz * (0.35 + 0.65 * np.exp(-seconds / 0.5))) / rate
    return faded(both(np.tanh(1.5 * np.sin(phase)) * np.exp(-seconds / 0.8)), rate, rise=0.004, fall=0.3)


def vinyl(tone: Tone) -> Sound:
    """Crackle and hiss of a record, 20 dB under what plays."""
    random, rate = tone.random(), tone.rate
    size = 8 * rate
    hiss = sosfilt(butter(1, [300, 6000], "band", fs=rate, output="sos"), noise(size, random), axis=0)
    clicks = np.zeros((size, 2))
    places = random.integers(0, size, 8 * 9)
    clicks[places] = (random.normal(0, 30, len(places)) * random.random(len(places)) ** 3)[:, None]
    clicks = sosfilt(butter(1, [600, 7000], "band", fs=rate, output="sos"), clicks, axis=0)
    made = 0.3 * hiss + clicks
    return begun(made, rate, 0.1)
