"""Recordings brought to a pitch and a rate: decoded by FFmpeg, resampled in one Fourier transform, kept in a cache.

A Fourier resampler is exact for a whole recording: no pass-band ripple, no aliasing, and the same
transform can darken the sound, since a soft note is a darker one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from scipy import fft

from cutscore_composer.errors import OutputFailed
from cutscore_composer.play.sfz import Region

Audio = npt.NDArray[np.float32]

_PITCH_TOLERANCE = 4.0e-4
"""Two thirds of a cent: how far a length may stray from the exact ratio to be one that transforms fast."""
_TILT_HERTZ = 600.0
_LENGTHS = (1.0, 1.6, 2.4, 3.6, 5.0)
"""Seconds to which a recording is cut when no more of it is heard; transforms cost by length."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A note's raw sound at its pitch."""

    audio: Audio
    """(n, 2)"""
    loop: tuple[int, int] | None = None
    """Where a sustained sound may go on from and until where; None for one that rings by itself."""
    seamless: bool = False
    """Whether the loop joins without a crossfade."""


class Samples:
    """Makes Sounds and keeps the latest, up to `cache_bytes`."""

    def __init__(self, sample_rate: int, cache_bytes: int = 160 << 20) -> None:
        self.rate = sample_rate
        self._room = cache_bytes
        self._kept: OrderedDict[Hashable, tuple[Sound, int]] = OrderedDict()
        self._raw: OrderedDict[Path, tuple[Audio, int]] = OrderedDict()

    def pitched(self, region: Region, pitch: float, *, veil: float = 0.0, seconds: float = 1e9) -> Sound:
        """A region's recording at a MIDI pitch (fractions are cents), at least its first `seconds`.

        `veil` 1 takes 6 dB an octave off above 600 Hz; less mixes that with the sound as it is.
        """
        length = next((size for size in _LENGTHS if size >= seconds), None)
        for enough in (*(size for size in _LENGTHS if length is not None and size >= length), None):
            key = (region.sample, region.root, round(pitch * 100), veil, enough)
            if key in self._kept:
                return self.kept(key, lambda: self._make(region, pitch, veil, length))
        return self.kept(
            (region.sample, region.root, round(pitch * 100), veil, length),
            lambda: self._make(region, pitch, veil, length),
        )

    def kept(self, key: Hashable, make: Callable[[], Sound]) -> Sound:
        """What `make` gives, made once while there is room for it."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key][0]
        sound = make()
        self._kept[key] = sound, sound.audio.nbytes
        while sum(size for _, size in self._kept.values()) > self._room and len(self._kept) > 1:
            self._kept.popitem(last=False)
        return sound

    def _make(self, region: Region, pitch: float, veil: float, seconds: float | None) -> Sound:
        audio, rate = self._decoded(region.sample)
        semitones = pitch - region.root + region.tune_cents / 100
        ratio = self.rate / rate / 2 ** (semitones / 12)
        used = len(audio) if seconds is None else min(len(audio), round(seconds * self.rate / ratio))
        made = resampled(audio[:used], ratio, self.rate, veil)
        made *= _sides(region)
        whole = region.loop is not None and used == len(audio)
        loop = (round(region.loop[0] * ratio), round(region.loop[1] * ratio)) if region.loop and whole else None
        return Sound(made, loop)

    def _decoded(self, path: Path) -> tuple[Audio, int]:
        if path not in self._raw:
            self._raw[path] = decode(path)
            if len(self._raw) > 24:
                self._raw.popitem(last=False)
        return self._raw[path]


def _sides(region: Region) -> npt.NDArray[np.float32]:
    gain = 10 ** (region.gain_db / 20)
    return np.array([min(1.0, 1 - region.pan), min(1.0, 1 + region.pan)], np.float32) * np.float32(gain)


def decode(path: Path) -> tuple[Audio, int]:
    """A recording of the pack as (n, 2) and its rate; mono stands on both sides."""
    try:
        with av.open(str(path)) as container:
            frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
            rate = container.streams.audio[0].rate
    except (av.error.FFmpegError, OSError) as error:
        raise OutputFailed(f"The sound pack is damaged: {path} cannot be read; install Cutscore again.") from error
    planes = np.concatenate(frames, axis=1).astype(np.float32, copy=False)
    return np.ascontiguousarray(np.broadcast_to(planes, (2, planes.shape[1])).T), rate


def resampled(audio: Audio, ratio: float, rate: int, veil: float = 0.0) -> Audio:
    """`audio` (n, 2) stretched to n × ratio samples; `rate` is the rate after it, for `veil`."""
    size_in, size_out = _lengths(len(audio), ratio)
    spectrum = fft.rfft(np.ascontiguousarray(audio.T), size_in)
    bins = min(size_in, size_out) // 2 + 1
    kept = np.zeros((2, size_out // 2 + 1), np.complex64)
    kept[:, :bins] = spectrum[:, :bins]
    kept *= np.float32(size_out / size_in)
    if veil:
        hertz = np.arange(kept.shape[1], dtype=np.float32) * np.float32(rate / size_out)
        kept *= 1 - veil * (1 - 1 / np.sqrt(1 + (hertz / _TILT_HERTZ) ** 2))
    made = fft.irfft(kept, size_out)
    return np.ascontiguousarray(made[:, : round(len(audio) * ratio)].T, np.float32)


def _lengths(samples: int, ratio: float) -> tuple[int, int]:
    """Transform lengths in and out in the given ratio (to ⅔ cent), of small factors, so that they are fast."""
    smooth = _smooth_numbers()
    candidates = smooth[np.searchsorted(smooth, samples + 256) : np.searchsorted(smooth, samples * 1.6 + 4096)]
    exact = candidates * ratio
    after = np.minimum(np.searchsorted(smooth, exact), len(smooth) - 1)
    before = np.maximum(after - 1, 0)
    nearest = np.where(smooth[after] - exact < exact - smooth[before], smooth[after], smooth[before])
    good = np.nonzero(np.abs(nearest / exact - 1) <= _PITCH_TOLERANCE)[0]
    if not len(good):
        return int(candidates[0]), round(int(candidates[0]) * ratio)
    return int(candidates[good[0]]), int(nearest[good[0]])


@cache
def _smooth_numbers() -> npt.NDArray[np.int64]:
    """Numbers up to four million without a prime factor over 7."""
    found = np.array([1], np.int64)
    for prime in (2, 3, 5, 7):
        powers = prime ** np.arange(24, dtype=np.int64)
        found = np.unique(np.outer(found, powers[powers < 1 << 22]))
        found = found[(found > 0) & (found < 1 << 22)]
    return found
