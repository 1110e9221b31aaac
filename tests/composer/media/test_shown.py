"""Shown: one picture for every record frame, by speed, rate and kind; numbers are read from the pictures."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from cutscore_composer.errors import InputRefused
from cutscore_composer.media import shown as shown_module
from cutscore_composer.media.canvas import Canvas
from cutscore_composer.media.shown import Sources, frames_for, image_path, picture_frames
from cutscore_composer.picture import Picture, PictureSpan
from support.numbered import number_in, numbered_film, pattern

CANVAS = Canvas(192, 96)
R25 = Fraction(25)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 numbered frames at 25 a second, a key frame every 30."""
    return numbered_film(tmp_path_factory.mktemp("shown") / "film.mp4", 300)


def numbers(span: PictureSpan, rate: Fraction = R25, first: int = 0, last: int | None = None) -> list[int]:
    with Sources() as sources:
        end = span.frames if last is None else last
        return [number_in(frame) for frame in frames_for(span, rate, first, end, CANVAS, sources)]


SPEEDS: dict[str, tuple[Fraction, Callable[[int], int]]] = {
    "double": (Fraction(2), lambda n: 100 + 2 * n),
    "half": (Fraction(1, 2), lambda n: 100 + n // 2),
    "backwards": (Fraction(-1), lambda n: 100 - n),
    "backwards at a half": (Fraction(-1, 2), lambda n: math.floor(100 - Fraction(n, 2))),
    "frozen": (Fraction(0), lambda n: 100),
    "triple": (Fraction(3), lambda n: 100 + 3 * n),
}


@pytest.mark.parametrize(("speed", "expected"), SPEEDS.values(), ids=SPEEDS.keys())
def test_a_speed_shows_the_right_frame_at_every_record_frame(
    film: Path, speed: Fraction, expected: Callable[[int], int]
) -> None:
    """Speeds above, below and at nothing choose the frames that arithmetic says."""
    span = PictureSpan(0, 50, "clip", "film", film, Fraction(100, 25), speed)
    assert [expected(n) for n in range(50)] == numbers(span)


@pytest.mark.parametrize("rate", [Fraction(24), Fraction(50), Fraction(30000, 1001), Fraction(60), Fraction(25, 2)])
def test_another_record_rate_repeats_or_drops_frames(film: Path, rate: Fraction) -> None:
    """The frame at record time t is the last whose own time has come."""
    span = PictureSpan(0, 80, "clip", "film", film, Fraction(2))
    early = Fraction(1, 800)
    assert [math.floor((2 + n / rate + early) * 25) for n in range(80)] == numbers(span, rate)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    start=st.integers(0, 250),
    speed=st.fractions(Fraction(-4), Fraction(4), max_denominator=8),
    rate=st.sampled_from([Fraction(24), R25, Fraction(30000, 1001), Fraction(50)]),
    first=st.integers(-10, 10),
)
def test_any_span_shows_what_arithmetic_says(
    film: Path, start: int, speed: Fraction, rate: Fraction, first: int
) -> None:
    """Whatever start, speed, rate and handles: the floor of the position, held at both ends of the file."""
    span = PictureSpan(0, 30, "clip", "film", film, Fraction(start, 25), speed)
    moments = [span.source_at(n, rate) for n in range(first, 40)]
    expected = [min(299, max(0, math.floor((moment + Fraction(1, 800)) * 25))) for moment in moments]
    assert expected == numbers(span, rate, first, 40)


def test_backwards_across_chunks_is_whole(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Long reversed spans are made in chunks; no frame is lost or doubled at their edges."""
    monkeypatch.setattr(shown_module, "REVERSE_BYTES", 1)
    span = PictureSpan(0, 250, "clip", "film", film, Fraction(260, 25), Fraction(-1))
    assert [260 - n for n in range(250)] == numbers(span)


def test_handles_reach_beyond_the_span(film: Path) -> None:
    """Frames before record_in and after record_out are the media's own."""
    span = PictureSpan(100, 120, "clip", "film", film, Fraction(50, 25))
    assert list(range(40, 80)) == numbers(span, first=90, last=130)


def test_many_trims_of_one_file_open_it_once(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten clips of a file share one open source."""
    opened = []
    monkeypatch.setattr(
        shown_module, "VideoSource", lambda path, skip: opened.append(path) or _video_source(path, skip=skip)
    )
    spans = tuple(PictureSpan(n * 5, n * 5 + 5, "clip", "", film, Fraction(n * 23 % 200, 25)) for n in range(10))
    picture = Picture("trims", R25, 50, spans)
    with Sources() as sources:
        found = [number_in(frame) for frame in picture_frames(picture, CANVAS, sources)]
    assert [n * 23 % 200 + i for n in range(10) for i in range(5)] == found
    assert len(opened) == 1


_video_source = shown_module.VideoSource


def test_a_still_fills_its_span(tmp_path: Path) -> None:
    """A picture file is shown throughout, at any position."""
    path = tmp_path / "still %03d ü.png"
    Image.fromarray(pattern(1234)).save(path)
    span = PictureSpan(0, 12, "still", "still", path, Fraction(3))
    assert [1234] * 12 == numbers(span)


def test_a_transparent_still_lies_over_black(tmp_path: Path) -> None:
    """What is transparent shows black, not the colour hidden under it."""
    pixels = np.full((96, 192, 4), 255, np.uint8)
    pixels[:, 96:, 3] = 0
    Image.fromarray(pixels).save(tmp_path / "title.png")
    with Sources() as sources:
        span = PictureSpan(0, 1, "still", "title", tmp_path / "title.png")
        (frame,) = frames_for(span, R25, 0, 1, CANVAS, sources)
    luma = frame.reformat(format="gray").to_ndarray()
    assert luma[:, :90].min() > 250
    assert luma[:, 102:].max() < 5


def test_an_image_sequence_runs_at_its_own_rate(tmp_path: Path) -> None:
    """Numbers start where they start; a missing image holds the one before it and is named."""
    for number in [*range(95, 104), *range(105, 110)]:
        Image.fromarray(pattern(number)).save(tmp_path / f"a.{number:04d}.png")
    span = PictureSpan(
        0, 24, "clip", "a", tmp_path / "a.%04d.png", Fraction(0), image_rate=Fraction(12), image_start=95
    )
    with Sources() as sources:
        found = [number_in(frame) for frame in frames_for(span, Fraction(24), 0, 24, CANVAS, sources)]
        warnings = sources.warnings
    expected = [103 if n == 104 else n for n in (95 + i // 2 for i in range(24))]
    assert expected == found
    assert len(warnings) == 1
    assert "a.0104.png" in warnings[0]


@pytest.mark.parametrize("speed", [Fraction(1), Fraction(-1)])
def test_an_image_sequence_on_twos_shows_each_image_for_two(tmp_path: Path, speed: Fraction) -> None:
    """Files 95, 97, 99 …: forwards, backwards and from the middle of one; none of them is missed."""
    for number in range(95, 120, 2):
        Image.fromarray(pattern(number)).save(tmp_path / f"a.{number:04d}.png")
    start = Fraction(11, 24)
    span = PictureSpan(
        0, 10, "clip", "a", tmp_path / "a.%04d.png", start, speed, image_rate=Fraction(24), image_start=95, image_step=2
    )
    with Sources() as sources:
        found = [number_in(frame) for frame in frames_for(span, Fraction(24), 0, 10, CANVAS, sources)]
        assert () == sources.warnings
    assert [95 + (11 + i * int(speed)) // 2 * 2 for i in range(10)] == found


def test_names_of_image_sequences() -> None:
    """printf patterns of every usual kind; anything else is refused, never formatted."""
    assert image_path(Path("x/a.%04d.png"), 7) == Path("x/a.0007.png")
    assert image_path(Path("x/a%d.png"), 12) == Path("x/a12.png")
    for bad in ("a.png", "a%s%s.png", "a%d%d.png", "a%n.png"):
        with pytest.raises(InputRefused, match="image sequence"):
            image_path(Path(bad), 1)


@pytest.mark.parametrize("kind", ["gap", "generator", "missing"])
def test_what_has_no_picture_is_black(kind: str) -> None:
    """Gaps, generators and missing media are video black."""
    span = PictureSpan(0, 5, kind, "", Path("nowhere.mp4"))  # type: ignore[arg-type]
    with Sources() as sources:
        frames = list(frames_for(span, R25, 0, 5, CANVAS, sources))
    assert len(frames) == 5
    assert all(_is_black(frame.to_ndarray()) for frame in frames)


def _is_black(picture: np.ndarray) -> bool:
    return bool((picture[:96] == 16).all() and (picture[96:] == 128).all())


def test_media_that_cannot_be_read_is_black_and_named(tmp_path: Path) -> None:
    """A text named .mp4 gives black and one sentence, however often it is used."""
    path = tmp_path / "notes.mp4"
    path.write_text("no video")
    span = PictureSpan(0, 4, "clip", "notes", path)
    with Sources() as sources:
        frames = [f for _ in range(2) for f in frames_for(span, R25, 0, 4, CANVAS, sources)]
        warnings = sources.warnings
    assert len(frames) == 8
    assert _is_black(frames[0].to_ndarray())
    assert len(warnings) == 1
    assert "notes.mp4" in warnings[0]


def test_media_that_changes_while_it_is_read_is_refused(tmp_path: Path) -> None:
    """Bytes written during the reading stop the work with the file's name."""
    path = numbered_film(tmp_path / "growing.mp4", 50)
    span = PictureSpan(0, 50, "clip", "growing", path)
    with Sources() as sources:
        frames = frames_for(span, R25, 0, 50, CANVAS, sources)
        next(frames)
        path.write_bytes(path.read_bytes() + b"more")
        with pytest.raises(InputRefused, match=r"growing\.mp4 was changed"):
            list(frames)


def test_a_break_off_in_use_leaves_the_file_for_the_next(film: Path) -> None:
    """Stopping in the middle of a span gives the source back."""
    span = PictureSpan(0, 50, "clip", "film", film)
    with Sources() as sources:
        first = frames_for(span, R25, 0, 50, CANVAS, sources)
        next(first)
        first.close()  # type: ignore[attr-defined]
        assert [10, 11] == [number_in(f) for f in frames_for(span, R25, 10, 12, CANVAS, sources)]


def test_few_large_files_are_kept_open(film: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Idle files are limited by their pixels together: memory does not grow with the size of the media."""
    monkeypatch.setattr(shown_module, "IDLE_PIXELS", 192 * 96)
    with Sources() as sources:
        with sources.borrow(film, Fraction(0)) as first, sources.borrow(film, Fraction(0)) as second:
            assert first is not None
            assert second is not None
        with sources.borrow(film, Fraction(0)) as again:
            assert again is first
        with sources.borrow(film, Fraction(0)) as one, sources.borrow(film, Fraction(0)) as other:
            assert other is not one
            assert other not in (first, second)


def test_a_playlist_named_as_an_image_is_not_followed(tmp_path: Path, film: Path) -> None:
    """A name in an image sequence cannot make other files be read."""
    Image.fromarray(pattern(7)).save(tmp_path / "a.0000.png")
    lines = ["#EXTM3U", "#EXT-X-TARGETDURATION:10", "#EXTINF:10,", str(film), "#EXT-X-ENDLIST"]
    (tmp_path / "a.0001.png").write_text("\n".join(lines))
    span = PictureSpan(0, 2, "clip", "a", tmp_path / "a.%04d.png", image_rate=R25)
    assert [7, 7] == numbers(span)
