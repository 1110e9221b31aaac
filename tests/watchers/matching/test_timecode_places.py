"""What the timecode of a render means in a timeline, against OpenTimelineIO's own arithmetic."""

from __future__ import annotations

from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutscore.cut import Cut, TrackCounts
from cutscore_watchers.matching.timecodes import offsets_by_timecode, says_nothing

NTSC = Fraction(30000, 1001)


def timeline(rate: Fraction, start_frame: int, frames: int = 200_000, drop: bool = False) -> Cut:
    """A timeline of a rate and start."""
    return Cut("t", rate, start_frame, frames, (), TrackCounts(1, 0), drop_frame=drop)


@given(start=st.integers(0, 2_000_000), offset=st.integers(0, 100_000), rate=st.sampled_from([24.0, 25.0, 29.97, 50.0]))
def test_at_one_rate_the_frame_is_exact(start: int, offset: int, rate: float) -> None:
    """Timecode that OpenTimelineIO writes for frame `start + offset` means frame `offset`; drop-frame at 29.97."""
    exact = NTSC if rate == 29.97 else Fraction(rate)
    drop = rate == 29.97
    text = otio.opentime.RationalTime(start + offset, 30000 / 1001 if drop else rate).to_timecode(
        30000 / 1001 if drop else rate, drop
    )
    assert offset == offsets_by_timecode(text, exact, timeline(exact, start, drop=drop))[0]


@pytest.mark.parametrize(
    ("text", "rate", "cut", "frame"),
    [
        ("01:00:10:00", 50, timeline(Fraction(25), 90_000), 250),
        ("01:00:10:25", 50, timeline(Fraction(25), 90_000), 263),
        ("01:00:10:12", 25, timeline(Fraction(50), 180_000), 524),
        ("01:00:10:00", 24, timeline(Fraction(24000, 1001), 86_400), 240),
        ("01:00:10;00", NTSC, timeline(NTSC, 107_892, drop=True), 300),
    ],
)
def test_between_rates_the_label_counts(text: str, rate: Fraction, cut: Cut, frame: int) -> None:
    """Hours, minutes and seconds are the same; frames are those of the same moment within the second."""
    assert frame == offsets_by_timecode(text, Fraction(rate), cut)[0]


def test_drop_frame_and_other_timecode_are_both_thought_of() -> None:
    """A program that writes ":" for drop-frame is understood, after the plain meaning."""
    cut = timeline(NTSC, 107_892, drop=True)
    assert 300 in offsets_by_timecode("01:00:10:00", NTSC, cut)


def test_what_programs_write_by_themselves_says_nothing() -> None:
    """No timecode, zero, and the timeline's own start tell nothing of a part."""
    cut = timeline(Fraction(25), 90_000)
    silent = [None, "", "00:00:00:00", "00:00:00;00", "01:00:00:00"]
    assert [True] * 5 == [says_nothing(text, Fraction(25), cut) for text in silent]
    assert not says_nothing("01:00:04:00", Fraction(25), cut)


@pytest.mark.parametrize("text", ["x", "25", "01:00:00:99", "::::", "١١:٠٠:٠٠:٠٠"])
def test_no_timecode_is_no_place(text: str) -> None:
    """What is no timecode is passed over."""
    assert () == offsets_by_timecode(text, Fraction(25), timeline(Fraction(25), 0))
