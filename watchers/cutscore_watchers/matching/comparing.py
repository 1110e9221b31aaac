"""Comparing: whether two small pictures show the same frame, whatever size, codec, grade or bars they have.

A small picture is (72, 128, 3) uint8 RGB with the film's own shape on black, as looking uses it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import cv2
import numpy as np
import numpy.typing as npt

from cutscore_composer.look.likeness import HEIGHT, WIDTH, Bytes, grey, reduced

ALIKE = 0.8
"""Likeness from which two pictures are taken for the same shot."""
UNLIKE = 0.5
"""Likeness below which they are not."""
_SIZE = (48, 27)
_PLAIN = 4.0
"""Standard deviation, in grey levels, below which a picture has nothing to compare."""
_FULL = 16.0
"""The same above which a picture has much to compare."""
_BLACK = 20
"""Grey level up to which a pixel is black."""
_SMALLEST = 24

Floats = npt.NDArray[np.float32]


Box = tuple[int, int, int, int]
"""Top, bottom, left and right of a part of a small picture, the ends not included."""


def likeness(first: Bytes, second: Bytes, box: Box | None = None) -> float | None:
    """How alike two small pictures are, −1 to 1, gain and offset left out; None where either is too plain to tell.

    Black bars of either count for nothing, and a picture cut to fill the other's shape is recognised. `box` is
    where the first one has a picture, where that is known; else what is black at its edges are bars.
    """
    found = [value for a, b in _framings(first, second, box) if (value := _correlation(a, b)) is not None]
    return max(found) if found else None


def lit_box(pictures: Iterable[Bytes]) -> Box | None:
    """Where any of some pictures of a film is not black; None where all is, or nothing is."""
    lightest = np.zeros((HEIGHT, WIDTH), np.uint8)
    for picture in pictures:
        lightest = np.maximum(lightest, grey(picture))
    return _box_of(lightest)


def is_black(picture: Bytes) -> bool:
    """Whether nothing is seen."""
    return bool(cv2.blur(grey(picture), (3, 3)).max() <= _BLACK)


def is_plain(picture: Bytes) -> bool:
    """Whether there is nothing in it to compare."""
    return float(grey(picture).std()) < _PLAIN


def is_full(picture: Bytes) -> bool:
    """Whether there is much in it."""
    return float(grey(picture).std()) > _FULL


def _framings(first: Bytes, second: Bytes, box: Box | None) -> Iterator[tuple[Bytes, Bytes]]:
    a, b = grey(first), grey(second)
    yield a, b
    inner_a = a[box[0] : box[1], box[2] : box[3]] if box else _without_bars(a)
    inner_b = _without_bars(b)
    if inner_a.shape != a.shape or inner_b.shape != b.shape:
        yield inner_a, inner_b
        yield inner_a, _filling(inner_b, inner_a)
        yield _filling(inner_a, inner_b), inner_b


def _without_bars(picture: Bytes) -> Bytes:
    box = _box_of(picture)
    return picture[box[0] : box[1], box[2] : box[3]] if box else picture


def _box_of(picture: Bytes) -> Box | None:
    lit = picture > _BLACK
    rows, columns = np.flatnonzero(lit.any(axis=1)), np.flatnonzero(lit.any(axis=0))
    if len(rows) < 2 or rows[-1] - rows[0] < _SMALLEST or columns[-1] - columns[0] < _SMALLEST:
        return None
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def _filling(picture: Bytes, other: Bytes) -> Bytes:
    """The middle of a picture that has the shape of the other one."""
    height, width = picture.shape
    wanted = other.shape[1] / other.shape[0]
    if width > height * wanted:
        keep = max(2, round(height * wanted))
        return picture[:, (width - keep) // 2 : (width + keep) // 2]
    keep = max(2, round(width / wanted))
    return picture[(height - keep) // 2 : (height + keep) // 2]


def _correlation(a: Bytes, b: Bytes) -> float | None:
    first, second = _even(a), _even(b)
    spread = float(first.std()) * float(second.std())
    if min(float(first.std()), float(second.std())) < _PLAIN:
        return None
    return float(((first - first.mean()) * (second - second.mean())).mean() / spread)


def _even(picture: Bytes) -> Floats:
    if picture.shape == (HEIGHT, WIDTH):
        return reduced(picture, *_SIZE).astype(np.float32)
    return np.asarray(cv2.resize(picture, _SIZE, interpolation=cv2.INTER_LINEAR), np.float32)
