"""Looking at pictures of every kind: known cuts, searched films, gaps, missing media, hardly any frames, cancelling."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from cutscore_composer.engine import Progress, ProgressEvent
from cutscore_composer.errors import Cancelled
from cutscore_composer.look import look
from cutscore_composer.look.seen import CURVE_HZ, Seen
from cutscore_composer.picture import CutPoint, Picture, PictureSpan, SoundSpan

RATE = Fraction(24)


def film_picture(path: Path, frames: int, rate: Fraction = RATE, *, search: bool = True) -> Picture:
    """A whole file as one span."""
    return Picture("film", rate, frames, (PictureSpan(0, frames, "clip", "film", path, search_cuts=search),))


def check_shapes(seen: Seen) -> None:
    """Every curve has the documented length and steps."""
    length = math.ceil(seen.frames / seen.rate * CURVE_HZ) + 1
    for curve in (seen.motion, seen.brightness, seen.colour, seen.complexity):
        assert (length,) == curve.shape
        assert np.float32 == curve.dtype
        assert 0 <= curve.min()
        assert curve.max() <= 1
        assert np.array_equal(curve * 64, np.round(curve * 64))


def test_a_searched_film_gives_its_cuts(
    tmp_path: Path, shot: Callable[..., np.ndarray], film: Callable[..., Path]
) -> None:
    """Cuts of a file are found through decoding to the frame, one thumbnail a shot, all curves in shape."""
    path = film(tmp_path / "a.mp4", np.concatenate([shot(1, 50), shot(2, 40), shot(3, 60)]))
    seen = look(film_picture(path, 150), Progress())
    assert [50, 90] == [cut.frame for cut in seen.cuts]
    assert 3 == len(seen.thumbnails)
    assert all(a <= t.frame < b for t, a, b in zip(seen.thumbnails, (0, 50, 90), (50, 90, 150), strict=True))
    assert () == seen.warnings
    check_shapes(seen)


def test_looking_twice_sees_the_same(
    tmp_path: Path, shot: Callable[..., np.ndarray], film: Callable[..., Path]
) -> None:
    """The same file gives the same bits."""
    path = film(tmp_path / "a.mp4", np.concatenate([shot(1, 50), shot(2, 40, 3.0)]))
    one, two = (look(film_picture(path, 90), Progress()) for _ in range(2))
    assert one.cuts == two.cuts
    assert one.peaks == two.peaks
    assert np.array_equal(one.motion, two.motion)


def test_cuts_of_the_timeline_are_taken_as_they_are(
    tmp_path: Path, shot: Callable[..., np.ndarray], film: Callable[..., Path]
) -> None:
    """A timeline's cut keeps its frame, kind and length, and is stronger between unlike shots than like ones."""
    bright = np.clip(shot(3, 40).astype(int) + 90, 0, 255).astype(np.uint8)
    path = film(tmp_path / "a.mp4", np.concatenate([shot(1, 40), shot(2, 40) // 4, bright]))
    spans = (
        PictureSpan(0, 20, "clip", media=path),
        PictureSpan(20, 40, "clip", media=path, source_in=Fraction(20, 24)),
        PictureSpan(40, 70, "clip", media=path, source_in=Fraction(42, 24)),
        PictureSpan(70, 100, "clip", media=path, source_in=Fraction(84, 24)),
    )
    cuts = (CutPoint(20), CutPoint(40, "dissolve", 4, 6), CutPoint(70))
    seen = look(Picture("edit", RATE, 100, spans, cuts), Progress())
    assert [(20, "cut", 0), (40, "dissolve", 10), (70, "cut", 0)] == [(c.frame, c.kind, c.frames) for c in seen.cuts]
    same, _, unlike = (cut.strength for cut in seen.cuts)
    assert same < 0.2 < 0.5 < unlike


def test_motion_follows_the_speed_of_the_camera(
    tmp_path: Path, shot: Callable[..., np.ndarray], film: Callable[..., Path]
) -> None:
    """A still camera has no motion, a slow pan some, a fast one more; a cut adds none."""
    path = film(tmp_path / "a.mp4", np.concatenate([shot(1, 48, 0.0), shot(2, 48, 0.7), shot(3, 48, 3.0)]))
    motion = look(film_picture(path, 144), Progress()).motion
    still, slow, fast = motion[2:18].mean(), motion[22:38].mean(), motion[42:58].mean()
    assert still < 0.03
    assert 0.1 < slow < fast
    assert motion[19:21].max() <= motion[22:38].max()


def test_gaps_and_missing_media_are_black_with_a_warning_by_name(tmp_path: Path) -> None:
    """What is not there is black, and its name is told."""
    spans = (PictureSpan(0, 24, "gap"), PictureSpan(24, 60, "clip", "lost", tmp_path / "lost.mov", search_cuts=True))
    seen = look(Picture("edit", RATE, 60, spans, (CutPoint(24),)), Progress())
    assert 0.0 == seen.brightness.max()
    assert any("lost.mov" in warning for warning in seen.warnings)
    check_shapes(seen)


def test_fades_that_the_timeline_adds_at_its_ends_are_seen(
    tmp_path: Path, shot: Callable[..., np.ndarray], film: Callable[..., Path]
) -> None:
    """Brightness rises out of black and falls into it, as if the film itself did; a hard cut is never made of that."""
    path = film(tmp_path / "a.mp4", np.tile(shot(1, 1), (240, 1, 1, 1)))
    plain = film_picture(path, 240)
    level = float(np.median(look(plain, Progress()).brightness))
    seen = look(replace(plain, opening_fade_frames=48, closing_fade_frames=96), Progress())
    assert {"fade"} >= {cut.kind for cut in seen.cuts}
    at = {seconds: float(seen.brightness[round(seconds * CURVE_HZ)]) / level for seconds in (0, 1, 3, 5, 8, 10)}
    assert [0, 0.5, 1, 1, 0.5, 0] == pytest.approx(list(at.values()), abs=0.08)


def test_missing_sound_is_silent_with_a_warning_by_name(tmp_path: Path) -> None:
    """Speech that cannot be heard is no speech."""
    picture = Picture(
        "edit", RATE, 48, (PictureSpan(0, 48, "gap"),), sounds=(SoundSpan(0, 48, "dialogue", tmp_path / "voice.wav"),)
    )
    seen = look(picture, Progress())
    assert () == seen.speech
    assert any("voice.wav" in warning for warning in seen.warnings)


@pytest.mark.parametrize(("frames", "rate"), [(1, RATE), (2, Fraction(25, 2)), (7, Fraction(60000, 1001)), (12, RATE)])
def test_hardly_any_frames(
    tmp_path: Path, shot: Callable[..., np.ndarray], film: Callable[..., Path], frames: int, rate: Fraction
) -> None:
    """Pictures of a frame or a few are looked at like any other."""
    path = film(tmp_path / "a.mp4", shot(1, frames), rate)
    for search in (True, False):
        check_shapes(look(film_picture(path, frames, rate, search=search), Progress()))


def test_a_sparse_look_sees_what_a_dense_one_sees(
    tmp_path: Path, shot: Callable[..., np.ndarray], film: Callable[..., Path]
) -> None:
    """With the cuts told, a few frames a second are enough for the same curves, to a few of their 64 steps."""
    path = film(tmp_path / "a.mp4", np.concatenate([shot(1, 72, 0.7), shot(2, 72, 2.0)]))
    dense = look(film_picture(path, 144), Progress())
    sparse = look(replace(film_picture(path, 144, search=False), cuts=(CutPoint(72),)), Progress())
    assert float(np.abs(dense.motion - sparse.motion).max()) <= 3 / 64
    assert float(np.abs(dense.brightness - sparse.brightness).max()) <= 2 / 64


def test_it_stops_when_it_is_cancelled(
    tmp_path: Path, shot: Callable[..., np.ndarray], film: Callable[..., Path]
) -> None:
    """Cancelling raises Cancelled at the next report."""
    path = film(tmp_path / "a.mp4", shot(1, 48))
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        look(film_picture(path, 48), progress)


def test_it_tells_how_far_it_is(tmp_path: Path, shot: Callable[..., np.ndarray], film: Callable[..., Path]) -> None:
    """Reports are of the stage "look", never go back, and end at 1."""
    path = film(tmp_path / "a.mp4", shot(1, 96))
    events: list[ProgressEvent] = []
    look(film_picture(path, 96), Progress(events.append))
    shares = [event.fraction for event in events]
    assert {"look"} == {event.stage for event in events}
    assert sorted(shares) == shares
    assert 1.0 == shares[-1]


def test_importing_the_package_loads_no_decoder() -> None:
    """`import cutscore_composer.look` and `.spot` cost nothing: FFmpeg and OpenCV come with the first look."""
    code = (
        "import sys, cutscore_composer.look, cutscore_composer.spot;"
        "print([m for m in ('cv2', 'av', 'numpy', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "[]" == done.stdout.strip()


def test_a_long_shot_has_more_than_one_picture(
    tmp_path: Path, shot: Callable[..., np.ndarray], film: Callable[..., Path]
) -> None:
    """Twenty seconds without a cut are shown by several frames, in order."""
    path = film(tmp_path / "a.mp4", shot(1, 480))
    frames = [t.frame for t in look(film_picture(path, 480), Progress()).thumbnails]
    assert 8 == len(frames)
    assert sorted(frames) == frames
    assert (144, 256, 3) == look(film_picture(path, 480), Progress()).thumbnails[0].image.shape
