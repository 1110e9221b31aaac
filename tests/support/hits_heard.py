"""Whether hits are heard: strong onsets by librosa beside the hits of the cue file, against onsets moved by chance.

Strength of an onset is RMS(0..80 ms) − RMS(−80..−10 ms); strong are the upper 30 % (or 1.5 times the hits).
A hit is heard when a strong onset lies −15 to +65 ms from it; chance is the same for onsets shifted 300 times.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cutscore_composer.engine import Progress, Request
from cutscore_composer.local import LocalEngine
from cutscore_composer.mix.loudness import decoded
from cutscore_composer.music import Music
from cutscore_composer.picture import CutPoint, Picture, PictureSpan
from cutscore_composer.wishes import Wishes

RATE = 48_000
EARLY, LATE = -0.015, 0.065
FOOTAGE = (
    "nasa_13013_torchcodec.mp4",
    "mdn_flower.mp4",
    "skv_bigbuckbunny.mp4",
    "intel_car_detection.mp4",
    "mdn_chroma.mp4",
    "mdn_rabbit320.mp4",
)
"""Footage that is no edit."""
FILM = "bbb_film_full_320x180.mp4"
_USED_SECONDS = {
    "nasa_13013_torchcodec.mp4": 12.5,
    "mdn_flower.mp4": 4.8,
    "skv_bigbuckbunny.mp4": 5.0,
    "intel_car_detection.mp4": 29.5,
    "mdn_chroma.mp4": 24.0,
    "mdn_rabbit320.mp4": 7.5,
    FILM: 590.0,
}

Seconds = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of a cue. Shares are 0 to 1; `hits` how many there are, `onsets` how many are strong."""

    hits: int
    onsets: int
    share: float
    chance: float
    on_cuts: float
    """The share of the strong onsets that fall on cuts."""

    @property
    def gain(self) -> float:
        """The share of hits heard beyond chance."""
        return self.share - self.chance


def heard_in(music: Music) -> Heard:
    """What is heard of a piece's hits in its finished sound."""
    audio = np.concatenate(list(decoded(music.audio))).mean(axis=1)
    return heard(audio, [hit.time for hit in music.cue.hits], [cut.time for cut in music.cue.cuts])


def heard(audio: npt.NDArray[np.float32], hits: Sequence[float], cuts: Sequence[float]) -> Heard:
    """What is heard of hits in a sound; audio: (samples,) at 48 kHz; hits and cuts in seconds."""
    onsets = strong_onsets(audio, len(hits))
    length = len(audio) / RATE
    shifts = np.random.default_rng(0).uniform(0, length, 300)
    chance = float(np.mean([share_heard(hits, np.sort((onsets + shift) % length)) for shift in shifts]))
    on_cuts = [any(EARLY <= onset - cut <= LATE for cut in cuts) for onset in onsets]
    return Heard(len(hits), len(onsets), share_heard(hits, onsets), chance, float(np.mean(on_cuts or [0.0])))


def strong_onsets(audio: npt.NDArray[np.float32], hits: int) -> Seconds:
    """Times of the strong onsets by librosa."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import librosa

        onsets = librosa.onset.onset_detect(y=audio, sr=RATE, units="time", hop_length=256)

    def rms(start: float, end: float) -> float:
        piece = audio[max(0, round(start * RATE)) : max(1, round(end * RATE))]
        return float(np.sqrt(np.mean(piece.astype(np.float64) ** 2))) if piece.size else 0.0

    strength = np.array([rms(t, t + 0.08) - rms(t - 0.08, t - 0.01) for t in onsets])
    count = max(round(0.3 * len(onsets)), int(np.ceil(1.5 * hits)))
    return np.asarray(np.sort(onsets[np.argsort(-strength)[:count]]), np.float64)


def share_heard(hits: Sequence[float], onsets: Seconds) -> float:
    """The share of hits with an onset near them."""
    if not hits:
        return 0.0
    return float(np.mean([np.any((onsets - hit >= EARLY) & (onsets - hit <= LATE)) for hit in hits]))


def cut_at_random(videos: Path, seed: int, seconds: float) -> Picture:
    """An edit of shots of 0.8 to 4 s at 25 fps, cut at random: odd seeds from a film, even ones from other footage."""
    rng = np.random.default_rng(seed)
    rate, frames = Fraction(25), round(25 * seconds)
    spans: list[PictureSpan] = []
    at = 0
    while at < frames:
        name = FILM if seed % 2 else FOOTAGE[int(rng.integers(len(FOOTAGE)))]
        length = min(round(25 * float(rng.uniform(0.8, 4.0))), frames - at)
        source = Fraction(round(float(rng.uniform(0, _USED_SECONDS[name] - length / 25)) * 100), 100)
        spans.append(PictureSpan(at, at + length, "clip", name, videos / name, source))
        at += length
    cuts = tuple(CutPoint(span.record_in) for span in spans[1:])
    return Picture(f"random {seed}", rate, frames, tuple(spans), cuts)


def scored(picture: Picture, folder: Path, wishes: Wishes | None = None, seed: int = 7) -> Music:
    """The music of a picture, made in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    return LocalEngine().score(Request(picture, wishes or Wishes(), "music", folder, seed), Progress())
