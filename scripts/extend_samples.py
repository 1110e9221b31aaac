"""Makes short recordings long: a held note goes on through its own body, a struck one rings out.

SoundFonts of the nineties hold a second of a solo instrument and a loop of one turn of its vibrato, or of one
period. Played through that loop it is a machine. Here a held note goes on by leaps to other places of its body
where wave and vibrato stand alike, never twice the same way, and breathes a little in pitch and loudness; a
struck one keeps the loop's tone, its upper partials dying before the lower ones, as they do.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d
from scipy.signal import istft, stft

Audio = npt.NDArray[np.float64]

_LIKENESS_SECONDS = 0.025
_JOIN_SECONDS = 0.015
_SHORT_BODY_SECONDS = 0.12
_DRIFT_CENTS = 2.5
_DRIFT_DB = 0.5


def going_on(audio: Audio, body: tuple[int, int], rate: int, seconds: float, seed: int) -> Audio:
    """`audio` (n, channels) made at least `seconds` long out of its `body` (first and last sample)."""
    random = np.random.default_rng(seed)
    first, last = body
    if last - first < round(_SHORT_BODY_SECONDS * rate):
        return _unstill(_tiled(audio, body, round(seconds * rate)), last, rate, random)
    window, join = round(_LIKENESS_SECONDS * rate), round(_JOIN_SECONDS * rate)
    made = [audio[: last - join]]
    size, end = last - join, last
    while size < seconds * rate:
        at = _alike(audio, first + window, end, last, window, join, random)
        ramp = np.linspace(0, 1, join)[:, None]
        made.append(audio[end - join : end] * (1 - ramp) + audio[at - join : at] * ramp)
        stop = min(last, at + round(float(random.uniform(0.25, 0.9)) * rate))
        stop = last if last - stop < 4 * join else stop
        made.append(audio[at : stop - join])
        size += stop - at
        end = stop
    return np.concatenate(made)


def rung_out(audio: Audio, loop: tuple[int, int], rate: int, seconds: float, life: float, hertz: float) -> Audio:
    """A struck note that goes on in its loop and dies: 1/e after `life` seconds at the fundamental, sooner above."""
    first, last = loop
    whole = _tiled(audio, (first, last), round(seconds * rate))
    size = 1024
    bins, times, spectrum = stft(whole, rate, nperseg=size, noverlap=size * 3 // 4, axis=0)
    lives = life / (1 + 0.5 * np.maximum(bins / hertz - 1, 0))
    since = np.maximum(times - first / rate, 0)
    dying = np.exp(-since[None, :] / lives[:, None])
    _, made = istft(spectrum * dying[:, None, :], rate, nperseg=size, noverlap=size * 3 // 4, freq_axis=0)
    made = np.asarray(made.real).reshape(-1, whole.shape[1])[: len(whole)]
    # What was recorded stays as it was; the dying goes in over the last tenth of it.
    begun = np.clip((np.arange(len(made)) - 0.9 * first) / (0.1 * first + 1), 0, 1)[:, None]
    return whole[: len(made)] * (1 - begun) + made * begun


def _alike(audio: Audio, low: int, end: int, last: int, window: int, join: int, random: np.random.Generator) -> int:
    """A place from which the wave goes on as it does at `end`; one of the best, by chance."""
    high = last - max(4 * join, round(0.3 * (last - low)))
    mono = audio.mean(axis=1)
    pattern = mono[end - window : end]
    field = mono[low - window : max(low + 1, high)]
    size = 1 << int(np.ceil(np.log2(len(field) + window)))
    likeness = np.fft.irfft(np.fft.rfft(field, size) * np.conj(np.fft.rfft(pattern, size)), size)
    likeness = likeness[: len(field) - window + 1]
    power = np.concatenate([[0.0], np.cumsum(field**2)])
    likeness /= np.sqrt((power[window:] - power[:-window]) * (pattern**2).sum()) + 1e-12
    # Not where it comes from: that would be no leap.
    own = end - low
    likeness[max(0, own - 2 * window) : own + 2 * window] = -1
    peaks = np.nonzero((likeness[1:-1] >= likeness[:-2]) & (likeness[1:-1] > likeness[2:]))[0] + 1
    best = peaks[np.argsort(-likeness[peaks], kind="stable")][:6]
    good = [int(place) for place in best if likeness[place] > likeness[best[0]] - 0.04]
    return low + good[int(random.integers(len(good)))]


def _tiled(audio: Audio, loop: tuple[int, int], size: int) -> Audio:
    first, last = loop
    rounds = max(1, int(np.ceil((size - first) / max(1, last - first))))
    return np.concatenate([audio[:first], np.tile(audio[first:last], (rounds, 1))])[: max(size, last)]


def _unstill(audio: Audio, start: int, rate: int, random: np.random.Generator) -> Audio:
    """A tone of one period repeated, given the unrest of breath: slow drifts of pitch and loudness after `start`."""
    size = len(audio)
    drift = gaussian_filter1d(random.standard_normal(size // 64 + 2), 0.10 * rate / 64)
    drift = np.interp(np.arange(size), np.arange(len(drift)) * 64, drift / (drift.std() + 1e-12))
    loud = gaussian_filter1d(random.standard_normal(size // 64 + 2), 0.13 * rate / 64)
    loud = np.interp(np.arange(size), np.arange(len(loud)) * 64, loud / (loud.std() + 1e-12))
    into = np.clip((np.arange(size) - start) / (0.2 * rate), 0, 1)
    speed = 2 ** (into * drift * _DRIFT_CENTS / 1200)
    places = np.clip(np.cumsum(speed) - 1, 0, size - 1)
    warped = np.stack([np.interp(places, np.arange(size), channel) for channel in audio.T], axis=1)
    return warped * 10 ** (into * loud * _DRIFT_DB / 20)[:, None]
