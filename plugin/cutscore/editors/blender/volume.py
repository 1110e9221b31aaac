"""The volume of the music over time: fades at its ends, down under dialogue, as straight lines between keyframes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

Points = Sequence[tuple[float, float]]
"""(frame, factor), in order; constant before the first and after the last; none is 1."""
Keys = tuple[tuple[float, float], ...]


def duck_points(cue: Mapping[str, Any], start: int, rate: Fraction) -> Keys:
    """What draws the music down under the dialogue, in frames of the timeline; the music begins at `start`."""
    found: list[tuple[float, float]] = []
    for point in cue.get("duck") or ():
        frame = round(start + float(point["time"]) * float(rate))
        factor = 10 ** (float(point["db"]) / 20)
        if found and found[-1][0] == frame:
            found[-1] = (float(frame), factor)
        else:
            found.append((float(frame), factor))
    return tuple(found)


def fade_points(start: int, end: int, fade_in: int, fade_out: int) -> Keys:
    """The two fades of a strip at [start, end), shortened where they would meet."""
    length = end - start
    if fade_in + fade_out > length:
        fade_in = length * fade_in // (fade_in + fade_out)
        fade_out = length - fade_in
    found: list[tuple[float, float]] = []
    if fade_in:
        found += [(float(start), 0.0), (float(start + fade_in), 1.0)]
    if fade_out:
        if not found or found[-1][0] < end - fade_out:
            found.append((float(end - fade_out), 1.0))
        found.append((float(end), 0.0))
    return tuple(found)


def together(curves: Sequence[Points], gain: float, start: int, end: int) -> Keys:
    """The product of curves as keyframes within [start, end]; none where the volume stays as it is."""
    curves = [curve for curve in curves if curve]
    if not curves:
        return ()
    frames = sorted({frame for curve in curves for frame, _ in curve if start <= frame <= end} | {float(start)})
    keys = []
    for frame in frames:
        level = gain
        for curve in curves:
            level *= _at(curve, frame)
        keys.append((frame, level))
    return tuple(keys)


def _at(curve: Points, frame: float) -> float:
    if frame <= curve[0][0]:
        return curve[0][1]
    for (before, low), (after, high) in pairwise(curve):
        if frame <= after:
            return low + (high - low) * (frame - before) / (after - before)
    return curve[-1][1]


def same(keys: Points, others: Points) -> bool:
    """Whether two curves have the same keyframes, as 32-bit floats keep them."""
    return len(keys) == len(others) and all(
        abs(frame - other) < 0.01 and abs(level - wanted) < 1e-4
        for (frame, level), (other, wanted) in zip(keys, others, strict=True)
    )
