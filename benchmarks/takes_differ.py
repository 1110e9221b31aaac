"""Whether takes of one piece truly differ: correlation of their chroma and of their onset strength, pair by pair.

    python benchmarks/takes_differ.py FILM [TAKES] [DESCRIPTION]

Chroma and onset strength are librosa's, ten frames a second; both are to correlate below .8 for every pair.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from itertools import combinations
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cutscore_composer.engine import Progress, Request
from cutscore_composer.local import LocalEngine
from cutscore_composer.mix.loudness import decoded
from cutscore_composer.music import Music
from cutscore_composer.plain_video import picture_of_video
from cutscore_composer.wishes import Wishes

RATE, HOP = 48_000, 4800

Floats = npt.NDArray[np.float64]


def features(audio: Path) -> tuple[Floats, Floats]:
    """Chroma (12, frames) and onset strength (frames)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import librosa

        sound = np.concatenate(list(decoded(audio))).mean(axis=1)
        chroma = librosa.feature.chroma_stft(y=sound, sr=RATE, hop_length=HOP, n_fft=16384)
        onsets = librosa.onset.onset_strength(y=sound, sr=RATE, hop_length=HOP)
    return np.asarray(chroma, np.float64), np.asarray(onsets, np.float64)


def correlation(a: Floats, b: Floats) -> float:
    """Of two patterns, each without its mean."""
    size = min(a.shape[-1], b.shape[-1])
    return float(np.corrcoef(a[..., :size].ravel(), b[..., :size].ravel())[0, 1])


def taken(film: Path, seed: int, words: str | None, folder: Path) -> Music:
    """One take."""
    request = Request(picture_of_video(film), Wishes(words), f"take{seed}", folder, seed)
    return LocalEngine().score(request, Progress())


def main(film: Path, takes: int, words: str | None) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        made = [taken(film, seed, words, Path(folder)) for seed in range(takes)]
        heard = [features(music.audio) for music in made]
    for seed, music in enumerate(made):
        cue = music.cue
        key, bpm = cue.key, cue.tempo.bpm if cue.tempo else 0.0
        print(f"take {seed}: {cue.brief.style}, {key.tonic if key else '-'} {key.mode if key else ''}, {bpm:.0f} bpm")
    for (i, a), (j, b) in combinations(enumerate(heard), 2):
        print(f"takes {i} and {j}: chroma {correlation(a[0], b[0]):+.2f}, onsets {correlation(a[1], b[1]):+.2f}")


if __name__ == "__main__":
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    main(Path(sys.argv[1]), count, sys.argv[3] if len(sys.argv) > 3 else None)
