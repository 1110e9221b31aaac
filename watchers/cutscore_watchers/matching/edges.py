"""Edges: what a render has before and after the timeline's own frames: black, bars, a slate, a tail.

render:     ■■■■ slate ■■■■ shot  shot  shot ■■■■
timeline:                   ^record_in       ^record_out
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from cutscore_composer.look.likeness import Bytes
from cutscore_watchers.matching.alignment import LONGEST_HEAD_SECONDS
from cutscore_watchers.matching.checking import Checker
from cutscore_watchers.matching.comparing import ALIKE, UNLIKE, is_black, likeness
from cutscore_watchers.matching.pace import Pace

_MOST_SHOTS = 4
"""Shots of the render that are no part of the timeline, at each end, at most."""

_LIGHTER = 12.0
"""Grey levels by which a picture is plainly lighter than black."""
_EMPTY, _FULL = 1.0, 3.0
"""Standard deviations, in grey levels, of black that a program made and of the darkest picture."""
_BLACK_PLACES = 8
"""Frames of a stretch of black that are compared with the timeline."""
_REACH = 2
_CLEARLY = 0.6
"""Share of the next best frame's error that the right frame's has at most."""


@dataclass(frozen=True, slots=True)
class Edges:
    """The range of the timeline, half-open, the render's frame at which it begins, and the pace from there."""

    record_in: int
    record_out: int
    head_frames: int
    pace: Pace


def edges_of(checker: Checker, offset: int, pace: Pace) -> Edges | None:
    """Where the timeline's own frames begin and end in a render; None when nothing is left between."""
    render, duration = checker.render, checker.timeline.cut.duration
    head = max(0, pace.first_frame(0, offset))
    end = min(render.frames, pace.first_frame(duration, offset))
    head = _moved(checker, offset, pace, head, end, step=1)
    end = _moved(checker, offset, pace, end - 1, head - 1, step=-1) + 1
    if head >= end:
        return None
    record_in = max(0, pace.shown(head, offset))
    if head and pace.ratio != 1:
        record_in, pace = _begun_anew(checker, record_in, pace, head)
    record_out = min(duration, record_in + pace.lasts(end - head))
    if pace.ratio != 1:
        # Programs convert rates in ways of their own, up to a frame late: what is seen first and last counts.
        record_in += _step_seen(checker, head, record_in) or 0
        record_out = min(duration, record_in + pace.lasts(end - head))
        last = pace.shown(end - 1, offset)
        step = _step_seen(checker, end - 1, last)
        if step is not None:
            record_out = min(duration, last + step + max(1, round(pace.ratio)))
    return Edges(record_in, record_out, head, pace) if record_in < record_out else None


def _step_seen(checker: Checker, frame: int, place: int) -> int | None:
    """By how many frames of the timeline a frame of the render shows another than `place`; None: it is not clear."""
    shown = checker.render.frame(frame)
    around = checker.timeline.some(range(place - _REACH, place + _REACH + 1))
    if shown is None:
        return None
    found = {at - place: likeness(shown, picture, checker.render.box) for at, picture in around.items()}
    errors = {step: 1 - value for step, value in found.items() if value is not None and value >= ALIKE}
    if len(errors) < 3:
        return None
    best, second = sorted(errors, key=lambda step: errors[step])[:2]
    return best if errors[best] < _CLEARLY * errors[second] else None


def _begun_anew(checker: Checker, record_in: int, pace: Pace, head: int) -> tuple[int, Pace]:
    """The first frame of the part, and its pace, when the part begins with a frame of its own after a head.

    At another rate the frames after a head follow no longer those that a part without one would have. Of the
    beginnings that are possible the one counts that puts most cuts of the render at their frames.
    """
    found = set(checker.render.changes.hard)
    best = -1, record_in, pace
    for begin in (record_in, record_in + 1, record_in - 1):
        for start in (Fraction(0), Fraction(1, 2)):
            place = begin + start - head * pace.ratio
            tried, offset = Pace(pace.ratio, place % 1), math.floor(place)
            fitting = sum(tried.first_frame(cut, offset) in found for cut in checker.told.hard)
            best = max(best, (fitting, begin, tried), key=lambda one: one[0])
    return best[1], best[2]


def _moved(checker: Checker, offset: int, pace: Pace, start: int, stop: int, step: int) -> int:
    """The first frame from `start` in direction `step` that may be the timeline's."""
    at, render = start, checker.render
    limit = start + step * math.ceil(LONGEST_HEAD_SECONDS * render.rate)
    for _ in range(_MOST_SHOTS):
        shown = render.frame(at)
        lit = _next_change(checker, at, step) if shown is not None and is_black(shown) else at
        if lit is None or (stop - lit) * step <= 0 or (limit - lit) * step <= 0:
            return at
        if not _is_foreign(checker, offset, pace, lit, step):
            if lit == at or not _is_foreign_black(checker, offset, pace, at, step):
                return at
            return _back_over_black(checker, offset, pace, lit, at, step)
        following = _next_change(checker, lit, step)
        if following is None:
            return at
        at = following
    return at


def _back_over_black(checker: Checker, offset: int, pace: Pace, at: int, limit: int, step: int) -> int:
    """The first of the black frames before `at` that the timeline has too: a shot may begin or end in black."""
    while at != limit:
        before = checker.render.frame(at - step)
        place = pace.shown(at - step, offset)
        wanted = checker.timeline.some([place]).get(place)
        if before is None or wanted is None or not is_black(before) or _levels_apart(before, wanted):
            break
        at -= step
    return at


def _is_foreign(checker: Checker, offset: int, pace: Pace, frame: int, step: int) -> bool:
    """Whether a frame of the render that is not black certainly is not what the timeline has there."""
    shown = checker.render.frame(frame)
    if shown is None:
        return False
    place = pace.shown(frame, offset)
    wanted = checker.timeline.some([place]).get(place)
    if wanted is None:
        return not checker.timeline.is_empty(place) and _ends_without_reason(checker, offset, pace, frame, step)
    if is_black(wanted):
        return _levels_apart(shown, wanted)
    value = likeness(shown, wanted, checker.render.box)
    return value is not None and value < UNLIKE


def _is_foreign_black(checker: Checker, offset: int, pace: Pace, frame: int, step: int) -> bool:
    """Whether the timeline has a picture anywhere where the render is black from `frame` on."""
    change = _next_change(checker, frame, step)
    length = abs((frame if change is None else change) - frame)
    looked = [frame + step * (length * part // _BLACK_PLACES) for part in range(_BLACK_PLACES)]
    if length:
        looked.append(frame + step * (length - 1))
    places = {pace.shown(at, offset) for at in looked}
    black = checker.render.frame(frame)
    told = checker.timeline.some(places)
    if black is not None and any(_levels_apart(black, wanted) for wanted in told.values()):
        return True
    untold = [place for place in places if place not in told and not checker.timeline.is_empty(place)]
    return bool(untold) and _ends_without_reason(checker, offset, pace, frame, step)


def _levels_apart(shown: Bytes, wanted: Bytes) -> bool:
    """Whether one is black and the other is plainly not: lighter, or dark with something in it."""
    if is_black(shown) == is_black(wanted):
        return False
    if abs(float(shown.mean()) - float(wanted.mean())) > _LIGHTER:
        return True
    return (
        min(float(shown.std()), float(wanted.std())) < _EMPTY and max(float(shown.std()), float(wanted.std())) > _FULL
    )


def _ends_without_reason(checker: Checker, offset: int, pace: Pace, frame: int, step: int) -> bool:
    """Where no media tell: whether black, or a picture that stands still, ends at once where the timeline has no cut.

    Black that ends with a cut of the timeline is no part of it either: an editor ends a slug of black otherwise.
    """
    render, shown = checker.render, checker.render.frame(frame)
    change = _next_change(checker, frame, step)
    if shown is None or change is None:
        return False
    if is_black(shown):
        begin, end = sorted((pace.shown(frame, offset), pace.shown(change, offset)))
        if any(begin + 1 < cut < end - 1 for cut in checker.told.hard):
            return True  # no edit cuts from black to black
        after, later = render.frame(change), render.frame(change + 6 * step)
        return after is not None and later is not None and float(after.mean()) >= float(later.mean()) / 2
    told = {pace.shown(change if step > 0 else change + 1, offset) + off for off in (-1, 0, 1)}
    if told & set(checker.told.hard):
        return False
    return render.stands_still(*((frame, change) if step > 0 else (change + 1, frame + 1)))


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
        return next((cut for cut in render.changes.hard if cut > frame), None)
    return next((cut - 1 for cut in reversed(render.changes.hard) if cut <= frame), None)
