"""Measures motion, light, colour and busyness of small frames about ten times a second, and makes curves of them."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import cv2
import numpy as np
import numpy.typing as npt

from cutscore_composer.look.likeness import WIDTH, Bytes, Flow, grey
from cutscore_composer.look.seen import CURVE_HZ, Curve
from cutscore_composer.look.strength import STEPS

_FAST = 0.25
"""Mean movement, in widths of the picture a second, that gives motion 1 − 1/e."""
_BUSY = 0.045
"""Mean step between neighbouring pixels, of full scale, that gives complexity 1 − 1/e."""
_VISIBLE = 2
"""Difference, in grey levels, from which a place is seen to move; elsewhere the flow is guessed."""
_HELD = 0.25
"""Mean pixel difference, in grey levels, below which a frame is the one before: a still, a freeze, noise."""


def _saturation(small: Bytes) -> float:
    """Mean distance of the strongest colour channel from the weakest, 0 to 1."""
    red, green, blue = cv2.split(small)
    most, least = cv2.max(cv2.max(red, green), blue), cv2.min(cv2.min(red, green), blue)
    return float(cv2.norm(most, least, cv2.NORM_L1)) / most.size / 255


_SPARSE_HZ = 6
"""Samples a second where the shots are known: between them the curves go straight."""


def sample_step(rate: Fraction, *, sparse: bool = False) -> int:
    """Every how many frames a sample is taken: CURVE_HZ a second or more (sparse: half of it) where the rate allows."""
    return max(1, math.floor(rate / (_SPARSE_HZ if sparse else CURVE_HZ)))


@dataclass(slots=True)
class Measures:
    """What is measured of each sample, in order of time; `motion` is NaN where there is no frame to compare with."""

    rate: Fraction
    flow: Flow = field(default_factory=Flow)
    frames: list[int] = field(default_factory=list)
    motion: list[float] = field(default_factory=list)
    brightness: list[float] = field(default_factory=list)
    colour: list[float] = field(default_factory=list)
    complexity: list[float] = field(default_factory=list)
    _before: Bytes | None = None

    def start_shot(self) -> None:
        """The next sample has nothing to do with the one before."""
        self._before = None

    def add(self, frame: int, small: Bytes) -> None:
        """Measure the small frame shown at a record frame."""
        now = grey(small)
        self.motion.append(self._motion(frame, now))
        self.frames.append(frame)
        self.brightness.append(float(now.mean()) / 255)
        self.colour.append(_saturation(small))
        across, down = cv2.absdiff(now[:, 1:], now[:, :-1]), cv2.absdiff(now[1:], now[:-1])
        self.complexity.append(1 - math.exp(-(float(across.mean()) + float(down.mean())) / 2 / 255 / _BUSY))
        self._before = now

    def _motion(self, frame: int, now: Bytes) -> float:
        if self._before is None:
            return math.nan
        if float(cv2.norm(self._before, now, cv2.NORM_L1)) / now.size < _HELD:
            return 0.0
        flow = self.flow.between(self._before, now)
        visible = cv2.blur(cv2.absdiff(self._before, now), (5, 5)) >= _VISIBLE
        pixels = float(cv2.magnitude(flow[..., 0], flow[..., 1])[visible].sum()) / now.size
        seconds = float((frame - self.frames[-1]) / self.rate)
        return 1 - math.exp(-pixels / WIDTH / seconds / _FAST)

    def motion_curve(self, frames: int, cuts: Sequence[int]) -> Curve:
        """Motion with what lies across a cut left out; `cuts` in order."""
        kept = list(self.motion)
        for i in range(1, len(kept)):
            if bisect_right(cuts, self.frames[i]) > bisect_right(cuts, self.frames[i - 1]):
                kept[i] = math.nan
        return self.curve(kept, frames)

    def curve(self, values: Sequence[float], frames: int) -> Curve:
        """A measure as a quantised curve for a picture of `frames`."""
        times = np.array([float(frame / self.rate) for frame in self.frames])
        known = np.array(values, np.float64)
        good = ~np.isnan(known)
        wanted = np.arange(curve_length(frames, self.rate)) / CURVE_HZ
        made = np.interp(wanted, times[good], known[good]) if good.any() else np.zeros(len(wanted))
        return quantised_curve(made)


def curve_length(frames: int, rate: Fraction) -> int:
    """Samples of a curve for a picture of `frames`."""
    return math.ceil(frames / rate * CURVE_HZ) + 1


def quantised_curve(values: npt.NDArray[np.float64]) -> Curve:
    """Values brought to steps of 1/64 within 0 to 1."""
    return (np.clip(np.round(values * STEPS), 0, STEPS) / STEPS).astype(np.float32)
