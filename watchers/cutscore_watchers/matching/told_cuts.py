"""Told cuts: the changes of picture that a timeline tells and that can be seen in a render of it."""

from __future__ import annotations

from cutscore.cut import Cut, Span
from cutscore_composer.timebase import seconds_at
from cutscore_watchers.matching.alignment import CutList


def told_cuts(cut: Cut) -> CutList:
    """Where the shots of a timeline change: hard cuts by frame, dissolves and fades by their range."""
    hard, gradual = [], []
    for before, after in zip(cut.spans, cut.spans[1:], strict=False):
        over = after.transition_in
        if over is not None and over.in_frames + over.out_frames > 0:
            gradual.append((after.record_in - over.in_frames, after.record_in + over.out_frames))
        elif not _goes_on(before, after, cut):
            hard.append(after.record_in)
    return CutList(tuple(hard), tuple(gradual), cut.duration)


def _goes_on(before: Span, after: Span, cut: Cut) -> bool:
    """Whether nothing changes to the eye: a cut through one shot, or two stretches of black in a row."""
    if before.kind == after.kind == "gap":
        return True
    if before.media is None or before.media != after.media or before.kind != after.kind:
        return False
    if before.kind == "still":
        return True
    if before.speed != after.speed or before.image_rate != after.image_rate:
        return False
    reached = before.source_in + seconds_at(before.record_out - before.record_in, cut.rate) * before.speed
    return abs(reached - after.source_in) * cut.rate < 1
