"""Short recordings made long for the pack: in tune, without a seam, never a loop; struck ones die as they should."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

RATE = 44_100
SCRIPTS = Path(__file__).parents[3] / "scripts"


@pytest.fixture(scope="module")
def extend() -> ModuleType:
    """scripts/extend_samples.py, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("extend_samples", SCRIPTS / "extend_samples.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def vibrato(seconds: float) -> np.ndarray:
    """A tone of 440 Hz with vibrato, 5.5 turns a second, 15 cents wide, and some partials."""
    time = np.arange(round(seconds * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(440 * 2 ** (15 / 1200 * np.sin(2 * np.pi * 5.5 * time))) / RATE
    return sum(np.sin(k * phase) / k for k in range(1, 6))[:, None] * np.clip(time / 0.05, 0, 1)[:, None]


def test_a_second_goes_on_for_five(extend: ModuleType) -> None:
    """The note keeps its beginning, its level and its pitch, has no click, and no stretch comes twice in a row."""
    short = vibrato(1.1)
    long = extend.going_on(short, (round(0.3 * RATE), len(short)), RATE, 5.0, seed=3)
    assert len(long) >= 5 * RATE
    assert np.array_equal(short[: round(0.3 * RATE)], long[: round(0.3 * RATE)])
    levels = 20 * np.log10(np.sqrt((long[: 5 * RATE].reshape(-1, 2205) ** 2).mean(axis=1)))[4:]
    assert np.ptp(levels) < 1.0
    bend, usual = (np.abs(np.diff(one[:, 0], 3)).max() for one in (long[RATE // 4 :], short[RATE // 4 :]))
    assert bend < 1.6 * usual
    spectrum = np.abs(np.fft.rfft(long[RATE : 5 * RATE, 0] * np.hanning(4 * RATE), 1 << 20))
    hertz = np.fft.rfftfreq(1 << 20, 1 / RATE)
    near = (hertz > 420) & (hertz < 460)
    found = (hertz[near] * spectrum[near] ** 2).sum() / (spectrum[near] ** 2).sum()
    assert abs(1200 * np.log2(found / 440)) < 3


def test_one_period_repeated_breathes(extend: ModuleType) -> None:
    """A tone of a few periods does not stand like a machine: its level and pitch drift a little, its pitch stays."""
    short = np.sin(2 * np.pi * 441 * np.arange(8000) / RATE)[:, None]
    long = extend.going_on(short, (7000, 8000), RATE, 4.0, seed=1)
    levels = 20 * np.log10(np.sqrt((long[RATE // 2 : 4 * RATE][: 3 * RATE].reshape(-1, 4410) ** 2).mean(axis=1)))
    assert 0.2 < levels.std() < 2.0
    crossings = np.nonzero((long[:-1, 0] < 0) & (long[1:, 0] >= 0))[0]
    turns = (len(crossings) - 1) / ((crossings[-1] - crossings[0]) / RATE)
    assert abs(1200 * np.log2(turns / 441)) < 3


def test_a_struck_note_dies_from_above(extend: ModuleType) -> None:
    """The fundamental falls to 1/e in its life, the fifth partial sooner; what was recorded stays."""
    time = np.arange(RATE // 2) / RATE
    short = (np.sin(2 * np.pi * 441 * time) + 0.5 * np.sin(2 * np.pi * 5 * 441 * time))[:, None]
    first, last = RATE // 4, RATE // 4 + 100
    made = extend.rung_out(short, (first, last), RATE, 3.0, 0.8, 441.0)
    assert np.allclose(short[: first // 2], made[: first // 2], atol=1e-6)

    def partial(at: float, hertz: float) -> float:
        part = made[round(at * RATE) : round((at + 0.2) * RATE), 0]
        return float(np.abs((part * np.exp(-2j * np.pi * hertz * np.arange(len(part)) / RATE)).mean()))

    fundamental = -1.0 / np.log(partial(1.5, 441) / partial(0.5, 441))
    above = -1.0 / np.log(partial(1.5, 2205) / partial(0.5, 2205))
    assert abs(fundamental - 0.8) < 0.1
    assert above < 0.5
