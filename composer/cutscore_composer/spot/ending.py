"""Decides how the music begins and ends: the silent head, the last chord, and ring, button or fade."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil

import numpy as np

from cutscore_composer.look.seen import CURVE_HZ, Curve, Seen
from cutscore_composer.spot.curves import sample_of
from cutscore_composer.spot.spotting import WeighedCut
from cutscore_composer.timebase import round_half_up
from cutscore_composer.wishes import Ending

_LIT = 1 / 64
"""Brightness from which a picture is not black; lettering over black is just that."""
_HEAD_SECONDS = Fraction(2, 5)
"""A black head shorter than this is no silence."""
_LONG_FADE_SECONDS = 2.5
"""A fade to black this long is followed by the music."""
_BRIGHT = 0.12
"""Brightness before a closing fade, at least."""
_RING_SECONDS = (Fraction(2), Fraction(7, 2), Fraction(13, 2))
"""The last chord of a ring falls at least, usually and at most so long before the end."""
_RING_SHARES = (Fraction(1, 8), Fraction(1, 5), Fraction(1, 3))
"""And at most this share of the picture: a short film is not half an ending."""
_DRAWN_FADE_SECONDS = Fraction(1)
"""A fade to black that the editor drew is followed from this length on."""
_BUTTON_CUT_SECONDS, _BUTTON_CUT_SHARE = Fraction(7, 2), Fraction(1, 6)
"""A last cut this near to the end, and in this last share of the picture, gets the button."""
_BUTTON_SECONDS = Fraction(1)
"""A button falls so long before the end: the hall of a short chord needs most of a second to fall."""


@dataclass(frozen=True, slots=True)
class Close:
    """How the music ends, and the frame of the last chord."""

    ending: Ending
    final_frame: int
    free: bool = False
    """Whether nothing in the picture asks for the last chord there and not a little beside it."""


def silent_head(seen: Seen) -> int:
    """The first frame at which music may sound: where a black head ends; 0 where there is none."""
    lit = np.flatnonzero(seen.brightness >= _LIT)
    if not len(lit):
        return 0
    frame = ceil(Fraction(int(lit[0]), CURVE_HZ) * seen.rate)
    if frame < _HEAD_SECONDS * seen.rate or frame > seen.frames // 3:
        return 0
    return frame


def find_close(
    seen: Seen,
    cuts: Sequence[WeighedCut],
    energy: Curve,
    wished: Ending | None,
    told_end: int | None,
    drawn_fade: int = 0,
    liked: Ending = "ring",
) -> Close:
    """The ending that the picture asks for, or the wished one, and where its last chord falls.

    `drawn_fade`: frames over which the timeline itself goes to black at its end. `liked`: the ending where
    neither the wish nor the picture says how.
    """
    dark = seen.frames if drawn_fade else _last_light(seen)
    drawn = drawn_fade >= _DRAWN_FADE_SECONDS * seen.rate
    fade_start = seen.frames - drawn_fade if drawn else _closing_fade(seen, dark)
    ending: Ending = wished or _asked(seen, energy, dark, fade_start) or liked
    if told_end is not None:
        return Close(ending, min(told_end, seen.frames - 1))
    if ending == "button":
        return _button(seen, cuts, dark)
    least, usual, most = (
        min(seconds * seen.rate, share * seen.frames)
        for seconds, share in zip(_RING_SECONDS, _RING_SHARES, strict=True)
    )
    if fade_start is not None and ending == "fade":
        frame = min(max(Fraction(fade_start), seen.frames - 2 * most), seen.frames - least)
        return Close(ending, _within(seen, frame, Fraction(1, 3)))
    if seen.frames - dark >= least:  # the music ends with the picture and rings into the black
        return Close(ending, _within(seen, Fraction(dark), Fraction(1, 2)))
    candidates = [cut for cut in cuts if seen.frames - most <= cut.frame <= seen.frames - least]
    best = max(candidates, key=lambda cut: (cut.weight, cut.frame), default=None)
    if best is not None and best.weight >= 0.2:
        return Close(ending, _within(seen, Fraction(best.frame), Fraction(1, 2)))
    return Close(ending, _within(seen, seen.frames - usual, Fraction(1, 2)), free=True)


def _button(seen: Seen, cuts: Sequence[WeighedCut], dark: int) -> Close:
    """A button on the last cut where that is near the end, else as near to the end as its hall allows."""
    end = min(Fraction(seen.frames), dark + seen.rate)
    last = end - _BUTTON_SECONDS * seen.rate
    first = end - min(_BUTTON_CUT_SECONDS * seen.rate, _BUTTON_CUT_SHARE * seen.frames)
    near = [cut.frame for cut in cuts if first <= cut.frame <= last and cut.weight >= 0.15]
    if near:
        return Close("button", _within(seen, Fraction(near[-1]), Fraction(1, 2)))
    return Close("button", _within(seen, last, Fraction(1, 2)), free=True)


def _within(seen: Seen, frame: Fraction, least_share: Fraction) -> int:
    """A frame inside the picture, not before that share of it: a very short film ends where it can."""
    return min(max(round_half_up(frame), round_half_up(seen.frames * least_share)), seen.frames - 1)


def _last_light(seen: Seen) -> int:
    """The frame at which the last light is gone; the end when the picture is lit to its end, or never."""
    lit = np.flatnonzero(seen.brightness >= _LIT)
    if not len(lit):
        return seen.frames
    after = Fraction(int(lit[-1]) + 1, CURVE_HZ) * seen.rate
    return min(ceil(after), seen.frames)


def _closing_fade(seen: Seen, dark: int) -> int | None:
    """The frame where a long fade to the black at the end begins, or None."""
    if seen.frames - dark > 8 * seen.rate:
        return None
    curve = seen.brightness
    end = sample_of(dark, seen.rate, len(curve))
    # A fade is one of the last shot: darker shots that follow each other are none.
    last_cut = max((cut.frame for cut in seen.cuts if cut.kind != "fade" and cut.frame < dark), default=0)
    stop = sample_of(last_cut, seen.rate, len(curve)) + 1 if last_cut else 0
    at = end
    while at > stop and (curve[at - 1] >= curve[at] or curve[max(0, at - 3)] > curve[at]):
        at -= 1
    if float(curve[at]) < _BRIGHT or float(curve[end]) > 3 * _LIT or end - at < _LONG_FADE_SECONDS * CURVE_HZ:
        return None
    level = float(curve[at])
    while at + 1 < end and float(curve[at + 1]) > 0.92 * level:  # what is level yet is no fade
        at += 1
    return round_half_up(Fraction(at, CURVE_HZ) * seen.rate)


def _asked(seen: Seen, energy: Curve, dark: int, fade_start: int | None) -> Ending | None:
    if fade_start is not None:
        return "fade"
    last = energy[-min(len(energy), 6 * CURVE_HZ) :]
    hard = seen.frames - dark <= Fraction(1, 2) * seen.rate
    return "button" if hard and float(last.mean(dtype=np.float64)) >= 0.58 else None
