"""Finds gradual changes of shot in a row of small frames: fades through black or white, and dissolves.

A fade is a run of plain frames with a ramp of light on at least one side. A dissolve is a stretch in which
every frame is a weighted mean of the pictures before and after it, the weight going evenly from one to the
other, while no movement turns the one into the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from cutscore_composer.look.likeness import Bytes, Floats, Flow, grey, reduced

_TINY = (32, 18)
_BLACK_LEVEL = 14.0
"""No part of a black tiny frame is lighter, in grey levels."""
_LIGHT_LEVEL = 60.0
"""Mean grey level from which a plain frame is a plain light, not black."""
_PLAIN_CONTRAST = 3.0
"""Standard deviation, in grey levels, of a plain frame at most."""
_RAMP_LEVELS = 8.0
"""Grey levels that a fade climbs or falls at least."""
_RAMP_SECONDS = 4
_SHORT_PLAIN_SECONDS = 1
"""Black or light no longer than this between two ramps is part of one change of shot; longer, it is a shot itself."""
_OTHER_SHOT = 0.35
"""Likeness below which the two sides of a plain light are different shots."""


@dataclass(frozen=True, slots=True)
class _Window:
    """How a dissolve is sought between two frames 2 × `half_seconds` apart, and what it must fulfil."""

    half_seconds: Fraction
    unexplained: float
    """What a linear mix may leave over, as a share of the difference of both sides."""
    levels: float
    """Mean difference of both sides in grey levels, at least."""
    likeness: float
    """Likeness of both sides, at most."""


_WINDOWS = (
    _Window(Fraction(1, 6), 0.15, 10.0, 0.45),
    _Window(Fraction(1, 3), 0.25, 10.0, 0.45),
    _Window(Fraction(2, 3), 0.25, 10.0, 0.45),
    _Window(Fraction(1), 0.25, 10.0, 0.45),
    _Window(Fraction(2, 3), 0.48, 40.0, 0.3),  # both shots move
    _Window(Fraction(1), 0.5, 40.0, 0.25),
)
_CORRELATED = 0.8
"""From this correlation of both sides on it is one picture that changed its light."""


@dataclass(frozen=True, slots=True)
class Gradual:
    """A gradual change: middle, first and last index of the transition, and whether it passes through a plain frame."""

    middle: int
    start: int
    end: int
    fade: bool


def tiny_frames(frames: Bytes) -> Floats:
    """Frames reduced to (n, 18, 32, 3) float32, where movement blurs and mixing shows."""
    small = [reduced(frame, *_TINY) for frame in frames]
    return np.stack(small).astype(np.float32)


def find_fades(frames: Bytes, tiny: Floats, hard: Sequence[int], rate: Fraction, flow: Flow) -> list[Gradual]:
    """Fades out, in and through, in order; `hard` are the indices of hard cuts.

    A fade out counts where the last light goes, a fade in where the first light comes, a fade from one
    shot to another in the middle of what lies between them.
    """
    flat = tiny.reshape(len(tiny), -1)
    levels = flat.mean(axis=1)
    found = []
    for first, last in _runs(flat.max(axis=1) <= _BLACK_LEVEL):
        start = _ramp(levels, first, -1, hard, rate)
        end = _ramp(levels, last, 1, hard, rate)
        if start < first and end > last and last - first < _SHORT_PLAIN_SECONDS * rate:
            found.append(Gradual((first + last + 1) // 2, start, end, fade=True))
            continue
        if start < first:
            found.append(Gradual(first, start, first, fade=True))
        if end > last:
            found.append(Gradual(last + 1, last, end, fade=True))
    found += _fades_through_light(frames, tiny, hard, rate, flow)
    return sorted(found, key=lambda change: change.middle)


def _fades_through_light(frames: Bytes, tiny: Floats, hard: Sequence[int], rate: Fraction, flow: Flow) -> list[Gradual]:
    """Changes of shot through white, mist or any other plain light."""
    inner = _without_bars(tiny)
    contrast = inner.mean(axis=3).std(axis=(1, 2))
    plain = (contrast <= _PLAIN_CONTRAST) & (inner.mean(axis=(1, 2, 3)) >= _LIGHT_LEVEL)
    found = []
    for first, last in _runs(plain):
        start, end = _ramp(contrast, first, -1, hard, rate), _ramp(contrast, last, 1, hard, rate)
        before, after = min(start, first - 3), max(end, last + 3)
        if before < 0 or after >= len(frames) or last - first >= _SHORT_PLAIN_SECONDS * rate:
            continue
        if any(before < cut <= after for cut in hard) or (start == first and end == last):
            continue
        if min(contrast[before], contrast[after]) < _RAMP_LEVELS:
            continue
        if flow.likeness(grey(frames[before]), grey(frames[after])) < _OTHER_SHOT:
            found.append(Gradual((first + last + 1) // 2, before, after, fade=True))
    return found


def _without_bars(tiny: Floats) -> Floats:
    """Tiny frames without the rows that are black all the time, and without the row that the bars' edges colour."""
    lit = np.flatnonzero(tiny.max(axis=(0, 2, 3)) > _BLACK_LEVEL)
    if len(lit) < 6:
        return tiny
    top, bottom = lit[0] + (lit[0] > 0), lit[-1] + 1 - (lit[-1] < tiny.shape[1] - 1)
    return tiny[:, top:bottom]


def find_dissolves(
    frames: Bytes, tiny: Floats, taken: npt.NDArray[np.bool_], rate: Fraction, flow: Flow
) -> list[Gradual]:
    """Dissolves, in order; no window reaches over an index where `taken` is true (hard cuts, fades)."""
    # Means are taken out: a change of light alone is no dissolve.
    flat = (tiny - tiny.mean(axis=(1, 2), keepdims=True)).reshape(len(tiny), -1)
    passed = np.concatenate(([0], np.cumsum(taken)))
    votes: set[_Vote] = set()
    for window in _WINDOWS:
        half = max(2, round(window.half_seconds * rate))
        middles = np.arange(half, len(tiny) - half, max(1, half // 4))
        middles = middles[passed[middles + half + 1] == passed[middles - half]]
        sizes, mixed = _mixes(flat, middles, half, window)
        for middle, size in zip(middles[mixed], sizes[mixed], strict=True):
            if flow.likeness(grey(frames[middle - half]), grey(frames[middle + half])) < window.likeness:
                votes.add(_Vote(int(middle), half, round(float(size), 3)))
    ordered = sorted(votes, key=lambda vote: (vote.middle, vote.half))
    return [_measure(flat, group) for group in _groups(ordered)]


@dataclass(frozen=True, slots=True)
class _Vote:
    """A window that looks like a dissolve: its middle, its half length, the difference of its sides."""

    middle: int
    half: int
    size: float


def _shares(flat: Floats, middles: npt.NDArray[np.int64], half: int, offset: int) -> tuple[Floats, Floats]:
    """How far the frames at middle + offset are from the picture before to the one after, and what that leaves over."""
    before = flat[middles - half]
    change = flat[middles + half] - before
    part = flat[middles + offset] - before
    share = (part * change).sum(axis=1) / np.maximum((change * change).sum(axis=1), 1e-6)
    return share, np.abs(part - share[:, None] * change).mean(axis=1)


def _mixes(
    flat: Floats, middles: npt.NDArray[np.int64], half: int, window: _Window
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """For each middle the difference of both sides, and whether the frames between them are a steady linear mix."""
    before, after = flat[middles - half], flat[middles + half]
    sizes = np.abs(after - before).mean(axis=1)
    power = np.sqrt((before * before).sum(axis=1) * (after * after).sum(axis=1))
    good = (sizes >= window.levels) & ((before * after).sum(axis=1) < _CORRELATED * power)
    for offset, low, high in ((-(half // 2), -0.05, 0.45), (0, 0.25, 0.75), (half // 2, 0.55, 1.05)):
        share, left = _shares(flat, middles, half, offset)
        good &= (share > low) & (share < high) & (left < window.unexplained * sizes)
    return sizes, good


def _groups(votes: Sequence[_Vote]) -> list[list[_Vote]]:
    """Votes whose windows overlap by half."""
    groups: list[list[_Vote]] = []
    for vote in votes:
        if groups and vote.middle - groups[-1][-1].middle <= max(vote.half, groups[-1][-1].half):
            groups[-1].append(vote)
        else:
            groups.append([vote])
    return groups


def _measure(flat: Floats, group: Sequence[_Vote]) -> Gradual:
    """Middle and length, from the windows that see the two shots most apart."""
    most = max(vote.size for vote in group)
    best = [vote for vote in group if vote.size >= 0.95 * most]
    crossings, lengths = [], []
    for vote in best:
        at = np.array([vote.middle])
        quarter = vote.half // 2
        low, here, high = (float(_shares(flat, at, vote.half, offset)[0][0]) for offset in (-quarter, 0, quarter))
        slope = max((high - low) / (2 * quarter), 1 / (4 * vote.half))
        crossings.append(vote.middle + (0.5 - here) / slope)
        lengths.append(1 / slope)
    middle, half = round(sum(crossings) / len(best)), round(sum(lengths) / len(best) / 2)
    return Gradual(middle, max(0, middle - half), min(len(flat) - 1, middle + half), fade=False)


def _runs(flags: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """First and last index of each run of true flags."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return [(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def _ramp(distance: Floats, edge: int, step: int, hard: Sequence[int], rate: Fraction) -> int:
    """How far from the plain frame at `edge` the light keeps rising in direction `step`; `edge` if it does not."""
    cuts = set(hard)
    ahead = max(2, round(rate / 6))
    limit = edge + step * round(_RAMP_SECONDS * rate)
    at = edge
    while at != limit and 0 <= at + ahead * step < len(distance):
        if (at if step < 0 else at + 1) in cuts:  # the step from at to at + step is a hard cut
            break
        if distance[at + ahead * step] - distance[at] <= 0.3 + 0.01 * distance[at]:
            break
        at += step
    risen = distance[at] - distance[edge]
    return at if abs(at - edge) >= 3 and risen >= _RAMP_LEVELS else edge
