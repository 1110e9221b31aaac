"""Ranges as a person writes them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from cutscore.cut import Cut, Span, TrackCounts
from cutscore.timeline_range import frames_of_range
from cutscore_composer.errors import InputRefused

NTSC = Fraction(30000, 1001)


def cut_of(rate: Fraction, start: int, frames: int, drop: bool = False) -> Cut:
    return Cut("film", rate, start, frames, (Span(0, frames, "gap"),), TrackCounts(1, 0), drop_frame=drop)


def test_timecodes_are_those_that_the_timeline_shows() -> None:
    """A timeline that starts at one hour."""
    assert frames_of_range(cut_of(Fraction(24), 86400, 2400), "01:00:10:00", "01:00:20:12") == (240, 492)


def test_seconds_count_from_the_start() -> None:
    """Also at a rate that is no whole number: 10.01 s are exactly 300 frames at 29.97."""
    assert frames_of_range(cut_of(NTSC, 107892, 3000, drop=True), "10.01", "20.02s") == (300, 600)


@pytest.mark.parametrize("written", ["00:01:00;02", "00:01:00:02", "00:01:00.02"])
def test_drop_frame_timecode_is_understood_with_any_separator(written: str) -> None:
    """00:01:00;02 is frame 1800."""
    assert frames_of_range(cut_of(NTSC, 0, 3000, drop=True), "00:00:00;00", written) == (0, 1800)


@pytest.mark.parametrize(
    ("text_in", "text_out", "says"),
    [
        ("now", "2", "IN of the range, 'now', is neither"),
        ("1", "01:00:00:99", "OUT of the range"),
        ("2", "2", "is not before"),
        ("5", "2", "is not before"),
        ("0", "101", r"runs from 01:00:00:00 to 01:01:40:00 \(0 to 100.000 s\)"),
        ("00:00:00:00", "2", "outside the timeline"),
        ("", "2", "neither"),
    ],
)
def test_a_wrong_range_is_refused_and_says_what_there_is(text_in: str, text_out: str, says: str) -> None:
    """One sentence."""
    with pytest.raises(InputRefused, match=says):
        frames_of_range(cut_of(Fraction(24), 86400, 2400), text_in, text_out)
