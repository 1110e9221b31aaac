"""The WAV writer, judged by ffprobe, ffmpeg, sox and SciPy's reader."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutscore_composer.deliver import wav
from cutscore_composer.deliver.wav import pcm24, write_wav
from cutscore_composer.errors import OutputFailed


def noise(samples: int, seed: int = 1) -> np.ndarray:
    """Half-scale stereo noise."""
    return np.random.default_rng(seed).uniform(-0.5, 0.5, (samples, 2)).astype(np.float32)


def in_blocks(audio: np.ndarray, size: int) -> Iterator[np.ndarray]:
    """The audio in blocks of `size`."""
    return (audio[start : start + size] for start in range(0, len(audio), size))


def decoded(path: Path) -> np.ndarray:
    """The file's samples as FFmpeg decodes them, full scale 1."""
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray().reshape(-1, 2) for frame in container.decode(audio=0)]
    return np.concatenate(frames).astype(np.float64) / 2**31


def probed(path: Path) -> dict[str, object]:
    """What ffprobe says of the first stream and the format's tags."""
    told = subprocess.run(
        ["ffprobe", "-v", "error", "-of", "json", "-show_streams", "-show_format", path],
        check=True,
        capture_output=True,
        text=True,
    )
    data = json.loads(told.stdout)
    return {**data["streams"][0], "tags": data["format"].get("tags", {})}


def test_samples_come_back_to_half_a_step_of_24_bits(tmp_path: Path) -> None:
    """FFmpeg reads the samples that were written, each within half a 24-bit step."""
    audio = noise(48_001)
    write_wav(tmp_path / "a.wav", in_blocks(audio, 977), samples=48_001)
    assert np.abs(decoded(tmp_path / "a.wav") - audio).max() <= 0.5 / 2**23


def test_ffprobe_and_sox_agree_on_format_and_exact_length(tmp_path: Path) -> None:
    """Both judges see 48 kHz, 24 bit, stereo and the exact number of samples, odd numbers too."""
    path = tmp_path / "a.wav"
    write_wav(path, [noise(12_347)], samples=12_347)
    facts = probed(path)
    assert tuple(facts[key] for key in ("codec_name", "sample_rate", "channels", "duration_ts")) == (
        "pcm_s24le",
        "48000",
        2,
        12_347,
    )
    assert subprocess.check_output(["soxi", "-s", path], text=True) == "12347\n"


def test_bext_carries_timecode_description_originator_and_date(tmp_path: Path) -> None:
    """ffprobe reads the bext fields, a time reference beyond 32 bits included."""
    path = tmp_path / "a.wav"
    write_wav(
        path,
        [noise(10)],
        samples=10,
        time_reference_samples=2**32 + 5,
        description="Café at night",
        created=datetime(2026, 11, 22, 10, 30, 5),
    )
    tags = probed(path)["tags"]
    assert isinstance(tags, dict)
    assert {
        "time_reference": str(2**32 + 5),
        "comment": "Caf? at night",
        "encoded_by": "Cutscore",
        "date": "2026-11-22",
        "creation_time": "10:30:05",
    } == tags


def test_same_input_same_bytes_whatever_the_blocks(tmp_path: Path) -> None:
    """Block size and time of day leave no mark on the file."""
    audio = noise(5_000)
    write_wav(tmp_path / "a.wav", in_blocks(audio, 5_000), samples=5_000)
    write_wav(tmp_path / "b.wav", in_blocks(audio, 7), samples=5_000)
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()


def test_silence_stays_silence_and_overload_is_clipped() -> None:
    """Zero is written as zero; what exceeds full scale becomes full scale, not a wrapped click."""
    audio = np.array([[0.0, 2.0], [-2.0, 1.0]], np.float32)
    steps = np.frombuffer(pcm24(audio), np.uint8).reshape(-1, 3).astype(np.int64) @ [1, 256, 65536]
    signed = np.where(steps >= 2**23, steps - 2**24, steps)
    assert signed.tolist() == [0, 2**23 - 1, -(2**23), 2**23 - 1]


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_tiny_files_are_valid(tmp_path: Path, count: int) -> None:
    """Nothing at all and single samples still give a file that sox reads."""
    path = tmp_path / "a.wav"
    write_wav(path, [noise(count)], samples=count)
    assert subprocess.check_output(["soxi", "-s", path], text=True) == f"{count}\n"
    assert path.stat().st_size % 2 == 0


def test_rf64_is_read_by_ffmpeg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Over the limit of RIFF (lowered here) the file is RF64 and keeps length, samples and time reference."""
    monkeypatch.setattr(wav, "_RIFF_LIMIT", 2_000)
    monkeypatch.setattr(wav.struct, "pack", _with_rf64_sizes(wav.struct.pack))
    path = tmp_path / "a.wav"
    audio = noise(4_801)
    write_wav(path, [audio], samples=4_801, time_reference_samples=77)
    assert path.read_bytes()[:8] == b"RF64\xff\xff\xff\xff"
    assert np.abs(decoded(path) - audio).max() <= 0.5 / 2**23
    facts = probed(path)
    assert (facts["duration_ts"], facts["tags"]["time_reference"]) == (4_801, "77")  # type: ignore[index]


def _with_rf64_sizes(pack):  # type: ignore[no-untyped-def]
    """The lowered limit stands in the 32-bit size fields; give them the −1 that the standard wants."""
    return lambda form, *values: pack(form, *((0xFFFFFFFF if value == 2_000 else value) for value in values))


@pytest.mark.parametrize(
    ("blocks", "said"),
    [
        ([np.zeros((9, 2), np.float32)], "9 samples where 10 were promised"),
        ([np.zeros((11, 2), np.float32)], "11 samples where 10 were promised"),
        ([np.zeros((10, 1), np.float32)], r"shape \(10, 1\)"),
        ([np.full((10, 2), np.nan, np.float32)], "not finite"),
    ],
)
def test_wrong_blocks_are_refused_and_leave_nothing(tmp_path: Path, blocks: list[np.ndarray], said: str) -> None:
    """Too few, too many, mono or broken samples raise, and neither file nor part remains."""
    with pytest.raises(ValueError, match=said):
        write_wav(tmp_path / "a.wav", blocks, samples=10)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupted_writer_keeps_the_old_file(tmp_path: Path) -> None:
    """When the music fails half-way the file of the last run stays as it was."""
    path = tmp_path / "a.wav"
    path.write_bytes(b"old")

    def failing() -> Iterator[np.ndarray]:
        yield noise(100)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_wav(path, failing(), samples=200)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_missing_folder_is_one_sentence(tmp_path: Path) -> None:
    """A folder that is not there is told in one sentence with the path."""
    with pytest.raises(OutputFailed, match=r"a\.wav could not be written: No such file"):
        write_wav(tmp_path / "none" / "a.wav", [noise(1)], samples=1)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that fills while writing is told as such and nothing is left."""

    def full(descriptor: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputFailed, match=r"disk of .* is full: a\.wav was not written"):
        write_wav(tmp_path / "a.wav", [noise(1)], samples=1)
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=30, deadline=None)
@given(value=st.floats(-1.0, 1.0, width=32))
def test_every_value_is_rounded_to_its_nearest_step(value: float) -> None:
    """The 24-bit number is the nearest to the sample, never truncated."""
    low, mid, high = pcm24(np.array([[value, 0.0]], np.float32))[:3]
    whole = int.from_bytes(bytes((low, mid, high)), "little", signed=True)
    assert abs(whole - value * 2**23) <= (0.5 if value < 1.0 else 1.0)
