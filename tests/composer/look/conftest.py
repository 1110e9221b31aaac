"""Drawn shots: small frames with textures of their own, and films made of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt
import pytest

Frames = npt.NDArray[np.uint8]


def drawn_shot(seed: int, frames: int, pan: float = 0.4) -> Frames:
    """A coloured texture, (frames, 72, 128, 3), that the camera pans over by `pan` pixels a frame."""
    rng = np.random.default_rng(seed)
    wide = 128 + int(abs(pan) * frames) + 2
    coarse = rng.random((9, max(2, wide // 10), 3)).astype(np.float32)
    fine = rng.random((24, max(2, wide // 3), 3)).astype(np.float32) - 0.5
    base = cv2.resize(coarse, (wide, 72), interpolation=cv2.INTER_CUBIC)
    base += 0.4 * cv2.resize(fine, (wide, 72), interpolation=cv2.INTER_LINEAR)
    base = np.clip(base * 0.8 + 0.2 * rng.random(3).astype(np.float32), 0, 1) * 215 + 20
    shots = [cv2.getRectSubPix(base, (128, 72), (64 + abs(pan) * i, 35.5)) for i in range(frames)]
    return np.clip(np.round(shots), 0, 255).astype(np.uint8)


@pytest.fixture
def shot() -> Callable[..., Frames]:
    """`drawn_shot`."""
    return drawn_shot


def write_film(path: Path, frames: Sequence[Frames] | Frames, rate: Fraction = Fraction(24)) -> Path:
    """Write frames as an H.264 file."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"preset": "ultrafast", "crf": "16"})
        stream.width, stream.height, stream.pix_fmt = 128, 72, "yuv420p"
        for array in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(array, format="rgb24")))
        container.mux(stream.encode(None))
    return path


@pytest.fixture
def film() -> Callable[..., Path]:
    """`write_film`."""
    return write_film
