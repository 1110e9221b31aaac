"""The limiter: peaks under the ceiling between samples too, nothing else touched, no block edges."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import resample_poly

from cutscore_composer.mix.cells import Cells, true_peaks
from cutscore_composer.mix.limiter import limiter_curve, with_gain
from cutscore_composer.mix.tape import Tape

RATE = 48_000


def through(audio: np.ndarray, gain: float, ceiling: float, folder: Path) -> np.ndarray:
    """The limiter's whole output."""
    cells = Cells(RATE)
    for first in range(0, len(audio), 10_007):
        cells.add(audio[first : first + 10_007])
    curve = limiter_curve(cells.result()[0], gain, ceiling, RATE)
    with Tape(folder) as tape:
        tape.write(audio)
        return np.concatenate(list(with_gain(tape, curve, gain)))


def finely(audio: np.ndarray) -> float:
    """The highest amplitude at eight times the rate, by SciPy's resampler."""
    return float(np.abs(resample_poly(audio.astype(np.float64), 8, 1, axis=0, window=("kaiser", 9.0))).max())


def test_true_peak_stays_under_the_ceiling(tmp_path: Path) -> None:
    """White noise with hard beats, driven 12 dB over, stays within 0.3 dB of −1 dBTP at eight times the rate."""
    random = np.random.default_rng(2)
    audio = random.standard_normal((3 * RATE, 2)).astype(np.float32) * 0.2
    audio[:: RATE // 7] *= 8
    made = through(audio, 4.0, 0.891, tmp_path)
    assert finely(made) < 0.891 * 10 ** (0.3 / 20)


def test_what_is_under_the_ceiling_is_not_touched(tmp_path: Path) -> None:
    """Quiet music passes sample for sample."""
    audio = np.random.default_rng(2).uniform(-0.3, 0.3, (2 * RATE, 2)).astype(np.float32)
    assert np.array_equal(through(audio, 1.0, 0.9, tmp_path), audio)


def test_a_single_peak_dips_smoothly_and_recovers(tmp_path: Path) -> None:
    """One click in a tone takes the gain down before it and gives it back within a second, without a corner."""
    tone = (0.3 * np.sin(2 * np.pi * 200 * np.arange(2 * RATE) / RATE)).astype(np.float32)
    audio = np.stack([tone, tone], axis=1)
    audio[RATE] = 1.8
    made = through(audio, 1.0, 0.9, tmp_path)
    clear = np.abs(audio[:, 0]) > 0.05
    gain = np.where(clear, made[:, 0] / np.where(clear, audio[:, 0], 1), np.nan)
    assert np.nanmin(gain) < 0.55
    assert np.nanmax(np.abs(np.diff(gain))) < 0.01
    gain = gain[clear]
    assert gain[-1] > 0.99


@settings(max_examples=15, deadline=None)
@given(size=st.integers(1, 70_000), seed=st.integers(0, 1000))
def test_any_length_comes_out_as_it_went_in(tmp_path_factory, size: int, seed: int) -> None:  # type: ignore[no-untyped-def]
    """Every length keeps its number of samples and its ceiling."""
    audio = np.random.default_rng(seed).standard_normal((size, 2)).astype(np.float32)
    made = through(audio, 1.0, 0.5, tmp_path_factory.mktemp("tape"))
    assert len(made) == size
    assert np.abs(made).max() <= 0.5 + 1e-6


def test_true_peaks_never_lie_under_the_samples() -> None:
    """The measure is at least each sample's own amplitude."""
    audio = np.random.default_rng(3).standard_normal((4096, 2)).astype(np.float32)
    assert (true_peaks(audio) >= np.abs(audio).max(axis=1)).all()
