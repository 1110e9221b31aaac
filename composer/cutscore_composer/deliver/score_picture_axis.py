"""The time axis of the score picture: seconds to columns, and ticks at round timecodes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from cutscore_composer.timebase import nominal_rate, timecode

_WIDEST, _NARROWEST = 4800, 1600
_COLUMNS_A_SECOND = 30
LEFT, RIGHT = 132, 40
"""Margins, in pixels; the names of the lanes stand in the left one."""
_TICK_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)


@dataclass(frozen=True, slots=True)
class Axis:
    """Where moments of a cue stand on the sheet."""

    rate: Fraction
    frames: int
    start_frame: int
    drop_frame: bool
    width: int
    """Of the whole sheet, in pixels."""

    @property
    def left(self) -> int:
        """Column of the first frame."""
        return LEFT

    @property
    def right(self) -> int:
        """Column just after the last frame."""
        return self.width - RIGHT

    @property
    def columns(self) -> int:
        """Columns that the cue covers."""
        return self.right - self.left

    @property
    def seconds(self) -> float:
        """Length of the cue."""
        return float(self.frames / self.rate)

    def x(self, seconds: float) -> float:
        """Column of a time, cut to the cue."""
        return self.left + self.columns * min(max(seconds / self.seconds, 0.0), 1.0)

    def x_of_frame(self, frame: int) -> float:
        """Column of a frame."""
        return self.x(float(frame / self.rate))

    def ticks(self, apart: float) -> tuple[list[tuple[float, str]], list[float]]:
        """Labelled ticks (column, timecode) at least `apart` pixels apart, and columns of small ones between."""
        base = nominal_rate(self.rate)
        steps = [n for n in (1, 2, 5) if n < base] + [base // 2] * (base > 10) + [base * s for s in _TICK_SECONDS]
        pixel_frames = self.frames / self.columns
        step = next((s for s in steps if s / pixel_frames >= apart), steps[-1])
        smaller = [s for s in steps if s < step and step % s == 0 and s / pixel_frames >= 14]
        labelled = [
            (self.x_of_frame(frame), timecode(self.start_frame + frame, self.rate, self.drop_frame))
            for frame in self._multiples(step)
        ]
        small = [self.x_of_frame(frame) for frame in self._multiples(smaller[0])] if smaller else []
        return labelled, small

    def _multiples(self, step: int) -> range:
        """Frames from the first whose timecode is a whole number of steps."""
        return range(-self.start_frame % step, self.frames + 1, step)


def axis_for(rate: Fraction, frames: int, start_frame: int, drop_frame: bool = False) -> Axis:
    """An axis as wide as the cue's length asks for, within what a screen shows."""
    wanted = LEFT + RIGHT + round(frames / rate * _COLUMNS_A_SECOND)
    return Axis(rate, max(1, frames), start_frame, drop_frame, min(max(wanted, _NARROWEST), _WIDEST))
