"""Trims of a picture as it was seen: some frames taken off the end of a shot, all that follows earlier by as much."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np

from cutscore_composer.look.seen import CURVE_HZ, Curve, Seen


def stretch(seen: Seen, first: int, last: int) -> Seen:
    """The frames `first` up to `last` of a picture, as a picture of its own."""

    def part(curve: Curve) -> Curve:
        length = math.ceil((last - first) / seen.rate * CURVE_HZ) + 1
        at = np.round(np.arange(length) + float(Fraction(first) / seen.rate * CURVE_HZ)).astype(int)
        return np.asarray(curve[np.clip(at, 0, len(curve) - 1)], np.float32)

    return replace(
        seen,
        frames=last - first,
        cuts=tuple(replace(c, frame=c.frame - first) for c in seen.cuts if first < c.frame < last),
        peaks=tuple(replace(p, frame=p.frame - first) for p in seen.peaks if first <= p.frame < last),
        speech=tuple((max(a, first) - first, min(b, last) - first) for a, b in seen.speech if b > first and a < last),
        thumbnails=(),
        motion=part(seen.motion),
        brightness=part(seen.brightness),
        colour=part(seen.colour),
        complexity=part(seen.complexity),
    )


def trimmed(seen: Seen, shot: int, frames: int) -> tuple[Seen, int]:
    """The picture with `frames` off the end of a shot (counted from 0), and the frame at which the trim is."""
    cut = seen.cuts[shot]
    at = cut.frame - frames

    def part(curve: Curve) -> Curve:
        length = math.ceil((seen.frames - frames) / seen.rate * CURVE_HZ) + 1
        times = np.arange(length, dtype=float)
        gone = float(Fraction(frames) / seen.rate * CURVE_HZ)
        moved = np.where(times >= float(Fraction(at) / seen.rate * CURVE_HZ), np.round(times + gone), times)
        return np.asarray(curve[np.clip(moved.astype(int), 0, len(curve) - 1)], np.float32)

    def new(frame: int) -> int:
        return frame - frames if frame >= cut.frame else min(frame, at - 1)

    return replace(
        seen,
        frames=seen.frames - frames,
        cuts=tuple(replace(c, frame=new(c.frame)) for c in seen.cuts),
        peaks=tuple(replace(p, frame=new(p.frame)) for p in seen.peaks if not at <= p.frame < cut.frame),
        speech=tuple((new(a), new(b)) for a, b in seen.speech if new(a) < new(b)),
        motion=part(seen.motion),
        brightness=part(seen.brightness),
        colour=part(seen.colour),
        complexity=part(seen.complexity),
    ), at
