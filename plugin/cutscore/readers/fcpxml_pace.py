"""The pace of an FCPXML clip: its time map and its conforming to the rate of the sequence.

A clip has a timeline of its own: `start`, its markers and what is connected to it count in it. A
<timeMap> maps this (adjusted) time to the time of the media; where a <conform-rate> plays the media
frame for frame at another rate, the clip's own time runs at the media's rate.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction

from lxml import etree

from cutscore.readers.fcpxml_values import flag, name_of, rate_token, time_of
from cutscore_composer.errors import InputRefused

Element = etree._Element
_MOST_SPEED = 1000
_CADENCES = (Fraction(1), Fraction(2), Fraction(4), Fraction(5, 4), Fraction(5, 2), Fraction(5))
"""Frames of a sequence for one of the media that Final Cut repeats without changing the speed, and their inverses."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How the media of a clip run."""

    first: Fraction
    """Seconds of the media (in its timecode) at the clip's beginning; backwards: the lowest that is used."""
    speed: Fraction
    """Seconds of the media in one second of the timeline; below 0 backwards, 0 held."""
    stretch: Fraction
    """Seconds of the timeline for one second of the clip's own time."""
    start: Fraction
    """The clip's own time at its beginning."""


def pace_of(
    element: Element,
    start: Fraction,
    seconds: Fraction,
    source: Fraction | None,
    rate: Fraction,
    warnings: list[str],
    head: Fraction = Fraction(0),
) -> Pace:
    """The pace of a clip that begins at `start` of its own time and lasts so many seconds of the timeline.

    `source` is the rate of its media, `rate` that of the sequence; `head` are seconds of the timeline that
    are left out at its beginning.
    """
    conform = _conformed(element.find("conform-rate"), source, rate)
    start += head * conform
    points = _points(element)
    if len(points) < 2:
        if len(points) == 1:
            return Pace(points[0][1], Fraction(0), 1 / conform, start)
        return Pace(start, conform, 1 / conform, start)
    used = seconds * conform
    points = _counted_from_clip(points, start, used, 1 / rate, name_of(element), warnings)
    begin, end = _at(points, start), _at(points, start + used)
    speed = (end - begin) / seconds if seconds else Fraction(1)
    if abs(speed) > _MOST_SPEED:
        raise InputRefused(f"Clip '{name_of(element)}' plays at {float(speed)} times its speed; repair it.")
    if _varies(points, start, start + used):
        warnings.append(
            f"Clip '{name_of(element)}' has a speed that varies; it is read at its mean, {float(speed):.3g}."
        )
    return Pace(min(begin, end) if speed else begin, speed, 1 / conform, start)


def _conformed(element: Element | None, source: Fraction | None, rate: Fraction) -> Fraction:
    """The speed at which media are played frame for frame: 25 in a 24 sequence run at 24/25.

    Rates far apart keep their speed (24 in 25 are conformed, 25 in 30 are not); 23.976 in 60 are 24.
    """
    if element is None or not flag(element, "scaleEnabled", True):
        return Fraction(1)
    media = rate_token(element.get("srcFrameRate")) or source
    if media is None:
        return Fraction(1)
    ratio = rate / media
    for cadence in (*_CADENCES, *(1 / c for c in _CADENCES[1:])):
        limit = Fraction(6, 100) if cadence in (1, 2, Fraction(1, 2)) else Fraction(2, 1000)
        if abs(ratio / cadence - 1) < limit:
            return ratio / cadence
    return Fraction(1)


def _points(element: Element) -> list[tuple[Fraction, Fraction]]:
    """The points (time of the clip, time of the media) of its time map, in order, each time once."""
    found = {time_of(p, "time"): time_of(p, "value") for p in element.iterfind("timeMap/timept")}
    return sorted(found.items())


def _counted_from_clip(
    points: list[tuple[Fraction, Fraction]],
    start: Fraction,
    used: Fraction,
    frame: Fraction,
    name: str,
    warnings: list[str],
) -> list[tuple[Fraction, Fraction]]:
    """The points, moved to the clip's start where a map covers as much as the clip but lies elsewhere.

    Some programs let the map begin at 0 with each clip; Final Cut counts it in the clip's own time.
    """
    first, last = points[0][0], points[-1][0]
    if first - frame <= start < last or first != 0 or abs(last - used) > frame:
        return points
    warnings.append(f"The time map of clip '{name}' does not reach its start; it is counted from the clip's beginning.")
    by = start - points[0][1] if points[0][1] == 0 else Fraction(0)
    return [(time + start, value + by) for time, value in points]


def _slope(points: list[tuple[Fraction, Fraction]], index: int) -> Fraction:
    (t0, v0), (t1, v1) = points[index], points[index + 1]
    return (v1 - v0) / (t1 - t0)


def _segment(points: list[tuple[Fraction, Fraction]], time: Fraction) -> int:
    return min(max(bisect_right(points, (time, Fraction(10**12))) - 1, 0), len(points) - 2)


def _at(points: list[tuple[Fraction, Fraction]], time: Fraction) -> Fraction:
    """The media's time at a time of the clip; beyond its ends the map goes on as it is."""
    index = _segment(points, time)
    return points[index][1] + (time - points[index][0]) * _slope(points, index)


def _varies(points: list[tuple[Fraction, Fraction]], begin: Fraction, end: Fraction) -> bool:
    """Whether the slope changes between two times of the clip."""
    first, last = _segment(points, begin), _segment(points, end)
    if last > first and points[last][0] == end:
        last -= 1
    slopes = [_slope(points, index) for index in range(first, last + 1)]
    return max(slopes) - min(slopes) > Fraction(1, 1000)
