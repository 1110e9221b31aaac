"""The feel of a cue: swing, bossa or ballad from beginning to end, with the patterns that belong together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cutscore_composer.plan.brief import Brief
from cutscore_composer.plan.planner import plan
from cutscore_composer.plan.style import load_style
from cutscore_composer.spot.spotting import Spotting
from cutscore_composer.wishes import Wishes
from cutscore_composer.write.feel import feel_of, fitting
from cutscore_composer.write.writer import write
from support.scenes import scene

JAZZ = load_style("jazz_lounge")


def asked(words: str | None) -> tuple[Brief, Spotting]:
    """A brief in the jazz style for a description."""
    seen, spotting = scene(30)
    return plan(Wishes(style="jazz_lounge", description=words), seen, spotting, 3), spotting


@pytest.mark.parametrize(
    ("words", "feel"),
    [("bossa nova on the beach", "bossa"), ("a swinging trio", "swing"), ("smoky late night ballad", "ballad")],
)
def test_words_choose_the_feel(words: str, feel: str) -> None:
    """Who asks for bossa gets bossa, whatever the seed."""
    brief, _ = asked(words)
    assert [JAZZ.feels[feel]] * 5 == [feel_of(JAZZ, brief, seed) for seed in range(5)]


def test_without_words_it_is_drawn_and_every_feel_comes() -> None:
    """Seeds give one feel each, the same each time, and among forty all of them."""
    brief, _ = asked(None)
    drawn = [feel_of(JAZZ, brief, seed) for seed in range(40)]
    assert drawn == [feel_of(JAZZ, brief, seed) for seed in range(40)]
    assert all(feel in drawn for feel in JAZZ.feels.values())


def test_a_style_of_one_manner_has_no_feel() -> None:
    """Most styles know one manner: all their patterns go together."""
    brief, _ = asked(None)
    rock = load_style("rock")
    assert feel_of(rock, replace(brief, style="rock"), 1) is None
    assert ["eighths", "riff"] == fitting(["eighths", "riff"], rock, None)


def test_patterns_of_another_feel_are_left_out() -> None:
    """A walking bass does not walk under a bossa; a row that has nothing of the feel keeps what it has."""
    bossa = JAZZ.feels["bossa"]
    assert ["bossa"] == fitting(["two", "walking", "bossa"], JAZZ, bossa)
    assert ["two", "walking"] == fitting(["two", "walking", "bossa"], JAZZ, JAZZ.feels["swing"])
    assert ["walking"] == fitting(["walking"], JAZZ, bossa)


@pytest.mark.parametrize(("words", "straight"), [("bossa nova", True), ("swing", False)])
def test_bossa_is_even_and_swing_is_not(words: str, straight: bool) -> None:
    """Off-beat eighths of the drums lie in the middle of the beat in bossa, and behind it in swing."""
    brief, spotting = asked(words)
    music = write(brief, spotting, 3)
    hits = {round(hit_beat * 2) / 2 for hit_beat in (music.tempo.beat(hit.seconds) for hit in music.hits)}
    drums = [n.beat for p in music.parts if (p.role, p.instrument) == ("percussion", "kit") for n in p.notes]
    offbeats = [beat % 1 for beat in drums if 0.4 < beat % 1 < 0.7 and round(beat * 2) / 2 not in hits]
    assert len(offbeats) > 10
    middle = [abs(place - 0.5) < 0.02 for place in offbeats]
    assert all(middle) if straight else not any(middle)
