"""Edited: the pictures of an edit in order, with real dissolves and fades."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cutscore.reel.edited import edited_frames, zones
from cutscore_composer.media.canvas import Canvas
from cutscore_composer.media.shown import Sources
from cutscore_composer.picture import CutPoint, Picture, PictureSpan
from support.numbered import number_in, numbered_film

RATE = Fraction(25)
CANVAS = Canvas(192, 96)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return numbered_film(tmp_path_factory.mktemp("edited") / "film.mp4", 300)


@pytest.fixture(scope="module")
def greys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two even stills: luma 60 and 180 in video range."""
    folder = tmp_path_factory.mktemp("greys")
    paths = folder / "dark.png", folder / "light.png"
    for path, luma in zip(paths, (60, 180), strict=True):
        Image.new("L", (192, 96), round((luma - 16) * 255 / 219)).save(path)
    return paths


def frames(picture: Picture, first: int = 0, last: int | None = None) -> list[np.ndarray]:
    with Sources() as sources:
        return [frame.to_ndarray() for frame in edited_frames(picture, CANVAS, sources, first, last)]


def numbers(picture: Picture, first: int = 0, last: int | None = None) -> list[int]:
    with Sources() as sources:
        return [number_in(frame) for frame in edited_frames(picture, CANVAS, sources, first, last)]


def two_stills(greys: tuple[Path, Path], cut: CutPoint) -> Picture:
    spans = (PictureSpan(0, 20, "still", "a", greys[0]), PictureSpan(20, 40, "still", "b", greys[1]))
    return Picture("stills", RATE, 40, spans, (cut,))


def test_spans_follow_each_other_frame_by_frame(film: Path) -> None:
    """Trims out of order, a freeze and a reversed clip: the right frame at every record frame."""
    spans = (
        PictureSpan(0, 10, "clip", "", film, Fraction(200, 25)),
        PictureSpan(10, 20, "clip", "", film, Fraction(40, 25)),
        PictureSpan(20, 25, "clip", "", film, Fraction(7, 25), Fraction(0)),
        PictureSpan(25, 40, "clip", "", film, Fraction(100, 25), Fraction(-1)),
    )
    picture = Picture("edit", RATE, 40, spans, tuple(CutPoint(s.record_in) for s in spans[1:]))
    expected = [*range(200, 210), *range(40, 50), *[7] * 5, *range(100, 85, -1)]
    assert expected == numbers(picture)
    assert expected[5:33] == numbers(picture, 5, 33)


def test_a_dissolve_mixes_the_two_by_its_share(greys: tuple[Path, Path]) -> None:
    """Frame i of n is (i + ½) / n of the second: numerically, in every frame; before and after all of one."""
    found = frames(two_stills(greys, CutPoint(20, "dissolve", 4, 6)))
    lumas = [float(picture[:96].mean()) for picture in found]
    share = np.clip((np.arange(40) - 16 + 0.5) / 10, 0, 1)
    assert np.abs(np.array(lumas) - (60 + 120 * share)).max() < 1.0


def test_a_dissolve_shows_both_clips_beyond_their_edges(film: Path) -> None:
    """The mix of frame 16 is of the media's frames 116 and 46, and the frames around it go on undisturbed."""
    spans = (
        PictureSpan(0, 20, "clip", "", film, Fraction(100, 25)),
        PictureSpan(20, 40, "clip", "", film, Fraction(50, 25)),
    )
    picture = Picture("edit", RATE, 40, spans, (CutPoint(20, "dissolve", 5, 5),))
    plain = replace(picture, cuts=())
    found = frames(picture)
    outgoing = frames(replace(plain, spans=(replace(spans[0], record_out=40),)))
    incoming = frames(replace(plain, spans=(replace(spans[1], record_in=0, source_in=Fraction(30, 25)),)))
    for number in range(15, 25):
        share = (number - 15 + 0.5) / 10
        want = outgoing[number] * (1 - share) + incoming[number] * share
        assert np.abs(found[number] - want).max() <= 2
    assert [*range(100, 115), *range(55, 70)] == [n for i, n in enumerate(numbers(picture)) if not 15 <= i < 25]


def test_a_fade_between_clips_goes_through_black(greys: tuple[Path, Path]) -> None:
    """The one is gone before the other comes."""
    lumas = [float(picture[:96].mean()) for picture in frames(two_stills(greys, CutPoint(20, "fade", 8, 8)))]
    assert abs(lumas[11] - 60) < 1
    assert lumas[12:20] == sorted(lumas[12:20], reverse=True)
    assert lumas[20:28] == sorted(lumas[20:28])
    assert max(lumas[19], lumas[20]) < 30
    assert abs(lumas[28] - 180) < 1


def test_a_fade_to_a_gap_ends_in_black(greys: tuple[Path, Path]) -> None:
    """Towards a gap the picture darkens evenly to black and stays there."""
    spans = (PictureSpan(0, 20, "still", "b", greys[1]), PictureSpan(20, 30, "gap"))
    picture = Picture("fade", RATE, 30, spans, (CutPoint(20, "fade", 10, 0),))
    lumas = np.array([float(p[:96].mean()) for p in frames(picture)])
    want = 180 - 164 * np.clip((np.arange(30) - 10 + 0.5) / 10, 0, 1)
    assert np.abs(lumas - want).max() < 1.0


def test_the_edit_itself_opens_out_of_black_and_closes_into_it(greys: tuple[Path, Path]) -> None:
    """Evenly, frame i of n at (i + ½) / n; a part of the edit shows the same pictures."""
    picture = replace(two_stills(greys, CutPoint(20)), opening_fade_frames=8, closing_fade_frames=10)
    lumas = np.array([float(p[:96].mean()) for p in frames(picture)])
    want = np.where(np.arange(40) < 20, 60.0, 180.0)
    want[:8] = 16 + 44 * (np.arange(8) + 0.5) / 8
    want[30:] = 16 + 164 * (np.arange(10)[::-1] + 0.5) / 10
    assert np.abs(lumas - want).max() < 1.0
    assert np.array_equal(np.array(frames(picture, 33, 37)), np.array(frames(picture))[33:37])


def test_missing_handles_hold_the_edge_frames(film: Path) -> None:
    """A dissolve over the file's very end and start holds the last and the first frame; the length is exact."""
    spans = (
        PictureSpan(0, 20, "clip", "", film, Fraction(280, 25)),
        PictureSpan(20, 40, "clip", "", film, Fraction(0)),
    )
    picture = Picture("edit", RATE, 40, spans, (CutPoint(20, "dissolve", 10, 10),))
    found = frames(picture)
    ends = frames(Picture("ends", RATE, 2, (PictureSpan(0, 1, "still", "", film, Fraction(299, 25)),)))[0]
    starts = frames(Picture("starts", RATE, 2, (PictureSpan(0, 1, "still", "", film),)))[0]
    assert len(found) == 40
    assert np.abs(found[20] - (ends * 0.475 + starts * 0.525)).max() <= 2


def test_a_part_of_the_edit_is_the_same_as_that_part_of_the_whole(film: Path) -> None:
    """Starting or ending inside a dissolve changes no picture."""
    spans = tuple(PictureSpan(n * 12, n * 12 + 12, "clip", "", film, Fraction(n * 60 + 20, 25)) for n in range(4))
    cuts = tuple(CutPoint(n * 12, "dissolve", 4, 4) for n in range(1, 4))
    picture = Picture("edit", RATE, 48, spans, cuts)
    whole = frames(picture)
    for first, last in ((0, 10), (10, 14), (13, 30), (24, 26), (39, 48), (22, 23)):
        part = frames(picture, first, last)
        assert len(part) == last - first
        assert all(np.array_equal(a, b) for a, b in zip(whole[first:last], part, strict=True))


@settings(deadline=None)
@given(
    lengths=st.lists(st.integers(1, 30), min_size=1, max_size=8),
    reach=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=8, max_size=8),
)
def test_transitions_never_overlap_whatever_a_timeline_says(lengths: list[int], reach: list[tuple[int, int]]) -> None:
    """Too long transitions are shortened; the pictures are still exactly as many as the frames."""
    spans, at = [], 0
    for length in lengths:
        spans.append(PictureSpan(at, at + length, "gap"))
        at += length
    cuts = tuple(CutPoint(s.record_in, "dissolve", *r) for s, r in zip(spans[1:], reach, strict=False))
    picture = Picture("edit", RATE, at, tuple(spans), cuts)
    found = sorted(zones(picture).values(), key=lambda zone: zone.frame_in)
    assert all(a.frame_out <= b.frame_in for a, b in pairwise(found))
    assert all(0 <= zone.frame_in < zone.frame_out <= at for zone in found)
    with Sources() as sources:
        assert at == sum(1 for _ in edited_frames(picture, Canvas(16, 16), sources))
