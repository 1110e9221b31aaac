"""An edit too long for one request: divided, made into reels, scored in parts and joined in time."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from cutscore.reel import ReelLimits, divide, make_reel
from cutscore.reel.joining import join_cues
from cutscore_composer.deliver.wav import write_wav
from cutscore_composer.picture import CutPoint, Picture, PictureSpan
from cutscore_composer.timebase import samples_for
from support.numbered import numbered_film, numbers_by_ffmpeg

SHOT_FRAMES = (211, 97, 160, 333, 120, 75, 280)


@pytest.mark.parametrize("rate", [Fraction(30000, 1001), Fraction(24000, 1001), Fraction(25)])
def test_parts_meet_again_at_the_very_sample(tmp_path: Path, rate: Fraction) -> None:
    """Every part begins at the sample of its cut, the whole has the picture's samples, the reels each frame once."""
    film = numbered_film(tmp_path / "film.mp4", 1300, rate, key_every=120)
    spans, at = [], 0
    for frames in SHOT_FRAMES:
        spans.append(PictureSpan(at, at + frames, "clip", "", film, Fraction(at) / rate))
        at += frames
    picture = Picture("long", rate, at, tuple(spans), tuple(CutPoint(span.record_in) for span in spans[1:]))

    ranges = divide(picture, 20)
    assert len(ranges) >= 3
    assert {first for first, _ in ranges} <= {span.record_in for span in spans}

    shown, cues, lengths = [], [], []
    for number, (first, last) in enumerate(ranges):
        part = picture.section(first, last)
        (reel,) = make_reel(part, tmp_path, stem=f"part{number}", limits=ReelLimits(seconds=20)).files
        shown += numbers_by_ffmpeg(reel)
        lengths.append(samples_for(last, rate) - samples_for(first, rate))
        cues.append(_cue_with_a_stroke(tmp_path / f"part{number}.wav", samples_for(part.frames, rate)))
    assert list(range(at)) == shown

    total = join_cues(cues, tmp_path / "long.wav", lengths=lengths)
    sound = _left_side(tmp_path / "long.wav")
    assert samples_for(at, rate) == total == len(sound)
    loud = np.flatnonzero(sound > 0.55)
    strokes = loud[np.insert(np.diff(loud) > 4800, 0, True)]
    assert [samples_for(first, rate) + 480 for first, _ in ranges] == strokes.tolist()


def _cue_with_a_stroke(path: Path, samples: int) -> Path:
    """A soft tone with one loud sample 10 ms after its start."""
    sound = (0.2 * np.sin(2 * np.pi * 200 * np.arange(samples) / 48_000)).astype(np.float32)
    sound[480] = 0.8
    write_wav(path, [np.stack([sound, sound], axis=1)], samples=samples)
    return path


def _left_side(path: Path) -> np.ndarray:
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "f32le", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.float32).reshape(-1, 2)[:, 0]
