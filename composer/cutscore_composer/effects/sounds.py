"""The sound of one effect, from the composer's own synthesis, and the sample at which it is loudest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter1d
from scipy.signal import sosfilt

from cutscore_composer.effects.sheet import Effect
from cutscore_composer.mix.cells import k_weighting
from cutscore_composer.play.synth.effects import impact
from cutscore_composer.play.synth.ringing import Partials, ringing
from cutscore_composer.play.synth.shaping import decaying, hiss
from cutscore_composer.play.synth.strike import Strike, Wave, faded, hertz_of, noise
from cutscore_composer.play.synth.sweeping import swept
from cutscore_composer.play.synth.swells import riser

Audio = npt.NDArray[np.float32]

_MOMENTARY_SECONDS = 0.4
_NEAR_SECONDS = 0.03
"""Stretch by whose power a whoosh is loudest."""
_GLINT_SECONDS = 1.4
_STROKE_SECONDS = 0.003
_ACCENT_SECONDS = 0.008


@dataclass(frozen=True, slots=True)
class Sounding:
    """(n, 2) samples, of which `peak` is where the effect falls on its frame; `lufs` is its loudest 0.4 s."""

    sound: Audio
    peak: int
    lufs: float


def sounding(effect: Effect, rate: int) -> Sounding:
    """The effect at its own level."""
    if effect.kind == "riser":
        made = np.asarray(riser(effect.before, effect.pitch, 0.5 + 0.5 * effect.weight, rate), np.float64)
        peak = len(made)
    elif effect.kind == "whoosh":
        made = _whoosh(effect, rate)
        power = uniform_filter1d((made**2).mean(axis=1), round(_NEAR_SECONDS * rate), mode="constant")
        peak = int(np.argmax(power))
    elif effect.bright:
        made = _glint(effect, rate)
        peak = _struck_at(made, rate)
    else:
        strike = Strike("impact", effect.pitch, 0.35 + 0.6 * effect.weight, effect.variant, rate)
        made = impact(strike)
        # The stroke stands out of its boom, so that it is still the loudest when a limiter has leaned on it.
        made *= (1 + np.exp(-((np.arange(len(made)) / (_ACCENT_SECONDS * rate)) ** 2)))[:, None]
        peak = _struck_at(made, rate)
    return Sounding(np.asarray(made, np.float32), peak, _loudness(made, rate))


def _whoosh(effect: Effect, rate: int) -> Wave:
    """Air that comes, is there, and has gone to the other side; as long as what moves, brighter the faster."""
    random = np.random.default_rng(effect.variant)
    size = round((effect.before + effect.after) * rate)
    near = np.arange(size) / rate - effect.before
    coming, going = effect.before / 3.2, effect.after / 3.6
    shape = np.where(near < 0, np.exp(np.minimum(near, 0) / coming), np.exp(-np.maximum(near, 0) / going))
    top = (700 + 4200 * effect.weight) * 2 ** random.uniform(-0.25, 0.25)
    low = 180 + 160 * random.random()

    def passing(at: Wave, hertz: Wave) -> Wave:
        away = at - effect.before
        closeness = np.where(away < 0, np.exp(np.minimum(away, 0) / (1.3 * coming)), np.exp(-away / (1.3 * going)))
        centre = low + top * closeness
        return np.exp(-(np.log2(np.maximum(hertz, 20.0) / centre) ** 2) / 1.2) * (1 + 260 / np.maximum(hertz, 120.0))

    made = swept(noise(size, random), passing, rate)
    # The colour alone moves the level: levelled first, the shape is the whoosh's own.
    level = np.sqrt(uniform_filter1d((made**2).mean(axis=1), round(0.06 * rate), mode="nearest"))
    made *= (shape / (level + 0.02 * level.max()))[:, None]
    travel = effect.side * -np.tanh(near / (0.5 * (effect.before + effect.after) / 2))
    made *= np.stack([np.sqrt(1 - travel), np.sqrt(1 + travel)], axis=1)
    return faded(made, rate, rise=min(0.08, effect.before / 3), fall=min(0.25, effect.after / 2))


def _glint(effect: Effect, rate: int) -> Wave:
    """A flash of light: a tick of air and a high metal that rings away."""
    random = np.random.default_rng(effect.variant)
    root = hertz_of(effect.pitch + 60)
    ratio = np.array([1.0, 1.5, 2.0, 3.01, 4.03, 5.4])
    level = np.array([1.0, 0.5, 0.6, 0.3, 0.2, 0.12])
    phase, side = random.uniform(0, 6, len(ratio)), random.uniform(-0.6, 0.6, len(ratio))
    made = ringing(Partials(root * ratio, level, 0.5 / ratio**0.5, phase, side), rate, _GLINT_SECONDS)
    made = made / np.abs(made).max()
    air = hiss(0.12, 2500, 14000, rate, random)
    made[: len(air)] += 0.9 * air / np.abs(air).max() * decaying(np.arange(len(air)) / rate, 0.012)[:, None]
    return faded(np.asarray(made), rate, rise=0.001, fall=0.4)


def _struck_at(made: Wave, rate: int) -> int:
    """A little after the stroke begins: its crack comes 3 ms before this, its highest sample within 6 ms after."""
    size = np.abs(made[: rate // 10]).max(axis=1)
    return int(np.argmax(size > 0.1 * size.max())) + round(_STROKE_SECONDS * rate)


def loudness_over(made: npt.NDArray[np.floating], rate: int) -> float:
    """Loudness (LUFS, BS.1770) of a whole sound, ungated."""
    weighted = sosfilt(k_weighting(rate), made, axis=0)
    return float(-0.691 + 10 * np.log10(float((weighted**2).sum(axis=1).mean()) + 1e-12))


def _loudness(made: Wave, rate: int) -> float:
    """Momentary loudness (LUFS, BS.1770) of the loudest 0.4 s; what is shorter counts as part of so much."""
    weighted = sosfilt(k_weighting(rate), made, axis=0)
    power = np.cumsum((weighted**2).sum(axis=1))
    span = round(_MOMENTARY_SECONDS * rate)
    most = float(np.max(power[span:] - power[:-span], initial=float(power[min(span, len(power)) - 1]))) / span
    return float(-0.691 + 10 * np.log10(most + 1e-12))
