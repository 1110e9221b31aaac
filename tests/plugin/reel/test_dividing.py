"""Dividing: covers, order, limits, on cuts where possible, evenly, quickly."""

from __future__ import annotations

import math
import random
import time
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutscore.reel import divide
from cutscore_composer.engine import Progress, ProgressEvent
from cutscore_composer.errors import Cancelled
from cutscore_composer.picture import CutKind, CutPoint, Picture, PictureSpan

RATE = Fraction(24)


def film(seconds: list[float], kinds: dict[int, CutKind] | None = None, gaps: tuple[int, ...] = ()) -> Picture:
    """Shots of these lengths; `kinds` names the transition before shot n, `gaps` are shots that are gaps."""
    spans, cuts, at = [], [], 0
    for number, length in enumerate(seconds):
        frames = round(length * 24)
        spans.append(PictureSpan(at, at + frames, "gap" if number in gaps else "clip", str(number)))
        if number:
            cuts.append(CutPoint(at, (kinds or {}).get(number, "cut")))
        at += frames
    return Picture("film", RATE, at, tuple(spans), tuple(cuts))


def at_seconds(parts: tuple[tuple[int, int], ...]) -> list[float]:
    return [end / 24 for _, end in parts[:-1]]


def test_what_fits_is_not_divided() -> None:
    """Exactly the limit is one part, one frame more is two."""
    assert ((0, 14400),) == divide(Picture("p", RATE, 14400, ()), 600)
    assert len(divide(Picture("p", RATE, 14401, ()), 600)) == 2


@settings(deadline=None)
@given(
    lengths=st.lists(st.integers(1, 4000), min_size=1, max_size=60),
    most=st.integers(1, 300),
    rate=st.sampled_from([Fraction(24), Fraction(24000, 1001), Fraction(25, 2), Fraction(60)]),
)
def test_parts_cover_the_picture_within_the_limit(lengths: list[int], most: int, rate: Fraction) -> None:
    """In order, without holes, none longer than the most, none empty, and never many more than needed."""
    spans, at = [], 0
    for length in lengths:
        spans.append(PictureSpan(at, at + length, "clip"))
        at += length
    picture = Picture("p", rate, at, tuple(spans), tuple(CutPoint(s.record_in) for s in spans[1:]))
    parts = divide(picture, most)
    assert parts[0][0] == 0
    assert parts[-1][1] == at
    assert all(a[1] == b[0] for a, b in pairwise(parts))
    assert all(0 < b - a <= most * rate for a, b in parts)
    assert len(parts) <= 2 * math.ceil(picture.frames / math.floor(most * rate)) + 1


@settings(deadline=None)
@given(shots=st.lists(st.integers(24, 24 * 60), min_size=30, max_size=80))
def test_with_shots_of_up_to_a_minute_every_division_is_on_a_cut(shots: list[int]) -> None:
    """No shot is cut in two where a cut is near enough, and no part is shorter than 30 s."""
    spans, at = [], 0
    for length in shots:
        spans.append(PictureSpan(at, at + length, "clip"))
        at += length
    picture = Picture("p", RATE, at, tuple(spans), tuple(CutPoint(s.record_in) for s in spans[1:]))
    parts = divide(picture, 200)
    cuts = {cut.frame for cut in picture.cuts}
    assert all(end in cuts for _, end in parts[:-1])
    if len(parts) > 1:
        assert all(end - start >= 30 * 24 for start, end in parts)


def test_without_cuts_the_parts_are_even() -> None:
    """A single long shot is divided in equal parts."""
    parts = divide(Picture("p", RATE, 24 * 1500, ()), 600)
    assert [500.0, 1000.0] == at_seconds(parts)


def test_a_gap_is_preferred_to_a_cut_and_a_fade_to_a_dissolve() -> None:
    """Black is where new music is least felt, then a fade, then a dissolve, then a hard cut."""
    shots = [20.0] * 40
    assert at_seconds(divide(film(shots, gaps=(18,)), 600)) in ([360.0], [380.0])
    assert [360.0] == at_seconds(divide(film(shots, {18: "fade", 19: "dissolve"}), 600))
    assert [380.0] == at_seconds(divide(film(shots, {19: "dissolve"}), 600))


def test_a_cut_between_long_shots_is_preferred() -> None:
    """A calm place near the middle beats a busy one at the very middle."""
    shots = [2.0] * 190 + [12.0, 12.0] + [2.0] * 210
    (place,) = at_seconds(divide(film(shots), 600))
    assert place == pytest.approx(392.0)


def test_a_long_film_with_many_cuts_is_quick() -> None:
    """Ten thousand cuts over ten hours in about a second."""
    draw = random.Random(3)
    picture = film([draw.uniform(0.5, 6.7) for _ in range(10_000)])
    start = time.perf_counter()
    parts = divide(picture, 600)
    assert time.perf_counter() - start < 6
    assert len(parts) <= math.ceil(picture.seconds / 600) + 2


def test_parts_that_hold_no_frame_are_refused() -> None:
    """A limit below one frame makes no sense."""
    with pytest.raises(ValueError, match="hold no frame"):
        divide(Picture("p", Fraction(1), 100, ()), Fraction(1, 2))


@pytest.mark.real
def test_a_rendered_film_is_divided_on_cuts_that_two_detectors_agree_on(videos: Path) -> None:
    """No timeline tells the cuts of a plain video: they are looked for where it has to be divided."""
    path = videos / "bbb_film_full_320x180.mp4"
    spans = (PictureSpan(0, 14315, "clip", "film", path, search_cuts=True),)
    parts = divide(Picture("film", RATE, 14315, spans), 250)
    known = [
        float(line.split()[0]) for line in path.with_suffix(".cuts.txt").read_text().splitlines() if line[:1].isdigit()
    ]
    assert len(parts) == 3
    for place in at_seconds(parts):
        assert min(abs(place - cut) for cut in known) <= 2 / 24


@pytest.mark.real
def test_looking_for_a_place_is_told_and_can_be_stopped(videos: Path) -> None:
    """Cancelled at the next report; the next try looks anew, and its share of the whole rises over all windows."""
    path = videos / "bbb_film_full_320x180.mp4"
    picture = Picture("stop", RATE, 720, (PictureSpan(0, 720, "clip", "film", path, search_cuts=True),))
    shares: list[float] = []

    def stopping(event: ProgressEvent) -> None:
        shares.append(event.fraction or 0.0)
        stopped.cancel()

    stopped = Progress(stopping)
    with pytest.raises(Cancelled):
        divide(picture, 12, stopped)
    assert 1 == len(shares)
    shares.clear()
    assert len(divide(picture, 12, Progress(lambda event: shares.append(event.fraction or 0.0)))) >= 3
    assert shares == sorted(shares)
    assert 1.0 == shares[-1]
