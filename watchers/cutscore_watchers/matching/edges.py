"""Edges: what a render has before and after the timeline's own frames: black, bars, a slate, a tail.

render:     ■■■■ slate ■■■■ shot  shot  shot ■■■■
timeline:                   ^record_in       ^record_out
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from cutscore_composer.look.likeness import Bytes, pixel_difference
from cutscore_watchers.matching.alignment import LONGEST_HEAD_SECONDS
from cutscore_watchers.matching.checking import Checker
from cutscore_watchers.matching.comparing import UNLIKE, is_black, likeness
from cutscore_watchers.matching.pace import first_frame_from, timeline_frame

_MOST_SHOTS = 4
"""Shots of the render that are no part of the timeline, at each end, at most."""
_STILL = 0.004
"""Mean difference of all pixels, of full scale, below which a picture stands still."""


@dataclass(frozen=True, slots=True)
class Edges:
    """The range of the timeline, half-open, and the render's frame at which it begins."""

    record_in: int
    record_out: int
    head_frames: int


def edges_of(checker: Checker, offset: int, pace: Fraction) -> Edges | None:
    """Where the timeline's own frames begin and end in a render; None when nothing is left between."""
    render, duration = checker.render, checker.timeline.cut.duration
    head = max(0, first_frame_from(0, offset, pace))
    end = min(render.frames, first_frame_from(duration, offset, pace))
    head = _moved(checker, offset, pace, head, end, step=1)
    end = _moved(checker, offset, pace, end - 1, head - 1, step=-1) + 1
    if head >= end:
        return None
    # A render whose rate is lower ends between two frames of the timeline.
    record_out = min(duration, offset + math.floor(end * pace + Fraction(1, 2)))
    record_in = max(0, timeline_frame(head, offset, pace))
    return Edges(record_in, record_out, head) if record_in < record_out else None


def _moved(checker: Checker, offset: int, pace: Fraction, start: int, stop: int, step: int) -> int:
    """The first frame from `start` in direction `step` that may be the timeline's."""
    at, render = start, checker.render
    limit = start + step * math.ceil(LONGEST_HEAD_SECONDS * render.rate)
    for _ in range(_MOST_SHOTS):
        if (stop - at) * step <= 0 or (limit - at) * step <= 0 or not _is_foreign(checker, offset, pace, at, step):
            return at
        following = _next_change(checker, at, step)
        if following is None:
            return at
        at = _back_over_black(checker, offset, pace, following, at, step)
    return at


def _back_over_black(checker: Checker, offset: int, pace: Fraction, at: int, limit: int, step: int) -> int:
    """The first of the black frames before `at` that the timeline has too: a shot may begin or end in black."""
    while at != limit:
        before = checker.render.frame(at - step)
        place = timeline_frame(at - step, offset, pace)
        wanted = checker.timeline.some([place]).get(place)
        if before is None or wanted is None or not (is_black(before) and is_black(wanted)):
            break
        at -= step
    return at


def _is_foreign(checker: Checker, offset: int, pace: Fraction, frame: int, step: int) -> bool:
    """Whether a frame of the render certainly is not what the timeline has there."""
    shown = checker.render.frame(frame)
    place = timeline_frame(frame, offset, pace)
    wanted = checker.timeline.some([place]).get(place)
    if shown is None:
        return False
    if wanted is None:
        return not checker.timeline.is_empty(place) and _ends_without_reason(checker, offset, pace, frame, step)
    if is_black(shown) or is_black(wanted):
        return _levels_apart(shown, wanted)
    value = likeness(shown, wanted)
    return value is not None and value < UNLIKE


def _levels_apart(shown: Bytes, wanted: Bytes) -> bool:
    """Whether one is black and the other is plainly not."""
    return is_black(shown) != is_black(wanted) and abs(float(shown.mean()) - float(wanted.mean())) > 12


def _ends_without_reason(checker: Checker, offset: int, pace: Fraction, frame: int, step: int) -> bool:
    """Where no media tell: whether black, or a picture that stands still, ends at once where the timeline has no cut.

    Black that ends with a cut of the timeline is no part of it either: an editor ends a slug of black otherwise.
    """
    render, shown = checker.render, checker.render.frame(frame)
    change = _next_change(checker, frame, step)
    if shown is None or change is None:
        return False
    if is_black(shown):
        after, later = render.frame(change), render.frame(change + 6 * step)
        return after is not None and later is not None and float(after.mean()) >= float(later.mean()) / 2
    told = {timeline_frame(change if step > 0 else change + 1, offset, pace) + off for off in (-1, 0, 1)}
    if told & set(checker.told.hard):
        return False
    still = [render.frame(frame + (change - frame) * part // 4) for part in range(4)]
    return all(one is not None and pixel_difference(shown, one) < _STILL for one in still)


def _next_change(checker: Checker, frame: int, step: int) -> int | None:
    """The first frame after a stretch of black, or of the shot that the render has at `frame`, in a direction."""
    render = checker.render
    shown = render.frame(frame)
    if shown is not None and is_black(shown):
        for at in range(frame, frame + step * math.ceil(LONGEST_HEAD_SECONDS * render.rate), step):
            picture = render.frame(at)
            if picture is None:
                return None
            if not is_black(picture):
                return at
        return None
    if step > 0:
        return next((cut for cut in render.cuts.hard if cut > frame), None)
    return next((cut - 1 for cut in reversed(render.cuts.hard) if cut <= frame), None)
