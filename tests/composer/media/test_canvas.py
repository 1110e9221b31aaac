"""Canvas: pictures upright, in shape, centred on black, in the right range."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from cutscore_composer.media.canvas import Canvas
from cutscore_composer.media.probe import probe
from cutscore_composer.media.video import VideoSource
from support.numbered import number_of, numbered_film


def fitted(path: Path, canvas: Canvas, seconds: Fraction = Fraction(0)) -> VideoFrame:
    with VideoSource(path) as source:
        return canvas.fit(source.frame_at(seconds), source.video, VideoReformatter())


def gray(frame: VideoFrame) -> np.ndarray:
    return frame.reformat(format="gray").to_ndarray()


@pytest.mark.parametrize("rotation", [90, 180, 270])
@pytest.mark.parametrize("form", ["yuv420p", "gray", "rgb24"])
def test_a_turned_phone_video_is_shown_upright(tmp_path: Path, rotation: int, form: str) -> None:
    """However the phone was held, the number can be read."""
    path = numbered_film(tmp_path / "phone.mp4", 5, first=2741, rotation=rotation)
    frame = fitted(path, Canvas(192, 96, form), Fraction(2, 25))  # type: ignore[arg-type]
    assert (192, 96, form) == (frame.width, frame.height, frame.format.name)
    assert 2743 == number_of(gray(frame))


def test_a_narrow_picture_stands_in_the_middle_between_black(tmp_path: Path) -> None:
    """A 2:1 picture on a 4:1 canvas takes the middle half; the rest is video black."""
    path = numbered_film(tmp_path / "film.mp4", 3, first=1365)
    picture = fitted(path, Canvas(384, 96)).to_ndarray()
    assert (picture[:96, :94] == 16).all()
    assert (picture[:96, 290:] == 16).all()
    assert (picture[96:] >= 126).all()
    assert (picture[96:] <= 130).all()
    shown = gray(fitted(path, Canvas(384, 96)))
    assert 1365 == number_of(shown[:, 96:288])


def test_wide_pixels_make_a_wide_picture(tmp_path: Path) -> None:
    """With pixels twice as wide as high a 96 × 96 file fills a 2:1 canvas."""
    path = numbered_film(tmp_path / "dv.mp4", 3, first=99, size=(96, 96), aspect=Fraction(2))
    video = probe(path).main_video
    assert video is not None
    assert video.sample_aspect == 2
    picture = gray(fitted(path, Canvas(192, 96)))
    assert 99 == number_of(picture)
    assert picture[:, :2].max() > 40
    assert picture[:, -2:].max() > 40


def test_full_range_becomes_video_range() -> None:
    """A JPEG's 255 is video's 235; the black of both is black."""
    facts = probe_of_plain()
    ramp = np.full((24, 16), 128, np.uint8)
    ramp[:16, :8], ramp[:16, 8:] = 0, 255
    frame = VideoFrame.from_ndarray(ramp, format="yuvj420p")
    frame.color_range = 2
    luma = Canvas(16, 16).fit(frame, facts, VideoReformatter()).to_ndarray()[:16]
    assert abs(int(luma[8, 1]) - 16) <= 1
    assert abs(int(luma[8, 14]) - 235) <= 1


def probe_of_plain():  # type: ignore[no-untyped-def]
    """Facts of an upright picture with square pixels."""
    from cutscore_composer.media.probe import VideoFacts

    one, none = Fraction(1), Fraction(0)
    return VideoFacts(0, "png", 16, 16, Fraction(25), 1, none, none, 0, one, False, False)


@pytest.mark.parametrize("size", [(191, 96), (0, 2), (64, 47)])
def test_odd_canvases_are_refused(size: tuple[int, int]) -> None:
    """Half-size colour planes need even sides."""
    with pytest.raises(ValueError, match="even"):
        Canvas(*size)
