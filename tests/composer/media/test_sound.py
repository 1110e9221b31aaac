"""Sound: exact samples from any moment, holes as silence, and mixes that cover exactly the picture."""

from __future__ import annotations

import subprocess
import tracemalloc
import wave
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cutscore_composer.errors import InputRefused
from cutscore_composer.media.sound import mix_sounds, sound_blocks
from cutscore_composer.picture import Picture, PictureSpan, SoundSpan
from cutscore_composer.timebase import samples_for
from support.numbered import numbered_film

RATE = 48_000


def counting_wav(path: Path, samples: int = RATE * 4, channels: int = 2) -> Path:
    """16-bit sound whose sample n has the value n mod 30000 − 15000 on both sides: every sample tells its place."""
    values = (np.arange(samples) % 30_000 - 15_000).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.repeat(values, channels).tobytes())
    return path


def expected(first: int, samples: int, of: int = RATE * 4) -> np.ndarray:
    places = np.arange(first, first + samples)
    values = np.where((places >= 0) & (places < of), places % 30_000 - 15_000, 0) / 32768
    return np.stack([values, values], axis=1).astype(np.float32)


def heard(path: Path, start: Fraction, samples: int, speed: Fraction = Fraction(1)) -> np.ndarray:
    return np.concatenate([np.zeros((0, 2), np.float32), *sound_blocks(path, start, samples, speed=speed)])


@pytest.fixture(scope="module")
def count(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return counting_wav(tmp_path_factory.mktemp("sound") / "count.wav")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=st.integers(-3000, RATE * 4 + 3000), samples=st.integers(0, 20_000))
def test_any_stretch_is_exact_to_the_sample(count: Path, first: int, samples: int) -> None:
    """Before the start and past the end there is silence; between, every sample is at its place."""
    assert np.array_equal(expected(first, samples), heard(count, Fraction(first, RATE), samples))


def test_mono_sounds_on_both_sides_at_its_own_level(tmp_path: Path) -> None:
    """Not at −3 dB, as FFmpeg would spread it."""
    path = counting_wav(tmp_path / "mono.wav", channels=1)
    assert np.allclose(expected(100, 5000), heard(path, Fraction(100, RATE), 5000), atol=1e-6)


@pytest.mark.parametrize("source_rate", [44_100, 16_000, 96_000])
def test_another_sample_rate_stays_in_time(tmp_path: Path, source_rate: int) -> None:
    """A click at 1.25 s is at sample 60,000 at 48 kHz, whatever the file's rate; read from the start or near it."""
    values = np.zeros(source_rate * 2, "<i2")
    values[source_rate * 5 // 4] = 30_000
    with wave.open(str(tmp_path / "click.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(source_rate)
        file.writeframes(values.tobytes())
    for start in (Fraction(0), Fraction(6, 5)):
        sound = heard(tmp_path / "click.wav", start, round((Fraction(3, 2) - start) * RATE))
        assert abs(int(np.abs(sound[:, 0]).argmax()) + start * RATE - 60_000) <= 1


def test_a_film_position_counts_from_its_first_frame(tmp_path: Path) -> None:
    """A click 1.000 s after the first frame is found there, in AAC, whatever the container does to time stamps."""
    click = np.zeros(RATE * 3, np.float32)
    click[RATE : RATE + 8] = 0.9
    for suffix in (".mp4", ".mkv", ".mov"):
        path = numbered_film(tmp_path / f"film{suffix}", 75, sound=click)
        for start in (Fraction(0), Fraction(3, 4)):
            sound = heard(path, start, RATE)
            assert abs(int(np.abs(sound[:, 0]).argmax()) - float((1 - start) * RATE)) < RATE * 0.0015 + 8


@pytest.mark.real
@pytest.mark.parametrize("name", ["bbb_480p_30s_bower.mp4", "sintel_trailer-720p.mp4", "nasa_13013_torchcodec.mp4"])
def test_reading_from_the_middle_gives_the_same_samples_as_from_the_start(videos: Path, name: str) -> None:
    """The pre-roll is long enough for AAC, and seeking costs no sample."""
    whole = heard(videos / name, Fraction(0), RATE * 12)
    for start in (Fraction(1, 3), Fraction(4171, 1000), Fraction(10)):
        first = round(start * RATE)
        assert np.abs(whole[first : first + RATE] - heard(videos / name, start, RATE)).max() < 1e-4


@pytest.mark.parametrize(
    ("codec", "suffix", "source_rate"),
    [("wmav2", "wma", 44_100), ("wmav2", "wma", 48_000), ("aac", "mkv", 44_100), ("libmp3lame", "mkv", 44_100),
     ("aac", "flv", 44_100), ("libopus", "webm", 48_000), ("flac", "mkv", 48_000), ("aac", "m4a", 44_100)],
)  # fmt: skip
def test_time_stamps_of_whole_milliseconds_move_no_sample(
    tmp_path: Path, codec: str, suffix: str, source_rate: int
) -> None:
    """Read from the middle, sound lies where it lies read from the start: ASF, Matroska and FLV round their stamps."""
    path = tmp_path / f"noise.{suffix}"
    noise = f"anoisesrc=d=14:c=pink:r={source_rate}:a=0.3:seed=7"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", noise, "-c:a", codec, str(path)], check=True)
    whole = heard(path, Fraction(0), RATE * 13)[:, 0]
    for start in (Fraction(1), Fraction(4171, 1000), Fraction(1001, 100)):
        part, first = heard(path, start, RATE // 2)[:, 0], round(start * RATE)
        lags = range(-60, 61)
        alike = [float(np.dot(part, whole[first + lag : first + lag + len(part)])) for lag in lags]
        assert 0 == lags[int(np.argmax(alike))]
        if source_rate == RATE:  # else the resampler begins between two samples of the file
            assert np.abs(part - whole[first : first + len(part)]).max() < 1e-3


@pytest.mark.real
def test_surround_sound_is_ffmpegs_own_downmix(videos: Path) -> None:
    """5.1 is folded as the ffmpeg command does it."""
    path = videos / "bbb_480p_30s_bower.mp4"
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-t", "12", "-ac", "2", "-ar", "48000", "-f", "f32le", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    judged = np.frombuffer(raw, np.float32).reshape(-1, 2)
    ours = heard(path, Fraction(10), RATE)
    assert np.abs(ours).max() > 0.1
    assert np.abs(judged[10 * RATE : 11 * RATE] - ours).max() < 1e-4


@pytest.mark.parametrize("speed", [Fraction(2), Fraction(1, 2), Fraction(25, 24)])
def test_a_speed_moves_through_the_file_at_that_speed(count: Path, speed: Fraction) -> None:
    """Sample n of the result is where arithmetic puts it in the file, between two samples by a straight line."""
    found = heard(count, Fraction(1000, RATE), 9000, speed)[:, 0]
    places = 1000 + np.arange(9000) * float(speed)
    assert len(found) == 9000
    assert np.abs(found - (places - 15_000) / 32768).max() < 1e-4


def picture(frames: int, rate: Fraction, *sounds: SoundSpan) -> Picture:
    return Picture("mix", rate, frames, (PictureSpan(0, frames, "gap"),), sounds=sounds)


def mixed(edit: Picture, **options: object) -> tuple[np.ndarray, list[str]]:
    told: list[str] = []
    blocks = list(mix_sounds(edit, warn=told.append, **options))  # type: ignore[arg-type]
    return np.concatenate(blocks), told


@pytest.mark.parametrize("rate", [Fraction(24000, 1001), Fraction(30000, 1001), Fraction(25, 2), Fraction(24)])
@pytest.mark.parametrize("block", [1000, 12_000])
def test_a_mix_covers_exactly_the_picture(count: Path, rate: Fraction, block: int) -> None:
    """As many samples as the frames last; each span at its own sample; sums where two sound at once."""
    edit = picture(
        41,
        rate,
        SoundSpan(3, 20, "dialogue", count, Fraction(1000, RATE)),
        SoundSpan(10, 41, "effects", count, Fraction(5000, RATE)),
    )
    found, told = mixed(edit, block=block)
    want = np.zeros((samples_for(41, rate), 2), np.float32)
    for span, first in ((edit.sounds[0], 1000), (edit.sounds[1], 5000)):
        start, end = samples_for(span.record_in, rate), samples_for(span.record_out, rate)
        want[start:end] += expected(first, end - start)
    assert np.allclose(want, found, atol=1e-6)
    assert told == []


def test_only_the_roles_asked_for_are_heard(count: Path) -> None:
    """Temp music is left out when it is not asked for."""
    edit = picture(25, Fraction(25), SoundSpan(0, 25, "music", count, Fraction(1)))
    found, _ = mixed(edit, roles=("dialogue", "effects"))
    assert not found.any()
    assert mixed(edit)[0].any()


def test_what_cannot_be_heard_is_silent_and_said(tmp_path: Path, count: Path) -> None:
    """Text named .wav, a film without sound, backwards and frozen sound: silence, each with its sentence."""
    text = tmp_path / "notes.wav"
    text.write_text("no sound")
    mute = numbered_film(tmp_path / "mute.mp4", 10)
    edit = picture(
        25,
        Fraction(25),
        SoundSpan(0, 25, "dialogue", text),
        SoundSpan(0, 25, "dialogue", mute),
        SoundSpan(0, 25, "dialogue", count, Fraction(1), Fraction(-1)),
        SoundSpan(0, 25, "dialogue", count, Fraction(1), Fraction(0)),
        SoundSpan(0, 25, "dialogue", tmp_path / "nowhere.wav"),
    )
    found, told = mixed(edit)
    assert found.shape == (RATE, 2)
    assert not found.any()
    assert len(told) == 5
    for word in ("notes.wav", "mute.mp4", "backwards", "frozen", "nowhere.wav"):
        assert any(word in sentence for sentence in told)


def test_sound_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    """As for pictures: the file's name, and no music to half a sound."""
    path = counting_wav(tmp_path / "growing.wav")
    blocks = sound_blocks(path, Fraction(0), RATE * 4)
    next(blocks)
    with path.open("ab") as file:
        file.write(bytes(1000))
    with pytest.raises(InputRefused, match=r"growing\.wav was changed"):
        list(blocks)


def test_memory_does_not_grow_with_the_length(tmp_path: Path) -> None:
    """Ten times the sound takes no more memory."""
    path = counting_wav(tmp_path / "long.wav", RATE * 100)

    def most(frames: int) -> int:
        edit = picture(frames, Fraction(25), SoundSpan(0, frames, "dialogue", path, Fraction(0), Fraction(3, 2)))
        tracemalloc.start()
        for _ in mix_sounds(edit):
            pass
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    most(50)
    assert most(1500) < 1.5 * most(150)
