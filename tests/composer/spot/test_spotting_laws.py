"""What holds for the spotting notes of any picture at all."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutscore_composer.look.seen import Peak, Seen
from cutscore_composer.picture import Picture
from cutscore_composer.spot import spot
from cutscore_composer.spot.markers import read_markers
from cutscore_composer.wishes import Ending, Sync, Wishes

_spec = importlib.util.spec_from_file_location("made_up_pictures", Path(__file__).with_name("conftest.py"))
assert _spec is not None
assert _spec.loader is not None
made_up = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made_up)

syncs = st.sampled_from(("loose", "natural", "tight"))
endings = st.sampled_from((None, "ring", "button", "fade"))


@settings(max_examples=150, deadline=None)
@given(made_up.seen_pictures(), syncs, endings)
def test_notes_keep_their_shape(given_picture: tuple[Seen, Picture], sync: Sync, ending: Ending | None) -> None:
    """Moments are in order and inside; sections cover the picture; the arc has the curves' shape; the end is inside."""
    seen, picture = given_picture
    notes = spot(seen, picture, Wishes(sync=sync, ending=ending))
    frames = [moment.frame for moment in notes.moments]
    assert sorted(set(frames)) == frames
    assert all(0 <= frame < seen.frames for frame in frames)
    assert all(0 <= moment.weight <= 1 for moment in notes.moments)
    assert [cut.frame for cut in seen.cuts] == [cut.frame for cut in notes.cuts]
    assert [0, *(s.frame_out for s in notes.sections[:-1])] == [s.frame_in for s in notes.sections]
    assert seen.frames == notes.sections[-1].frame_out
    assert all(s.frame_in < s.frame_out and s.name and 0 <= s.energy <= 1 for s in notes.sections)
    assert seen.motion.shape == notes.energy.shape
    assert np.array_equal(notes.energy * 64, np.round(notes.energy * 64))
    assert 0 <= notes.silent_until <= notes.final_frame < seen.frames
    assert ending in (None, notes.ending)


@settings(max_examples=120, deadline=None)
@given(made_up.seen_pictures(), syncs)
def test_moments_leave_each_other_room(given_picture: tuple[Seen, Picture], sync: Sync) -> None:
    """Every marker that asks for an accent is a moment; all others are 4 s (tight: 2 s) from any moment."""
    seen, picture = given_picture
    notes = spot(seen, picture, Wishes(sync=sync))
    told = [marker for marker in read_markers(picture) if marker.word in ("hit", "drop")]
    markers = {marker.frame for marker in told if marker.frame >= notes.silent_until}
    assert markers == {moment.frame for moment in notes.moments if moment.kind == "marker"}
    assert all(moment.weight == 1 for moment in notes.moments if moment.kind == "marker")
    apart = (2 if sync == "tight" else 4) * seen.rate
    for one, two in pairwise(notes.moments):
        assert two.frame - one.frame >= apart or {one.kind, two.kind} == {"marker"}


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 1000), st.sampled_from(made_up.RATES), st.integers(4, 60))
def test_a_minute_has_as_many_moments_and_sections_as_it_bears(seed: int, rate: Fraction, count: int) -> None:
    """A minute: 2 to 6 sections of 6 s or more; natural up to 6 moments; tight no fewer, up to 12; loose fewest."""
    rng = np.random.default_rng(seed)
    frames = int(60 * rate)
    cuts = [(int(rng.integers(1, frames)), float(rng.random()), "cut") for _ in range(count)]
    seen = made_up.seen_of(frames, rate, cuts, seed)
    counts = {
        sync: len(spot(seen, made_up.picture_of(seen), Wishes(sync=sync)).moments)
        for sync in ("loose", "natural", "tight")
    }
    sections = spot(seen, made_up.picture_of(seen), Wishes()).sections
    assert 2 <= len(sections) <= 6
    assert all(s.frame_out - s.frame_in >= 6 * rate for s in sections)
    assert counts["loose"] <= len(sections) - 1
    assert 0 <= counts["natural"] <= 6
    assert counts["natural"] <= counts["tight"] <= 12


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 400), st.integers(1000, 2600))
def test_a_small_change_of_the_picture_changes_a_small_part(seed: int, where: int) -> None:
    """One cut more in a film of four minutes: every moment 14 s before it stays, and far behind it most do."""
    rng = np.random.default_rng(seed)
    rate = Fraction(24)
    frames = 240 * 24
    cuts = [(int(rng.integers(1, frames)), float(rng.random()), "cut") for _ in range(60)]
    before = spot(one := made_up.seen_of(frames, rate, cuts), made_up.picture_of(one), Wishes())
    after = spot(two := made_up.seen_of(frames, rate, [*cuts, (where, 0.9, "cut")]), made_up.picture_of(two), Wishes())
    early = [[m for m in notes.moments if m.frame < where - 14 * rate] for notes in (before, after)]
    assert early[0] == early[1]
    same = {(m.frame, m.kind, m.weight) for m in before.moments} & {(m.frame, m.kind, m.weight) for m in after.moments}
    far = [m for m in (*before.moments, *after.moments) if m.frame - where > 60 * rate]
    changed = [m for m in far if (m.frame, m.kind, m.weight) not in same]
    assert len(changed) <= max(6, len(far) / 2)


@pytest.mark.parametrize("seconds", [0.5, 1, 3, 5])
def test_very_short_pictures_end_where_they_can(seconds: float) -> None:
    """One section, a last chord in the second half, whatever the ending."""
    for ending in ("ring", "button", "fade"):
        seen = made_up.seen_of(int(seconds * 24), Fraction(24), [(int(seconds * 12), 0.9, "cut")])
        notes = spot(seen, made_up.picture_of(seen), Wishes(ending=ending))  # type: ignore[arg-type]
        assert 1 == len(notes.sections)
        assert seen.frames // 3 <= notes.final_frame < seen.frames


def test_eight_hours_are_spotted_in_seconds() -> None:
    """Long pictures work, with sections all along and as many moments a minute as short ones."""
    rng = np.random.default_rng(1)
    frames = 8 * 3600 * 25
    cuts = [(int(f), float(rng.random()), "cut") for f in rng.integers(1, frames, 7000)]
    seen = made_up.seen_of(frames, Fraction(25), cuts)
    notes = spot(seen, made_up.picture_of(seen), Wishes())
    assert 3 * 480 <= len(notes.moments) <= 6 * 480
    assert max(s.frame_out - s.frame_in for s in notes.sections) <= 35 * 25
    assert set("ABCDEF") >= {section.name[0] for section in notes.sections}


def test_without_cuts_there_is_still_a_form() -> None:
    """A minute without a cut has sections, and nothing to meet but what moves."""
    seen = made_up.seen_of(60 * 24, Fraction(24), [])
    notes = spot(seen, made_up.picture_of(seen), Wishes())
    assert 2 <= len(notes.sections) <= 6
    assert () == notes.moments


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.integers(12, 50))
def test_natural_takes_the_three_to_six_strongest_of_a_minute(seed: int, cuts_a_minute: int) -> None:
    """Three minutes of cuts: 3 to 6 moments a minute, never more than 6 in any, and nearly the heaviest there are."""
    rng = np.random.default_rng(seed)
    frames = 180 * 24
    cuts = [(int(f), float(rng.random()), "cut") for f in rng.integers(24, frames - 24, 3 * cuts_a_minute)]
    seen = made_up.seen_of(frames, Fraction(24), cuts, seed)
    notes = spot(seen, made_up.picture_of(seen), Wishes())
    at = np.array([moment.frame for moment in notes.moments])
    assert 8 <= len(at) <= 18
    assert max(int(np.sum((at >= first) & (at < first + 60 * 24))) for first in at) <= 6
    heaviest = sorted((cut.weight for cut in notes.cuts), reverse=True)[: len(at)]
    assert float(np.mean([moment.weight for moment in notes.moments])) >= 0.8 * float(np.mean(heaviest))


def test_comedy_follows_the_action() -> None:
    """Where the style follows the action, bursts of movement are met that are else left alone; loose stays loose."""
    peaks = tuple(Peak(frame, "motion", 0.7) for frame in range(100, 1400, 130))
    seen = made_up.seen_of(60 * 24, Fraction(24), [(500, 0.8, "cut"), (900, 0.7, "cut")], 0, peaks)
    picture = made_up.picture_of(seen)
    natural, action = (spot(seen, picture, Wishes(), follows_action=way).moments for way in (False, True))
    motions = [sum(moment.kind == "motion" for moment in moments) for moments in (natural, action)]
    assert motions[1] >= 8
    assert motions[1] >= 2 * motions[0]
    assert len(action) <= 20
    loose = Wishes(sync="loose")
    assert spot(seen, picture, loose).moments == spot(seen, picture, loose, follows_action=True).moments


def test_the_style_ends_as_it_likes_where_the_picture_does_not_say() -> None:
    """A calm picture without a fade: the style's ending; the wish goes before it."""
    seen = made_up.seen_of(60 * 24, Fraction(24), [(500, 0.8, "cut")])
    calm = replace(seen, motion=np.zeros_like(seen.motion), brightness=np.full_like(seen.brightness, 0.5))
    picture = made_up.picture_of(calm)
    assert "fade" == spot(calm, picture, Wishes(), likes_ending="fade").ending
    assert "ring" == spot(calm, picture, Wishes()).ending
    assert "button" == spot(calm, picture, Wishes(ending="button"), likes_ending="fade").ending


def test_a_button_falls_on_the_last_cut() -> None:
    """With a cut two and a half seconds before the end, the button is on it; without, a second before the end."""
    seen = made_up.seen_of(60 * 24, Fraction(24), [(500, 0.8, "cut"), (1380, 0.7, "cut")])
    lit = replace(seen, brightness=np.full_like(seen.brightness, 0.5))
    assert 1380 == spot(lit, made_up.picture_of(lit), Wishes(ending="button")).final_frame
    bare = replace(lit, cuts=lit.cuts[:1])
    assert 59 * 24 == spot(bare, made_up.picture_of(bare), Wishes(ending="button")).final_frame
