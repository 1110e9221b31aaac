"""Alignment: where in a timeline the cuts of a render lie, from the two lists of cuts alone.

Each place is given its evidence in nats: how much likelier the render's cuts are if the render shows the
timeline from there than if it is some other film of the same pace. A cut that lies where the timeline has
one speaks for the place, a cut of the timeline that was not seen against it, and so does one that only
the render has (though less: a clip may be an edit itself, and whoever looks for cuts errs).

    >>> told = CutList((100, 160, 205, 310, 400, 420), (), 500)
    >>> best = align(RenderCuts((35, 80, 185), (), 0, 230), told)[0]
    >>> best.offset
    125
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cutscore_watchers.matching.pace import SAME, Numbers, Pace

Values = npt.NDArray[np.float64]

SEEN = 0.8
"""Probability that a cut of the timeline is found in the render."""
EXACT = 0.95
"""Share of found cuts that are found at the very frame; the others lie one frame off."""
GRADUAL_SEEN = 0.5
"""Probability that a dissolve or fade of the timeline is found."""
EXTRA = 0.3
"""Density of cuts that only the render has, as a share of the density of all its cuts."""
MOST_PAIRS = 20_000_000
"""Pairs of cuts that are compared at most; of a render with more the first ones count."""
LONGEST_HEAD_SECONDS = 180
"""Bars, slate and black before or after the timeline's own frames last no longer."""


@dataclass(frozen=True, slots=True)
class CutList:
    """The cuts of a timeline, in its frames, in order."""

    hard: tuple[int, ...]
    gradual: tuple[tuple[int, int], ...]
    """First frame of each dissolve or fade and the frame after its last."""
    frames: int


@dataclass(frozen=True, slots=True)
class RenderCuts:
    """The cuts found in a render, in its own frames, in order."""

    hard: tuple[int, ...]
    gradual: tuple[int, ...]
    """The middle of each."""
    first: int
    """The first frame that is not the black before the picture."""
    frames: int
    """The frame after the last that is not the black after it."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """One place: the frame of the timeline that the render's first frame shows (below 0: before its start)."""

    offset: int
    pace: Pace
    evidence: float
    """Nats for this place, against a render of some other film."""
    matched: int
    """Hard cuts of the render that lie on cuts of the timeline, to the frame or one off."""
    exact: int
    missed: int
    """Hard cuts of the timeline in the range that the render does not have."""
    extra: int


def align(
    render: RenderCuts,
    timeline: CutList,
    pace: Pace = SAME,
    *,
    longest_head: int = 0,
    most: int = 200,
) -> tuple[Alignment, ...]:
    """The likeliest places, best first; none when no cut of the render lies on any of the timeline.

    `longest_head` is how many frames of the timeline's length the render may begin before it or end after it.
    """
    hard, told = _limited(render.hard, len(timeline.hard)), np.array(timeline.hard, np.int64)
    if not len(hard) or not len(told):
        return ()
    low, high = _offsets_of_pairs(hard, told, pace)
    offsets, exact, near = _votes(low, high)
    shown = pace.shown(render.frames, 0)
    inside = (offsets >= -longest_head) & (offsets + shown <= timeline.frames + longest_head)
    offsets, exact, near = offsets[inside], exact[inside], near[inside]
    if not len(offsets):
        return ()
    matched = np.minimum(exact + near, len(hard))
    first, last = pace.shown(render.first, 0), shown
    expected = _count_between(told, offsets + first + 1, offsets + last)
    missed = np.maximum(0, expected - matched)
    extra = len(hard) - matched
    evidence = _evidence(render, pace, exact, matched - np.minimum(matched, exact), missed, extra)
    evidence += _gradual_evidence(render, timeline, offsets, pace)
    order = np.argsort(-evidence, kind="stable")[:most]
    return tuple(
        Alignment(
            int(offsets[i]), pace, float(evidence[i]), int(matched[i]), int(exact[i]), int(missed[i]), int(extra[i])
        )
        for i in order
    )


def needed_evidence(frames: int) -> float:
    """Nats that make one place among `frames` certain enough: a chance of 1 in 1,000 that all of it is chance."""
    return math.log(max(2, frames)) + math.log(1000)


def _limited(cuts: tuple[int, ...], others: int) -> Numbers:
    return np.array(cuts[: max(1, MOST_PAIRS // max(1, others))], np.int64)


def _offsets_of_pairs(hard: Numbers, told: Numbers, pace: Pace) -> tuple[Numbers, Numbers]:
    """For each pair of a cut of the render and one of the timeline, the first and last offset that joins them.

    Frame f is the first that shows frame c or a later one: shown(f) ≥ c > shown(f − 1).
    """
    reached = pace.all_shown(hard)
    before = pace.all_shown(hard - 1)
    high = told[:, None] - before[None, :] - 1
    low = told[:, None] - reached[None, :]
    return low.ravel(), high.ravel()


def _votes(low: Numbers, high: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Offsets with how many pairs meet there exactly, and how many one frame off."""
    exact_at = [low + step for step in range(max(1, int((high - low).max()) + 1))]
    exact = np.concatenate([at[at <= high] for at in exact_at])
    # Where a frame of the render only repeats the one before, no cut can begin with it: it is one off at best.
    near = np.concatenate([np.minimum(low, high + 1) - 1, np.maximum(high, low - 1) + 1])
    offsets, where = np.unique(np.concatenate([exact, near]), return_inverse=True)
    exact_count = np.bincount(where[: len(exact)], minlength=len(offsets))
    near_count = np.bincount(where[len(exact) :], minlength=len(offsets))
    return offsets, exact_count.astype(np.int64), near_count.astype(np.int64)


def _count_between(told: Numbers, first: Numbers, last: Numbers) -> Numbers:
    """Cuts of the timeline from `first` up to `last` (not included)."""
    return np.asarray(np.maximum(0, np.searchsorted(told, last) - np.searchsorted(told, first)), np.int64)


def _evidence(render: RenderCuts, pace: Pace, exact: Numbers, near: Numbers, missed: Numbers, extra: Numbers) -> Values:
    density = len(render.hard) / max(1, render.frames - render.first)
    exact = np.minimum(exact, len(render.hard))
    # One frame of the render that moves on by several of the timeline says less exactly where it is.
    per_frame = math.log(max(1.0, float(pace.ratio)))
    for_exact = math.log(SEEN * EXACT / density) - per_frame
    for_near = math.log(SEEN * (1 - EXACT) / 2 / density) - per_frame
    return np.asarray(
        exact * for_exact + near * for_near + missed * math.log(1 - SEEN) + extra * math.log(EXTRA), np.float64
    )


def _gradual_evidence(render: RenderCuts, timeline: CutList, offsets: Numbers, pace: Pace) -> Values:
    """What dissolves and fades say: their frame is found roughly, so they weigh less."""
    made = np.zeros(len(offsets))
    if not timeline.gradual:
        return made
    density = max(1, len(render.gradual)) / max(1, render.frames - render.first)
    middles = pace.all_shown(np.array(render.gradual, np.int64))
    first, last = pace.shown(render.first, 0), pace.shown(render.frames, 0)
    for start, end in timeline.gradual:
        slack = max(2, (end - start) // 2)
        within = (offsets + first < start) & (offsets + last > end)
        if not len(middles):
            made += within * math.log(1 - GRADUAL_SEEN)
            continue
        middle = (start + end) // 2
        wanted = middle - offsets
        at = np.clip(np.searchsorted(middles, wanted), 1, len(middles)) - 1
        nearest = np.minimum(
            np.abs(middles[at] - wanted), np.abs(middles[np.minimum(at + 1, len(middles) - 1)] - wanted)
        )
        gain = max(0.0, math.log(GRADUAL_SEEN / (density * (2 * slack + 1))))
        made += within * np.where(nearest <= slack, gain, math.log(1 - GRADUAL_SEEN))
    return made
