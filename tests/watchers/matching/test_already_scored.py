"""Whether a render holds the project's music already: real mixes through real codecs, and what only resembles them."""

from __future__ import annotations

import wave
from pathlib import Path

import av
import numpy as np
import pytest

from cutscore_composer.engine import Progress
from cutscore_watchers.matching.already_scored import already_scored, music_of
from cutscore_watchers.matching.heard_music import place_of
from cutscore_watchers.matching.own_files import is_our_own
from support.drawn_edit import DrawnEdit, drawn_edit

RATE = 48_000


def notes(seed: int, seconds: float) -> np.ndarray:
    """A piece of music: four decaying voices in a scale, with overtones and breath, mono."""
    draw = np.random.default_rng(seed)
    sound = np.zeros(int(seconds * RATE))
    scale = 220 * 2 ** (np.array([0, 2, 4, 5, 7, 9, 11, 12]) / 12)
    for voice in range(4):
        at = 0.1 * voice
        while at < seconds - 0.1:
            length = float(draw.choice([0.25, 0.5, 1.0]))
            time = np.arange(int(min(length * 2, seconds - at) * RATE)) / RATE
            pitch = float(draw.choice(scale)) * 2 ** (voice - 2)
            tone = sum(np.sin(2 * np.pi * pitch * k * time + draw.uniform(0, 6)) / k for k in range(1, 7))
            tone += 0.1 * draw.standard_normal(len(time))
            start = int(at * RATE)
            sound[start : start + len(time)] += tone * np.exp(-3 * time)
            at += length
    return sound / np.abs(sound).max() * 0.5


def speech(seed: int, seconds: float) -> np.ndarray:
    """Something like speech: syllables of buzz and hiss with pauses, mono."""
    draw = np.random.default_rng(seed)
    sound = np.zeros(int(seconds * RATE))
    at = 0.0
    while at < seconds - 0.4:
        length = float(draw.uniform(0.08, 0.3))
        time = np.arange(int(length * RATE)) / RATE
        pitch = float(draw.uniform(90, 180))
        buzz = sum(np.sin(2 * np.pi * pitch * k * time + draw.uniform(0, 6)) / k**0.7 for k in range(1, 25))
        sound[int(at * RATE) : int(at * RATE) + len(time)] += (buzz + draw.standard_normal(len(time))) * np.hanning(
            len(time)
        )
        at += length + float(draw.choice([0.02, 0.05, 0.4]))
    return sound / np.abs(sound).max() * 0.5


def level(sound: np.ndarray) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(sound**2)))


def write_wav(path: Path, sound: np.ndarray) -> Path:
    """A 16-bit stereo WAV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes((np.repeat(sound[:, None], 2, axis=1) * 32767).astype("<i2").tobytes())
    return path


def film_with(path: Path, sound: np.ndarray | None, codec: str = "aac") -> Path:
    """A small film with a sound."""
    seconds = 2.0 if sound is None else len(sound) / RATE
    with av.open(str(path), "w") as out:
        picture = out.add_stream("mpeg4", rate=25)
        picture.width, picture.height, picture.pix_fmt = 64, 36, "yuv420p"
        heard = out.add_stream(codec, rate=RATE, layout="stereo") if sound is not None else None
        if heard is not None:
            heard.bit_rate = 96_000
        for number in range(int(seconds * 25)):
            grey = np.full((36, 64, 3), number * 3 % 256, np.uint8)
            out.mux(picture.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
        out.mux(picture.encode(None))
        if heard is not None and sound is not None:
            both = np.repeat(sound[None].astype(np.float32), 2, axis=0)
            resampler = av.AudioResampler(
                heard.format.name, "stereo", RATE, frame_size=heard.codec_context.frame_size or 1152
            )
            block = av.AudioFrame.from_ndarray(np.ascontiguousarray(both), format="fltp", layout="stereo")
            block.sample_rate, block.pts = RATE, 0
            for piece in [*resampler.resample(block), *resampler.resample(None)]:
                out.mux(heard.encode(piece))
            out.mux(heard.encode(None))
    return path


@pytest.fixture(scope="module")
def edit(tmp_path_factory: pytest.TempPathFactory) -> DrawnEdit:
    """An edit whose music lies in its results folder."""
    edit = drawn_edit(tmp_path_factory.mktemp("edit"))
    folder = edit.project.with_name("film.cutscore")
    music = write_wav(folder / "film_01-00-00-00_v1.wav", notes(1, 20))
    music.with_suffix(".cue.json").write_text("{}", encoding="utf-8")
    return edit


@pytest.mark.parametrize(
    ("codec", "suffix", "decibels", "before"),
    [("aac", "mp4", 0, 0.0), ("aac", "mp4", -15, 3.21), ("libmp3lame", "mkv", -12, 7.5), ("libopus", "mkv", -9, 1.0)],
)
def test_music_under_speech_is_heard(
    edit: DrawnEdit, tmp_path: Path, codec: str, suffix: str, decibels: float, before: float
) -> None:
    """Below speech by many decibels, moved, and through lossy codecs, the cue is named."""
    music, talk = notes(1, 20), speech(7, 30)
    gain = 10 ** (decibels / 20) * level(talk) / level(music)
    talk[int(before * RATE) : int(before * RATE) + len(music)] += gain * music[: len(talk) - int(before * RATE)]
    render = film_with(tmp_path / f"film_v2.{suffix}", 0.6 * talk, codec)
    said = already_scored(render, edit.project)
    assert said is not None
    assert "holds the music film_01-00-00-00_v1.wav already" in said


def test_other_music_and_speech_are_new_work(edit: DrawnEdit, tmp_path: Path) -> None:
    """Speech alone, another piece in the same scale, silence, and a film without sound are all taken."""
    sounds = {"talk": speech(3, 25), "other": notes(2, 25), "silence": np.zeros(10 * RATE), "mute": None}
    for name, sound in sounds.items():
        assert already_scored(film_with(tmp_path / f"{name}.mp4", sound), edit.project) is None, name


def test_the_tail_of_an_earlier_cue_does_not_hinder_the_next_part(edit: DrawnEdit, tmp_path: Path) -> None:
    """A render of the part that follows begins with the last four seconds of the cue: it is new work."""
    sound = 0.5 * speech(5, 30)
    sound[: 4 * RATE] += 0.5 * notes(1, 20)[-4 * RATE :]
    assert already_scored(film_with(tmp_path / "next.mp4", sound), edit.project) is None


def test_a_part_of_a_scored_edit_is_recognised(edit: DrawnEdit, tmp_path: Path) -> None:
    """Eight seconds from the middle of the cue, and nothing else, are known."""
    sound = 0.4 * speech(5, 8) + 0.5 * notes(1, 20)[7 * RATE : 15 * RATE]
    assert already_scored(film_with(tmp_path / "middle.mp4", sound), edit.project) is not None


def test_the_place_is_exact() -> None:
    """The music's beginning is found to the millisecond, also before the film's own."""
    music = notes(1, 20)[::6].astype(np.float32)
    talk = speech(4, 40)[::6].astype(np.float32)
    for begin in (80_000, -40_000):
        mixed = talk.copy()
        first, last = max(0, begin), min(len(mixed), begin + len(music))
        mixed[first:last] += 0.3 * music[first - begin : last - begin]
        found = place_of(music, mixed, Progress())
        assert found is not None
        assert abs(found[0] - begin) <= 8


def test_music_lies_where_the_project_and_its_results_say(edit: DrawnEdit, tmp_path: Path) -> None:
    """Music in the project's results and in a chosen folder is known by its name; that of another project is not."""
    other = write_wav(tmp_path / "film_01-00-00-00_v2.wav", notes(3, 2))
    other.with_suffix(".cue.json").write_text("{}", encoding="utf-8")
    stranger = write_wav(tmp_path / "reel_01-00-00-00_v1.wav", notes(3, 2))
    stranger.with_suffix(".cue.json").write_text("{}", encoding="utf-8")
    names = {path.name for path in music_of(edit.project, [tmp_path])}
    assert {"film_01-00-00-00_v1.wav", "film_01-00-00-00_v2.wav"} == names


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("film.cutscore/film.mp4", "folder of Cutscore's results"),
        ("film_01-00-00-00_v1.preview.mp4", "preview that Cutscore made"),
        ("song.WAV", "sound without a picture"),
        ("song.flac", "sound without a picture"),
    ],
)
def test_our_own_files_and_music_are_never_new_work(tmp_path: Path, name: str, words: str) -> None:
    """By name and place alone, before anything is opened."""
    said = is_our_own(tmp_path / name)
    assert said is not None
    assert words in said
    assert is_our_own(tmp_path / "film.mp4") is None


def test_a_film_without_picture_is_sound(edit: DrawnEdit, tmp_path: Path) -> None:
    """An .mp4 that holds sound alone is no new work either."""
    path = tmp_path / "song.mp4"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("aac", rate=RATE, layout="mono")
        block = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
        block.sample_rate, block.pts = RATE, 0
        out.mux([*stream.encode(block), *stream.encode(None)])
    assert "sound without a picture" in (already_scored(path, edit.project) or "")
