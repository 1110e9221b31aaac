"""Hits are heard, not only planned: an onset finder that is not ours finds them in the finished sound.

Strength of an onset is RMS(0..80 ms) − RMS(−80..−10 ms); strong are the upper 30 % (or 1.5 times the hits).
A hit is heard when a strong onset lies −15 to +65 ms from it; chance is the same for shifted onsets.
"""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from cutscore_composer.engine import Progress, Request
from cutscore_composer.local import LocalEngine
from cutscore_composer.mix.loudness import decoded
from cutscore_composer.plain_video import picture_of_video
from cutscore_composer.wishes import Wishes

RATE = 48_000


def strong_onsets(audio: npt.NDArray[np.float32], hits: int) -> npt.NDArray[np.float64]:
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


def share_heard(hits: list[float], onsets: npt.NDArray[np.float64]) -> float:
    """The share of hits with an onset near them."""
    return float(np.mean([np.any((onsets - hit >= -0.015) & (onsets - hit <= 0.065)) for hit in hits]))


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("film", ["sintel_trailer-720p.mp4", "bbb_480p_30s_bower.mp4"])
def test_hits_are_heard(videos: Path, tmp_path: Path, film: str) -> None:
    """At least .80 more of the hits have a strong onset than shifted onsets would give."""
    picture = picture_of_video(videos / film)
    music = LocalEngine().score(Request(picture, Wishes(), "music", tmp_path, 7), Progress())
    audio = np.concatenate(list(decoded(music.audio))).mean(axis=1)
    hits = [hit.time for hit in music.cue.hits]
    onsets = strong_onsets(audio, len(hits))
    length = len(audio) / RATE
    shifts = np.random.default_rng(0).uniform(0, length, 300)
    chance = float(np.mean([share_heard(hits, np.sort((onsets + shift) % length)) for shift in shifts]))
    assert share_heard(hits, onsets) - chance >= 0.80
