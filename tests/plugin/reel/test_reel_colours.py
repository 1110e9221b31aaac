"""The reel's colours: whatever the sources say or do not say, ffmpeg shows the reel as it shows them."""

from __future__ import annotations

import json
import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from cutscore.reel import make_reel
from cutscore_composer.picture import Picture, PictureSpan

COLOURS = {"red": (200, 30, 30), "green": (30, 180, 40), "blue": (40, 50, 190)}
"""Red, green and blue of each, 0 to 255."""


def solid(path: Path, colour: str, size: str, matrix: str, full: bool = False, tagged: bool = True) -> Path:
    """A film of one colour, its samples in a matrix (bt601, bt709) and range, told in the file or not."""
    red, green, blue = COLOURS[colour]
    source = f"color=0x{red:02x}{green:02x}{blue:02x}:s={size}:r=25:d=0.4,format=rgb24"
    where = f"scale=out_color_matrix={matrix}:out_range={'full' if full else 'limited'},format=yuv420p"
    told = {"bt601": "smpte170m", "bt709": "bt709"}[matrix]
    tags = ["-colorspace", told, "-color_primaries", told, "-color_trc", told] if tagged else []
    tags += ["-color_range", "pc" if full else "tv"]
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-vf", where, *tags, "-crf", "5", str(path)]
    subprocess.run(command, check=True)
    return path


def facts_of(path: Path) -> dict[str, str]:
    entries = "stream=color_space,color_range,color_primaries,color_transfer"
    command = ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", entries, "-of", "json", str(path)]
    found: dict[str, str] = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)["streams"][0]
    return found


def shown(path: Path) -> np.ndarray:
    """Mean red, green, blue of every frame, by the matrix and range that the file is tagged with."""
    matrix = {"smpte170m": "bt601", "bt709": "bt709"}[facts_of(path)["color_space"]]
    turn = f"scale=64:36:in_color_matrix={matrix}:in_range=limited,format=rgb24"
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-vf", turn, "-f", "rawvideo", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    middle: np.ndarray = np.frombuffer(raw, np.uint8).reshape(-1, 36, 64, 3)[:, 12:24, 24:40].mean((1, 2))
    return middle


def edit(*clips: tuple[Path, int]) -> Picture:
    spans, at = [], 0
    for path, frames in clips:
        spans.append(PictureSpan(at, at + frames, "still" if path.suffix == ".png" else "clip", path.name, path))
        at += frames
    return Picture("colours", Fraction(25), at, tuple(spans))


@pytest.mark.parametrize("longest", ["bt601", "bt709"])
def test_mixed_sources_keep_their_colours(tmp_path: Path, longest: str) -> None:
    """The matrix of what is shown longest is taken and said; all else is turned into it: full range, a still."""
    a = solid(tmp_path / "a.mp4", "red", "640x360", "bt601")
    b = solid(tmp_path / "b.mp4", "green", "640x360", "bt709")
    c = solid(tmp_path / "c.mp4", "blue", "640x360", "bt709", full=True)
    still = tmp_path / "still.png"
    one = f"color=0x{''.join(f'{v:02x}' for v in COLOURS['red'])}:s=640x360,format=rgb24"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", one, "-frames:v", "1", str(still)], check=True)
    (reel,) = make_reel(edit((a, 10 if longest == "bt601" else 3), (b, 3), (c, 3), (still, 2)), tmp_path).files
    told = "smpte170m" if longest == "bt601" else "bt709"
    facts = facts_of(reel)
    assert {told} == {facts[name] for name in ("color_space", "color_primaries", "color_transfer")}
    assert "tv" == facts["color_range"]
    frames = shown(reel)
    for place, colour in ((1, "red"), (-7, "green"), (-4, "blue"), (-1, "red")):
        assert np.abs(frames[place] - COLOURS[colour]).max() <= 6


@pytest.mark.parametrize(("size", "matrix"), [("640x360", "bt601"), ("1280x720", "bt709"), ("1280x534", "bt709")])
def test_what_a_file_does_not_say_is_what_players_take_it_for(tmp_path: Path, size: str, matrix: str) -> None:
    """Small pictures are BT.601, large ones BT.709 (a wide film of 1280 pixels too): their samples are not changed."""
    film = solid(tmp_path / "film.mp4", "green", size, matrix, tagged=False)
    (reel,) = make_reel(edit((film, 5)), tmp_path).files
    assert {"bt601": "smpte170m", "bt709": "bt709"}[matrix] == facts_of(reel)["color_space"]
    assert np.abs(shown(reel)[2] - COLOURS["green"]).max() <= 6


def test_high_dynamic_range_is_said(tmp_path: Path) -> None:
    """A film in PQ is used, with a warning by its name."""
    path = tmp_path / "hdr.mp4"
    tags = ["-colorspace", "bt2020nc", "-color_primaries", "bt2020", "-color_trc", "smpte2084"]
    source = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=0.4", "-pix_fmt", "yuv420p", *tags]
    subprocess.run(["ffmpeg", "-v", "error", *source, str(path)], check=True)
    reel = make_reel(edit((path, 5)), tmp_path)
    (warning,) = reel.warnings
    assert warning.startswith("hdr.mp4 is of high dynamic range (HDR)")
    assert "bt709" == facts_of(reel.files[0])["color_space"]
