"""Sounds of our own synthesis: harp, bells, impact (struck); sub, pad (sustained); riser.

Struck ones are sums of decaying partials, which is what a plucked string or a bar is; the pad is a
band of noise around each partial, which is what a large section is. All are deterministic.
"""

from __future__ import annotations

import zlib

import numpy as np
import numpy.typing as npt
from scipy import fft
from scipy.ndimage import uniform_filter1d
from scipy.signal import butter, sosfilt

from cutscore_composer.play.samples import Audio, Sound

RISER = "riser"
_PEAK = 10 ** (-6 / 20)
_BODY = 10 ** (-22 / 20)
_BELL_RATIOS = (1.0, 2.756, 5.404, 8.933)
_PAD_SECONDS = 6.0
_STRETCH = 512
_STRETCHES = 16
_HEARD = 11.5
"""Nepers under the loudest partial at which one is heard no more: 100 dB."""

Partial = tuple[float, float, float]
"""Frequency in hertz, amplitude, seconds in which it falls to 1/e."""


def struck_model(name: str, pitch: int, strength: float, variant: int, rate: int) -> Audio:
    """A struck sound (n, 2): its loudest 30 ms at −6 dB. `strength` 0 to 1 is its brightness."""
    random = np.random.default_rng((zlib.crc32(name.encode()), pitch, variant))
    maker = {"harp": _harp, "bells": _bells, "impact": _impact}[name]
    made = maker(440.0 * 2 ** ((pitch - 69) / 12), strength, rate, random)
    power = uniform_filter1d((made[: rate // 2] ** 2).mean(axis=1), round(0.03 * rate))
    return np.asarray(made * (_PEAK / np.sqrt(power.max())), np.float32)


def sustained_model(name: str, pitch: int, rate: int) -> Sound:
    """A sustained sound with a seamless loop, at the level of the pack's sustained bodies."""
    hertz = 440.0 * 2 ** ((pitch - 69) / 12)
    made = {"sub": _sub, "pad": _pad}[name](hertz, rate, np.random.default_rng((zlib.crc32(name.encode()), pitch)))
    made *= _BODY / np.sqrt((made**2).mean())
    begun = made.copy()
    ramp = round(0.12 * rate if name == "pad" else 0.03 * rate)
    begun[:ramp] *= (0.5 - 0.5 * np.cos(np.linspace(0, np.pi, ramp)))[:, None]
    return Sound(np.concatenate([begun, made]).astype(np.float32), (len(made), 2 * len(made)), seamless=True)


def riser(seconds: float, pitch: int, strength: float, rate: int) -> Audio:
    """A rise that culminates, and stops, after `seconds`: noise that climbs the spectrum, and a tone below it."""
    size = max(round(0.2 * rate), round(seconds * rate))
    random = np.random.default_rng((zlib.crc32(b"riser"), pitch))
    place = np.linspace(0, 1, size)
    centres = np.geomspace(180, 5200, 7)
    where = place * (len(centres) - 1)
    noise = np.zeros((size, 2))
    for number, hertz in enumerate(centres):
        band = sosfilt(
            butter(2, [hertz * 0.7, hertz * 1.4], "band", fs=rate, output="sos"), _noise(size, random), axis=0
        )
        noise += band * (np.clip(1 - np.abs(where - number), 0, 1) / hertz**0.5)[:, None]
    low = 440.0 * 2 ** ((pitch - 69) / 12)
    tone = np.zeros((size, 2))
    for side, cents in enumerate((-7, 7)):
        phase = 2 * np.pi * np.cumsum(low * 2 ** (place**2 + cents / 1200)) / rate
        tone[:, side] = sum(np.sin(phase * k) / k**1.4 for k in range(1, 7))
    made = noise / np.abs(noise).max() + 0.30 * tone
    ending = np.clip((size - np.arange(size)) / (0.05 * rate), 0, 1)
    made *= ((0.02 + 0.98 * place**2.2) * np.sin(ending * np.pi / 2) ** 2)[:, None]
    made *= _PEAK * 0.35 * strength**1.5 / np.abs(made).max()
    return np.asarray(made, np.float32)


def _harp(hertz: float, strength: float, rate: int, random: np.random.Generator) -> npt.NDArray[np.float64]:
    """A gut string plucked near two fifths of its length; each partial beats a little, as strings do."""
    life = float(np.interp(hertz, [60, 250, 1000, 4000], [3.4, 2.4, 1.0, 0.28]))
    stiffness = 3e-5 * (hertz / 200)
    pluck = 0.36 + float(random.uniform(-0.03, 0.03))
    slope = 2.1 - 0.9 * strength
    partials: list[Partial] = []
    for k in range(1, 48):
        frequency = k * hertz * np.sqrt(1 + stiffness * k * k)
        if frequency > 11_000:
            break
        amplitude = (abs(np.sin(np.pi * k * pluck)) + 0.03) / k**slope
        decay = life / (1 + 0.055 * k + (frequency / 3800) ** 2)
        partials.append((frequency, amplitude * 0.72, decay))
        partials.append((frequency * 2 ** (float(random.uniform(0.3, 1.1)) / 1200), amplitude * 0.28, decay * 1.7))
    finger = sosfilt(butter(2, [180, 900], "band", fs=rate, output="sos"), _noise(round(0.05 * rate), random), axis=0)
    finger *= np.exp(-np.arange(len(finger)) / (0.008 * rate))[:, None]
    made = _ringing(partials, rate, random, width=0.18, longest=6.0)
    made[: len(finger)] += finger * 0.10 * np.abs(made).max()
    return made


def _bells(hertz: float, strength: float, rate: int, random: np.random.Generator) -> npt.NDArray[np.float64]:
    """A metal bar struck with a soft mallet: a glockenspiel above, nearly a celesta below."""
    life = float(np.interp(hertz, [260, 1000, 4000], [2.6, 1.8, 0.7]))
    partials: list[Partial] = []
    for number, ratio in enumerate(_BELL_RATIOS):
        frequency = hertz * ratio
        if frequency > 14_000:
            break
        amplitude = (1.0, 0.28, 0.10, 0.04)[number] * (0.4 + 0.6 * strength) ** number
        for cents in (0.0, float(random.uniform(0.5, 1.5))):
            partials.append((frequency * 2 ** (cents / 1200), amplitude / 2, life / (1 + 1.6 * number)))
    return _ringing(partials, rate, random, width=0.25, longest=5.0)


def _impact(hertz: float, strength: float, rate: int, random: np.random.Generator) -> npt.NDArray[np.float64]:
    """A cinema boom: a falling low tone, a dark body of noise and a short crack."""
    size = round(3.6 * rate)
    seconds = np.arange(size) / rate
    low = min(hertz, 70.0)
    phase = 2 * np.pi * np.cumsum(low * (1 + 0.9 * np.exp(-seconds / 0.05))) / rate
    boom = (np.sin(phase) + 0.25 * np.sin(2 * phase)) * np.exp(-seconds / 0.75)
    body = sosfilt(butter(2, 260, fs=rate, output="sos"), _noise(size, random), axis=0)
    body *= np.exp(-seconds / 0.35)[:, None] / np.abs(body).max()
    crack = sosfilt(butter(2, [700, 4200], "band", fs=rate, output="sos"), _noise(size, random), axis=0)
    crack *= np.exp(-seconds / 0.045)[:, None] / np.abs(crack).max()
    made = boom[:, None] + 0.55 * body + (0.10 + 0.22 * strength) * crack
    made *= np.clip((size - np.arange(size)) / (0.4 * rate), 0, 1)[:, None]
    rise = round(0.001 * rate)
    made[:rise] *= np.linspace(0, 1, rise)[:, None]
    return np.asarray(made)


def _ringing(
    partials: list[Partial], rate: int, random: np.random.Generator, *, width: float, longest: float
) -> npt.NDArray[np.float64]:
    """Decaying sines, each a little to one side, each computed only while it is heard."""
    size = round(min(longest, max(life for _, _, life in partials) * 6.9) * rate)
    side = random.uniform(-width, width, len(partials))
    frequencies, amplitudes, lives = (np.array(column)[:, None] for column in zip(*partials, strict=True))
    ends = (lives * (_HEARD + np.log(amplitudes / amplitudes.max())))[:, 0]
    # The longest heard first: what still sounds late is the beginning of the list.
    order = np.argsort(-ends, kind="stable")
    frequencies, amplitudes, lives, ends = frequencies[order], amplitudes[order], lives[order], ends[order]
    # A decaying sine is a power of one complex number: powers within a stretch times powers of whole stretches.
    turn = (-1 / lives + 2j * np.pi * frequencies) / rate
    within = np.exp(turn * np.arange(_STRETCH))
    sides = np.stack([1 - side, 1 + side])[:, order, None]
    made = np.zeros((size, 2))
    for first in range(0, size, _STRETCH * _STRETCHES):
        heard = int(np.count_nonzero(ends > first / rate))
        starts = np.arange(first, min(size, first + _STRETCH * _STRETCHES), _STRETCH)
        powers = np.exp(turn[:heard] * starts) * (amplitudes * sides)[:, :heard]
        turned = np.concatenate([powers.real, powers.imag], axis=1).transpose(0, 2, 1).astype(np.float32, order="C")
        rows = np.concatenate([within[:heard].imag, within[:heard].real]).astype(np.float32)
        # Not `@`: the threads of a linear algebra library wait for each other where other work runs too.
        piece = np.einsum("abk,kn->abn", turned, rows).reshape(2, -1)[:, : size - first]
        made[first : first + piece.shape[1]] = piece.T
    tail = round(0.25 * size)
    made[-tail:] *= (0.5 + 0.5 * np.cos(np.linspace(0, np.pi, tail)))[:, None]
    return made


def _sub(hertz: float, rate: int, random: np.random.Generator) -> npt.NDArray[np.float64]:
    cycles = round(4 * hertz)
    size = round(cycles * rate / hertz)
    phase = 2 * np.pi * cycles * np.arange(size) / size
    tone = np.sin(phase) + 0.22 * np.sin(2 * phase + 0.4) + 0.07 * np.sin(3 * phase + 1.1)
    return np.stack([tone, tone], axis=1)


def _pad(hertz: float, rate: int, random: np.random.Generator) -> npt.NDArray[np.float64]:
    size = fft.next_fast_len(round(_PAD_SECONDS * rate), real=True)
    bins = np.arange(size // 2 + 1) * rate / size
    profile = np.zeros(len(bins))
    for k in range(1, 40):
        frequency = hertz * k
        if frequency > 9000:
            break
        spread = max(0.5, frequency * (2 ** (11 / 1200) - 1))
        near = slice(
            max(0, int((frequency - 4 * spread) * size / rate)), int((frequency + 4 * spread) * size / rate) + 2
        )
        amplitude = k**-1.25 / (1 + (frequency / 1400) ** 2)
        profile[near] += amplitude * np.exp(-0.5 * ((bins[near] - frequency) / spread) ** 2) / np.sqrt(spread)
    sides = [fft.irfft(profile * np.exp(2j * np.pi * random.random(len(bins))), size) for _ in range(2)]
    return np.stack(sides, axis=1)


def _noise(size: int, random: np.random.Generator) -> npt.NDArray[np.float64]:
    return random.standard_normal((size, 2))
