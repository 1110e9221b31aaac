"""Timecodes: which frame of a timeline the timecode in a render means, whatever rate either counts at."""

from __future__ import annotations

from fractions import Fraction

from cutscore.cut import Cut
from cutscore_composer.timebase import DROP_FRAME_RATES, frame_of_timecode, nominal_rate, round_half_up


def offsets_by_timecode(text: str | None, render_rate: Fraction, cut: Cut) -> tuple[int, ...]:
    """The frames of the timeline, counted from its start, that a start timecode may mean, likeliest first.

    Between rates the hours, minutes and seconds stay as they are written and the frames are those of the
    same moment within the second; between drop-frame and other timecode the moment may be meant instead.
    """
    if not text:
        return ()
    found: list[int] = []
    digits = text.strip()
    for spelled in dict.fromkeys((digits, _with_separator(digits, cut.drop_frame))):
        found += _labelled(spelled, render_rate, cut)
        found += _by_clock(spelled, render_rate, cut)
    return tuple(dict.fromkeys(frame for frame in found if -cut.rate * 3600 < frame < cut.duration))


def says_nothing(text: str | None, render_rate: Fraction, cut: Cut) -> bool:
    """Whether a timecode is what programs write by themselves: none, zero, or that of the timeline's start."""
    if not text or all(character in "0:;.," for character in text.strip()):
        return True
    return 0 in offsets_by_timecode(text, render_rate, cut)


def _with_separator(text: str, drop: bool) -> str:
    head, tail = text[:-3], text[-3:]
    return f"{head}{';' if drop else ':'}{tail[1:]}" if tail[:1] in (":", ";", ".", ",") else text


def _labelled(text: str, rate: Fraction, cut: Cut) -> list[int]:
    """The frame that has the same label."""
    head, separator, frames = text[:-2], text[-3:-2], text[-2:]
    if not frames.isdigit():
        return []
    scaled = round_half_up(Fraction(int(frames)) * nominal_rate(cut.rate) / nominal_rate(rate))
    if scaled >= nominal_rate(cut.rate):
        return []
    try:
        frame_of_timecode(text, rate)
        label = f"{head[:-1]}{separator if cut.rate in DROP_FRAME_RATES else ':'}{scaled:02d}"
        return [frame_of_timecode(label, cut.rate) - cut.start_frame]
    except ValueError:
        return []


def _by_clock(text: str, rate: Fraction, cut: Cut) -> list[int]:
    """The frame at the same moment since midnight, by the frames that have gone by."""
    try:
        passed = frame_of_timecode(text, rate) / rate
    except ValueError:
        return []
    return [round_half_up(passed * cut.rate) - cut.start_frame]
