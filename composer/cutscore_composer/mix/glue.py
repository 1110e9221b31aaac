"""Bus compression: a gentle compressor over the whole, by which all moves together."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

RATIO = 1.35
_THRESHOLD_DB = -36.0
"""Low, so that it works on the whole range of the music and not on its peaks: those are the limiter's."""
_STEP = 256
_ATTACK_SECONDS = 0.09
"""Slower than the attack of a drum: what strikes goes through."""
_RELEASE_SECONDS = 0.60


class Glue:
    """What is loud leans back, what is quiet comes a little nearer."""

    def __init__(self, rate: int, ratio: float = RATIO) -> None:
        self._slope = 1 - 1 / ratio
        self._attack, self._release = (
            float(np.exp(-_STEP / (seconds * rate))) for seconds in (_ATTACK_SECONDS, _RELEASE_SECONDS)
        )
        self._reduction_db = 0.0

    def gain(self, bus: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """The gain for each sample of a partition (2, n), n a multiple of 256."""
        steps = bus.reshape(2, -1, _STEP)
        power = np.einsum("cks,cks->k", steps, steps).astype(np.float64) / (2 * _STEP)
        wanted = np.maximum(0.0, 10 * np.log10(power + 1e-12) - _THRESHOLD_DB) * self._slope
        reductions = [self._reduction_db]
        for value in wanted.tolist():
            slow = self._attack if value > reductions[-1] else self._release
            reductions.append(value + (reductions[-1] - value) * slow)
        self._reduction_db = reductions[-1]
        nodes = 10 ** (-np.array(reductions) / 20)
        return ramps(nodes, _STEP)


def ramps(nodes: npt.NDArray[np.float64], step: int) -> npt.NDArray[np.float32]:
    """Straight lines between nodes that are `step` samples apart, the last node left out."""
    rise = np.diff(nodes)[:, None] * (np.arange(step) / step)
    return np.asarray((nodes[:-1, None] + rise).reshape(-1), np.float32)
