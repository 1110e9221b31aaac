"""Joining: exact length, no click at the joint, the next cue's first hit kept."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from cutscore.reel.joining import join_cues
from cutscore_composer.deliver.wav import write_wav
from cutscore_composer.errors import InputRefused

RATE = 48_000
Tone = Callable[[np.ndarray], np.ndarray]


def wav(path: Path, samples: int, tone: Tone) -> Path:
    sound = tone(np.arange(samples) / RATE).astype(np.float32)
    write_wav(path, [np.stack([sound, sound], axis=1)], samples=samples)
    return path


def read(path: Path) -> np.ndarray:
    """Left side, decoded by the ffmpeg command."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-f", "f32le", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.float32).reshape(-1, 2)[:, 0]


def low(seconds: np.ndarray) -> np.ndarray:
    """A loud tone that is cut off at its crest."""
    return 0.8 * np.cos(2 * np.pi * 110 * seconds)


def high(seconds: np.ndarray) -> np.ndarray:
    """Another one that begins at its trough."""
    return -0.8 * np.cos(2 * np.pi * 165 * seconds)


@pytest.mark.parametrize("spare", [0, 1, 1000, 48_000])
def test_there_is_no_click_at_the_joint(tmp_path: Path, spare: int) -> None:
    """No step around the joint is steeper than the two cues' own together, with and without an overlap."""
    parts = [wav(tmp_path / "a.wav", 96_000 + spare, low), wav(tmp_path / "b.wav", 72_000, high)]
    total = join_cues(parts, tmp_path / "film.wav", lengths=[96_000, 72_000])
    sound = read(tmp_path / "film.wav")
    assert 168_000 == total == len(sound)
    steps = np.abs(np.diff(sound))
    own = steps[:90_000].max() + steps[100_000:].max()
    assert steps[92_000:100_000].max() < own
    assert np.abs(sound).max() <= 10 ** (-1 / 20) + 1e-6
    abrupt = np.concatenate([low(np.arange(96_000) / RATE), high(np.arange(72_000) / RATE)])
    assert np.abs(np.diff(abrupt))[95_999] > 20 * own


def test_far_from_the_joint_nothing_changes(tmp_path: Path) -> None:
    """Only 60 ms before and 6 ms after it are touched when there is no overlap."""
    parts = [wav(tmp_path / "a.wav", 48_000, low), wav(tmp_path / "b.wav", 48_000, high)]
    join_cues(parts, tmp_path / "film.wav")
    sound = read(tmp_path / "film.wav")
    assert np.abs(sound[:45_000] - low(np.arange(45_000) / RATE)).max() < 2e-7
    assert np.abs(sound[48_300:] - high(np.arange(300, 48_000) / RATE)).max() < 2e-7


def test_a_cue_with_a_rest_rings_on_under_the_next(tmp_path: Path) -> None:
    """What the first cue has beyond its part is heard under the second, fading; its own part is untouched."""
    parts = [wav(tmp_path / "a.wav", 60_000, low), wav(tmp_path / "b.wav", 48_000, lambda t: 0 * t)]
    join_cues(parts, tmp_path / "film.wav", lengths=[48_000, 48_000])
    sound = read(tmp_path / "film.wav")
    assert np.abs(sound[:48_000] - low(np.arange(48_000) / RATE)).max() < 2e-7
    ringing = np.abs(sound[48_000 : 48_000 + 2880])
    assert ringing[:480].max() > 0.6
    assert 0.001 < ringing[-480:].max() < 0.3
    assert not sound[48_000 + 2880 :].any()


def test_the_first_hit_of_the_next_cue_keeps_its_edge(tmp_path: Path) -> None:
    """A stroke on its first frame is at full level after 6 ms."""
    parts = [wav(tmp_path / "a.wav", 48_000, low), wav(tmp_path / "b.wav", 48_000, lambda t: np.exp(-t * 3))]
    join_cues(parts, tmp_path / "film.wav")
    sound = read(tmp_path / "film.wav")[48_000:]
    assert sound[288:].max() > 0.98
    assert sound[144] > 0.6


def test_a_short_cue_fades_into_silence(tmp_path: Path) -> None:
    """Where a cue is shorter than its part there is silence, and no click before it."""
    parts = [wav(tmp_path / "a.wav", 40_000, low), wav(tmp_path / "b.wav", 30_000, high)]
    assert 96_000 == join_cues(parts, tmp_path / "film.wav", lengths=[48_000, 48_000])
    sound = read(tmp_path / "film.wav")
    assert not sound[40_000:48_000].any()
    assert not sound[78_000:].any()
    assert np.abs(np.diff(sound)).max() < 0.06


def test_many_parts_have_exactly_their_lengths_together(tmp_path: Path) -> None:
    """Odd lengths, some with a rest, some without; the second cue is shorter than the first's rest."""
    lengths = [12_345, 777, 23_456, 9_999]
    parts = [wav(tmp_path / f"{n}.wav", length + (5_000 if n % 2 == 0 else 0), low) for n, length in enumerate(lengths)]
    assert sum(lengths) == join_cues(parts, tmp_path / "film.wav", lengths=lengths)
    assert sum(lengths) == len(read(tmp_path / "film.wav"))


def test_the_start_timecode_is_kept(tmp_path: Path) -> None:
    """The bext time reference is the one given."""
    join_cues([wav(tmp_path / "a.wav", 4800, low)], tmp_path / "film.wav", time_reference_samples=172_800_000)
    command = ["ffprobe", "-v", "error", "-show_entries", "format_tags=time_reference", "-of", "csv=p=0"]
    said = subprocess.run([*command, str(tmp_path / "film.wav")], capture_output=True, text=True, check=True).stdout
    assert "172800000" == said.strip()


def test_nothing_to_join_and_no_sound_are_refused(tmp_path: Path) -> None:
    """One sentence each, no file."""
    with pytest.raises(InputRefused, match="no cues"):
        join_cues([], tmp_path / "film.wav")
    (tmp_path / "a.wav").write_text("no sound")
    with pytest.raises(InputRefused, match=r"a\.wav"):
        join_cues([tmp_path / "a.wav"], tmp_path / "film.wav")
    assert not (tmp_path / "film.wav").exists()
