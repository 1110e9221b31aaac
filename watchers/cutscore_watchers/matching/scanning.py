"""Scanning: where a render of few or no cuts lies, by its pictures against a glance every so often at the media.

A glance needs no exact frame: it only says which shot. The frame is then told by movement, or not at all.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from cutscore_composer.look.glances import glances
from cutscore_composer.look.likeness import Bytes, grey, reduced
from cutscore_composer.media.shown import Sources
from cutscore_composer.picture import PictureSpan
from cutscore_watchers.matching.checking import Checker
from cutscore_watchers.matching.comparing import ALIKE, Box, is_plain
from cutscore_watchers.matching.eyes import CANVAS
from cutscore_watchers.matching.pace import Pace

MOST_SECONDS = 1800
"""Length of the media that is glanced at; of a longer timeline nothing is, for it would take as long as decoding it."""
PLACES = 9
"""Frames of the render that are looked for."""
AGREEING = 0.6
"""Share of them that must be found at distances that fit."""
MOST_FOUND = 12
_SIZE = (32, 18)
_APART = Fraction(1, 2)
"""Seconds by which places may differ and still mean the same shot."""

Rows = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Glances:
    """Pictures of a timeline that were glanced at: their frames, in order, and what they look like."""

    frames: tuple[int, ...]
    rows: Rows
    """(n, 576) with mean 0 and length 1."""
    masked: Rows
    """The same of the part that the render's bars leave free: they may lie over the picture."""


def glance_at(checker: Checker) -> Glances | None:
    """Glances at all media of a timeline; None when they are too long, or there are none."""
    cut = checker.timeline.cut
    seen = [
        span
        for number, span in enumerate(cut.picture().spans)
        if cut.spans[number].kind in ("clip", "still") and span.media is not None
    ]
    if not seen or sum(span.frames for span in seen) > MOST_SECONDS * cut.rate:
        return None
    frames: list[int] = []
    rows: list[Rows] = []
    masked: list[Rows] = []
    with Sources(skip="bidir") as sources:
        for span in seen:
            for frame, picture in _glances(span, cut.rate, sources):
                checker.render.report(frame / cut.duration)
                if checker.timeline.is_told(frame) and not is_plain(picture):
                    frames.append(frame)
                    rows.append(_row(picture))
                    masked.append(_row(_part(picture, checker.render.box)))
    return Glances(tuple(frames), np.stack(rows), np.stack(masked)) if frames else None


def scan(checker: Checker, seen: Glances, pace: Pace) -> list[int]:
    """Offsets, right to about half a second, at which most frames of the render look like the timeline."""
    render, rate = checker.render, checker.timeline.cut.rate
    first, last = render.cuts.first, render.cuts.frames
    numbers = [first + (last - first) * (2 * i + 1) // (2 * PLACES) for i in range(PLACES)]
    shown = {n: picture for n, picture in render.some(numbers).items() if not is_plain(picture)}
    if len(shown) < 3:
        return []
    votes: list[tuple[int, int]] = []
    for number, picture in shown.items():
        alike = np.maximum(seen.rows @ _row(picture), seen.masked @ _row(_part(picture, render.box)))
        votes += [(seen.frames[at] - pace.shown(number, 0), number) for at in np.flatnonzero(alike >= ALIKE).tolist()]
    votes.sort()
    return _clusters(votes, round(_APART * rate), max(3, round(AGREEING * len(shown))))


def _clusters(votes: Sequence[tuple[int, int]], apart: int, least: int) -> list[int]:
    """Middles of the offsets at which at least so many different frames agree, most first."""
    offsets = [offset for offset, _ in votes]
    found: list[tuple[int, int]] = []
    for offset in dict.fromkeys(offsets):
        inside = votes[bisect_left(offsets, offset - apart) : bisect_left(offsets, offset + apart + 1)]
        agreeing = len({number for _, number in inside})
        if agreeing >= least:
            found.append((agreeing, offset))
    chosen: list[int] = []
    for _, offset in sorted(found, key=lambda one: (-one[0], one[1])):
        if all(abs(offset - other) > apart for other in chosen):
            chosen.append(offset)
    return chosen[:MOST_FOUND]


def _glances(span: PictureSpan, rate: Fraction, sources: Sources) -> Iterator[tuple[int, Bytes]]:
    yield from glances(span, rate, lambda _: CANVAS, sources)


def _part(picture: Bytes, box: Box | None) -> Bytes:
    return picture[box[0] : box[1], box[2] : box[3]] if box else picture


def _row(picture: Bytes) -> Rows:
    row = reduced(grey(picture), *_SIZE).astype(np.float32).ravel()
    row -= row.mean()
    return row / max(1e-6, float(np.linalg.norm(row)))
