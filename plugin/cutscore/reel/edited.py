"""Edited: the pictures of an edit in order, one for each record frame, its dissolves and fades real.

Frame i of a transition of n frames shows (i + ½) / n of the incoming picture, so that a transition
looks the same forwards and backwards. Where a clip's media has no frames beyond its edge, its first
or last frame is held.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from av.video.frame import VideoFrame

from cutscore_composer.media.canvas import Canvas
from cutscore_composer.media.shown import Sources, frames_for
from cutscore_composer.picture import Picture
from cutscore_composer.timebase import round_half_up


@dataclass(frozen=True, slots=True)
class Zone:
    """The record frames over which one span turns into the next."""

    frame_in: int
    frame_out: int
    through_black: bool
    """Whether the one fades out before the other fades in (a fade between two clips)."""


def zones(picture: Picture) -> dict[int, Zone]:
    """The transitions of an edit by the record frame of their cut.

    A transition that would reach over a whole neighbouring span or into another transition is
    shortened to what is left for it.
    """
    edges = {span.record_in: (before, span) for before, span in zip(picture.spans, picture.spans[1:], strict=False)}
    found: dict[int, Zone] = {}
    free_from = 0
    for cut in picture.cuts:
        if cut.frame not in edges or cut.in_frames + cut.out_frames <= 0:
            free_from = max(free_from, cut.frame)
            continue
        before, after = edges[cut.frame]
        start = max(cut.frame - cut.in_frames, before.record_in, free_from)
        end = min(cut.frame + cut.out_frames, after.record_out)
        if start < end:
            both_shown = before.media is not None and after.media is not None
            found[cut.frame] = Zone(start, end, cut.kind == "fade" and both_shown)
            free_from = end
    return found


def edited_frames(
    picture: Picture, canvas: Canvas, sources: Sources, frame_in: int = 0, frame_out: int | None = None
) -> Iterator[VideoFrame]:
    """One picture for each record frame from `frame_in` up to `frame_out`, transitions and the edit's own fades mixed.

    The same object may come several times: set its time stamp before each use, never draw into it.
    """
    last = picture.frames if frame_out is None else frame_out
    for number, frame in enumerate(_joined(picture, canvas, sources, frame_in, last), start=frame_in):
        lit = picture.lit_at(number)
        yield frame if lit == 1 else _mixed(canvas.black(), frame, lit, canvas, through_black=False)


def _joined(picture: Picture, canvas: Canvas, sources: Sources, frame_in: int, last: int) -> Iterator[VideoFrame]:
    """The spans with the transitions between them."""
    transitions = zones(picture)
    leaving: Iterator[VideoFrame] = iter(())
    for span in picture.spans:
        head, tail = transitions.get(span.record_in), transitions.get(span.record_out)
        start = max(frame_in, head.frame_in if head else span.record_in)
        end = min(last, tail.frame_out if tail else span.record_out)
        if start >= end:
            continue
        arriving = frames_for(span, picture.rate, start, end, canvas, sources)
        alone_from, alone_to = start, min(last, tail.frame_in if tail else span.record_out)
        if head is not None:
            alone_from = max(start, min(head.frame_out, last))
            for frame in range(start, alone_from):
                share = Fraction(2 * (frame - head.frame_in) + 1, 2 * (head.frame_out - head.frame_in))
                yield _mixed(next(leaving), next(arriving), share, canvas, head.through_black)
            next(leaving, None)  # runs to its end, which gives its file free
        for _ in range(alone_from, alone_to):
            yield next(arriving)
        if tail is None:
            next(arriving, None)
        leaving = arriving


def _mixed(a: VideoFrame, b: VideoFrame, share: Fraction, canvas: Canvas, through_black: bool) -> VideoFrame:
    """`share` of `b` over the rest of `a`, or one of them and black."""
    if through_black:
        a, b, share = (a, canvas.black(), 2 * share) if share < Fraction(1, 2) else (canvas.black(), b, 2 * share - 1)
    weight = round_half_up(share * 256)
    pictures = a.to_ndarray().astype(np.uint16), b.to_ndarray().astype(np.uint16)
    mixed = (pictures[0] * np.uint16(256 - weight) + pictures[1] * np.uint16(weight) + np.uint16(128)) >> 8
    return VideoFrame.from_ndarray(mixed.astype(np.uint8), format=canvas.format)
