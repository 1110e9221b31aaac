"""The volume of the music over time: fades and ducking as keyframes."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cutscore.editors.blender.volume import duck_points, fade_points, same, together
from cutscore_composer.mix.gain_points import duck_under

CURVES = st.lists(st.tuples(st.integers(0, 100), st.floats(0, 2)), max_size=6, unique_by=lambda point: point[0]).map(
    sorted
)


@given(CURVES, CURVES, st.floats(0.1, 2))
def test_the_product_goes_through_both_curves(
    one: list[tuple[int, float]], two: list[tuple[int, float]], gain: float
) -> None:
    """At every keyframe the volume is gain × one × two, as numpy interpolates them."""
    for frame, level in together([one, two], gain, 0, 100):
        factors = [np.interp(frame, *zip(*curve, strict=True)) for curve in (one, two) if curve]
        assert abs(level - gain * np.prod(factors)) < 1e-9


def test_fades_that_would_meet_share_the_strip() -> None:
    """Ten frames in and thirty out over twenty frames: five and fifteen."""
    assert ((100.0, 0.0), (105.0, 1.0), (120.0, 0.0)) == fade_points(100, 120, 10, 30)
    assert () == fade_points(100, 120, 0, 0)
    assert ((100.0, 0.0), (110.0, 1.0), (115.0, 1.0), (120.0, 0.0)) == fade_points(100, 120, 10, 5)


def test_ducking_is_what_the_composer_wrote_in_frames() -> None:
    """The points of the cue file, from where the music begins, in factors instead of decibels."""
    cue = {"duck": [{"time": seconds, "db": db} for seconds, db in duck_under([(2.0, 4.0)], -6.0)]}
    points = duck_points(cue, 101, Fraction(24))
    assert [101 + 36, 101 + 47, 101 + 101, 101 + 122] == [frame for frame, _ in points]
    assert [1.0, 0.5012, 0.5012, 1.0] == [round(level, 4) for _, level in points]


def test_nothing_asked_writes_no_keyframes() -> None:
    """Without fades and ducking the volume stays a plain value, which the user sets as usual."""
    assert () == together([fade_points(0, 10, 0, 0), duck_points({}, 0, Fraction(25))], 0.5, 0, 10)


def test_keyframes_are_known_again_after_blender_rounded_them() -> None:
    """32-bit values are the same curve; one that was moved by a frame is not."""
    keys = ((1.0, 1.0), (13.0, 10 ** (-4 / 20)))
    kept = tuple((float(np.float32(frame)), float(np.float32(level))) for frame, level in keys)
    assert same(keys, kept)
    assert not same(keys, ((2.0, 1.0), keys[1]))
    assert not same(keys, keys[:1])
