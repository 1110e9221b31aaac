"""A range of a timeline as a person writes it: timecodes as the timeline shows them, or seconds from its start."""

from __future__ import annotations

import re
from fractions import Fraction

from cutscore.cut import Cut
from cutscore_composer.errors import InputRefused
from cutscore_composer.timebase import frame_of_timecode, frames_near, timecode

_SECONDS = re.compile(r"\d+(\.\d+)?s?")


def frames_of_range(cut: Cut, text_in: str, text_out: str) -> tuple[int, int]:
    """First frame and the frame after the last of a range, counted from the start of the timeline.

    Raises InputRefused when a text is neither timecode nor seconds, or lies outside the timeline.
    """
    frame_in, frame_out = _frame(cut, text_in, "IN"), _frame(cut, text_out, "OUT")
    if frame_in >= frame_out:
        raise InputRefused(f"The range is empty: IN {text_in} is not before OUT {text_out}.")
    return frame_in, frame_out


def _frame(cut: Cut, text: str, end: str) -> int:
    text = text.strip()
    if _SECONDS.fullmatch(text):
        frame = frames_near(Fraction(text.removesuffix("s")), cut.rate)
    else:
        try:
            # Editors type the separator that their keyboard has; the timeline knows whether it drops frames.
            head, tail = re.split(r"[:;.,](?=\d+$)", text, maxsplit=1)
            frame = frame_of_timecode(f"{head}{';' if cut.drop_frame else ':'}{tail}", cut.rate) - cut.start_frame
        except ValueError as error:
            raise InputRefused(
                f"{end} of the range, {text!r}, is neither a timecode (HH:MM:SS:FF) nor seconds (12.5)."
            ) from error
    if not 0 <= frame <= cut.duration:
        first = timecode(cut.start_frame, cut.rate, cut.drop_frame)
        last = timecode(cut.start_frame + cut.duration, cut.rate, cut.drop_frame)
        raise InputRefused(
            f"{end} of the range, {text}, lies outside the timeline, which runs from {first} to {last}"
            f" (0 to {float(cut.seconds):.3f} s)."
        )
    return frame
