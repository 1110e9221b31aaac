"""The cue sheet of effects: the strongest moments only, room between them, nothing over speech, rooms without holes."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutscore_composer.effects import design
from cutscore_composer.effects.moves import moves_in
from cutscore_composer.effects.rooms import rooms_of
from cutscore_composer.effects.sheet import EffectSheet
from cutscore_composer.look.seen import CURVE_HZ, Peak, Seen, SeenCut
from cutscore_composer.plan.planner import plan
from cutscore_composer.spot.spotting import Moment, Spotting, WeighedCut
from cutscore_composer.wishes import Wishes
from cutscore_composer.write.composition import Composition
from cutscore_composer.write.writer import write
from support.scenes import scene

RATE = Fraction(24)


def written(seen: Seen, spotting: Spotting, seed: int = 7) -> Composition:
    """Music without effects of its own."""
    brief = plan(Wishes(style="solo_piano"), seen, spotting, seed)
    return write(brief, spotting, seed)


def sheet_of(
    cuts: list[tuple[float, float]],
    *,
    seconds: float = 60,
    speech: tuple[tuple[float, float], ...] = (),
    peaks: tuple[Peak, ...] = (),
    markers: tuple[float, ...] = (),
    motion: float = 0.1,
    seed: int = 7,
) -> EffectSheet:
    """Effects for hard cuts at (seconds, weight)."""
    seen, spotting = scene(seconds, cuts, speech=speech, motion=motion)
    seen = replace(seen, cuts=tuple(SeenCut(c.frame, "cut", c.weight) for c in spotting.cuts), peaks=peaks)
    marked = tuple(Moment(round(at * RATE), "marker", 1.0) for at in markers)
    spotting = replace(spotting, moments=tuple(sorted((*spotting.moments, *marked), key=lambda m: m.frame)))
    return design(seen, spotting, written(seen, spotting, seed))


def kinds_at(sheet: EffectSheet, second: float) -> set[str]:
    """What falls on a time."""
    return {one.kind for one in sheet.effects if abs(sheet.seconds(one.frame) - second) < 0.02}


def test_impacts_go_to_the_heaviest_hard_cuts() -> None:
    """The heaviest of a cluster gets it, light cuts get none."""
    sheet = sheet_of([(10, 0.6), (12, 0.9), (14, 0.7), (30, 0.3), (40, 0.58)])
    impacts = [sheet.seconds(one.frame) for one in sheet.effects if one.kind == "impact"]
    assert impacts == [12.0, 40.0]


def test_not_every_cut_gets_an_effect() -> None:
    """Ninety cuts in a minute and a half, all strong: an impact at most every seven seconds, few effects in all."""
    sheet = sheet_of([(1 + index, 0.9) for index in range(88)], seconds=90, motion=0.6)
    impacts = [sheet.seconds(one.frame) for one in sheet.effects if one.kind == "impact"]
    assert min(b - a for a, b in pairwise(impacts)) >= 7
    assert len(sheet.effects) <= 45


def test_an_editors_marker_always_has_its_impact() -> None:
    """Also beside a heavier cut, and under speech."""
    sheet = sheet_of([(20, 0.95)], markers=(22.0, 41.0), speech=((40, 45),))
    assert "impact" in kinds_at(sheet, 22)
    assert "impact" in kinds_at(sheet, 41)


def test_a_riser_leads_into_the_strongest() -> None:
    """It ends on the frame of its impact, begins after what came before, and is rare."""
    sheet = sheet_of([(12, 0.95), (30, 0.9), (38, 0.9), (52, 0.6)])
    risers = [one for one in sheet.effects if one.kind == "riser"]
    impacts = {one.frame for one in sheet.effects if one.kind == "impact"}
    assert risers
    assert {riser.frame for riser in risers} <= impacts
    ends = [sheet.seconds(riser.frame) for riser in risers]
    assert all(b - a >= 18 for a, b in pairwise(ends))
    assert 52.0 not in ends
    assert all(1.2 <= riser.before <= 3.6 for riser in risers)


def test_nothing_falls_into_speech() -> None:
    """A cut and a movement where somebody speaks get none."""
    burst = Peak(round(25 * RATE), "motion", 0.8)
    quiet = sheet_of([(20, 0.85)], speech=((15, 30),), peaks=(burst,))
    assert quiet.effects == ()
    loud = sheet_of([(20, 0.85)], peaks=(burst,))
    assert kinds_at(loud, 20) >= {"impact"}
    assert kinds_at(loud, 25) == {"whoosh"}


def test_a_burst_of_movement_gets_a_whoosh_on_its_peak_and_a_flash_a_glint() -> None:
    """Each on its frame."""
    peaks = (Peak(round(20 * RATE), "motion", 0.7), Peak(round(35 * RATE), "flash", 0.9))
    sheet = sheet_of([], peaks=peaks)
    assert [(sheet.seconds(one.frame), one.kind, one.bright) for one in sheet.effects] == [
        (20.0, "whoosh", False),
        (35.0, "impact", True),
    ]


def test_a_dissolve_is_soft_and_as_long_as_it_is() -> None:
    """Its whoosh comes and goes over its length."""
    seen, spotting = scene(40)
    frame = round(20 * RATE)
    seen = replace(seen, cuts=(SeenCut(frame, "dissolve", 0.3, frames=48),))
    spotting = replace(spotting, cuts=(WeighedCut(frame, "dissolve", 0.3),))
    (one,) = design(seen, spotting, written(seen, spotting)).effects
    assert (one.frame, one.kind) == (frame, "whoosh")
    assert one.weight < 0.5
    assert one.before == one.after == pytest.approx(1.2)


def test_a_move_of_the_camera_is_found_where_it_is_fastest() -> None:
    """A pan of two seconds in a still shot; what moves throughout is no move."""
    seen, _ = scene(30, motion=0.05)
    motion = seen.motion.copy()
    motion[100:121] = 0.5 + 0.3 * np.hanning(21)
    (move,) = moves_in(replace(seen, motion=motion.astype(np.float32)))
    assert move.frame == round(11.0 * RATE)
    assert list(moves_in(replace(seen, motion=np.full_like(motion, 0.7, np.float32)))) == []


def test_the_same_seed_gives_the_same_sheet_and_another_another() -> None:
    """Which moments is the picture's, what they sound like the seed's."""
    cuts = [(12.0, 0.9), (30.0, 0.8)]
    one, two, other = sheet_of(cuts), sheet_of(cuts), sheet_of(cuts, seed=8)
    assert one == two
    assert [e.frame for e in one.effects] == [e.frame for e in other.effects]
    assert [e.variant for e in one.effects] != [e.variant for e in other.effects]


def test_a_later_change_leaves_what_came_before() -> None:
    """A cut added at the end changes no effect well before it."""
    one = sheet_of([(12, 0.9), (30, 0.8)])
    two = sheet_of([(12, 0.9), (30, 0.8), (50, 0.7)])
    assert [e for e in one.effects if e.frame < 35 * RATE] == [e for e in two.effects if e.frame < 35 * RATE]


def test_rooms_change_where_the_place_does() -> None:
    """A dark still shot, two bright moving ones that are alike, with a dissolve's length to cross over."""
    seen, _ = scene(30)
    size = len(seen.motion)
    bright, moving = np.full(size, 0.1, np.float32), np.full(size, 0.05, np.float32)
    bright[10 * CURVE_HZ :], moving[10 * CURVE_HZ :] = 0.8, 0.6
    cuts = (SeenCut(240, "dissolve", 0.8, frames=24), SeenCut(480, "cut", 0.8))
    rooms = rooms_of(replace(seen, cuts=cuts, brightness=bright, motion=moving), 7)
    assert [(room.frame_in, room.frame_out) for room in rooms] == [(0, 240), (240, 720)]
    assert [room.name for room in rooms] == ["room tone, dark and still", "room tone, bright and moving"]
    assert rooms[1].fade_seconds == pytest.approx(1.0)


@given(
    st.lists(st.tuples(st.floats(0.1, 29.9), st.floats(0, 1)), max_size=40),
    st.floats(0, 1),
    st.sampled_from([Fraction(24), Fraction(30000, 1001), Fraction(60)]),
)
@settings(max_examples=25, deadline=None)
def test_laws_of_any_sheet(cuts: list[tuple[float, float]], motion: float, rate: Fraction) -> None:
    """In order, inside the picture, apart by kind; rooms cover every frame once."""
    seen, spotting = scene(30, sorted(cuts), motion=motion, rate=rate)
    found = {c.frame: SeenCut(c.frame, "cut", c.weight) for c in spotting.cuts if 0 < c.frame < spotting.frames}
    seen = replace(seen, cuts=tuple(found.values()))
    music = Composition(rate, spotting.frames, 1, BRIEF, TEMPO, (), (), (), (), (), 1.0)
    sheet = design(seen, spotting, music)
    frames = [one.frame for one in sheet.effects]
    assert frames == sorted(frames)
    assert all(0 < frame < spotting.frames for frame in frames)
    for kind, apart in (("impact", 7), ("whoosh", 3), ("riser", 18)):
        own = [sheet.seconds(one.frame) for one in sheet.effects if one.kind == kind]
        assert all(b - a >= apart - 1e-9 for a, b in pairwise(own))
    edges = [(room.frame_in, room.frame_out) for room in sheet.rooms]
    assert edges[0][0] == 0
    assert edges[-1][1] == spotting.frames
    assert all(a[1] == b[0] for a, b in pairwise(edges))


_SEEN, _SPOTTING = scene(30)
BRIEF, TEMPO = (lambda music: (music.brief, music.tempo))(written(_SEEN, _SPOTTING))
