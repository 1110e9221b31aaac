"""FCPXML: time maps, frame-for-frame conforming, and markers and connected clips in a clip's own time."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from support.fcpxml import asset, clip, read, shown


def time_map(*points: tuple[object, object]) -> str:
    """A <timeMap> of points (time, value) in seconds."""
    return "<timeMap>" + "".join(f"<timept time='{t}s' value='{v}s'/>" for t, v in points) + "</timeMap>"


def test_constant_speed_counts_in_adjusted_time(tmp_path: Path) -> None:
    """At double speed second 5 of the clip is second 10 of the media; markers and connected clips follow the clip."""
    inside = time_map((0, 0), (50, 100)) + clip("b", 6, 1, 0, more="lane='1'") + "<marker start='8s' value='m'/>"
    cut = read(tmp_path, clip("a", 0, 4, 5, inside))
    assert [("a", 0, 24), ("b", 24, 48), ("a", 48, 96)] == shown(cut)
    assert (2, 10, 14) == (cut.spans[0].speed, cut.spans[0].source_in, cut.spans[2].source_in)
    assert [72] == [marker.frame for marker in cut.markers]


def test_backwards_begins_with_the_last_frame(tmp_path: Path) -> None:
    """From the media's end, frame by frame; in the media's timecode."""
    inside = time_map(("3600", "3610"), ("3610", "3600")) + "<marker start='3601s' value='m'/>"
    cut = read(tmp_path, clip("a", 0, 2, 3600, inside), asset("a", "3600s", "10s"))
    assert (-1, Fraction(239, 24)) == (cut.spans[0].speed, cut.spans[0].source_in)
    assert [24] == [marker.frame for marker in cut.markers]


def test_a_held_frame_is_still(tmp_path: Path) -> None:
    """Between two points of one value nothing moves."""
    cut = read(tmp_path, clip("a", 0, 2, 3, time_map((0, 0), (2, 2), (6, 2), (9, 5))))
    assert (0, 2) == (cut.spans[0].speed, cut.spans[0].source_in)
    assert not any("varies" in warning for warning in cut.warnings)


def test_a_ramp_is_read_at_its_mean_and_said(tmp_path: Path) -> None:
    """One second at normal and one at triple speed; a clip that lies in one part of it has that part's speed."""
    ramp = time_map((0, 0), (1, 1), (2, 4))
    cut = read(tmp_path, clip("a", 0, 2, 0, ramp))
    assert (2, 0) == (cut.spans[0].speed, cut.spans[0].source_in)
    assert any("'a' has a speed that varies" in warning for warning in cut.warnings)
    cut = read(tmp_path, clip("a", 0, 1, 1, ramp))
    assert (3, 1) == (cut.spans[0].speed, cut.spans[0].source_in)
    assert not any("varies" in warning for warning in cut.warnings)


def test_maps_that_begin_at_zero_with_each_clip(tmp_path: Path) -> None:
    """Programs other than Final Cut: a map as long as the clip that lies elsewhere is counted from the clip's start."""
    for values in ((0, 4), (20, 24)):
        cut = read(tmp_path, clip("a", 0, 2, 20, time_map((0, values[0]), (2, values[1]))))
        assert (2, 20) == (cut.spans[0].speed, cut.spans[0].source_in)
        assert any("does not reach its start" in warning for warning in cut.warnings)


def test_conforming_as_final_cut_shows_it(tmp_path: Path) -> None:
    """FCP Cafe's example: 25 media at 24; Final Cut shows source 01:02:08:02 at 01:02:08:07 of the timeline."""
    story = (
        "<asset-clip ref='a' offset='7148480/1920s' start='93079/25s' duration='12000/1920s'>"
        "<conform-rate srcFrameRate='25'/></asset-clip>"
    )
    media = asset("a", "93079/25s", "1000s", "hasVideo='1' format='f25'")
    cut = read(tmp_path, story, media, "format='f24' tcStart='7148480/1920s'")
    frames = ((1 * 60 + 2) * 60 + 8) * 24 + 7 - cut.start_frame
    source = cut.spans[0].source_in + frames / cut.rate * cut.spans[0].speed + Fraction(93079, 25)
    assert ((1 * 60 + 2) * 60 + 8) * 25 + 2 == source * 25


@pytest.mark.parametrize(
    ("rate", "sequence", "speed"),
    [
        ("23.98", "f24", Fraction(1001, 1000)),
        ("24", "f25", Fraction(25, 24)),
        ("50", "f24", Fraction(24, 25)),
        ("30", "f24", Fraction(1)),
        ("24", "f24", Fraction(1)),
        ("rubbish", "f24", Fraction(1)),
        ("29.97", "f23", Fraction(1)),
    ],
)
def test_near_rates_are_conformed_and_far_ones_are_not(
    tmp_path: Path, rate: str, sequence: str, speed: Fraction
) -> None:
    """24 and 25 run frame for frame, 30 in 24 keeps its speed."""
    story = clip("a", 0, 10, 0, f"<conform-rate srcFrameRate='{rate}'/>")
    assert speed == read(tmp_path, story, sequence=f"format='{sequence}'").spans[0].speed
    off = story.replace("<conform-rate ", "<conform-rate scaleEnabled='0' ")
    assert 1 == read(tmp_path, off, sequence=f"format='{sequence}'").spans[0].speed


def test_what_is_connected_to_a_conformed_clip_counts_in_its_media(tmp_path: Path) -> None:
    """Second 4 of 25 media is frame 100, which is shown at frame 100 of the 24 sequence; the marker too."""
    media = asset("a", more="hasVideo='1' format='f25'") + asset("b")
    inside = "<conform-rate/>" + clip("b", 4, 1, 0, more="lane='1'") + "<marker start='8s' value='m'/>"
    cut = read(tmp_path, clip("a", 0, 10, 0, inside), media)
    assert [("a", 0, 100), ("b", 100, 124), ("a", 124, 240)] == shown(cut)
    assert [200] == [marker.frame for marker in cut.markers]


def test_start_and_offset_before_the_timecode(tmp_path: Path) -> None:
    """Files that count from zero where a timecode is named are read so, and it is said."""
    cut = read(tmp_path, clip("a", 0, 2, 5), asset("a", "3600s"), "format='f24' tcStart='3600s'")
    assert ([("a", 0, 48)], 5, 86_400) == (shown(cut), cut.spans[0].source_in, cut.start_frame)
    assert 2 == sum("counted from" in warning for warning in cut.warnings)
