"""Rates, frames, samples and timecode against OpenTimelineIO and against counting by hand."""

from __future__ import annotations

from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutscore_composer.timebase import (
    STANDARD_RATES,
    frame_of_timecode,
    frames_near,
    nearest_rate,
    round_half_up,
    samples_for,
    timecode,
)

NTSC_30 = Fraction(30000, 1001)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (23.976, Fraction(24000, 1001)),
        (23.98, Fraction(24000, 1001)),
        (23.976024627685547, Fraction(24000, 1001)),
        (29.97, NTSC_30),
        (29.970029830932617, NTSC_30),
        (59.94, Fraction(60000, 1001)),
        (24.0, Fraction(24)),
        (12.5, Fraction(25, 2)),
        ("24000/1001", Fraction(24000, 1001)),
        (Fraction(25), Fraction(25)),
        (13.37, Fraction(1337, 100)),
    ],
)
def test_rates_that_programs_write_as_floats_are_the_exact_rates_they_mean(written: object, meant: Fraction) -> None:
    """Floats near a standard rate become that rate; others are kept."""
    assert meant == nearest_rate(written)  # type: ignore[arg-type]


@given(st.sampled_from(STANDARD_RATES), st.sampled_from([3, 4, 6, 10]))
def test_every_standard_rate_survives_being_written_as_a_float(rate: Fraction, digits: int) -> None:
    """Three decimals are enough to find the exact rate again."""
    assert rate == nearest_rate(round(float(rate), digits))


@pytest.mark.parametrize("wrong", [0, -24, 1001, "0/1"])
def test_what_is_no_rate_is_an_error(wrong: object) -> None:
    """Zero, negative and absurd rates are refused."""
    with pytest.raises(ValueError, match="not a frame rate"):
        nearest_rate(wrong)  # type: ignore[arg-type]


@given(st.integers(0, 2_589_407))
def test_drop_frame_timecode_agrees_with_opentimelineio(frame: int) -> None:
    """29.97 drop-frame, over a whole day, there and back."""
    text = timecode(frame, NTSC_30, drop_frame=True)
    theirs = otio.opentime.to_timecode(otio.opentime.RationalTime(frame, 30000 / 1001), 30000 / 1001, drop_frame=True)
    assert theirs == text
    assert frame == frame_of_timecode(text, NTSC_30)


@given(st.integers(0, 2_000_000), st.sampled_from([Fraction(24), Fraction(25), Fraction(24000, 1001), Fraction(60)]))
def test_timecode_goes_there_and_back(frame: int, rate: Fraction) -> None:
    """Within 24 hours a frame number is found again from its timecode."""
    day = 24 * 3600 * {Fraction(24000, 1001): 24}.get(rate, int(rate))
    assert frame % day == frame_of_timecode(timecode(frame % day, rate), rate)


@pytest.mark.parametrize("text", ["", "1:2:3", "01:00:60:00", "01:60:00:00", "00:00:00:24", "noon"])
def test_text_that_is_no_timecode_is_an_error(text: str) -> None:
    """At 24 frames a second."""
    with pytest.raises(ValueError, match="timecode"):
        frame_of_timecode(text, Fraction(24))


@given(st.fractions(-1000, 1000))
def test_rounding_takes_the_half_up(value: Fraction) -> None:
    """Never more than half away, and a half goes up."""
    rounded = round_half_up(value)
    assert -Fraction(1, 2) <= value - rounded < Fraction(1, 2)


def test_samples_are_rounded_once_over_the_whole_length() -> None:
    """1253 frames at 24 are 2,506,000 samples; a frame at 23.976 is 2002 exactly; at 29.97 it is 1601.6."""
    assert samples_for(1253, Fraction(24)) == 2_506_000
    assert samples_for(1, Fraction(24000, 1001)) == 2002
    assert samples_for(1, NTSC_30) == 1602
    assert samples_for(5, NTSC_30) == 8008


@given(st.integers(0, 10**6), st.sampled_from(STANDARD_RATES))
def test_a_frame_is_nearest_to_its_own_time(frame: int, rate: Fraction) -> None:
    """Also when the time went through a float."""
    assert frame == frames_near(float(Fraction(frame) / rate), rate)
