"""Synthesised instruments: all there, alike every time, alive with every repeat, clean at both ends."""

from __future__ import annotations

import subprocess
import sys
import zlib

import numpy as np
import pytest

from cutscore_composer.instruments.pack import CHANNELS, load_pack
from cutscore_composer.play.synth import has_two_colours, struck_model, sustained_model, swelling_model

RATE = 48_000
PROMISED = """harp bells guitar nylon_guitar ukulele electric_guitar rock_guitar upright_bass bass_guitar synth_bass sub
    electric_piano organ pad warm_pad glass_pad pulse synth_lead synth_kit lofi_kit drone riser whoosh impact braam
    sub_drop reverse vinyl""".split()
KIT_KEYS = (36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 48, 49, 51, 53, 54, 56, 82)
SWELLING = ("riser", "whoosh_swell", "reverse")


def models(kind: str) -> list[tuple[str, int]]:
    """(model, pitch) of every synthesised articulation of a kind, low and high, or all its keys."""
    found: dict[tuple[str, int], None] = {}
    for instrument in load_pack().instruments.values():
        low, high = instrument.comfortable
        pitches = list(instrument.keys) or [low, high]
        for one in instrument.articulations.values():
            if one.model is not None and one.kind == kind and one.model not in SWELLING:
                found |= dict.fromkeys((one.model, pitch) for pitch in pitches)
    return list(found)


def centroid(audio: np.ndarray) -> float:
    """The middle of the power spectrum of both sides, in hertz."""
    mono = audio.mean(axis=1)
    power = np.abs(np.fft.rfft(mono * np.hanning(len(mono)))) ** 2
    return float((power * np.fft.rfftfreq(len(mono), 1 / RATE)).sum() / power.sum())


def colour(audio: np.ndarray) -> float:
    """The middle of the amplitude spectrum, in hertz: it hears a click over a low drum."""
    fading = np.linspace(1, 0, len(audio)) ** 2  # an end cut off would be a click too
    amplitude = np.abs(np.fft.rfft(audio.mean(axis=1) * fading))
    return float((amplitude * np.fft.rfftfreq(len(audio), 1 / RATE)).sum() / amplitude.sum())


def test_every_promised_instrument_is_there() -> None:
    """All names that styles may use, on channels that the desk has."""
    instruments = load_pack().instruments
    assert [name for name in PROMISED if name not in instruments] == []
    assert {instruments[name].channel for name in PROMISED} <= set(CHANNELS)


@pytest.mark.parametrize("kit", ["synth_kit", "lofi_kit"])
def test_kits_have_the_keys_that_grooves_are_written_for(kit: str) -> None:
    """Every kit answers the same keys, and its open hat is cut by the closed and the pedalled."""
    instrument = load_pack().instruments[kit]
    assert KIT_KEYS == tuple(instrument.keys)
    assert {46: (42, 44)} == dict(instrument.chokes)


@pytest.mark.parametrize(("model", "pitch"), models("struck"))
def test_struck_sounds_are_clean(model: str, pitch: int) -> None:
    """Begins and ends in silence, has no part that stands still, is stereo and at the level of its kind."""
    sound = struck_model(model, pitch, 0.7, 0, RATE)
    peak = np.abs(sound).max()
    assert np.isfinite(sound).all()
    assert np.abs(sound[0]).max() < 0.02 * peak
    assert np.abs(sound[-48:]).max() < 1e-3 * peak
    assert np.abs(sound.mean(axis=0)).max() < 2e-3 * peak
    power = np.convolve((sound.astype(np.float64) ** 2).mean(axis=1), np.ones(1440) / 1440, "same")
    loudest = 10 * np.log10(power.max())
    assert (-30 if "kit" in model else -6.5) < loudest < (-4.0 if "kit" in model else -5.5)


@pytest.mark.parametrize(("model", "pitch"), models("struck"))
def test_repeats_differ_and_come_back_alike(model: str, pitch: int) -> None:
    """No two variants are one recording; asked again, each is the same to the bit; cut short, it is its beginning."""
    size = round(0.3 * RATE)
    takes = [struck_model(model, pitch, 0.7, variant, RATE, 0.5)[:size] for variant in range(2)]
    again = struck_model(model, pitch, 0.7, 1, RATE, 0.5)[:size]
    assert takes[1].tobytes() == again.tobytes()
    assert np.corrcoef(takes[0].ravel(), takes[1].ravel())[0, 1] < 0.999


@pytest.mark.parametrize(("model", "pitch"), [case for case in models("struck") if case[0] != "sub_drop"])
def test_harder_is_brighter(model: str, pitch: int) -> None:
    """What is struck harder has its power higher up, not only more of it; but for a sine."""
    soft, hard = (struck_model(model, pitch, strength, 0, RATE)[: round(1.0 * RATE)] for strength in (0.15, 0.95))
    assert colour(hard) > 1.05 * colour(soft)


@pytest.mark.parametrize(("model", "pitch"), models("bowed"))
def test_sustained_sounds_loop_without_a_seam(model: str, pitch: int) -> None:
    """The step from the loop's end to its beginning is like any other step, and no constant lies under it."""
    sound = sustained_model(model, pitch, RATE, bright=True)
    assert sound.loop is not None
    first, last = sound.loop
    body = sound.audio[first:last].astype(np.float64)
    steps = np.abs(np.diff(body, axis=0)).max()
    # Twice: a step is curved as well as steep, and the seam's curve must fit too.
    seam = np.concatenate([body[-400:], body[:400]])
    assert np.abs(seam[400] - seam[399]).max() <= steps
    assert np.abs(np.diff(seam, n=2, axis=0)).max() <= 1.05 * np.abs(np.diff(body, n=2, axis=0)).max()
    if first:
        into = np.abs(sound.audio[first].astype(np.float64) - sound.audio[first - 1]).max()
        assert into <= 1.05 * steps
    assert np.abs(body.mean(axis=0)).max() < 1e-3 * np.abs(body).max()
    assert abs(20 * np.log10(np.sqrt((body**2).mean())) + 22) < 0.2
    assert np.abs(sound.audio[0]).max() < 0.02 * np.abs(body).max()


@pytest.mark.parametrize(("model", "pitch"), [case for case in models("bowed") if has_two_colours(case[0])])
def test_bright_and_dark_are_one_note(model: str, pitch: int) -> None:
    """The two colours are in phase, so that a mixture is a colour between them; the bright one is brighter."""
    dark, bright = (sustained_model(model, pitch, RATE, bright=one).audio for one in (False, True))
    assert len(dark) == len(bright)
    assert np.corrcoef(dark[:, 0], bright[:, 0])[0, 1] > 0.4
    assert centroid(bright[-3 * RATE :]) > 1.1 * centroid(dark[-3 * RATE :])


@pytest.mark.parametrize("model", ["pad", "warm_pad", "glass_pad", "drone"])
def test_pads_never_stand_still(model: str) -> None:
    """A pad's colour moves by a tenth at least within six seconds, and its two sides are not one."""
    audio = sustained_model(model, 55, RATE).audio[-6 * RATE :]
    colours = [centroid(part) for part in np.array_split(audio, 8)]
    assert max(colours) > 1.06 * min(colours)
    assert np.corrcoef(audio[:, 0], audio[:, 1])[0, 1] < 0.95
    assert len(audio) >= 6 * RATE


@pytest.mark.parametrize("model", SWELLING)
@pytest.mark.parametrize("seconds", [0.05, 0.731, 3.0, 9.5])
def test_swells_stop_at_their_end(model: str, seconds: float) -> None:
    """A riser grows all the way, is loudest within its last tenth, and is over to the sample."""
    audio = swelling_model(model, seconds, 60, 0.8, RATE)
    assert len(audio) == round(max(seconds, 0.2) * RATE)
    assert np.abs(audio[-1]).max() < 1e-4
    levels = np.array([np.sqrt((part**2).mean()) for part in np.array_split(audio, 20)])
    assert levels.argmax() >= 17
    thirds = [float(np.sqrt((part**2).mean())) for part in np.array_split(audio, 3)]
    assert thirds == sorted(thirds)


def test_another_process_makes_the_same_sounds() -> None:
    """Nothing depends on the order of names or on where it runs."""
    code = (
        "import zlib; from cutscore_composer.play.synth import *;"
        "print(zlib.crc32(struck_model('guitar', 52, .5, 1, 48000).tobytes()),"
        "zlib.crc32(sustained_model('pad', 60, 48000).audio.tobytes()))"
    )
    there = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    here = (
        zlib.crc32(struck_model("guitar", 52, 0.5, 1, RATE).tobytes()),
        zlib.crc32(sustained_model("pad", 60, RATE).audio.tobytes()),
    )
    assert f"{here[0]} {here[1]}" == there.strip()
