"""Canvas: every picture brought to one size and pixel format, upright, in its own shape, with black around it.

>>> canvas = Canvas(640, 360)
>>> canvas.black().width
640
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter

from cutscore_composer.media.colour import Matrix, scaler_matrix, stored_matrix

if TYPE_CHECKING:
    from cutscore_composer.media.probe import VideoFacts

Format = Literal["yuv420p", "rgb24", "gray"]
Array = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Canvas:
    """The size in pixels (both even), the pixel format and the colour matrix of every picture."""

    width: int
    height: int
    format: Format = "yuv420p"
    matrix: Matrix | None = None
    """In which colours are stored (not for rgb24); None leaves each picture in its own."""

    def __post_init__(self) -> None:
        if self.width < 2 or self.height < 2 or self.width % 2 or self.height % 2:
            raise ValueError(f"a canvas of {self.width} × {self.height} pixels; both must be even")

    def black(self) -> VideoFrame:
        """A black picture."""
        return VideoFrame.from_ndarray(self._empty(), format=self.format)

    def fit(self, frame: VideoFrame, facts: VideoFacts, scaler: VideoReformatter) -> VideoFrame:
        """`frame` as large as fits, turned upright, its shape kept, black around it.

        `scaler` keeps its tables from frame to frame: one for each media file.
        """
        turned = facts.rotation in (90, 270)
        aspect = facts.sample_aspect
        shown_width, shown_height = (frame.height, frame.width) if turned else (frame.width, frame.height)
        width, height = self._inner(Fraction(shown_width) * aspect, Fraction(shown_height))
        if any(component.is_alpha for component in frame.format.components):
            frame = _over_black(frame)
        stored = stored_matrix(frame)
        small = scaler.reformat(
            frame,
            width=height if turned else width,
            height=width if turned else height,
            format=self.format,
            interpolation="BILINEAR",
            src_colorspace=stored,
            dst_colorspace=stored if self.matrix is None else scaler_matrix(self.matrix),
            dst_color_range="JPEG" if self.format == "rgb24" else "MPEG",
            threads=1,
        )
        if facts.rotation == 0 and (width, height) == (self.width, self.height):
            return small
        empty = self._empty()
        left, top = (self.width - width) // 4 * 2, (self.height - height) // 4 * 2
        for target, source in zip(
            _planes(empty, self),
            _planes(small.to_ndarray(), Canvas(small.width, small.height, self.format)),
            strict=True,
        ):
            share = self.width // target.shape[1]  # 2 for the half-size colour planes
            upright = np.rot90(source, facts.rotation // 90)
            y, x = top // share, left // share
            target[y : y + upright.shape[0], x : x + upright.shape[1]] = upright
        return VideoFrame.from_ndarray(empty, format=self.format)

    def _inner(self, width: Fraction, height: Fraction) -> tuple[int, int]:
        """The largest even size of that shape inside; a shape that nearly fills the canvas fills it."""
        return _inner(self.width, self.height, width, height)

    def _empty(self) -> Array:
        if self.format == "yuv420p":
            empty = np.full((self.height * 3 // 2, self.width), 128, np.uint8)
            empty[: self.height] = 16
            return empty
        shape = (self.height, self.width, 3) if self.format == "rgb24" else (self.height, self.width)
        return np.zeros(shape, np.uint8)


@lru_cache(maxsize=64)
def _inner(across: int, down: int, width: Fraction, height: Fraction) -> tuple[int, int]:
    scale = min(across / width, down / height)
    inner = tuple(max(2, round(side * scale / 2) * 2) for side in (width, height))
    return across if across - inner[0] <= 2 else inner[0], down if down - inner[1] <= 2 else inner[1]


def _planes(array: npt.NDArray[Any], canvas: Canvas) -> list[npt.NDArray[Any]]:
    """Views of the planes of a packed picture, each (height, width[, 3])."""
    if canvas.format != "yuv420p":
        return [array]
    flat, half = array.reshape(-1), (canvas.height // 2, canvas.width // 2)
    luma, chroma = canvas.height * canvas.width, half[0] * half[1]
    return [
        flat[:luma].reshape(canvas.height, canvas.width),
        flat[luma : luma + chroma].reshape(half),
        flat[luma + chroma :].reshape(half),
    ]


def _over_black(frame: VideoFrame) -> VideoFrame:
    """A picture with transparency, laid over black."""
    pixels = frame.reformat(format="rgba", src_colorspace=stored_matrix(frame)).to_ndarray().astype(np.uint16)
    solid = (pixels[..., :3] * pixels[..., 3:] + 127) // 255
    return VideoFrame.from_ndarray(solid.astype(np.uint8), format="rgb24")
