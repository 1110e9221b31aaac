"""Finds changes of shot in a row of small frames: hard cuts, fades through black or white, dissolves.

    >>> find_changes(frames, Fraction(24))          # doctest: +SKIP
    [Change(frame=334, kind='cut', frames=0), Change(frame=520, kind='fade', frames=31)]

Candidates come from colour and pixel differences; each must then prove that movement does not explain
it and that it is no flash, after which the old shot returns. Dissolves must be a linear mix of the
pictures on both sides. Wherever two rows of frames overlap the result is the same, so a film can be
searched in pieces (see `shots`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from cutscore_composer.look.gradual import find_dissolves, find_fades, tiny_frames
from cutscore_composer.look.likeness import Bytes, Floats, Flow, grey, histogram, pixel_difference
from cutscore_composer.picture import CutKind

Tick = Callable[[], None]

HARD_FLOOR = 0.12
"""Least difference (histogram share + 2 × pixel share) of a hard cut."""
HARD_RATIO = 2.3
"""A cut stands out from the median difference around it by this."""
SAME_SHOT = 0.45
"""Likeness from which two frames are of one shot: of 140 checked cuts none had more than .38."""
_BLACK = 12
"""Grey level up to which a pixel is black."""
_LETTERS = 0.18
"""Share of the frame that lettering over black fills at most."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of shot at index `frame` of the row (middle of a transition); `frames` long, 0 for a hard cut."""

    frame: int
    kind: CutKind
    frames: int = 0


def step_differences(frames: Bytes) -> Floats:
    """How much frame i differs from frame i − 1: (n,) float32, 0 at the first."""
    steps = np.zeros(len(frames), np.float32)
    if not len(frames):
        return steps
    before = histogram(frames[0])
    for i in range(1, len(frames)):
        now = histogram(frames[i])
        steps[i] = 0.5 * float(np.abs(now - before).sum()) + 2 * pixel_difference(frames[i - 1], frames[i])
        before = now
    return steps


def find_hard_cuts(frames: Bytes, steps: Floats, flow: Flow, tick: Tick) -> list[int]:
    """Indices of the first frames after hard cuts."""
    found = []
    last = len(frames) - 1
    for i in np.flatnonzero(steps >= HARD_FLOOR).tolist():
        around = steps[max(0, i - 7) : i + 8]
        if steps[i] < steps[max(0, i - 2) : i + 3].max() or steps[i] < HARD_RATIO * float(np.median(around)):
            continue
        tick()
        old, new = grey(frames[i - 1]), grey(frames[i])
        if _is_lettering(old, new) or flow.likeness(old, new) >= SAME_SHOT:
            continue
        returns = any(flow.likeness(old, grey(frames[j])) >= SAME_SHOT for j in range(i + 1, min(last, i + 3) + 1))
        was_there = any(flow.likeness(grey(frames[j]), new) >= SAME_SHOT for j in range(max(0, i - 4), i - 1))
        if not returns and not was_there:
            found.append(i)
    return found


def _is_lettering(old: Bytes, new: Bytes) -> bool:
    """Whether both are black but for a few bright lines: titles that come and go over black are not shots."""
    return bool(max((old > _BLACK).mean(), (new > _BLACK).mean()) < _LETTERS)


def find_changes(frames: Bytes, rate: Fraction, tick: Tick = lambda: None) -> list[Change]:
    """Every change of shot in `frames`, (n, 72, 128, 3) uint8 RGB at `rate`; `tick` is called all along."""
    if len(frames) < 3:
        return []
    flow = Flow()
    steps = step_differences(frames)
    hard = find_hard_cuts(frames, steps, flow, tick)
    tick()
    tiny = tiny_frames(frames)
    fades = find_fades(frames, tiny, hard, rate, flow)
    taken = np.zeros(len(frames), np.bool_)
    taken[hard] = True
    for fade in fades:
        taken[fade.start : fade.end + 1] = True
    tick()
    dissolves = find_dissolves(frames, tiny, taken, rate, flow)
    changes = [Change(i, "cut") for i in hard]
    changes += [Change(g.middle, "fade" if g.fade else "dissolve", g.end - g.start) for g in (*fades, *dissolves)]
    return sorted(changes, key=lambda change: change.frame)
