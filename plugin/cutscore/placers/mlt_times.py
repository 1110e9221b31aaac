"""Writes times as an MLT project writes its own: in frames, or as a clock that melt reads back to the same frame.

>>> from fractions import Fraction
>>> clock(50, Fraction(25))
'00:00:02.000'
>>> clock(1, Fraction(24000, 1001))
'00:00:00.042'
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import floor

from cutscore.readers.mlt_values import Element, Times

_TIMED = ("entry", "blank", "chain", "producer", "tractor")


@dataclass(frozen=True, slots=True)
class TimeStyle:
    """How a project writes its times."""

    times: Times
    clocks: bool = True
    """Whether as clocks; else as frames."""
    point: str = "."
    """What stands before the milliseconds: a comma where an old program wrote in its user's language."""

    def of(self, frames: int) -> str:
        """A time, or a length."""
        if not self.clocks:
            return str(frames)
        return clock(frames, self.times.rate).replace(".", self.point)


def style_of(root: Element, times: Times) -> TimeStyle:
    """How a document writes its times: as the first that it holds."""
    for element in root.iter(*_TIMED):
        said = element.get("out") or element.get("length")
        if said:
            return TimeStyle(times, ":" in said, "," if "," in said else ".")
    return TimeStyle(times)


@lru_cache(maxsize=4096)
def clock(frames: int, rate: Fraction) -> str:
    """Hours, minutes, seconds and milliseconds, as melt writes them: whole hours and minutes counted down to frames."""
    hours = floor(frames / (rate * 3600))
    rest = frames - floor(rate * 3600 * hours)
    minutes = floor(rest / (rate * 60))
    if minutes == 60:
        hours, minutes = hours + 1, 0
        rest = frames - floor(rate * 3600 * hours)
    seconds = (rest - floor(rate * 60 * minutes)) / rate
    if seconds >= 60:
        minutes += 1
        seconds = (rest - floor(rate * 60 * minutes)) / rate
    milliseconds = round(seconds * 1000)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}.{milliseconds % 1000:03}"
