"""Pace: which frame of a timeline each frame of a render shows, exactly, when both have rates of their own.

A render is taken to begin with one whole frame of the timeline, its `offset`; then frame f of the render
shows frame `offset + floor(f × ratio + phase)`. A render at another rate keeps time (25 from 50: every second
frame) or keeps frames (23.976 from 24: every frame, 0.1 % slower); of one that keeps time each frame shows
what the timeline shows at that moment (phase 0), or the frame that is nearest (phase ½, as ffmpeg does).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

NEAR_RATES = Fraction(5, 100)
"""Rates that differ by no more than this (24 and 25, 23.976 and 24) may have been exchanged frame for frame."""
_HALF = Fraction(1, 2)

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pace:
    """How the frames of a timeline go by in a render."""

    ratio: Fraction = Fraction(1)
    """Frames of the timeline for each frame of the render."""
    phase: Fraction = Fraction(0)

    def shown(self, frame: int, offset: int) -> int:
        """The frame of the timeline that a frame of the render shows."""
        return offset + math.floor(frame * self.ratio + self.phase)

    def all_shown(self, frames: Numbers) -> Numbers:
        """The same for many frames, at offset 0."""
        over = self.ratio.denominator * self.phase.denominator
        step, start = self.ratio * over, self.phase * over
        return np.asarray((frames * int(step) + int(start)) // over, np.int64)

    def first_frame(self, timeline_frame: int, offset: int) -> int:
        """The first frame of the render that shows a frame of the timeline or a later one."""
        return math.ceil((timeline_frame - offset - self.phase) / self.ratio)

    def lasts(self, frames: int) -> int:
        """How many frames of the timeline `frames` frames of the render last, to the nearest."""
        return math.floor(frames * self.ratio + _HALF)

    @property
    def slack(self) -> int:
        """Frames of the timeline by which a render at another rate may be off, whoever made it."""
        return 0 if self.ratio == 1 else math.ceil(max(Fraction(1), self.ratio))


SAME = Pace()


def paces(render_rate: Fraction, timeline_rate: Fraction, heads: Iterable[int] = (0,)) -> tuple[Pace, ...]:
    """The paces that come into question, likeliest first.

    `heads` are frames of the render at which the timeline's own frames may begin: a whole frame of the
    timeline, or the middle of one, is shown there.
    """
    if render_rate == timeline_rate:
        return (SAME,)
    by_time = timeline_rate / render_rate
    kept = (SAME,) if abs(by_time - 1) <= NEAR_RATES else ()
    # A whole number of the timeline's frames goes by with each: at half a frame's distance the same ones are met.
    starts = (Fraction(0),) if by_time.denominator == 1 else (Fraction(0), _HALF)
    phases = dict.fromkeys((start - head * by_time) % 1 for head in heads for start in starts)
    return (*kept, *(Pace(by_time, phase) for phase in phases))
