"""Explicit words: what a description names is found, and what it only sounds like is not."""

from __future__ import annotations

import pytest

from cutscore_composer.plan.words import ending_of, read_words, words_of
from cutscore_composer.wishes import Wishes


@pytest.mark.parametrize(
    ("text", "bpm"),
    [
        ("120 bpm", (120, 120)),
        ("at 96 beats per minute", (96, 96)),
        ("tempo 80", (80, 80)),
        ("about 100 bpm", (97, 103)),
        ("between 90 and 110 bpm", (90, 110)),
        ("90-110 bpm", (90, 110)),
        ("under 100 bpm", (70, 100)),
        ("over 120 bpm", (120, 150)),
        ("a slow piece", (56, 76)),
        ("fast and light", (118, 144)),
        ("around 90bpm", (87.3, 92.7)),
        ("BPM: 128", (128, 128)),
        ("80 to 95 bpm", (80, 95)),
        ("between 80 and 95 BPM", (80, 95)),
        ("no faster than 90 bpm", (60, 90)),
        ("150 bpm or faster", (150, 180)),
        ("very slow", (46, 62)),
        ("mid-tempo", (88, 112)),
        ("allegro", (118, 144)),
        ("not too fast", None),
        ("fast cars", None),
        ("slow motion", None),
        ("builds slowly", None),
        ("calm", None),
    ],
)
def test_tempo_words(text: str, bpm: tuple[float, float] | None) -> None:
    """Numbers and words of tempo become ranges of beats a minute; a denial does not."""
    found = read_words(text).bpm_range
    assert (None if bpm is None else pytest.approx(bpm, abs=0.01)) == found


@pytest.mark.parametrize(
    ("text", "tonic", "mode"),
    [
        ("in D minor", "D", "minor"),
        ("E flat major", "Eb", "major"),
        ("Eb major", "Eb", "major"),
        ("f# minor", "F#", "minor"),
        ("G sharp minor", "Ab", "minor"),
        ("in a minor", "A", "minor"),
        ("in a minor key", None, "minor"),
        ("A dorian tune", "A", "dorian"),
        ("in the key of G", "G", None),
        ("a major announcement", None, None),
        ("Am, slow", "A", "minor"),
        ("in B♭ lydian", "Bb", "lydian"),
        ("a 2 min minor piece", None, None),
        ("minor, slow", None, "minor"),
        ("happy", None, None),
    ],
)
def test_key_words(text: str, tonic: str | None, mode: str | None) -> None:
    """Keys in every usual spelling; "a minor key" names no tonic, "a major announcement" no mode."""
    asked = read_words(text)
    assert (tonic, mode) == (asked.tonic, asked.mode)


@pytest.mark.parametrize(
    ("text", "metre"),
    [
        ("in 3/4", (3, 4)),
        ("a waltz", (3, 4)),
        ("in three", (3, 4)),
        ("in three parts", None),
        ("4/4 please", (4, 4)),
        ("6/8 feel", (3, 4)),
        ("in six", (3, 4)),
        ("five-four", (5, 4)),
        ("7/16", None),
    ],
)
def test_metre_words(text: str, metre: tuple[int, int] | None) -> None:
    """Metres by number or name; what cannot be played is told in a warning."""
    asked = read_words(text)
    assert metre == asked.metre
    assert bool(asked.warnings) == (text in ("6/8 feel", "in six", "7/16"))


@pytest.mark.parametrize(
    ("text", "wanted", "refused", "only"),
    [
        ("no drums", (), ("drums",), ()),
        ("without piano", (), ("piano",), ()),
        ("drums, no piano", ("drums",), ("piano",), ()),
        ("no drums or brass", (), ("drums", "brass"), ()),
        ("no drums, bass or guitar", (), ("drums", "bass", "guitar"), ()),
        ("no drums, piano and strings", ("piano", "strings"), ("drums",), ()),
        ("no drums, no brass, with harp", ("harp",), ("drums", "brass"), ()),
        ("drumless", (), ("drums",), ()),
        ("beatless pads", ("pad",), ("drums",), ()),
        ("drums out", (), ("drums",), ()),
        ("drums fade out", ("drums",), (), ()),
        ("leave out the piano", (), ("piano",), ()),
        ("guitar instead of piano", ("guitar",), ("piano",), ()),
        ("I don't want any synths", (), ("synth",), ()),
        ("less drums, more strings", ("strings",), (), ()),
        ("only strings", (), (), ("strings",)),
        ("strings only", (), (), ("strings",)),
        ("just a guitar", (), (), ("guitar",)),
        ("solo piano", (), (), ("piano",)),
        ("solo cello over soft pads", ("cello", "pad"), (), ()),
        ("piano and harp only", (), (), ("piano", "harp")),
        ("nothing but a solo violin", (), (), ("violin",)),
        ("a violin melody", ("violin",), (), ()),
        ("accordion-like strings", ("strings",), (), ()),
        ("drone footage of the coast", (), (), ()),
        ("on the beat", (), (), ()),
    ],
)
def test_instrument_words(text: str, wanted: tuple[str, ...], refused: tuple[str, ...], only: tuple[str, ...]) -> None:
    """Instruments asked for, refused, or asked for alone."""
    asked = read_words(text)
    assert (wanted, refused, only) == (asked.wanted, asked.refused, asked.only)


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("fade out at the end", "fade"),
        ("with a big finish", "button"),
        ("ends with a bang", "button"),
        ("let it ring out", "ring"),
        ("ends on a hit", "button"),
        ("a big orchestral crash, fades away", "fade"),
        ("a soft ending", "ring"),
        ("no fade out", None),
        ("fade in slowly", None),
        ("hopeful", None),
    ],
)
def test_ending_words(text: str, ending: str | None) -> None:
    """Endings in words; "no fade out" asks for none."""
    assert ending == read_words(text).ending


@pytest.mark.parametrize(
    ("text", "density"),
    [
        ("sparse", "sparse"),
        ("minimal, cold", "sparse"),
        ("busy kitchen", "busy"),
        ("not too busy", "sparse"),
        ("", None),
    ],
)
def test_density_words(text: str, density: str | None) -> None:
    """Few notes or many, and "not too busy" is few."""
    assert density == read_words(text).density


def test_order_and_feel_words() -> None:
    """Words that tell an order, a direction or a half-time feel are kept for the form."""
    assert ("calm", "epic") == read_words("calm then epic").stages
    assert () == read_words("calm and epic").stages
    assert read_words("builds slowly").rises is True
    assert read_words("winds down").rises is False
    assert "half-time" == read_words("70 bpm, half-time beat").feel
    assert read_words("half-time show").feel is None


def test_tags_are_read_apart() -> None:
    """A refusal in one tag does not reach into the next."""
    asked = read_words(words_of(Wishes(tags=("without drums", "piano and strings"))))
    assert (("piano", "strings"), ("drums",)) == (asked.wanted, asked.refused)


@pytest.mark.parametrize(("bpm", "kept"), [("20 bpm", (40, 40)), ("999 bpm", (200, 200)), ("20-60 bpm", (40, 60))])
def test_absurd_tempos_are_kept_playable(bpm: str, kept: tuple[float, float]) -> None:
    """Out of reach, the nearest that can be played, with a warning."""
    asked = read_words(bpm)
    assert kept == asked.bpm_range
    assert "cannot be played" in asked.warnings[0]


def test_the_setting_of_an_ending_wins_over_words() -> None:
    """Who sets the ending means it."""
    assert ending_of(Wishes("fade out", ending="button")) == "button"
    assert ending_of(Wishes(tags=("fade out",))) == "fade"


@pytest.mark.parametrize("text", ["", "🎬🔥", "x" * 1000, "no", "only", "3/0 0/4 999 bpm", "a" * 500 + " minor"])
def test_odd_text_is_read_without_fuss(text: str) -> None:
    """Emoji, nonsense and absurd numbers give at most a warning."""
    assert read_words(text).only == ()
