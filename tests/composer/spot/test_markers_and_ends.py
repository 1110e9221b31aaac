"""What markers ask of the music, how a picture's head and end are read, and what weighs more."""

from __future__ import annotations

import importlib.util
import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from cutscore_composer.look.seen import CURVE_HZ, Seen
from cutscore_composer.picture import PictureMarker
from cutscore_composer.spot import spot
from cutscore_composer.spot.markers import word_of
from cutscore_composer.wishes import Wishes

_spec = importlib.util.spec_from_file_location("made_up_ends", Path(__file__).with_name("conftest.py"))
assert _spec is not None
assert _spec.loader is not None
made_up = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made_up)

RATE = Fraction(24)


def flat(seconds: float, motion: float = 0.2, brightness: float = 0.4) -> Seen:
    """A picture in which nothing changes."""
    frames = int(seconds * RATE)
    seen: Seen = made_up.seen_of(frames, RATE, [])
    length = math.ceil(seen.frames / RATE * CURVE_HZ) + 1
    even = [np.full(length, round(v * 64) / 64, np.float32) for v in (motion, brightness, 0.3, 0.4)]
    return replace(seen, motion=even[0], brightness=even[1], colour=even[2], complexity=even[3])


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("hit", "hit"),
        ("Hit: door slams", "hit"),
        ("STING", "hit"),
        ("Drop", "drop"),
        ("build to the roof", "build"),
        ("quiet", "quiet"),
        ("music start", "start"),
        ("END", "end"),
        ("", "hit"),
        ("Marker 12", "hit"),
        ("gun", "hit"),
        ("TODO: fix colour here", None),
        ("Chapter 3", None),
        ("vfx shot 040 missing", None),
        ("is this the right take?", None),
        ("we should talk to the producer about this one", None),
    ],
)
def test_words_of_markers(name: str, word: str | None) -> None:
    """Known words are obeyed, plain and unnamed marks are hits, notes to people are left alone."""
    assert word == word_of(PictureMarker(10, name))


def test_markers_shape_the_energy() -> None:
    """Under "quiet" the arc is low, after "drop" it is high, and between them it follows the markers' frames."""
    seen = flat(60)
    marks = (PictureMarker(20 * 24, "quiet"), PictureMarker(40 * 24, "drop"))
    energy = spot(seen, made_up.picture_of(seen, marks), Wishes()).energy
    assert energy[210:390].max() <= 0.35
    assert energy[410:500].min() >= 0.8


def test_start_and_end_markers_are_obeyed() -> None:
    """Music starts at "start", its last chord falls at "end"."""
    seen = flat(60)
    marks = (PictureMarker(50, "music start"), PictureMarker(1300, "end"))
    notes = spot(seen, made_up.picture_of(seen, marks), Wishes())
    assert (50, 1300) == (notes.silent_until, notes.final_frame)


def test_a_black_head_is_silent() -> None:
    """Music waits for the first light after two seconds of black; all black is no head."""
    seen = flat(40)
    head = seen.brightness.copy()
    head[:20] = 0
    notes = spot(replace(seen, brightness=head), made_up.picture_of(seen), Wishes())
    assert abs(notes.silent_until - 48) <= 3
    black = replace(seen, brightness=np.zeros_like(head))
    assert 0 == spot(black, made_up.picture_of(seen), Wishes()).silent_until


def test_a_long_fade_to_black_is_followed() -> None:
    """A picture that fades for four seconds to black ends in a fade whose last chord falls as the fade begins."""
    seen = flat(60)
    light = seen.brightness.copy()
    ramp = np.round(np.linspace(float(light[0]), 0, 41) * 64) / 64
    light[-60:-19] = ramp
    light[-19:] = 0
    notes = spot(replace(seen, brightness=light), made_up.picture_of(seen), Wishes())
    assert "fade" == notes.ending
    assert abs(notes.final_frame - 54 * 24) <= 24


def test_ever_darker_shots_are_no_fade() -> None:
    """Light that falls from shot to shot down to a title is no closing fade: the last chord meets the title."""
    seen = flat(60)
    light = seen.brightness.copy()
    light[-100:-50] = np.round(np.linspace(0.4, 0.1, 50) * 64) / 64
    light[-50:] = np.round(np.linspace(0.09, 0.0, len(light[-50:])) * 64) / 64
    cuts = made_up.seen_of(60 * 24, RATE, [(50 * 24, 0.6, "cut"), (55 * 24, 0.6, "cut")]).cuts
    notes = spot(replace(seen, brightness=light, cuts=cuts), made_up.picture_of(seen), Wishes())
    assert ("ring", 55 * 24) == (notes.ending, notes.final_frame)


def test_a_hard_end_at_full_speed_is_a_button() -> None:
    """Fast to the last frame: a button within a second of it; calm to the last frame: a ring 2 to 7 s before."""
    fast = flat(60, motion=0.95, brightness=0.7)
    notes = spot(fast, made_up.picture_of(fast), Wishes())
    assert "button" == notes.ending
    assert 0 < fast.frames - notes.final_frame <= 24
    calm = flat(60, motion=0.1)
    notes = spot(calm, made_up.picture_of(calm), Wishes())
    assert "ring" == notes.ending
    assert 2 * 24 <= calm.frames - notes.final_frame <= 7 * 24


def test_a_ring_falls_on_the_last_strong_cut() -> None:
    """With a strong cut four seconds before the end, the last chord falls on it."""
    seen = made_up.seen_of(60 * 24, RATE, [(20 * 24, 0.4, "cut"), (56 * 24, 0.9, "cut")])
    assert 56 * 24 == spot(seen, made_up.picture_of(seen), Wishes(ending="ring")).final_frame


def test_stronger_cuts_weigh_more() -> None:
    """Of two cuts alike in all else the one between unlike shots has more weight."""
    flat_seen = flat(60)
    cuts = made_up.seen_of(60 * 24, RATE, [(20 * 24, 0.3, "cut"), (40 * 24, 0.8, "cut")]).cuts
    weak, strong = spot(replace(flat_seen, cuts=cuts), made_up.picture_of(flat_seen), Wishes()).cuts
    assert weak.weight < strong.weight


def test_alike_sections_share_a_letter() -> None:
    """Calm, busy, calm again: the third section is the first one's material come back."""
    seen = flat(60)
    motion, light = seen.motion.copy(), seen.brightness.copy()
    motion[200:400], light[200:400] = 0.9375, 0.75
    cuts = made_up.seen_of(60 * 24, RATE, [(20 * 24, 0.95, "cut"), (40 * 24, 0.95, "cut")]).cuts
    notes = spot(replace(seen, motion=motion, brightness=light, cuts=cuts), made_up.picture_of(seen), Wishes())
    assert ["A", "B", "A'"] == [section.name for section in notes.sections]
    assert notes.sections[1].energy > max(notes.sections[0].energy, notes.sections[2].energy)


@pytest.mark.parametrize("seconds", [5, 8, 13])
def test_a_short_film_is_not_half_an_ending(seconds: int) -> None:
    """However short the film, its last chord falls in the last third."""
    cuts = made_up.seen_of(seconds * 24, RATE, [(seconds * 24 * 6 // 10, 0.9, "cut")]).cuts
    seen = replace(flat(seconds), cuts=cuts)
    notes = spot(seen, made_up.picture_of(seen), Wishes(ending="ring"))
    assert seen.frames * 2 / 3 <= notes.final_frame < seen.frames


def test_a_drawn_fade_to_black_is_followed() -> None:
    """The editor's own fade of two seconds at the end ends the music in a fade; one of half a second does not."""
    seen = flat(60)
    picture = made_up.picture_of(seen)
    notes = spot(seen, replace(picture, closing_fade_frames=72), Wishes())
    assert ("fade", seen.frames - 72) == (notes.ending, notes.final_frame)
    assert "ring" == spot(seen, replace(picture, closing_fade_frames=12), Wishes()).ending


def test_the_arc_moves_as_far_as_music_has_to() -> None:
    """A little more motion in the third quarter makes far livelier music there; an even picture stays even."""
    seen = flat(60)
    motion = seen.motion.copy()
    motion[300:450] = 0.375
    arc = spot(replace(seen, motion=motion), made_up.picture_of(seen), Wishes()).energy
    assert arc[340:410].mean() - arc[20:200].mean() >= 0.3
    even = spot(seen, made_up.picture_of(seen), Wishes()).energy
    assert float(np.ptp(even)) <= 0.6
