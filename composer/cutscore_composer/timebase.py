"""Rational frame rates, frames, seconds, samples and timecode.

Inside Cutscore a time is a whole number of frames with a `Fraction` rate; seconds appear only
at the edges, in names that say so.

    >>> nearest_rate(23.976024627685547)
    Fraction(24000, 1001)
    >>> timecode(86400, Fraction(24))
    '01:00:00:00'
"""

from __future__ import annotations

import math
import re
from fractions import Fraction

STANDARD_RATES: tuple[Fraction, ...] = tuple(
    sorted(
        [Fraction(n) for n in (1, 5, 6, 8, 10, 12, 15, 16, 18, 20, 24, 25, 30, 48, 50, 60, 90, 96, 100, 120)]
        + [Fraction(n * 1000, 1001) for n in (24, 30, 48, 60, 96, 120)]
        + [Fraction(25, 2), Fraction(15, 2)]
    )
)
"""Frame rates that programs mean when they write a float near them."""

DROP_FRAME_RATES = (Fraction(30000, 1001), Fraction(60000, 1001))
"""The rates at which timecode may drop frame numbers to keep up with the clock (SMPTE ST 12-1)."""

SAMPLE_RATE = 48_000
"""The rate of all audio that Cutscore makes for editors, in hertz."""


def nearest_rate(value: float | Fraction | str) -> Fraction:
    """The exact rate meant by `value`: "24000/1001", 23.976, 29.97002997 or a Fraction.

    A float within 0.002 % (or, for the NTSC family, within the usual two or three decimals) of a
    standard rate is that rate; any other is kept to 1/1001. Raises ValueError for what is no rate.
    """
    exact = Fraction(value) if not isinstance(value, float) else Fraction(value).limit_denominator(1_000_000)
    if not 0 < exact <= 1000:
        raise ValueError(f"{value!r} is not a frame rate")
    if exact in STANDARD_RATES:
        return exact
    closest = min(STANDARD_RATES, key=lambda rate: abs(rate - exact))
    tolerance = Fraction(5, 1000) if closest.denominator == 1001 else closest / 50_000
    return closest if abs(closest - exact) <= tolerance else exact.limit_denominator(1001)


def rate_text(rate: Fraction) -> str:
    """The rate as the cue file writes it: "24/1", "24000/1001"."""
    return f"{rate.numerator}/{rate.denominator}"


def round_half_up(value: Fraction) -> int:
    """The nearest whole number; a half goes up."""
    return math.floor(value + Fraction(1, 2))


def seconds_at(frames: int | Fraction, rate: Fraction) -> Fraction:
    """Exact seconds of a count of frames."""
    return Fraction(frames) / rate


def frames_near(seconds: float | Fraction, rate: Fraction) -> int:
    """The frame nearest to a time in seconds."""
    return round_half_up(Fraction(seconds) * rate)


def samples_for(frames: int, rate: Fraction, sample_rate: int = SAMPLE_RATE) -> int:
    """Audio samples that last as long as `frames`, rounded once."""
    return round_half_up(Fraction(frames) / rate * sample_rate)


def nominal_rate(rate: Fraction) -> int:
    """The whole number of frames that timecode counts in a second (24 for 24000/1001)."""
    return max(1, math.ceil(rate - Fraction(1, 100)))


def timecode(frame: int, rate: Fraction, drop_frame: bool = False) -> str:
    """SMPTE timecode "HH:MM:SS:FF" of a frame number (";" before FF when drop-frame).

    Drop-frame applies to 29.97 and 59.94 only (SMPTE ST 12-1); hours wrap at 24.
    """
    base = nominal_rate(rate)
    drop = drop_frame and rate in DROP_FRAME_RATES
    if drop:
        dropped = base // 15
        per_minute, per_ten = base * 60 - dropped, base * 600 - dropped * 9
        tens, rest = divmod(frame, per_ten)
        frame += dropped * 9 * tens + (dropped * ((rest - dropped) // per_minute) if rest > dropped else 0)
    total_seconds, frames = divmod(frame, base)
    minutes, seconds = divmod(total_seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours % 24:02d}:{minutes:02d}:{seconds:02d}{';' if drop else ':'}{frames:02d}"


_TIMECODE = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})([:;.,])(\d{2,3})")


def frame_of_timecode(text: str, rate: Fraction) -> int:
    """The frame number of a timecode; ";" (or ".") before the frames means drop-frame where that exists.

    Raises ValueError when the text is no timecode at this rate.
    """
    match = _TIMECODE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not a timecode (HH:MM:SS:FF)")
    hours, minutes, seconds, frames = (int(match[i]) for i in (1, 2, 3, 5))
    base = nominal_rate(rate)
    if minutes > 59 or seconds > 59 or frames >= base:
        raise ValueError(f"{text!r} is not a timecode at {base} frames a second")
    total = ((hours * 60 + minutes) * 60 + seconds) * base + frames
    if match[4] != ":" and rate in DROP_FRAME_RATES:
        total_minutes = hours * 60 + minutes
        total -= base // 15 * (total_minutes - total_minutes // 10)
    return total
