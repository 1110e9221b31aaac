"""The demo film's own sound: wind, the train on its rails, rain, the hum of a city; soft, mono, 48 kHz."""

from __future__ import annotations

import zlib

import numpy as np
import numpy.typing as npt

from cutscore_composer.timebase import SAMPLE_RATE

Sound = npt.NDArray[np.float32]
"""Shape (samples,), values within -1 to 1."""

_BANDS = {
    "dawn": (90.0, 700.0, 0.030),
    "train": (60.0, 900.0, 0.045),
    "window": (50.0, 500.0, 0.050),
    "rain": (900.0, 7000.0, 0.030),
    "city": (40.0, 300.0, 0.040),
    "title": (60.0, 300.0, 0.012),
}
"""Lowest and highest frequency of a scene's air in hertz, and its level (root mean square)."""


def ambience(scene: str, seconds: float) -> Sound:
    """The sound of a scene."""
    low, high, level = _BANDS[scene]
    count = round(seconds * SAMPLE_RATE)
    random = np.random.default_rng(zlib.crc32(scene.encode()))
    spectrum = np.fft.rfft(random.standard_normal(count))
    hertz = np.fft.rfftfreq(count, 1 / SAMPLE_RATE)
    spectrum *= np.exp(-((np.log(np.maximum(hertz, 1.0) / np.sqrt(low * high)) / np.log(high / low)) ** 2) * 4.0)
    air = np.fft.irfft(spectrum, count)
    air *= level / np.sqrt(np.mean(air**2))
    time = np.arange(count) / SAMPLE_RATE
    air *= 1.0 + 0.35 * np.sin(2 * np.pi * 0.23 * time + 1.0)
    if scene in ("train", "window"):
        air += _rails(count, random)
    return np.clip(air, -1.0, 1.0).astype(np.float32)


def _rails(count: int, random: np.random.Generator) -> npt.NDArray[np.float64]:
    """Wheels over the joints of the rails: two knocks, a pause."""
    sound = np.zeros(count)
    length = int(0.09 * SAMPLE_RATE)
    time = np.arange(length) / SAMPLE_RATE
    for start in np.arange(0.1, count / SAMPLE_RATE - 0.2, 0.62):
        for late in (0.0, 0.13):
            knock = np.sin(2 * np.pi * 88 * time) + 0.5 * random.standard_normal(length)
            at = int((start + late) * SAMPLE_RATE)
            sound[at : at + length] += 0.05 * knock * np.exp(-time * 48)
    return sound
