"""A true-peak limiter: looks ahead, acts on the four times oversampled peak, lets go slowly.

The gain is down before a peak comes and back 180 ms (1/e) after it; it is smooth throughout, so
that it neither clicks nor distorts the bass. It is a curve over the whole cue: the master and each
of its stems are multiplied by the same one, so that the stems sum to the master.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from cutscore_composer.mix.cells import CELL
from cutscore_composer.mix.glue import ramps
from cutscore_composer.mix.tape import Tape

Audio = npt.NDArray[np.float32]
Cellwise = npt.NDArray[np.float32]

_LOOK_AHEAD_SECONDS = 0.006
_RELEASE_SECONDS = 0.18
_STRETCH = 4096
"""Cells that are let go at a time: more, and the release's powers would vanish."""
_BLOCK = 1024 * CELL


def limiter_curve(peaks: Cellwise, gain: float, ceiling: float, rate: int) -> Cellwise:
    """The gain of each cell that holds `peaks` times `gain` under `ceiling` (amplitudes), `gain` not included."""
    need = np.log(np.maximum(np.float32(1.0), peaks * np.float32(gain / ceiling)))
    if not need.any():
        return np.ones(len(peaks), np.float32)
    reach = max(3, round(_LOOK_AHEAD_SECONDS * rate / CELL))
    held = _let_go(maximum_filter1d(need, 2 * reach + 1), math.exp(-CELL / (_RELEASE_SECONDS * rate)))
    # Smoothed, twice, over less than what was held: it is as low as it must be wherever a peak is and at both its
    # neighbours, and has no corner.
    width = reach if reach % 2 else reach - 1
    return np.asarray(uniform_filter1d(uniform_filter1d(np.exp(-held), width), width), np.float32)


def with_gain(tape: Tape, cells: Cellwise, gain: float) -> Iterator[Audio]:
    """The tape times `gain` times the curve, straight between the middles of its cells; as long as the tape."""
    edges = np.concatenate([cells[:1], (cells[1:] + cells[:-1]) / 2, cells[-1:]]).astype(np.float64) * gain
    for first in range(0, tape.samples, _BLOCK):
        size = min(_BLOCK, tape.samples - first)
        nodes = edges[first // CELL : first // CELL + -(-size // CELL) + 1]
        yield tape.read(first, first + size) * ramps(nodes, CELL)[:size, None]


def _let_go(need: Cellwise, release: float) -> npt.NDArray[np.float64]:
    """The need for reduction (nepers), falling no faster than the release."""
    held = np.empty(len(need))
    fall = release ** np.arange(1, _STRETCH + 1)
    before = 0.0
    for first in range(0, len(need), _STRETCH):
        part = need[first : first + _STRETCH]
        falling = fall[: len(part)]
        held[first : first + len(part)] = np.maximum(np.maximum.accumulate(part / falling), before) * falling
        before = float(held[first + len(part) - 1])
    return held
