"""Choosing the style: a pin, its name, its genre, what it means, the instruments, and at last the picture."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pytest

from cutscore_composer.engine import Progress
from cutscore_composer.errors import InputRefused
from cutscore_composer.look import look
from cutscore_composer.look.seen import Seen
from cutscore_composer.plain_video import picture_of_video
from cutscore_composer.plan.choose_style import style_for
from cutscore_composer.plan.planner import plan
from cutscore_composer.plan.style import load_style, style_names
from cutscore_composer.spot import spot
from cutscore_composer.wishes import Wishes
from support.scenes import scene


def style_of(text: str | None, **look_of_it: float) -> str:
    """The style for a description over a made-up picture."""
    seen, _ = scene(40, [(10, 0.8)], **look_of_it)  # type: ignore[arg-type]
    return style_for(Wishes(text), seen)


def test_a_pinned_style_wins_over_words() -> None:
    """Who names the file means it."""
    seen, _ = scene(20)
    assert "waltz" == style_for(Wishes("heavy metal", style="waltz"), seen)
    with pytest.raises(InputRefused, match="cinematic"):
        style_for(Wishes(style="polka"), seen)


@pytest.mark.parametrize("name", style_names())
def test_every_style_is_found_by_its_own_name(name: str) -> None:
    """The name of the file, with spaces, and the first word that the file gives."""
    assert name == style_of(name.replace("_", " "))
    assert load_style(name).family == load_style(style_of(load_style(name).words[0])).family


@pytest.mark.parametrize("name", style_names())
def test_what_a_style_says_of_itself_leads_to_its_family(name: str) -> None:
    """At least half of its own sentences about itself choose it or its family."""
    sentences = load_style(name).about
    right = [load_style(style_of(text)).family == load_style(name).family for text in sentences]
    assert sum(right) * 2 >= len(right), [text for text, ok in zip(sentences, right, strict=True) if not ok]


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("only strings", "chamber_strings"),
        ("just piano", "solo_piano"),
        ("nothing but drums", "action_percussion"),
        ("only acoustic guitar", "acoustic_folk"),
        ("a waltz", "waltz"),
    ],
)
def test_instruments_and_metre_choose_where_no_genre_is_named(text: str, style: str) -> None:
    """The style that lives on them."""
    assert style == style_of(text)


@pytest.mark.parametrize(
    ("text", "style"), [("no jazz", "jazz_lounge"), ("not rock", "rock"), ("not horror", "horror")]
)
def test_a_denied_genre_is_not_chosen(text: str, style: str) -> None:
    """ "No jazz" is any other style."""
    assert style != style_of(f"{text}, dark")


@pytest.mark.parametrize(
    ("text", "style"),
    [
        ("happy", "acoustic_folk"),
        ("sad", "solo_piano"),
        ("on a swing in the garden, happy", "acoustic_folk"),
        ("swing, happy", "jazz_lounge"),
        ("Hans Zimmer style", "epic_trailer"),
        ("like in Stranger Things", "synthwave"),
        ("film noir, trumpet", "jazz_lounge"),
    ],
)
def test_short_requests_are_understood(text: str, style: str) -> None:
    """A mood alone, an ordinary thing that is no genre, a name for what is meant."""
    assert style == style_of(text)


def test_nothing_electronic_is_nothing_electronic() -> None:
    """A refused kind of sound refuses the styles that live on it."""
    assert "electronic" != load_style(style_of("nothing electronic, warm and modern")).family


def test_without_words_the_picture_decides() -> None:
    """Dark and fast, pale and still, colourful and lively pictures get different styles."""
    styles = {
        style_of(None, light=0.12, colour=0.1, motion=0.6),
        style_of(None, light=0.5, colour=0.2, motion=0.02),
        style_of(None, light=0.6, colour=0.6, motion=0.35),
    }
    assert 3 == len(styles)


def test_a_hair_more_light_is_no_other_style() -> None:
    """Small changes leave the choice."""
    assert style_of(None, light=0.400) == style_of(None, light=0.402)


@pytest.mark.real
@pytest.mark.slow
def test_real_films_get_different_music(videos: Path) -> None:
    """Any two of six films differ in style, key or tempo, and dark ones are scored in dark modes."""
    names = (
        "bbb_480p_30s_bower.mp4",
        "intel_car_detection.mp4",
        "mdn_chroma.mp4",
        "mdn_flower.mp4",
        "mdn_rabbit320.mp4",
        "nasa_13013_torchcodec.mp4",
    )
    briefs = {}
    for name in names:
        picture = picture_of_video(videos / name)
        seen: Seen = look(picture, Progress(), listen=False)
        briefs[name] = plan(Wishes(), seen, spot(seen, picture, Wishes()), 7)
        assert style_for(Wishes(), seen) == briefs[name].style
    for one, other in combinations(names, 2):
        a, b = briefs[one], briefs[other]
        assert (a.style, a.key, a.bpm_range) != (b.style, b.key, b.bpm_range), (one, other)
    assert len({brief.style for brief in briefs.values()}) >= 4
    assert briefs["nasa_13013_torchcodec.mp4"].key.mode in ("minor", "phrygian", "dorian")
