"""VideoSource: the frame shown at any moment, in real and in awkward files."""

from __future__ import annotations

import math
import os
import random
import subprocess
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from cutscore_composer.errors import InputRefused
from cutscore_composer.media.video import VideoSource
from support.numbered import number_in, numbered_film, numbers_by_ffmpeg

RATES = {
    "23.976": Fraction(24000, 1001),
    "12.5": Fraction(25, 2),
    "25": Fraction(25),
    "59.94": Fraction(60000, 1001),
}


@pytest.mark.parametrize("rate", RATES.values(), ids=RATES.keys())
@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov", ".avi", ".ts"])
def test_every_frame_is_found_in_any_order(tmp_path: Path, suffix: str, rate: Fraction) -> None:
    """At the exact time of frame n the frame n is shown, forwards and after random jumps, in every container."""
    path = numbered_film(tmp_path / f"film{suffix}", 130, rate)
    order = [*range(130), *random.Random(1).sample(range(130), 40)]

    with VideoSource(path) as source:
        shown = [number_in(source.frame_at(n / rate)) for n in order]

    assert order == shown


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_between_two_frames_the_earlier_is_shown(tmp_path: Path, suffix: str) -> None:
    """A frame is shown until the next one begins, and not before its own time (but for the rounding)."""
    rate = Fraction(25)
    path = numbered_film(tmp_path / f"film{suffix}", 50, rate)

    with VideoSource(path) as source:
        shown = [number_in(source.frame_at((n + late) / rate)) for n in range(40) for late in (0, Fraction(9, 10))]

    assert [n for n in range(40) for _ in (0, 1)] == shown


def test_uneven_frames_are_shown_by_their_own_times(tmp_path: Path) -> None:
    """With a variable rate the frame is the last whose time stamp has come, as the stamps themselves say."""
    steps = [20, 60, 35, 110, 40] * 16
    stamps = [sum(steps[:n]) for n in range(80)]
    path = numbered_film(tmp_path / "phone.mkv", 80, Fraction(20), stamps=stamps)
    moments = [Fraction(ms, 1000) for ms in range(5, stamps[-1], 37)]

    with VideoSource(path) as source:
        shown = [number_in(source.frame_at(moment)) for moment in moments]

    expected = [
        max(n for n, stamp in enumerate(stamps) if stamp <= moment * 1000 + Fraction(5, 4)) for moment in moments
    ]
    assert expected == shown


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
def test_positions_count_from_the_first_frame_wherever_its_stamp_is(tmp_path: Path, suffix: str) -> None:
    """Time stamps that begin at 7 s change nothing: position 0 is the first frame."""
    path = numbered_film(tmp_path / f"late{suffix}", 60, stamps=[7000 + 40 * n for n in range(60)])

    with VideoSource(path) as source:
        shown = [number_in(source.frame_at(Fraction(n, 25))) for n in (0, 1, 59, 30, 2)]

    assert [0, 1, 59, 30, 2] == shown


def test_an_edit_list_cuts_the_head_off(tmp_path: Path) -> None:
    """A file trimmed without re-encoding starts where its edit list says, as in the ffmpeg command."""
    whole = numbered_film(tmp_path / "whole.mp4", 90, key_every=30)
    path = tmp_path / "trimmed.mp4"
    subprocess.run(["ffmpeg", "-v", "error", "-ss", "1.6", "-i", str(whole), "-c", "copy", str(path)], check=True)
    judged = numbers_by_ffmpeg(path)
    assert judged[0] == 40

    with VideoSource(path) as source:
        shown = [number_in(source.frame_at(Fraction(n, 25))) for n in (0, 1, 20, 5, 49)]

    assert [judged[n] for n in (0, 1, 20, 5, 49)] == shown


@pytest.mark.parametrize(
    ("suffix", "coding"),
    [
        (".mp4", ["-c:v", "libx265", "-x265-params", "keyint=30:open-gop=1:bframes=4:log-level=error"]),
        (".ts", ["-c:v", "libx264", "-x264-params", "keyint=30:open-gop=1:bframes=4:scenecut=0"]),
        (".mp4", ["-c:v", "libx264", "-x264-params", "intra-refresh=1:keyint=30"]),
        (".mp4", ["-c", "copy", "-movflags", "frag_keyframe+empty_moov"]),
        (".mpg", ["-c:v", "mpeg2video", "-bf", "2", "-q:v", "3"]),
        (".mxf", ["-c:v", "mpeg2video", "-bf", "2", "-q:v", "3"]),
        (".webm", ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-b:v", "1M"]),
        (".mov", ["-c:v", "prores_ks"]),
        (".ts", ["-c", "copy", "-output_ts_offset", "95000"]),
    ],
    ids=[
        "hevc open gop",
        "h264 open gop",
        "intra refresh",
        "fragments",
        "program stream",
        "mxf",
        "vp9",
        "prores",
        "late",
    ],
)
def test_jumps_are_exact_in_the_codings_that_make_them_hard(tmp_path: Path, suffix: str, coding: list[str]) -> None:
    """Open groups, no key frames, fragments, guessed time stamps: always the frame that was asked for."""
    film, path = numbered_film(tmp_path / "film.mp4", 120), tmp_path / f"coded{suffix}"
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(film), *coding, str(path)], check=True, capture_output=True)
    order = [0, 1, 119, *random.Random(2).sample(range(120), 40)]

    with VideoSource(path) as source:
        shown = [number_in(source.frame_at(Fraction(n, 25))) for n in order]

    assert order == shown


def test_a_raw_stream_without_time_stamps_is_counted(tmp_path: Path) -> None:
    """A bare .h264 file has no times: its frames are counted, also after a jump back."""
    path = tmp_path / "raw.h264"
    film = numbered_film(tmp_path / "film.mp4", 60)
    subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(film), "-c", "copy", "-bsf:v", "h264_mp4toannexb", str(path)], check=True
    )

    with VideoSource(path) as source:
        rate = source.video.rate
        shown = [number_in(source.frame_at(n / rate)) for n in (0, 10, 40, 5, 30)]

    assert [0, 10, 40, 5, 30] == shown


def test_frames_are_those_from_the_one_shown_at_the_start_up_to_the_end(tmp_path: Path) -> None:
    """`frames` gives every frame once with its position; the end is exclusive."""
    path = numbered_film(tmp_path / "film.mp4", 60)

    with VideoSource(path) as source:
        found = [(at, number_in(frame)) for at, frame in source.frames(Fraction(21, 50), Fraction(20, 25))]

    assert [(Fraction(n, 25), n) for n in range(10, 20)] == found


@pytest.mark.parametrize("skip", ["nonref", "bidir", "nonkey"])
def test_skipping_leaves_out_frames_but_never_shows_a_later_one(tmp_path: Path, skip: str) -> None:
    """What is decoded stays at its time; fewer frames are decoded."""
    path = numbered_film(tmp_path / "film.mp4", 90, key_every=30)

    with VideoSource(path, skip=skip) as source:  # type: ignore[arg-type]
        found = [(at, number_in(frame)) for at, frame in source.frames(Fraction(0), Fraction(90, 25))]

    assert [at * 25 for at, _ in found] == [number for _, number in found]
    assert len(found) < 90
    if skip == "nonkey":
        assert [0, 30, 60] == [number for _, number in found]


def test_past_the_end_the_last_frame_is_held_and_that_is_said(tmp_path: Path) -> None:
    """A clip longer than its media holds the last frame; a rounding at the very end is no warning."""
    path = numbered_film(tmp_path / "short.mp4", 30)

    with VideoSource(path) as source:
        assert number_in(source.frame_at(Fraction(30, 25))) == 29
        assert source.warnings == ()
        assert number_in(source.frame_at(Fraction(90, 25))) == 29
        assert len(source.warnings) == 1
        assert "short.mp4 ends at 1.20 s" in source.warnings[0]
        assert number_in(source.frame_at(Fraction(-1))) == 0


@pytest.mark.parametrize("suffix", [".ts", ".mkv", ".mp4"])
def test_a_file_that_breaks_off_shows_its_last_whole_frame(tmp_path: Path, suffix: str) -> None:
    """Half a file plays as far as it goes and then holds."""
    options = {"movflags": "+faststart"} if suffix == ".mp4" else {}
    path = numbered_film(tmp_path / f"half{suffix}", 100, container_options=options)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 6 // 10])
    judged = [number for number in numbers_by_ffmpeg(path) if number >= 0]

    with VideoSource(path) as source:
        shown = [number_in(source.frame_at(Fraction(n, 25))) for n in range(100)]

    last = max(judged) - 2
    assert list(range(last)) == shown[:last]
    assert last <= max(shown) <= last + 4
    assert all(later >= earlier for earlier, later in pairwise(shown))
    assert "half" in source.warnings[0]


@pytest.mark.parametrize("suffix", [".ts", ".mkv", ".mp4"])
def test_damage_in_the_middle_is_passed_over(tmp_path: Path, suffix: str) -> None:
    """Bytes shot out of the middle cost some frames, never the rest of the film, never an exception."""
    path = numbered_film(tmp_path / f"hurt{suffix}", 150, key_every=25)
    data = bytearray(path.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 60] = random.Random(5).randbytes(60)
    path.write_bytes(data)

    with VideoSource(path) as source:
        shown = [number_in(source.frame_at(Fraction(n, 25))) for n in range(150)]
        jumped = number_in(source.frame_at(Fraction(140, 25)))

    assert list(range(25)) == shown[:25]
    assert [*range(135, 150)] == shown[135:]
    assert jumped == 140


def test_a_changed_file_is_refused_by_name(tmp_path: Path) -> None:
    """Media that is written while it is read is not used."""
    path = numbered_film(tmp_path / "growing.mp4", 60)
    with VideoSource(path) as source:
        source.frame_at(Fraction(0))
        status = path.stat()
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 5_000_000_000))
        with pytest.raises(InputRefused, match=r"growing\.mp4 was changed while it was read"):
            source.check_unchanged()


def test_a_file_that_vanishes_is_refused_by_name(tmp_path: Path) -> None:
    """So is media that is taken away."""
    path = numbered_film(tmp_path / "gone.mp4", 30)
    with VideoSource(path) as source:
        source.frame_at(Fraction(0))
        path.rename(tmp_path / "elsewhere.mp4")
        with pytest.raises(InputRefused, match=r"gone\.mp4 can no longer be read"):
            source.check_unchanged()


def test_sound_without_picture_is_refused(tmp_path: Path) -> None:
    """A sound file is no video."""
    path = tmp_path / "song.m4a"
    subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac", str(path)], check=True
    )
    with pytest.raises(InputRefused, match="no picture"):
        VideoSource(path)


def _gray_by_ffmpeg(path: Path, stream: int, number: int, size: tuple[int, int]) -> np.ndarray:
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", f"0:{stream}", "-fps_mode", "passthrough"]
    command += ["-vf", f"select=eq(n\\,{number}),scale={size[0]}:{size[1]}", "-frames:v", "1"]
    raw = subprocess.run([*command, "-pix_fmt", "gray", "-f", "rawvideo", "-"], capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(size[1], size[0])


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("sintel_trailer-720p.mp4", 334),
        ("sintel_trailer-720p.mp4", 396),
        ("bbb_480p_30s_bower.mp4", 285),
        ("nasa_13013_torchcodec.mp4", 240),
        ("mdn_chroma.mp4", 1200),
        ("intel_car_detection.mp4", 200),
    ],
)
def test_real_frames_are_those_of_ffmpeg(videos: Path, name: str, number: int) -> None:
    """After a jump into a real film the frame is pixel for pixel the one that the ffmpeg command counts to."""
    path = videos / name
    with VideoSource(path) as source:
        stamps = _frame_times(path, source.video.index)
        position = (stamps[number] - stamps[0]) + Fraction(1, 10_000)
        frame = source.frame_at(position)
        size = (frame.width, frame.height)
        expected = _gray_by_ffmpeg(path, source.video.index, number, size)
        luma = np.frombuffer(frame.planes[0], np.uint8).reshape(frame.height, -1)[:, : frame.width]

    full_range = np.clip((luma.astype(float) - 16) * 255 / 219, 0, 255)
    assert float(np.abs(full_range - expected).mean()) < 1.5
    other = _gray_by_ffmpeg(path, source.video.index, number - 1, size)
    assert float(np.abs(full_range - expected).mean()) <= float(np.abs(full_range - other).mean())


def _frame_times(path: Path, stream: int) -> list[Fraction]:
    """Time stamps of all frames by ffprobe, in order of showing."""
    command = [
        "ffprobe",
        "-v",
        "error",
        "-select_streams",
        str(stream),
        "-show_entries",
        "packet=pts",
        "-of",
        "csv=p=0",
    ]
    lines = subprocess.run([*command, str(path)], capture_output=True, text=True, check=True).stdout.split()
    with av.open(str(path)) as container:
        tick = Fraction(container.streams[stream].time_base or 1)
    return sorted(int(line.strip(",")) * tick for line in lines)


@pytest.mark.real
def test_the_main_stream_of_two_is_read(videos: Path) -> None:
    """The larger stream, with its own hard cut at 8.008 s."""
    with VideoSource(videos / "nasa_13013_torchcodec.mp4") as source:
        frames = [source.frame_at(Fraction(n * 1001, 30000)).to_ndarray(format="gray") for n in (239, 240)]
        later = source.frame_at(Fraction(241 * 1001, 30000)).to_ndarray(format="gray")
    assert source.video.width == 480
    across = float(np.abs(frames[0].astype(float) - frames[1]).mean())
    within = float(np.abs(frames[1].astype(float) - later).mean())
    assert across > 10 * max(within, 0.5)


def test_the_number_of_a_position_is_a_floor() -> None:
    """The pattern itself is read without mistakes (a test of these tests)."""
    from support.numbered import number_of, pattern

    assert [number_of(pattern(n)) for n in range(0, 4096, 13)] == list(range(0, 4096, 13))
    assert math.floor(Fraction(7, 2)) == 3
