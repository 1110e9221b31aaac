"""Ducking: the music lies where it should against the measured dialogue, judged by the ffmpeg program's own meter."""

from __future__ import annotations

import re
import subprocess
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from cutscore_composer.engine import Progress
from cutscore_composer.mix.ducking import MusicLevels, dialogue_loudness, duck_curve, music_levels, render_with_gain
from cutscore_composer.mix.gain_points import duck_under
from cutscore_composer.picture import Picture, SoundSpan

RATE = 48_000
SPEECH = ((3.0, 7.0), (7.8, 11.0), (20.0, 26.0))


def judged(audio: np.ndarray, folder: Path) -> float:
    """Integrated loudness as the ffmpeg program tells it."""
    soundfile.write(folder / "judged.wav", audio, RATE, subtype="PCM_24")
    told = subprocess.run(
        ["ffmpeg", "-hide_banner", "-i", folder / "judged.wav", "-af", "ebur128", "-f", "null", "-"],
        capture_output=True, text=True, check=True,
    ).stderr  # fmt: skip
    return float(re.findall(r"I:\s+(-?[\d.]+) LUFS", told)[-1])


def pieces(audio: np.ndarray, ranges: tuple[tuple[float, float], ...]) -> np.ndarray:
    """The ranges (seconds) of the audio, one after the other."""
    return np.concatenate([audio[round(a * RATE) : round(b * RATE)] for a, b in ranges])


def noise(seconds: float, level: float, seed: int = 1) -> np.ndarray:
    """Stereo noise, darker than white, about as music is."""
    random = np.random.default_rng(seed)
    white = random.standard_normal((round(seconds * RATE), 2))
    return level * (white + np.roll(white, 1, axis=0) + np.roll(white, 2, axis=0)) / 2


def spoken(folder: Path, level: float) -> Picture:
    """A picture of 30 s at 25 frames whose dialogue sounds in SPEECH alone; loud effects and music besides."""
    voice = np.zeros((30 * RATE, 2))
    for start, end in SPEECH:
        voice[round(start * RATE) : round(end * RATE)] = noise(end - start, level)
    for name, audio in (("voice", voice), ("effects", noise(30, 0.2, 5)), ("temp", noise(30, 0.2, 6))):
        soundfile.write(folder / f"{name}.wav", audio, RATE, subtype="PCM_24")
    sounds = tuple(
        SoundSpan(0, 750, role, folder / f"{name}.wav")
        for name, role in (("voice", "dialogue"), ("effects", "effects"), ("temp", "music"))
    )  # type: ignore[arg-type]
    return Picture("p", Fraction(25), 750, (), sounds=sounds)


def frames(ranges: tuple[tuple[float, float], ...]) -> tuple[tuple[int, int], ...]:
    """Seconds as frames at 25 a second."""
    return tuple((round(a * 25), round(b * 25)) for a, b in ranges)


def test_dialogue_is_measured_on_speech_alone(tmp_path: Path) -> None:
    """The dialogue tracks' loudness on their ranges, as ffmpeg measures the same stretches; no effects, no music."""
    picture = spoken(tmp_path, 0.05)
    voice, _ = soundfile.read(tmp_path / "voice.wav")
    found = dialogue_loudness(picture, frames(SPEECH), Progress())
    assert found is not None
    assert abs(found - judged(pieces(voice, SPEECH), tmp_path)) <= 0.2


def test_no_speech_no_loudness(tmp_path: Path) -> None:
    """Without ranges, and with silent ones, there is nothing to duck under."""
    picture = spoken(tmp_path, 0.05)
    assert dialogue_loudness(picture, (), Progress()) is None
    assert dialogue_loudness(picture, frames(((12.0, 18.0),)), Progress()) is None


@pytest.mark.parametrize("dialogue", [-32.0, -23.0, -16.0])
@pytest.mark.parametrize("swell", [1.0, 6.0])
def test_music_lies_where_it_should(tmp_path: Path, dialogue: float, swell: float) -> None:
    """Rendered with its keyframes, music is 18 ± 3 LU under the dialogue in speech and 4 to 8 LU under it elsewhere."""
    music = noise(30, 0.08) * np.linspace(1 / swell, 1, 30 * RATE)[:, None]
    master = tmp_path / "master.wav"
    soundfile.write(master, music, RATE, subtype="PCM_24")
    points = duck_curve(dialogue, music_levels(master, SPEECH), SPEECH)
    render_with_gain(master, points, tmp_path / "ducked.wav", time_reference_samples=48_000)
    made, _ = soundfile.read(tmp_path / "ducked.wav")
    assert len(made) == len(music)
    assert abs(dialogue - judged(pieces(made, SPEECH), tmp_path) - 18) <= 3
    for one in SPEECH:
        assert abs(dialogue - judged(pieces(made, (one,)), tmp_path) - 18) <= 3
    free = ((0.0, 2.4), (12.2, 19.4), (27.2, 30.0))
    assert 4 <= dialogue - judged(pieces(made, free), tmp_path) <= 8


def test_levels_are_those_of_each_range(tmp_path: Path) -> None:
    """The music under each range, and outside of all, as ffmpeg measures them; past the end is silence."""
    music = noise(30, 0.08) * np.linspace(0.1, 1, 30 * RATE)[:, None]
    soundfile.write(tmp_path / "a.wav", music, RATE, subtype="PCM_24")
    ranges = ((0.0, 4.0), (10.0, 11.0), (13.0, 20.0), (29.0, 33.0), (40.0, 41.0))
    levels = music_levels(tmp_path / "a.wav", ranges)
    expected = [judged(pieces(music, (one,)), tmp_path) for one in ranges[:4]]
    assert np.allclose(np.array(levels.under[:4], float), expected, atol=0.15)
    assert levels.under[4] is None
    assert levels.elsewhere is not None
    free = ((4.0, 10.0), (11.0, 13.0), (20.0, 29.0))
    assert abs(levels.elsewhere - judged(pieces(music, free), tmp_path)) < 0.15


def test_a_file_with_handles_is_ducked_in_picture_time(tmp_path: Path) -> None:
    """Where the picture begins 5 s into the file, so do its seconds."""
    music = noise(20, 0.08)
    soundfile.write(tmp_path / "a.wav", music, RATE, subtype="PCM_24")
    render_with_gain(tmp_path / "a.wav", ((1.0, 0.0), (2.0, -20.0)), tmp_path / "b.wav", start_seconds=5.0)
    made, _ = soundfile.read(tmp_path / "b.wav")
    gain = 20 * np.log10(np.abs(made[[3 * RATE, 8 * RATE]]).max(1) / np.abs(music[[3 * RATE, 8 * RATE]]).max(1))
    assert np.allclose(gain, [0, -20], atol=0.2)


@given(
    ranges=st.lists(st.tuples(st.floats(0, 100), st.floats(0.3, 20)), max_size=8),
    dialogue=st.floats(-50, -8),
    levels=st.lists(st.one_of(st.none(), st.floats(-60, -8)), min_size=8, max_size=8),
    dbtp=st.floats(-40, -1),
)
def test_keyframes_are_in_order_and_never_clip(
    ranges: list, dialogue: float, levels: list[float | None], dbtp: float
) -> None:
    """Whatever is spoken when: times rise, gains are finite and leave the true peak at −1 dBTP or less."""
    speech = [(start, start + length) for start, length in ranges]
    joined = len(duck_under(speech)) // 4
    points = duck_curve(dialogue, MusicLevels(tuple(levels[:joined]), levels[-1], dbtp), speech)
    assert all(a[0] < b[0] for a, b in pairwise(points))
    assert all(-120 < level <= -1 - dbtp + 0.01 for _, level in points)
