"""The fast small canvas shows what FFmpeg's own scaler shows."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.video.reformatter import VideoReformatter

from cutscore_composer.look.canvas import SmallCanvas
from cutscore_composer.media.canvas import Canvas
from cutscore_composer.media.probe import VideoFacts

FACTS = VideoFacts(
    0, "h264", 1280, 720, Fraction(24), 1, Fraction(1), Fraction(0), 0, Fraction(1), variable_rate=False, is_cover=False
)


def scene() -> np.ndarray:
    """A smooth coloured picture of 1280 × 720."""
    y, x = np.mgrid[:720, :1280] / 720
    planes = [np.sin(3 * x + 2 * y), np.cos(2 * x - y), np.sin(5 * y)]
    return (np.stack(planes, -1) * 100 + 125).astype(np.uint8)


@pytest.mark.parametrize("name", ["yuv420p", "yuv422p", "yuv444p", "yuvj420p", "yuv420p10le", "yuv422p10le", "rgb24"])
@pytest.mark.parametrize("space", ["ITU601", "ITU709"])
def test_it_agrees_with_ffmpeg(name: str, space: str) -> None:
    """Within a few grey levels, for every layout, depth, range and colour space, and for those it leaves to FFmpeg."""
    frame = av.VideoFrame.from_ndarray(scene(), format="rgb24").reformat(format=name, dst_colorspace=space)
    ours = SmallCanvas(256, 144, "rgb24").fit(frame, FACTS, VideoReformatter()).to_ndarray().astype(int)
    theirs = np.asarray(Canvas(256, 144, "rgb24").fit(frame, FACTS, VideoReformatter()).to_ndarray()).astype(int)
    assert (144, 256, 3) == ours.shape
    truth = av.VideoFrame.from_ndarray(scene(), format="rgb24").reformat(width=256, height=144, interpolation="AREA")
    wanted = truth.to_ndarray().astype(int)
    assert np.abs(ours - wanted).mean() <= np.abs(theirs - wanted).mean() + 3


@pytest.mark.real
def test_real_black_is_black(videos: Path) -> None:
    """Limited-range black of the trailer's first frame is 0, its titles are near white."""
    with av.open(str(videos / "sintel_trailer-720p.mp4")) as container:
        frame = next(container.decode(video=0))
    assert 0 == SmallCanvas(256, 144, "rgb24").fit(frame, FACTS, VideoReformatter()).to_ndarray().max()
