"""Laying the cuts of a render along those of a timeline, by drawn lists of cuts."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutscore_watchers.matching.alignment import CutList, RenderCuts, align, needed_evidence
from cutscore_watchers.matching.pace import Pace, paces

RATES = (Fraction(24), Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(48), Fraction(50))


def drawn_cuts(seed: int, shots: int) -> CutList:
    """A timeline whose shots last from 12 to 200 frames."""
    draw, at, cuts = random.Random(seed), 0, []
    for _ in range(shots):
        at += draw.randrange(12, 200)
        cuts.append(at)
    return CutList(tuple(cuts[:-1]), (), cuts[-1])


def seen_in(told: CutList, first: int, last: int, pace: Pace) -> tuple[int, ...]:
    """The frames at which a render of a range cuts, found one frame at a time."""
    shown = [pace.shown(frame, first) for frame in range(int((last - first) / pace.ratio))]
    shots = [sum(cut <= frame for cut in told.hard) for frame in shown]
    return tuple(i for i in range(1, len(shots)) if shots[i] != shots[i - 1])


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    shots=st.integers(30, 120),
    part=st.tuples(st.floats(0, 0.6), st.floats(0.25, 0.4)),
    lost=st.integers(0, 2),
    added=st.integers(0, 2),
)
def test_a_part_is_found_to_the_frame_though_cuts_are_lost_and_added(
    seed: int, shots: int, part: tuple[float, float], lost: int, added: int
) -> None:
    """With eight cuts or more, some of them not seen and some false, the true place comes first, surely."""
    told = drawn_cuts(seed, shots)
    first = int(part[0] * told.frames)
    last = min(told.frames, first + int(part[1] * told.frames))
    draw = random.Random(seed)
    cuts = list(seen_in(told, first, last, Pace()))
    if len(cuts) < 8:
        return
    for _ in range(lost):
        cuts.pop(draw.randrange(len(cuts)))
    cuts = sorted({*cuts, *(draw.randrange(1, last - first) for _ in range(added))})
    best, *others = align(RenderCuts(tuple(cuts), (), 0, last - first), told)
    assert first == best.offset
    assert best.evidence > needed_evidence(told.frames)
    assert all(best.evidence > other.evidence for other in others)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), other=st.integers(20_000, 30_000), shots=st.integers(30, 300))
def test_cuts_of_another_film_are_never_enough(seed: int, other: int, shots: int) -> None:
    """Twelve cuts of a film that has nothing to do with the timeline fit nowhere with enough evidence."""
    cuts = drawn_cuts(other, 13)
    for place in align(RenderCuts(cuts.hard, (), 0, cuts.frames), drawn_cuts(seed, shots)):
        assert place.evidence < needed_evidence(cuts.frames)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    rates=st.tuples(st.sampled_from(RATES), st.sampled_from(RATES)),
    which=st.integers(0, 5),
)
def test_other_rates_are_exact_too(seed: int, rates: tuple[Fraction, Fraction], which: int) -> None:
    """Whatever the two rates are and however frames were taken, the true offset is among the best of its pace."""
    told = drawn_cuts(seed, 60)
    first, last = told.frames // 4, told.frames * 3 // 4
    possible = paces(rates[0], rates[1])
    pace = possible[which % len(possible)]
    cuts = seen_in(told, first, last, pace)
    found = align(RenderCuts(cuts, (), 0, int((last - first) / pace.ratio)), told, pace)
    best = [place.offset for place in found if place.evidence >= found[0].evidence - 1e-9]
    assert first in best
    # Where each frame of the render skips some of the timeline, so many places cannot be told apart by cuts.
    assert len(best) <= max(1, pace.ratio)


def test_even_shots_fit_everywhere() -> None:
    """A timeline cut every 50 frames has as many equal places as shots: nothing is preferred."""
    told = CutList(tuple(range(50, 2000, 50)), (), 2000)
    found = align(RenderCuts(tuple(range(50, 400, 50)), (), 0, 400), told)
    equal = [place.offset for place in found if found[0].evidence - place.evidence < 1]
    assert len(equal) > 10


def test_black_before_the_picture_is_no_lost_cut() -> None:
    """Cuts of the timeline that would lie in the black head of a render do not speak against the place."""
    told = drawn_cuts(3, 40)
    inside = tuple(cut for cut in told.hard if 1000 < cut < 2000)
    render = RenderCuts(tuple(cut - 700 for cut in inside), (), 300, 1300)
    best = align(render, told)[0]
    assert (700, 0) == (best.offset, best.missed)


@pytest.mark.parametrize(
    ("render", "timeline", "frame", "shows"),
    [
        (Fraction(25), Fraction(50), 10, 20),
        (Fraction(50), Fraction(25), 11, 5),
        (Fraction(24), Fraction(24), 7, 7),
        (Fraction(30000, 1001), Fraction(24000, 1001), 5, 4),
    ],
)
def test_frames_of_two_rates(render: Fraction, timeline: Fraction, frame: int, shows: int) -> None:
    """A frame of a render that keeps time shows what the timeline shows at that moment."""
    pace = next(pace for pace in paces(render, timeline) if pace.phase == 0)
    assert shows == pace.shown(frame, 0)


@given(
    ratio=st.fractions(Fraction(1, 4), Fraction(4), max_denominator=1001),
    phase=st.fractions(0, Fraction(999, 1000), max_denominator=1000),
    offset=st.integers(-500, 500),
    frame=st.integers(0, 5000),
)
def test_the_first_frame_that_shows_is_the_first(ratio: Fraction, phase: Fraction, offset: int, frame: int) -> None:
    """`first_frame` gives the earliest frame of the render that shows that frame of the timeline or a later one."""
    pace = Pace(ratio, phase)
    wanted = pace.shown(frame, offset)
    first = pace.first_frame(wanted, offset)
    assert first <= frame
    assert pace.shown(first, offset) >= wanted > pace.shown(first - 1, offset)
