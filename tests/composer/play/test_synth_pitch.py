"""Synthesised notes: in tune, and with nothing in them that sampling has put there."""

from __future__ import annotations

import numpy as np
import pytest

from cutscore_composer.play.synth import struck_model, sustained_model

RATE = 48_000
STRUCK = {
    "harp": (36, 60, 84, 96),
    "guitar": (40, 52, 64, 79),
    "nylon_guitar": (40, 57, 76),
    "ukulele": (60, 72, 81),
    "electric_guitar": (40, 57, 81),
    "rock_guitar": (40, 52, 64, 76),
    "upright_bass": (28, 40, 55),
    "bass_guitar": (28, 40, 55),
    "synth_bass_pluck": (28, 40, 52),
    "electric_piano": (36, 60, 91),
    "pulse": (40, 64, 88),
    "synth_lead_short": (55, 72, 88),
    "bells": (67, 84, 103),
}
HELD = {
    "sub": (26, 43),
    "synth_bass": (28, 52),
    "organ": (40, 88),
    "pad": (43, 79),
    "warm_pad": (43, 76),
    "glass_pad": (55, 88),
    "synth_lead": (55, 88),
    "drone": (33, 50),
}


def hertz_of(pitch: int) -> float:
    return float(440 * 2 ** ((pitch - 69) / 12))


def cents_off(audio: np.ndarray, pitch: int) -> float:
    """Where the power within ±40 cents of the lower partials balances, in cents from equal temperament."""
    mono = audio.mean(axis=1)
    size = 1 << 20
    power = np.abs(np.fft.rfft(mono * np.blackman(len(mono)), size)) ** 2
    hertz = np.maximum(np.fft.rfftfreq(size, 1 / RATE), 1.0)
    offs, weights = [], []
    for partial in (1, 2):
        cents = 1200 * np.log2(hertz / (partial * hertz_of(pitch)))
        near = np.abs(cents) < 40
        offs.append((cents[near] * power[near]).sum() / power[near].sum())
        weights.append(np.sqrt(power[near].sum()))
    return float(np.average(offs, weights=weights))


@pytest.mark.parametrize(("model", "pitch"), [(m, p) for m, pitches in STRUCK.items() for p in pitches])
def test_struck_notes_are_in_tune(model: str, pitch: int) -> None:
    """The fundamental and the octave over it of every variant stand within 5 cents of equal temperament."""
    offs = []
    for variant in range(3):
        sound = struck_model(model, pitch, 0.6, variant, RATE)
        offs.append(cents_off(sound[round(0.05 * RATE) : round((2.0 if pitch < 50 else 1.0) * RATE)], pitch))
    assert [round(off, 1) for off in offs if abs(off) > 5] == []


@pytest.mark.parametrize(("model", "pitch"), [(m, p) for m, pitches in HELD.items() for p in pitches])
def test_held_notes_are_in_tune(model: str, pitch: int) -> None:
    """The loop of a sustained note stands within 5 cents of equal temperament: a chorus lies around its pitch."""
    sound = sustained_model(model, pitch, RATE)
    assert sound.loop is not None
    loop = sound.audio[sound.loop[0] : sound.loop[1]]
    assert abs(cents_off(np.concatenate([loop] * max(1, 2 * RATE // len(loop))), pitch)) < 5


@pytest.mark.parametrize(
    ("model", "pitch"),
    [
        ("pulse", 88),
        ("pulse", 96),
        ("synth_lead_short", 88),
        ("synth_bass_pluck", 60),
        ("electric_piano", 96),
        ("bells", 108),
    ],
)
def test_no_partial_folds_back_in_struck_notes(model: str, pitch: int) -> None:
    """Between the partials, where those beyond half the sampling rate would land, all is 60 dB under the loudest.

    The bells' partials stand at the ratios of a free bar (Fletcher and Rossing, The Physics of Musical
    Instruments, 2.756 and 5.404), the electric piano's also at those of a clamped one (6.27 and 17.55).
    """
    ratios = {"bells": (1, 2.756, 5.404, 8.933), "electric_piano": (*range(1, 25), 6.27, 6.345, 17.55)}
    ratios["synth_bass_pluck"] = tuple(one / 2 for one in range(1, 80))
    sound = struck_model(model, pitch, 0.9, 0, RATE)[round(0.05 * RATE) :]
    assert strays(sound, pitch, ratios.get(model, tuple(range(1, 40)))) < -60


@pytest.mark.parametrize(("model", "pitch"), [("synth_lead", 96), ("organ", 96), ("pad", 88), ("synth_bass", 60)])
def test_no_partial_folds_back_in_held_notes(model: str, pitch: int) -> None:
    """The same of loops."""
    sound = sustained_model(model, pitch, RATE, bright=True)
    assert sound.loop is not None
    ratios = [one / 2 for one in range(1, 80)] if model in ("organ", "synth_bass") else range(1, 40)
    assert strays(sound.audio[sound.loop[0] :], pitch, tuple(ratios)) < -60


def strays(sound: np.ndarray, pitch: int, ratios: tuple[float, ...]) -> float:
    """The highest line more than 2 % and 60 Hz from every partial, in dB under the highest of all."""
    mono = sound.mean(axis=1)
    power = np.abs(np.fft.rfft(mono * np.blackman(len(mono)))) ** 2
    hertz = np.fft.rfftfreq(len(mono), 1 / RATE)
    free = hertz > 100
    for ratio in ratios:
        partial = ratio * hertz_of(pitch)
        free &= np.abs(hertz - partial) > max(60.0, 0.02 * partial)
    return float(10 * np.log10(power[free].max() / power.max()))


@pytest.mark.parametrize("pitch", [45, 64, 76])
def test_the_amplifier_folds_nothing_back(pitch: int) -> None:
    """Distortion at twice the sampling rate gives the same partials: what folded would stand elsewhere."""
    lines = []
    for rate in (RATE, 2 * RATE):
        mono = struck_model("rock_guitar", pitch, 0.9, 0, rate)[rate : 3 * rate].mean(axis=1)
        power = np.abs(np.fft.rfft(mono * np.blackman(len(mono))))[: 2 * 12_000]
        lines.append(power / np.sqrt((power**2).sum()))
    difference = np.sqrt(((lines[0] - lines[1]) ** 2).sum())
    assert 20 * np.log10(difference) < -30
    loudest = lines[0].max()
    assert 20 * np.log10(lines[0][2 * 9000 :].max() / loudest) < -50
