"""The frame rate of a video stream, exact, and whether it varies: from the frames' own time stamps."""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import av.error

from cutscore_composer.timebase import STANDARD_RATES, nearest_rate

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.stream import VideoStream

STAMPS = 150
"""Frames looked at to see whether the rate varies, where the container has no table of frames."""


def frame_rate(stream: VideoStream, container: InputContainer, seconds: Fraction) -> tuple[Fraction, bool]:
    """The frame rate and whether it varies: from the frame table where there is one, else from FFmpeg's two guesses."""
    average = Fraction(stream.average_rate or 0)
    base = Fraction(stream.base_rate or stream.guessed_rate or 0)
    if not average and stream.frames and seconds:
        average = stream.frames / seconds
    average, base = average or base or Fraction(25), base or average or Fraction(25)
    variable = _steps_vary(stream, container)
    if variable is None:
        variable = not _near(average, base, Fraction(1, 100)) and not _near(average * 2, base, Fraction(1, 100))
    if not variable and base in STANDARD_RATES and _near(average, base, Fraction(5, 10_000)):
        return base, False
    try:
        return nearest_rate(average), variable
    except ValueError:
        return Fraction(25), True


def _near(a: Fraction, b: Fraction, share: Fraction) -> bool:
    return abs(a - b) <= share * b


def _steps_vary(stream: VideoStream, container: InputContainer) -> bool | None:
    """Whether the distances between frames differ; None where there are too few frames to tell.

    A tick of rounding is no variation, nor are the outermost steps (edit lists, open ends).
    """
    entries = stream.index_entries
    count = len(entries)
    if count and count == stream.frames:
        stamps = sorted(entries[i].timestamp for i in range(min(count, 20_000)))
    else:
        stamps = _first_stamps(container, stream)
    steps = [b - a for a, b in pairwise(stamps[2:-2])]
    if len(steps) < 4:
        return None
    usual = sorted(steps)[len(steps) // 2]
    return sum(abs(step - usual) > max(1, usual // 50) for step in steps) > len(steps) // 200


def _first_stamps(container: InputContainer, stream: VideoStream) -> list[int]:
    """Time stamps of the first frames, for containers without a table of all (Matroska, TS): demuxed, not decoded."""
    stamps = []
    with suppress(av.error.FFmpegError):
        container.seek(0)
        for packet in container.demux(stream):
            if packet.pts is not None:
                stamps.append(packet.pts)
            if len(stamps) == STAMPS:
                break
    # Frames come in coding order: the last few may still have earlier ones to come.
    return sorted(stamps)[:-16] if len(stamps) == STAMPS else sorted(stamps)
