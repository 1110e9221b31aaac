"""Pace: which frame of a timeline each frame of a render shows, exactly, when both have rates of their own.

A render is taken to begin with one whole frame of the timeline, its `offset`; then frame f of the render
shows frame `offset + floor(f × pace)`. A render at another rate keeps time (25 from 50: every second
frame) or keeps frames (23.976 from 24: every frame, 0.1 % slower); both are thought of.
"""

from __future__ import annotations

import math
from fractions import Fraction

SAME = Fraction(1)
NEAR_RATES = Fraction(5, 100)
"""Rates that differ by no more than this (24 and 25, 23.976 and 24) may have been exchanged frame for frame."""


def paces(render_rate: Fraction, timeline_rate: Fraction) -> tuple[Fraction, ...]:
    """Frames of the timeline for each frame of the render, likeliest first."""
    if render_rate == timeline_rate:
        return (SAME,)
    by_time = timeline_rate / render_rate
    if abs(by_time - 1) <= NEAR_RATES:
        return (SAME, by_time)
    return (by_time,)


def timeline_frame(frame: int, offset: int, pace: Fraction) -> int:
    """The frame of the timeline that a frame of the render shows."""
    return offset + math.floor(frame * pace)


def first_frame_from(timeline_frame: int, offset: int, pace: Fraction) -> int:
    """The first frame of the render that shows a frame of the timeline or a later one."""
    return math.ceil(Fraction(timeline_frame - offset) / pace)


def frames_shown(frames: int, pace: Fraction) -> int:
    """How many frames of the timeline `frames` frames of a render last, to the nearest."""
    return math.floor(frames * pace + Fraction(1, 2))
