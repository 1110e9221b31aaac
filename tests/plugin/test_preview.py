"""The preview: exact length, the music under the edit's own sound, whole files untouched; judged by ffmpeg."""

from __future__ import annotations

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cutscore.preview import UNDER, is_whole_file, make_preview, preview_sound
from cutscore_composer.deliver.wav import write_wav
from cutscore_composer.engine import Progress
from cutscore_composer.errors import Cancelled, InputRefused, OutputFailed
from cutscore_composer.picture import CutPoint, Picture, PictureSpan, SoundSpan
from cutscore_composer.timebase import samples_for
from support.numbered import numbered_film, numbers_by_ffmpeg

RATE = 48_000
R25 = Fraction(25)


def tone(hertz: float, seconds: float, level: float = 0.3) -> np.ndarray:
    return (level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def level_at(sound: np.ndarray, hertz: float, start: float, seconds: float = 0.5) -> float:
    """Amplitude of one tone in a stretch of sound."""
    piece = sound[round(start * RATE) : round((start + seconds) * RATE)]
    turning = np.exp(-2j * np.pi * hertz * np.arange(len(piece)) / RATE)
    return float(2 * np.abs((piece * turning).mean()))


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """12 s of a 440 Hz tone."""
    path = tmp_path_factory.mktemp("music") / "music.wav"
    sound = tone(440, 12)
    write_wav(path, [np.stack([sound, sound], axis=1)], samples=len(sound))
    return path


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """12 s of numbers; a 1000 Hz tone from 4 to 6 s, else silence."""
    sound = np.concatenate([np.zeros(4 * RATE, np.float32), tone(1000, 2), np.zeros(6 * RATE, np.float32)])
    return numbered_film(tmp_path_factory.mktemp("film") / "film.mp4", 300, sound=sound)


def whole(film: Path, frames: int = 300) -> Picture:
    spans = (PictureSpan(0, frames, "clip", "film", film, search_cuts=True),)
    return Picture("film", R25, frames, spans, sounds=(SoundSpan(0, frames, "dialogue", film),))


def cut(film: Path, rate: Fraction = R25) -> Picture:
    spans = (
        PictureSpan(0, 60, "clip", "a", film, Fraction(2)),
        PictureSpan(60, 150, "clip", "b", film, Fraction(8), Fraction(-1)),
    )
    return Picture("cut", rate, 150, spans, (CutPoint(60),), sounds=(SoundSpan(0, 60, "dialogue", film, Fraction(2)),))


def judged(path: Path) -> dict[str, Any]:
    command = ["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json", str(path)]
    facts = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    return {stream["codec_type"]: stream for stream in facts["streams"]} | {"format": facts["format"]}


def left_side(path: Path) -> np.ndarray:
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:a", "-ar", "48000", "-f", "f32le", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.float32).reshape(-1, 2)[:, 0]


def packets(path: Path) -> list[str]:
    """Hashes of the coded pictures, in order."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:v", "-c", "copy", "-f", "framemd5", "-"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return [line.split(",")[-1].strip() for line in lines if not line.startswith("#")]


@pytest.mark.parametrize("rate", [R25, Fraction(24000, 1001), Fraction(25, 2)])
def test_an_edit_is_as_long_as_the_picture_and_shows_its_frames(
    film: Path, music: Path, tmp_path: Path, rate: Fraction
) -> None:
    """Frames counted by decoding; the sound ends with the picture."""
    picture = cut(film, rate)
    path = make_preview(picture, music, tmp_path / "cut.preview.mp4")
    facts = judged(path)
    assert "150" == facts["video"]["nb_read_frames"]
    assert abs(Fraction(facts["video"]["duration"]) - picture.seconds) < Fraction(1, 1000)
    assert abs(Fraction(facts["audio"]["duration"]) - picture.seconds) < Fraction(1, 1000)
    if rate == R25:
        assert [*range(50, 110), *range(200, 110, -1)] == numbers_by_ffmpeg(path)
    assert ["cut.preview.mp4"] == [file.name for file in tmp_path.iterdir()]


def test_a_whole_file_keeps_its_own_pictures(film: Path, music: Path, tmp_path: Path) -> None:
    """Not one coded byte of the picture is changed, the sound is new and as long."""
    path = make_preview(whole(film), music, tmp_path / "film.preview.mp4")
    assert is_whole_file(whole(film))
    assert packets(film) == packets(path)
    facts, data = judged(path), path.read_bytes()
    assert ("h264", "300") == (facts["video"]["codec_name"], facts["video"]["nb_read_frames"])
    assert "aac" == facts["audio"]["codec_name"]
    assert abs(Fraction(facts["format"]["duration"]) - 12) < Fraction(1, 100)
    assert 0 < data.find(b"moov") < data.find(b"mdat")


def test_a_turned_phone_video_stays_turned(music: Path, tmp_path: Path) -> None:
    """Copied pictures keep the note that they are to be turned."""
    path = numbered_film(tmp_path / "phone.mp4", 50, rotation=90)
    made = make_preview(whole(path, 50), music, tmp_path / "phone.preview.mp4")
    assert list(range(50)) == numbers_by_ffmpeg(made)


def test_a_late_first_stamp_does_not_shift_the_sound(music: Path, tmp_path: Path) -> None:
    """Pictures whose stamps begin late begin at 0 in the preview."""
    path = numbered_film(tmp_path / "late.mkv", 50, stamps=[3000 + 40 * n for n in range(50)])
    made = make_preview(whole(path, 50), music, tmp_path / "late.preview.mp4")
    assert 0.0 == pytest.approx(float(judged(made)["video"]["start_time"]), abs=0.002)


@pytest.mark.parametrize("change", ["trim", "speed", "rate", "codec", "pixels"])
def test_anything_but_a_whole_film_is_encoded(film: Path, tmp_path: Path, change: str) -> None:
    """A part, another speed or rate, another codec cannot be copied."""
    picture = whole(film)
    if change == "codec":
        path = numbered_film(tmp_path / "film.mp4", 50, codec="mpeg4")
        picture = whole(path, 50)
    elif change == "pixels":
        path = numbered_film(tmp_path / "film.mp4", 50, pixels="yuv422p10le")
        picture = whole(path, 50)
    elif change == "trim":
        picture = picture.section(10, 300)
    elif change == "speed":
        picture = Picture("f", R25, 300, (PictureSpan(0, 300, "clip", "", film, Fraction(0), Fraction(1, 2)),))
    else:
        picture = Picture("f", Fraction(24), 300, picture.spans)
    assert not is_whole_file(picture)


def test_the_music_steps_back_while_own_sound_is_heard(film: Path, music: Path, tmp_path: Path) -> None:
    """Own sound at its full level; the music at −9 dB under it, at its own level elsewhere."""
    sound = left_side(make_preview(whole(film), music, tmp_path / "film.preview.mp4"))
    assert abs(level_at(sound, 1000, 4.7) - 0.3) < 0.02
    assert abs(level_at(sound, 440, 4.9) - 0.3 * UNDER) < 0.02
    assert abs(level_at(sound, 440, 1.0) - 0.3) < 0.02
    assert abs(level_at(sound, 440, 10.5) - 0.3) < 0.02
    assert level_at(sound, 1000, 1.0) < 0.005


@pytest.mark.parametrize(("level", "gain"), [(0.3 * 10 ** (-14 / 20), 1.0), (0.3 * 10 ** (-8 / 20), 10 ** (-4 / 20))])
def test_music_steps_back_no_further_than_it_has_to(film: Path, tmp_path: Path, level: float, gain: float) -> None:
    """Music made to lean back keeps its level: 12 dB below the own sound is enough, and stays so until it is over."""
    sound, quiet = tone(440, 12, level), tmp_path / "quiet.wav"
    write_wav(quiet, [np.stack([sound, sound], axis=1)], samples=len(sound))
    heard = np.concatenate(list(preview_sound(whole(film), quiet)))[:, 0]
    for start in (4.8, 5.4, 6.05):
        assert abs(level_at(heard, 440, start) - level * gain) < 0.05 * level
    assert abs(level_at(heard, 440, 10.5) - level) < 0.01 * level


def test_own_sound_can_be_left_out(film: Path, music: Path, tmp_path: Path) -> None:
    """Then the music is alone, at its level throughout."""
    sound = left_side(make_preview(whole(film), music, tmp_path / "film.preview.mp4", own_sound=False))
    assert level_at(sound, 1000, 4.7) < 0.005
    assert abs(level_at(sound, 440, 4.9) - 0.3) < 0.02


def test_temp_music_is_left_out(film: Path, music: Path) -> None:
    """The edit's own music track is not heard with the new music."""
    picture = Picture("f", R25, 300, whole(film).spans, sounds=(SoundSpan(0, 300, "music", film),))
    sound = np.concatenate(list(preview_sound(picture, music)))[:, 0]
    assert level_at(sound, 1000, 4.7) < 0.001
    assert abs(level_at(sound, 440, 4.7) - 0.3) < 0.001


def test_the_sound_has_exactly_the_pictures_samples(film: Path, music: Path) -> None:
    """At odd rates too, with music that is shorter or longer than the picture, and never beyond full scale."""
    for rate in (Fraction(24000, 1001), Fraction(30000, 1001), Fraction(60000, 1001), Fraction(7)):
        picture = Picture("f", rate, 301, (PictureSpan(0, 301, "gap"),), sounds=(SoundSpan(0, 200, "dialogue", film),))
        sound = np.concatenate(list(preview_sound(picture, music)))
        assert len(sound) == samples_for(301, rate)
        assert np.abs(sound).max() <= 1.0


def test_there_is_no_step_where_the_music_steps_back(film: Path, music: Path) -> None:
    """The gain moves smoothly: the music's curve has no corner that is heard as a click."""
    sound = np.concatenate(list(preview_sound(whole(film), music)))[:, 0]
    own = np.abs(np.diff(tone(1000, 1)))[1:].max() + np.abs(np.diff(tone(440, 1)))[1:].max()
    assert np.abs(np.diff(sound)).max() <= own * 1.1  # AAC rings a little at the start of its tone


def test_with_nothing_to_see_the_music_is_heard_over_black(music: Path, tmp_path: Path) -> None:
    """Missing media are no reason not to listen."""
    picture = Picture("dark", R25, 50, (PictureSpan(0, 50, "missing", "gone"),))
    path = make_preview(picture, music, tmp_path / "dark.mp4")
    assert [-1] * 50 == numbers_by_ffmpeg(path)
    assert level_at(left_side(path), 440, 0.5) > 0.25


@pytest.mark.parametrize("copied", [True, False])
def test_cancelling_leaves_nothing_behind(film: Path, music: Path, tmp_path: Path, copied: bool) -> None:
    """Neither the preview nor its part file."""

    class StopsAt(Progress):
        left = 40

        def check(self) -> None:
            self.left -= 1
            if self.left <= 0:
                self.cancel()
            super().check()

    with pytest.raises(Cancelled):
        make_preview(whole(film) if copied else cut(film), music, tmp_path / "p.mp4", progress=StopsAt())
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("copied", [True, False])
def test_a_folder_that_is_not_there_is_told(film: Path, music: Path, tmp_path: Path, copied: bool) -> None:
    """One sentence."""
    with pytest.raises(OutputFailed, match="could not be written"):
        make_preview(whole(film) if copied else cut(film), music, tmp_path / "no" / "p.mp4")


@pytest.mark.parametrize("copied", [True, False])
def test_a_full_disk_is_told(music: Path, tmp_path: Path, copied: bool) -> None:
    """On a disk of 64 KB there is one sentence and an empty disk."""
    path = numbered_film(tmp_path / "film.mp4", 100, grain=50, size=(384, 192))
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small tmpfs cannot be mounted here")
    try:
        picture = whole(path, 100) if copied else whole(path, 100).section(1, 100)
        with pytest.raises(OutputFailed, match="the disk is full"):
            make_preview(picture, music, small / "p.mp4")
        assert [] == list(small.iterdir())
    finally:
        subprocess.run(["umount", str(small)], check=True)


def test_music_that_cannot_be_read_is_refused(film: Path, tmp_path: Path) -> None:
    """By its name."""
    (tmp_path / "music.wav").write_text("no music")
    with pytest.raises(InputRefused, match=r"music\.wav"):
        make_preview(whole(film), tmp_path / "music.wav", tmp_path / "p.mp4")
    assert ["music.wav"] == [file.name for file in tmp_path.iterdir()]


@pytest.mark.real
def test_a_real_trailer_is_copied_whole(videos: Path, music: Path, tmp_path: Path) -> None:
    """1,253 frames, untouched, 2,506,000 samples of sound."""
    path = videos / "sintel_trailer-720p.mp4"
    picture = Picture(
        "sintel",
        Fraction(24),
        1253,
        (PictureSpan(0, 1253, "clip", "sintel", path),),
        sounds=(SoundSpan(0, 1253, "dialogue", path),),
    )
    made = make_preview(picture, music, tmp_path / "sintel.mp4")
    assert packets(path) == packets(made)
    assert abs(len(left_side(made)) - 2_506_000) <= 1024
