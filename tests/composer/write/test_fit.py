"""The tempo map: beats meet moments, the tempo bends as little as people accept, whatever the picture."""

from __future__ import annotations

import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cutscore_composer.write.fit import Fit, fit_tempo
from cutscore_composer.write.search import Metre, Target

METRE = Metre(4, (2, 3, 5), 0.06, 0.01)


def targets_of(moments: list[tuple[float, float]], final: float) -> tuple[Target, ...]:
    """Hits and the final chord."""
    return (*(Target(at, weight, "hit") for at, weight in moments), Target(final, 1.2, "final", -0.002, 0.002))


def beat_lengths(fit: Fit) -> np.ndarray:
    """Seconds of each beat up to the final one."""
    first = fit.bars[0].beat
    beats = np.arange(first, fit.final_beat + 1e-9)
    return np.diff([fit.tempo.seconds(beat) for beat in beats])


@given(
    seconds=st.floats(12, 90),
    gaps=st.lists(st.floats(1.2, 12), max_size=9),
    weights=st.lists(st.floats(0.2, 1.0), min_size=9, max_size=9),
    low=st.floats(55, 110),
)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_cut_list_fits(seconds: float, gaps: list[float], weights: list[float], low: float) -> None:
    """Bends stay within 6 %, steps within 1 %; accents that are on a beat are −10 to +60 ms from their moment."""
    times = [t for t in np.cumsum(gaps) if t < seconds - 3]
    targets = targets_of(list(zip(times, weights, strict=False)), seconds - 2)
    fit = fit_tempo(targets, 0.0, seconds, (low, low * 1.22), METRE)

    lengths = beat_lengths(fit)
    assert np.all(np.abs(lengths / np.median(lengths) - 1) <= 0.0601)
    assert np.all(np.abs(lengths[1:] / lengths[:-1] - 1) <= 0.0101)
    for index, beat in fit.on_beat.items():
        assert -0.010 <= fit.tempo.seconds(beat) - targets[index].seconds <= 0.060
    assert abs(fit.tempo.seconds(fit.final_beat) - (seconds - 2)) < 0.010


@given(seconds=st.floats(0.02, 6), low=st.floats(60, 120), at=st.floats(0.05, 0.95))
@settings(max_examples=40, deadline=None)
def test_the_shortest_pictures_have_bars_too(seconds: float, low: float, at: float) -> None:
    """From one frame on, the bars cover the picture and the final beat is where it was wanted."""
    final = seconds * 0.8
    fit = fit_tempo(targets_of([(seconds * at * 0.7, 0.9)], final), 0.0, seconds, (low, low * 1.2), METRE)
    assert fit.tempo.seconds(fit.bars[0].beat) <= 1e-6
    assert fit.tempo.seconds(fit.bars[-1].beat + fit.bars[-1].beats) >= seconds - 1e-6
    assert abs(fit.tempo.seconds(fit.final_beat) - final) < 0.051


def test_bars_follow_each_other_and_few_are_odd() -> None:
    """No hole between bars; steady metre but for a few that bring a strong moment its downbeat."""
    moments = [(6.3, 0.9), (13.1, 0.7), (19.7, 0.8), (28.2, 1.0), (36.9, 0.6), (44.0, 0.9)]
    fit = fit_tempo(targets_of(moments, 55.0), 0.0, 58.0, (84, 104), METRE)
    assert all(a.beat + a.beats == b.beat for a, b in pairwise(fit.bars))
    odd = [bar for bar in fit.bars[1:] if bar.beats != 4]
    assert len(odd) <= len(fit.bars) / 6


def test_most_strong_moments_get_a_beat_and_many_a_downbeat() -> None:
    """Over eight cut lists with moments 4 to 14 s apart: at least 95 % on the grid, two fifths on downbeats."""
    random = np.random.default_rng(4)
    met = down = count = 0
    for _ in range(8):
        times = np.cumsum(random.uniform(4, 14, 7))
        targets = targets_of([(float(t), float(random.uniform(0.5, 1))) for t in times], float(times[-1]) + 6)
        fit = fit_tempo(targets, 0.0, float(times[-1]) + 8, (80, 100), METRE)
        downbeats = {bar.beat for bar in fit.bars}
        met += len(fit.on_beat) - 1
        down += sum(beat in downbeats for index, beat in fit.on_beat.items() if index < 7)
        count += 7
    assert met / count >= 0.95
    assert down / count >= 0.4


def test_a_tempo_asked_for_is_kept() -> None:
    """Exactly 120 beats a minute stay within 1 % in the mean, whatever the moments want."""
    fit = fit_tempo(targets_of([(7.13, 0.9), (21.4, 0.8)], 38.0), 0.0, 40.0, (120, 120), METRE)
    assert 60 / float(np.mean(beat_lengths(fit))) == pytest.approx(120, rel=0.01)


def test_time_grows_linearly_with_the_picture() -> None:
    """Four times the picture takes at most about six times as long to fit."""

    def took(minutes: int) -> float:
        random = np.random.default_rng(1)
        times = np.cumsum(random.uniform(6, 14, minutes * 6))
        targets = targets_of([(float(t), 0.7) for t in times], float(times[-1]) + 5)
        begin = time.process_time()
        fit_tempo(targets, 0.0, float(times[-1]) + 8, (84, 92), METRE)
        return time.process_time() - begin

    took(2)
    assert took(24) < 6 * max(took(6), 0.05)
