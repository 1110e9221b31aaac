"""The hit report: what falls on each cut, how far off, and what chance alone would have hit."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutscore_composer.cue import Cue, CueChord, CueCut, CueHit, CueSection, new_cue
from cutscore_composer.deliver.hit_report import hit_report, hit_report_text

BEATS = tuple(round(0.5 * i, 6) for i in range(120))


def cue_with(
    cuts: list[tuple[float, float]], hits: list[tuple[float, float]], chords: list[float] | None = None
) -> Cue:
    """A minute at 120 bpm, 25 fps from 01:00:00:00: cuts (seconds, weight), hits (seconds, error in ms), chords."""
    return new_cue(
        "local",
        Fraction(25),
        1500,
        2_880_000,
        start_frame=90_000,
        beats=BEATS,
        downbeats=BEATS[::4],
        sections=(CueSection(0.0, 31.0, "A", 0.5), CueSection(31.0, 60.0, "B", 0.6)),
        cuts=tuple(CueCut(time, "cut", weight) for time, weight in cuts),
        hits=tuple(CueHit(time, "cut", 0.9, error, "free") for time, error in hits),
        chords=tuple(CueChord(time, "Dm") for time in [0.0, *(chords or [])]),
    )


def test_each_cut_tells_what_falls_on_it() -> None:
    """An accent 20 ms late, a chord change, a chord that is near, and nothing."""
    cue = cue_with([(4.0, 0.8), (8.96, 0.5), (40.92, 0.3), (50.2, 0.2)], [(4.0, 20.0)], [9.0, 41.0])
    rows = hit_report(cue).rows
    falls = [(row.timecode, row.falls, row.error_ms, row.error_frames, row.met) for row in rows]
    assert falls == [
        ("01:00:04:00", "accent", 20.0, 0.5, "hit"),
        ("01:00:08:24", "chord change", 40.0, 1.0, "hit"),
        ("01:00:40:23", "nothing", 80.0, 2.0, "near miss"),
        ("01:00:50:05", "nothing", -9200.0, -230.0, "miss"),
    ]
    assert [True, False, False, False] == [row.wanted for row in rows]


def test_a_border_is_the_downbeat_at_which_the_new_section_is_heard() -> None:
    """Section B opens at 31 s in the picture, and in the music on the downbeat that is nearest to it."""
    cue = cue_with([(30.0, 0.5), (31.99, 0.5)], [])
    nearest = min(BEATS[::4], key=lambda beat: abs(beat - 31.0))
    on = [row.time for row in hit_report(cue).rows if row.falls == "section border"]
    assert on == [time for time in (30.0, 31.99) if -0.01 <= nearest - time <= 0.06]


@pytest.mark.parametrize(("at", "on"), [(4.0, "downbeat"), (4.5, "beat"), (4.75, "eighth"), (4.62, "free")])
def test_the_place_in_the_bar_is_read_from_the_beats(at: float, on: str) -> None:
    """Bars of two seconds, beats of half a second."""
    assert on == hit_report(cue_with([(at, 0.5)], [(at, 0.0)])).rows[0].on


def test_moments_that_are_no_cuts_have_rows_too() -> None:
    """A marker between two cuts is told in its place, meant and met."""
    report = hit_report(cue_with([(10.0, 0.5), (20.0, 0.5)], [(15.0, 0.0)]))
    assert [10.0, 15.0, 20.0] == [row.time for row in report.rows]
    assert (1, 1) == (report.accents, report.accents_met)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 580), min_size=1, max_size=12, unique=True))
def test_chance_is_what_shifted_accents_would_meet(tenths: list[int]) -> None:
    """Against the share of the minute that lies within reach of an accent, by counting its milliseconds."""
    times = [tenth / 10 for tenth in sorted(tenths)]
    report = hit_report(cue_with([], [(time, 0.0) for time in times]))
    milliseconds = np.arange(60_000)
    covered = np.zeros(60_000, bool)
    for time in times:
        covered |= ((milliseconds - 1000 * time + 60) % 60_000) <= 70
    assert report.chance_accents == pytest.approx(float(covered.mean()), abs=0.025)


def test_music_of_which_nothing_is_known_meets_nothing() -> None:
    """A server's music: rows for its cuts, without errors, and no sums made up."""
    cue = new_cue("studio", Fraction(24), 240, 480_000, cuts=(CueCut(5.0, "cut", 0.5),))
    report = hit_report(cue)
    assert ("nothing", None, "miss") == (report.rows[0].falls, report.rows[0].error_ms, report.rows[0].met)
    assert (0, 0, 0.0, 0.0) == (report.accents, report.cuts_met, report.chance_accents, report.chance_cuts)
    assert "miss" in hit_report_text(report)
    assert "0 meant" in hit_report_text(hit_report(new_cue("studio", Fraction(24), 240, 480_000)), "empty")


def test_the_table_lines_up() -> None:
    """Timecode, weight, error in milliseconds and frames, one line a row; what is meant bears a star."""
    text = hit_report_text(hit_report(cue_with([(4.0, 0.8), (50.2, 0.2)], [(4.0, 20.0)])), "film")
    lines = text.splitlines()
    assert "Hit report: film" == lines[0]
    words = lines[3].split()
    expected = ["01:00:04:00", "4.000", "s", "cut", "0.90*", "accent", "free", "+20.0", "ms", "+0.50", "hit"]
    assert expected == words
    assert lines[3].index("accent") == lines[2].index("falls on it") == lines[4].index("nothing")
    assert "Accents: 1 meant, 1 within -10 to +60 ms (1 free)." in text
