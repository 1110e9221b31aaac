"""Colour: by which matrix a picture's colours are stored, what a file says of it or leaves to custom.

>>> tags("bt709")
(1, 1, 1)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from av.video.reformatter import Colorspace

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

Matrix = Literal["bt601", "bt709"]
"""The matrices that pictures are written in."""

_STORED = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
    10: Colorspace.BT2020,
}
"""FFmpeg's number of a colour space (ITU-T H.273) → the scaler's."""
_TAGS: dict[Matrix | None, int] = {"bt709": 1, "bt601": 6, None: 2}
_RGB = 0
_PQ, _HLG = 16, 18
"""Transfer functions of high dynamic range (SMPTE ST 2084 and ARIB STD-B67)."""


def stored_matrix(frame: VideoFrame) -> Colorspace:
    """The matrix of a frame; where the file says nothing, large pictures are BT.709 and small ones BT.601."""
    large = frame.width >= 1280 or frame.height > 576
    return _STORED.get(int(frame.colorspace), Colorspace.ITU709 if large else Colorspace.ITU601)


def nearest_matrix(frame: VideoFrame) -> Matrix:
    """In which matrix a frame is best written."""
    if int(frame.colorspace) == _RGB:
        return "bt709"
    return "bt709" if stored_matrix(frame) in (Colorspace.ITU709, Colorspace.BT2020) else "bt601"


def scaler_matrix(matrix: Matrix) -> Colorspace:
    """The scaler's name of a matrix."""
    return Colorspace.ITU709 if matrix == "bt709" else Colorspace.ITU601


def tags(matrix: Matrix | None) -> tuple[int, int, int]:
    """Primaries, transfer function and matrix (ITU-T H.273) that a file in this matrix is tagged with; None: unsaid."""
    number = _TAGS[matrix]
    return number, number, number


def is_hdr(frame: VideoFrame) -> bool:
    """Whether it is of high dynamic range (PQ or HLG), whose brightness means something else."""
    return int(frame.color_trc) in (_PQ, _HLG)
