"""The loudness meter against the standard's own test tones and the ffmpeg program."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
from scipy.ndimage import uniform_filter1d

from cutscore_composer.errors import InputRefused
from cutscore_composer.mix.loudness import SILENCE_DB, measure

RATE = 48_000


def tone(hertz: float, dbfs: float, seconds: float) -> np.ndarray:
    """A sine on both sides with the given peak level."""
    wave = 10 ** (dbfs / 20) * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)
    return np.stack([wave, wave], axis=1).astype(np.float32)


def test_reference_tone_of_ebu_tech_3341() -> None:
    """Case 1: a stereo sine of 1 kHz at −23 dBFS reads −23 LUFS, within 0.1."""
    assert abs(measure([tone(1000, -23, 20)]).lufs - -23.0) <= 0.1


def test_gating_of_ebu_tech_3341() -> None:
    """Case 3: −36, −23 and −36 dBFS for 10, 60 and 10 s read −23 LUFS, because quiet parts are gated out."""
    assert abs(measure([tone(1000, -36, 10), tone(1000, -23, 60), tone(1000, -36, 10)]).lufs - -23.0) <= 0.1


def test_range_of_ebu_tech_3342() -> None:
    """Case 1: −20 then −30 dBFS for 20 s each have a loudness range of 10 LU, within 1."""
    assert abs(measure([tone(1000, -20, 20), tone(1000, -30, 20)]).lra - 10.0) <= 1.0


def test_true_peak_between_samples() -> None:
    """A quarter-rate sine sampled beside its tops has its true peak 3 dB over its samples."""
    wave = 0.5 * np.sin(2 * np.pi * 12_000 * np.arange(RATE) / RATE + np.pi / 4)
    faded = wave * np.hanning(len(wave)) ** 0.1
    found = measure([np.stack([faded, faded], axis=1).astype(np.float32)])
    assert abs(found.dbtp - -6.0) < 0.3
    assert 20 * np.log10(np.abs(wave).max()) < -8.9


def test_a_file_reads_as_ffmpeg_reads_it(tmp_path: Path) -> None:
    """A file at another rate, measured by path, agrees with the program to a tenth."""
    random = np.random.default_rng(4)
    noise = uniform_filter1d(random.standard_normal((44_100 * 8, 2)), 30, axis=0)
    audio = noise * np.linspace(0.05, 1.0, 44_100 * 8)[:, None]
    soundfile.write(tmp_path / "a.flac", audio, 44_100)
    told = subprocess.run(
        ["ffmpeg", "-hide_banner", "-i", tmp_path / "a.flac", "-af", "ebur128=peak=true", "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    found = measure(tmp_path / "a.flac")
    assert abs(found.lufs - float(re.findall(r"I:\s+(-?[\d.]+) LUFS", told)[-1])) <= 0.1
    assert abs(found.dbtp - float(re.findall(r"Peak:\s+(-?[\d.]+) dBFS", told)[-1])) <= 0.2


def test_blocks_do_not_matter() -> None:
    """One block or many, the figures are the same."""
    audio = tone(440, -12, 5)
    assert measure([audio]) == measure(audio[first : first + 777] for first in range(0, len(audio), 777))


@pytest.mark.parametrize("blocks", [[], [np.zeros((RATE, 2), np.float32)], [np.zeros((0, 2), np.float32)]])
def test_silence_is_a_number(blocks: list[np.ndarray]) -> None:
    """Silence and nothing read −100, not minus infinity."""
    found = measure(blocks)
    assert (found.lufs, found.dbtp, found.lra) == (SILENCE_DB, SILENCE_DB, 0.0)


def test_what_is_no_audio_is_refused(tmp_path: Path) -> None:
    """A text file named .wav is refused in a sentence with its path."""
    (tmp_path / "a.wav").write_text("not audio")
    with pytest.raises(InputRefused, match=r"a\.wav cannot be read as audio"):
        measure(tmp_path / "a.wav")
