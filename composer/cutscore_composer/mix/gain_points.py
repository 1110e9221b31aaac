"""Gain over time as an editor's keyframes: straight lines in decibels between (seconds, decibels) points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

Points = tuple[tuple[float, float], ...]
"""(seconds, decibels), in order of time; constant before the first and after the last; none is 0 dB."""

DOWN_SECONDS = (0.5, 0.05)
"""Before speech begins: from where and until where the gain goes down."""
UP_SECONDS = (0.2, 1.1)
"""After it ends: from where and until where it comes back."""
_PAUSE_SECONDS = 1.7
"""Shorter pauses are part of the speech: music that pumps between words is worse than music that waits."""


def joined_ranges(ranges: Iterable[tuple[float, float]]) -> Points:
    """Ranges (start, end) in seconds, in order, those closer than 1.7 s made one."""
    joined: list[tuple[float, float]] = []
    for start, end in sorted(ranges):
        if joined and start - joined[-1][1] < _PAUSE_SECONDS:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return tuple(joined)


def duck_under(speech: Iterable[tuple[float, float]], depth_db: float = -4.0) -> Points:
    """Points that go gently down under ranges of speech (seconds) and up again after them."""
    points: list[tuple[float, float]] = []
    for start, end in joined_ranges(speech):
        points += under(start, end, 0.0, depth_db)
    return tuple(points)


def under(start: float, end: float, around_db: float, depth_db: float) -> Points:
    """The four points of one range."""
    return (
        (start - DOWN_SECONDS[0], around_db),
        (start - DOWN_SECONDS[1], depth_db),
        (end + UP_SECONDS[0], depth_db),
        (end + UP_SECONDS[1], around_db),
    )


def gain_at(points: Sequence[tuple[float, float]], first: int, size: int, rate: int) -> npt.NDArray[np.float32]:
    """The gain (a factor) of `size` samples from `first` on."""
    if not points:
        return np.ones(size, np.float32)
    seconds, levels = zip(*points, strict=True)
    places = np.arange(first, first + size) / rate
    return np.asarray(10 ** (np.interp(places, seconds, levels) / 20), np.float32)
