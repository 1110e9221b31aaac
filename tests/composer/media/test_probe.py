"""Probing against ffprobe, and one sentence for every file that cannot be used."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from cutscore_composer.errors import InputRefused
from cutscore_composer.media.probe import probe
from support.films import film as drawn_film

needs_ffprobe = pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe, the judge, is not installed")
film = partial(drawn_film, frames=20)


def judged(path: Path) -> list[dict[str, str]]:
    """What ffprobe says of the video streams."""
    call = ["ffprobe", "-v", "error", "-of", "json", "-show_streams", "-select_streams", "v", str(path)]
    streams: list[dict[str, str]] = json.loads(subprocess.run(call, check=True, capture_output=True).stdout)["streams"]
    return streams


@needs_ffprobe
@pytest.mark.real
def test_every_real_video_agrees_with_ffprobe(videos: Path) -> None:
    """Size, rate, frame count and picture length of each stream are those that ffprobe reports."""
    for path in sorted(videos.glob("*.mp4")):
        facts = {stream.index: stream for stream in probe(path).video}
        for expected in judged(path):
            stream = facts[int(expected["index"])]
            assert (int(expected["width"]), int(expected["height"])) == (stream.width, stream.height)
            assert Fraction(expected["avg_frame_rate"]) == stream.rate, path.name
            assert int(expected["nb_frames"]) == stream.frames
            assert float(expected["duration"]) == pytest.approx(float(stream.duration_seconds), abs=1e-6)
            assert not stream.variable_rate


@pytest.mark.real
def test_the_larger_of_two_streams_rules_and_longer_sound_does_not_lengthen_it(videos: Path) -> None:
    """The NASA film has two pictures and longer captions: the one that players show counts, with its own length."""
    facts = probe(videos / "nasa_13013_torchcodec.mp4")
    main = facts.main_video
    assert main is not None
    assert (480, 270) == (main.width, main.height)
    assert Fraction(30000, 1001) == main.rate
    assert Fraction(390) / Fraction(30000, 1001) == main.duration_seconds
    assert facts.duration_seconds > main.duration_seconds


@pytest.mark.real
def test_an_odd_rate_is_exact(videos: Path) -> None:
    """12.5 and 59.94 frames a second come out as fractions."""
    rates = {
        name: probe(videos / name).main_video.rate  # type: ignore[union-attr]
        for name in ("intel_car_detection.mp4", "mdn_chroma.mp4")
    }
    assert {"intel_car_detection.mp4": Fraction(25, 2), "mdn_chroma.mp4": Fraction(60000, 1001)} == rates


@pytest.mark.parametrize(("rotation", "size"), [(0, (64, 48)), (90, (48, 64)), (180, (64, 48)), (270, (48, 64))])
def test_a_phone_video_is_as_large_as_displayed(tmp_path: Path, rotation: int, size: tuple[int, int]) -> None:
    """A rotated picture has its sides exchanged."""
    main = probe(film(tmp_path / "phone.mp4", rotation=rotation)).main_video
    assert main is not None
    assert rotation == main.rotation
    assert size == (main.width, main.height)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov"])
def test_a_variable_rate_is_said(tmp_path: Path, suffix: str) -> None:
    """Uneven frame distances are reported, with the average as the rate."""
    main = probe(film(tmp_path / f"vfr{suffix}", steps=[20, 60, 20, 20, 80], frames=100)).main_video
    assert main is not None
    assert main.variable_rate
    assert float(main.rate) == pytest.approx(25, rel=0.02)


@pytest.mark.parametrize(
    "rate", [Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(25, 2), Fraction(60000, 1001)]
)
@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".avi", ".mov"])
def test_a_constant_rate_is_exact_in_every_container(tmp_path: Path, suffix: str, rate: Fraction) -> None:
    """Millisecond time stamps (Matroska) do not blur the rate."""
    main = probe(film(tmp_path / f"film{suffix}", rate=rate, frames=30)).main_video
    assert main is not None
    assert rate == main.rate
    assert not main.variable_rate
    assert float(main.duration_seconds) == pytest.approx(float(30 / rate), abs=0.002)


def test_sound_that_is_longer_does_not_lengthen_the_picture(tmp_path: Path) -> None:
    """The picture lasts 0.8 s although the file lasts two."""
    facts = probe(film(tmp_path / "long_sound.mp4", sound_seconds=2.0))
    assert facts.main_video is not None
    assert Fraction(20, 25) == facts.main_video.duration_seconds
    assert facts.duration_seconds > 1.9


def test_two_streams_put_the_larger_first(tmp_path: Path) -> None:
    """Of two default streams the larger is shown."""
    facts = probe(film(tmp_path / "two.mkv", streams=2))
    assert 2 == len(facts.video)
    assert facts.main_video is not None
    assert (128, 96) == (facts.main_video.width, facts.main_video.height)


def test_sound_alone_has_no_picture(tmp_path: Path) -> None:
    """An audio file is read; it simply has no video."""
    path = tmp_path / "sound.wav"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=48000, layout="mono")
        block = av.AudioFrame.from_ndarray(np.zeros((1, 48000), np.int16), format="s16", layout="mono")
        block.sample_rate = 48000
        out.mux(stream.encode(block))
        out.mux(stream.encode(None))
    facts = probe(path)
    assert facts.main_video is None
    assert [(48000, 1, Fraction(1))] == [(a.sample_rate, a.channels, a.duration_seconds) for a in facts.audio]


def test_an_image_is_known_as_one_even_with_a_percent_in_its_name(tmp_path: Path) -> None:
    """A "%04d" in a name is a name, not a pattern."""
    path = tmp_path / "50%04d.png"
    Image.new("RGB", (32, 16)).save(path)
    facts = probe(path)
    assert facts.is_image
    assert facts.main_video is not None
    assert (32, 16) == (facts.main_video.width, facts.main_video.height)


def test_the_start_timecode_is_told(tmp_path: Path) -> None:
    """A timecode track of a MOV gives the number of the first frame."""
    path = tmp_path / "tc.mov"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        stream.metadata["timecode"] = "10:00:00:00"
        for _ in range(5):
            out.mux(stream.encode(av.VideoFrame(32, 32, "yuv420p")))
        out.mux(stream.encode(None))
    assert "10:00:00:00" == probe(path).start_timecode


def bad_files(folder: Path) -> dict[str, Path]:
    """One file of each kind that cannot be used."""
    whole = film(folder / "whole.mp4", frames=50)
    files = {name: folder / f"{name}.mp4" for name in ("missing", "empty", "text", "cut_off", "zeros", "playlist")}
    files["empty"].write_bytes(b"")
    files["text"].write_text("This is a shopping list.\n" * 50)
    files["cut_off"].write_bytes(whole.read_bytes()[:200])
    files["zeros"].write_bytes(bytes(200_000))
    files["playlist"].write_text("#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nwhole.mp4\n#EXT-X-ENDLIST\n")
    files["folder"] = folder / "a folder"
    files["folder"].mkdir()
    return files


@pytest.mark.parametrize("name", ["missing", "empty", "text", "cut_off", "zeros", "playlist", "folder"])
def test_a_bad_file_is_refused_in_one_sentence_that_names_it(tmp_path: Path, name: str) -> None:
    """What is no media gives one sentence with the file's name and exit code 3, never a traceback."""
    path = bad_files(tmp_path)[name]
    with pytest.raises(InputRefused) as refused:
        probe(path)
    text = str(refused.value)
    assert str(path) in text
    assert "\n" not in text
    assert text.endswith(".")


@pytest.mark.skipif(os.name == "nt" or not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    """No permission is said as such."""
    path = film(tmp_path / "locked.mp4")
    path.chmod(0)
    with pytest.raises(InputRefused, match="cannot be opened"):
        probe(path)


def test_a_video_without_frames_is_refused(tmp_path: Path) -> None:
    """A stream whose packets hold nothing that decodes is no picture."""
    path = film(tmp_path / "whole.mp4", frames=10)
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + 4
    size = int.from_bytes(data[start - 8 : start - 4], "big") - 8
    data[start : start + size] = bytes(size)
    path.write_bytes(data)
    with pytest.raises(InputRefused, match="without a single frame"):
        probe(path)


def test_absurd_sizes_are_refused(tmp_path: Path) -> None:
    """A header that claims a gigantic picture is not believed."""
    path = tmp_path / "giant.png"
    Image.new("L", (20_000, 1)).save(path)
    with pytest.raises(InputRefused, match="20000"):
        probe(path)
