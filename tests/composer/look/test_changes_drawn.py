"""Changes of shot in drawn frames, whose cuts are known because the test made them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

from cutscore_composer.look.changes import find_changes
from cutscore_composer.look.finder import CutFinder

RATE = Fraction(24)


@pytest.mark.parametrize("rate", [Fraction(25, 2), Fraction(24), Fraction(60000, 1001)])
def test_hard_cuts_are_found_to_the_frame(shot: Callable[..., np.ndarray], rate: Fraction) -> None:
    """Joined shots are cut exactly where the test joined them, at any rate."""
    frames = np.concatenate([shot(1, 40), shot(2, 31), shot(3, 55)])
    assert [(40, "cut"), (71, "cut")] == [(c.frame, c.kind) for c in find_changes(frames, rate)]


def test_quick_cuts_are_all_found(shot: Callable[..., np.ndarray]) -> None:
    """Shots of a quarter of a second are shots."""
    frames = np.concatenate([shot(seed, 6) for seed in range(8)])
    assert list(range(6, 48, 6)) == [c.frame for c in find_changes(frames, RATE)]


@pytest.mark.parametrize("pan", [0.0, 0.5, 3.0, 6.0])
def test_a_moving_camera_is_no_cut(shot: Callable[..., np.ndarray], pan: float) -> None:
    """One shot, however fast the camera pans, has no change of shot."""
    assert [] == find_changes(shot(4, 96, pan), RATE)


def test_a_flash_is_no_cut(shot: Callable[..., np.ndarray]) -> None:
    """Two white frames in a shot, a photographer's flash, leave it one shot."""
    frames = shot(5, 72).copy()
    frames[30:32] = 255 - (255 - frames[30:32]) // 8
    assert [] == find_changes(frames, RATE)


def test_lettering_over_black_is_no_shot() -> None:
    """Lines of text that appear on and vanish from black are not shots."""
    frames = np.zeros((72, 72, 128, 3), np.uint8)
    frames[24:48, 30:33, 40:90] = 230
    frames[24:48, 40:42, 50:80] = 230
    assert [] == find_changes(frames, RATE)


@pytest.mark.parametrize("length", [12, 24, 40])
def test_a_dissolve_is_found_in_its_middle(shot: Callable[..., np.ndarray], length: int) -> None:
    """A linear dissolve is one change, within a quarter of a second of its middle, about as long as it is."""
    before, after = shot(6, 72 + length), shot(7, 72 + length)
    share = (np.arange(1, length + 1) / (length + 1))[:, None, None, None]
    mixed = (before[72:] * (1 - share) + after[:length] * share).round().astype(np.uint8)
    changes = find_changes(np.concatenate([before[:72], mixed, after[length:]]), RATE)
    assert ["dissolve"] == [c.kind for c in changes]
    assert abs(changes[0].frame - (72 + length / 2)) <= 6
    assert 0.6 * length <= changes[0].frames <= 1.8 * length


def test_a_fade_through_black_is_one_change(shot: Callable[..., np.ndarray]) -> None:
    """Out in half a second, black for a quarter, in again: one fade, in the middle of the black."""
    ramp = np.linspace(1, 0, 12)[:, None, None, None]
    out, back = shot(8, 72), shot(9, 72)
    out[60:] = (out[60:] * ramp).astype(np.uint8)
    back[:12] = (back[:12] * ramp[::-1]).astype(np.uint8)
    frames = np.concatenate([out, np.zeros((6, 72, 128, 3), np.uint8), back])
    changes = find_changes(frames, RATE)
    assert ["fade"] == [c.kind for c in changes]
    assert abs(changes[0].frame - 75) <= 2


def test_a_fade_out_and_a_later_cut_from_black_are_two(shot: Callable[..., np.ndarray]) -> None:
    """Where the picture comes back hard, the fade and the cut are told apart, the cut to the frame."""
    out = shot(10, 72)
    out[60:] = (out[60:] * np.linspace(1, 0, 12)[:, None, None, None]).astype(np.uint8)
    frames = np.concatenate([out, np.zeros((24, 72, 128, 3), np.uint8), shot(11, 48)])
    assert ["fade", "cut"] == [c.kind for c in find_changes(frames, RATE)]
    assert 96 == find_changes(frames, RATE)[1].frame


def test_a_change_of_light_is_no_cut(shot: Callable[..., np.ndarray]) -> None:
    """A camera that opens its aperture over a second keeps its shot."""
    frames = shot(12, 96).astype(np.float64)
    gain = np.interp(np.arange(96), [30, 54], [0.55, 1.0])[:, None, None, None]
    assert [] == find_changes((frames * gain).astype(np.uint8), RATE)


def test_the_finder_in_pieces_agrees_with_the_whole(shot: Callable[..., np.ndarray]) -> None:
    """A film longer than one piece has the same cuts as if searched at once."""
    frames = np.concatenate([shot(seed, 190 + 37 * (seed % 5)) for seed in range(10)])
    assert len(frames) > 2 * 40 * 24
    finder = CutFinder(1000, RATE)
    for frame in frames:
        finder.add(frame)
    assert [1000 + c.frame for c in find_changes(frames, RATE)] == [cut.frame for cut in finder.finish()]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5])
def test_hardly_any_frames_are_no_trouble(shot: Callable[..., np.ndarray], count: int) -> None:
    """Rows of a few frames have no change and raise nothing."""
    assert [] == find_changes(shot(1, 6)[:count], RATE)
