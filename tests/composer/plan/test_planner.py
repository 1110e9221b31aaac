"""The planner: words win over the picture, the picture decides where words are silent."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cutscore_composer.errors import InputRefused
from cutscore_composer.plan.brief import Brief
from cutscore_composer.plan.planner import plan
from cutscore_composer.wishes import Wishes
from support.scenes import scene


def brief_of(text: str | None = None, *, seed: int = 7, tags: tuple[str, ...] = (), **look: float) -> Brief:
    """The brief for a description over a made-up picture."""
    seen, spotting = scene(40, [(10, 0.8), (22, 0.7)], **look)  # type: ignore[arg-type]
    return plan(Wishes(text, tags=tags), seen, spotting, seed)


def test_explicit_words_win() -> None:
    """Tempo, key, metre, instruments and ending come out as asked."""
    brief = brief_of("120 bpm waltz in E flat major, no drums, fade out")
    assert brief.bpm_range == (120, 120)
    assert (brief.key.tonic, brief.key.mode) == ("Eb", "major")
    assert brief.metre == (3, 4)
    assert not {"percussion", "drums"} & set(brief.instruments)
    assert brief.ending == "fade"
    assert brief.warnings == ()


def test_what_was_asked_for_is_told_to_the_writer() -> None:
    """Instruments wanted, added, refused; density, feel and the order of moods."""
    brief = brief_of("cinematic, with ukulele and strings, no drums, sparse, half-time, calm then epic")
    assert ("ukulele", "strings") == brief.wanted
    assert ("ukulele",) == brief.added
    assert "ukulele" in brief.instruments
    assert {"timpani", "percussion", "kit"} <= brief.without
    assert ("sparse", "half-time") == (brief.density, brief.feel)
    assert brief.arc[0] < 0.35 < 0.65 < brief.arc[-1]


@pytest.mark.parametrize(
    ("text", "valence", "energy"),
    [
        ("happy and playful", "bright", "mid"),
        ("sad and lonely", "dark", "low"),
        ("epic battle", None, "high"),
        ("calm, peaceful", None, "low"),
        ("ominous suspense", "dark", "mid"),
    ],
)
def test_mood_words_set_mood(text: str, valence: str | None, energy: str) -> None:
    """Mood words place the music: bright or dark, low, mid or high."""
    brief = brief_of(text)
    classes = {"low": (0, 0.35), "mid": (0.35, 0.65), "high": (0.65, 1.01)}
    assert classes[energy][0] <= brief.energy < classes[energy][1]
    if valence is not None:
        assert (valence == "bright") == (brief.valence > 0)
        assert (valence == "bright") == (brief.key.mode in ("major", "lydian", "mixolydian"))


def test_with_no_words_different_pictures_get_different_music() -> None:
    """A dark, fast picture and a light, still one differ in mode, tempo and mood."""
    dark = brief_of(light=0.15, colour=0.15, motion=0.6)
    light = brief_of(light=0.75, colour=0.5, motion=0.05)
    assert dark.valence < 0 < light.valence
    assert dark.key.mode != light.key.mode
    assert dark.energy > light.energy
    assert dark.bpm_range[1] > light.bpm_range[1]


def test_a_small_change_of_the_picture_leaves_the_brief() -> None:
    """Plans come from coarse steps, so that a hair more light does not turn the music."""
    assert brief_of(light=0.400) == brief_of(light=0.402)


def test_what_cannot_be_met_is_said() -> None:
    """An instrument that is not there, a metre that is not played and a contradiction each give a warning."""
    assert any("banjo" in warning for warning in brief_of("a banjo tune").warnings)
    assert any("7/16" in warning for warning in brief_of("in 7/16").warnings)
    assert any("pull against" in warning for warning in brief_of("calm aggressive").warnings)
    assert any("No word" in warning for warning in brief_of("qwertz uiop").warnings)


def test_refusing_everything_leaves_a_piano() -> None:
    """Somebody has to play."""
    refusals = "no piano, no strings, no bass, no harp, no drums, no brass, no choir, no woodwinds, no bells"
    brief = brief_of(f"cinematic, {refusals}, no celesta, no synth")
    assert brief.instruments == ("piano",)
    assert any("piano plays alone" in warning for warning in brief.warnings)


def test_an_unknown_style_is_refused_with_the_list() -> None:
    """The sentence names the styles there are."""
    seen, spotting = scene(10)
    with pytest.raises(InputRefused, match=r"polka.*cinematic"):
        plan(Wishes(style="polka"), seen, spotting, 1)


def test_tags_count_as_words() -> None:
    """Tags say the same as a description does."""
    assert brief_of(tags=("no drums", "in G major")).key.tonic == "G"
    assert "percussion" not in brief_of(tags=("no drums",)).instruments


def test_a_trim_late_in_the_film_keeps_key_and_mood() -> None:
    """Half a second less at the end of a film of forty: the same key, tempo range and mood, whatever the seed."""
    whole, _ = scene(40, [(10, 0.8), (22, 0.7)])
    for light in (0.2, 0.37, 0.55):
        for frames in (960, 948):
            seen, spotting = scene(40, [(10, 0.8), (22, 0.7)], light=light, frames=frames)
            curve = seen.brightness.copy()
            curve[200:] = 0.9  # what is trimmed is not like the rest, so every mean moves
            made = plan(Wishes(), replace(seen, brightness=curve), spotting, 3)
            if frames == 960:
                first = made
        assert (first.key, first.grain) == (made.key, made.grain)
    assert whole.frames == 960


@pytest.mark.parametrize(
    "text",
    [
        "🎬🔥😢",
        "x" * 1000,
        "lorem ipsum dolor " * 55,
        "!!! ??? ...",
        "no no no no",
        "\x00\x07",
        "a" * 1000,
        "🎻" * 1000,
        "(((",
    ],
)
def test_nonsense_makes_music_with_a_warning(text: str) -> None:
    """Emoji, noise and a thousand letters of nothing: a whole brief, and a sentence that says so."""
    brief = brief_of(text)
    assert brief.instruments
    assert brief.bpm_range[0] <= brief.bpm_range[1]
    assert brief.warnings


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=200))
def test_any_text_makes_a_whole_brief(text: str) -> None:
    """Whatever is written, everything that the writer needs is there and in its range."""
    brief = brief_of(text)
    assert brief.instruments
    assert 30 <= brief.bpm_range[0] <= brief.bpm_range[1] <= 240
    assert -1 <= brief.valence <= 1
    assert 0 <= brief.energy <= 1
    assert brief.key.mode in brief.style_data["harmony"]
    assert brief == brief_of(text)


@pytest.mark.parametrize(
    ("seconds", "look"),
    [
        (1, {"frames": 1}),
        (1, {}),
        (40, {"light": 0.0, "colour": 0.0, "motion": 0.0}),
        (7200, {}),
        (30, {"motion": 1.0}),
    ],
)
def test_odd_pictures_without_words_have_a_brief(seconds: float, look: dict[str, float]) -> None:
    """One frame, a second, all black, two hours, all motion."""
    seen, spotting = scene(seconds, **look)  # type: ignore[arg-type]
    brief = plan(Wishes(), seen, spotting, 1)
    assert brief.instruments
    assert brief == plan(Wishes(), seen, spotting, 1)


def test_other_pictures_have_another_grain() -> None:
    """Pictures with other light, colour or busyness are told apart, so that one seed is not one tune for all."""
    grains = {brief_of(light=light, colour=colour).grain for light in (0.1, 0.4, 0.8) for colour in (0.1, 0.5)}
    assert 6 == len(grains)
