"""How alike two small frames are: colour, pixels, and what is left once everything has moved where it went.

A small frame is (72, 128, 3) uint8 RGB. A cut changes colours *and* cannot be explained by movement:
the second frame is compared with the first one warped along the optical flow between them, block by
block, by a correlation that ignores gain and offset (so that a flash or a fade alone is no cut).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import cv2
import numpy as np
import numpy.typing as npt

WIDTH, HEIGHT = 128, 72

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

_ROWS, _COLUMNS = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
_BAR = 20
"""Grey level up to which a whole row or column at the edge counts as a black bar."""
_SMALLEST = 24
"""Least height and width, in pixels, of what is compared."""
_BLOCK = (12, 12)
_NOISE = 6.0
"""Variance (in grey levels squared) below which a block counts as plain."""
_TEXTURE = 400.0
"""Variance above which a block weighs no more."""


@contextmanager
def one_thread() -> Iterator[None]:
    """Run OpenCV on one thread: its flow depends on how the rows are shared out, and frames this small gain nothing."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)


def grey(frame: Bytes) -> Bytes:
    """Luma of a small frame, (72, 128) uint8."""
    return np.asarray(cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY), np.uint8)


def reduced(frame: Bytes, width: int, height: int) -> Bytes:
    """The frame at a smaller size, each pixel the mean of what it stands for."""
    return np.asarray(cv2.resize(frame, (width, height), interpolation=cv2.INTER_AREA), np.uint8)


def histogram(frame: Bytes) -> Floats:
    """Share of the pixels in each of 8×8×8 colours: (512,) float32, sum 1."""
    counts = cv2.calcHist([frame], [0, 1, 2], None, [8, 8, 8], [0, 256, 0, 256, 0, 256])
    return np.asarray(counts, np.float32).ravel() / np.float32(WIDTH * HEIGHT)


def pixel_difference(first: Bytes, second: Bytes) -> float:
    """Mean absolute difference of all pixels and channels, 0 to 1."""
    return float(cv2.norm(first, second, cv2.NORM_L1)) / (first.size * 255.0)


class Flow:
    """Dense optical flow between two grey small frames (dense inverse search); `quick` is coarser, for curves only."""

    def __init__(self, *, quick: bool = False) -> None:
        preset = cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST if quick else cv2.DISOPTICAL_FLOW_PRESET_FAST
        self._search = cv2.DISOpticalFlow.create(preset)

    def between(self, first: Bytes, second: Bytes) -> Floats:
        """Where each pixel of `first` is in `second`: (72, 128, 2) float32, in pixels right and down."""
        return np.asarray(self._search.calc(first, second, None), np.float32)  # type: ignore[call-overload]

    def likeness(self, first: Bytes, second: Bytes) -> float:
        """How much of `second` is `first` moved about: about 1 for one shot, below .5 for two, −1 at worst."""
        first, second = _without_bars(first, second)
        flow = self.between(first, second)
        warped = cv2.remap(
            second,
            _COLUMNS + flow[..., 0],
            _ROWS + flow[..., 1],
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_REPLICATE,
        )
        a, b = first.astype(np.float32), warped.astype(np.float32)
        mean_a, mean_b = cv2.blur(a, _BLOCK), cv2.blur(b, _BLOCK)
        variance_a = cv2.blur(a * a, _BLOCK) - mean_a * mean_a
        variance_b = cv2.blur(b * b, _BLOCK) - mean_b * mean_b
        together = cv2.blur(a * b, _BLOCK) - mean_a * mean_b
        spread = np.sqrt(np.maximum(variance_a, 0) + _NOISE) * np.sqrt(np.maximum(variance_b, 0) + _NOISE)
        weight = np.minimum(np.maximum(variance_a, 0), _TEXTURE) + 1.0
        return float((together / spread * weight).sum() / weight.sum())


def _without_bars(first: Bytes, second: Bytes) -> tuple[Bytes, Bytes]:
    """Both frames, stretched to show only where either has a picture: black bars are alike in any two shots.

    The size stays, since OpenCV's flow search remembers settings it chose for an odd size.
    """
    lit = np.maximum(first, second) > _BAR
    rows, columns = np.flatnonzero(lit.any(axis=1)), np.flatnonzero(lit.any(axis=0))
    if len(rows) < 2 or rows[-1] - rows[0] < _SMALLEST or columns[-1] - columns[0] < _SMALLEST:
        return first, second
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if first[box].shape == first.shape:
        return first, second
    return _stretched(first[box]), _stretched(second[box])


def _stretched(part: Bytes) -> Bytes:
    return np.asarray(cv2.resize(part, (WIDTH, HEIGHT)), np.uint8)
