"""Drive: the gentle saturation of tape and valves, on each stem's way to the bus."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

_FULL = 0.25
"""The amplitude (before mastering) that is driven as hard as the style says."""
_HARDEST = 2.2


def driven(rows: npt.NDArray[np.float64], drive: float) -> npt.NDArray[np.float64]:
    """Rows of left and right, their peaks rounded; 0 leaves them alone, 1 is a guitar amplifier near its limit.

    What is quiet keeps its level, so that drive takes dynamics away but does not make louder.
    """
    if not drive:
        return rows
    steep = drive * _HARDEST / _FULL
    return np.asarray(np.tanh(rows * steep) / steep)
