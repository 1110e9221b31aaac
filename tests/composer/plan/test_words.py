"""Explicit words: what a description names is found, and what it only sounds like is not."""

from __future__ import annotations

import pytest

from cutscore_composer.plan.words import ending_of, read_words
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
        ("not too fast", None),
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
    [("in 3/4", (3, 4)), ("a waltz", (3, 4)), ("4/4 please", (4, 4)), ("6/8 feel", (3, 4)), ("7/16", None)],
)
def test_metre_words(text: str, metre: tuple[int, int] | None) -> None:
    """Metres by number or name; what cannot be played is told in a warning."""
    asked = read_words(text)
    assert metre == asked.metre
    assert bool(asked.warnings) == (text in ("6/8 feel", "7/16"))


@pytest.mark.parametrize(
    ("text", "wanted", "refused", "only"),
    [
        ("no drums", (), ("percussion",), ()),
        ("without piano", (), ("piano",), ()),
        ("drums, no piano", ("percussion",), ("piano",), ()),
        ("no drums or brass", (), ("percussion", "brass"), ()),
        ("no drums, no brass, with harp", ("harp",), ("percussion", "brass"), ()),
        ("drumless", (), ("percussion",), ()),
        ("only strings", (), (), ("strings",)),
        ("solo piano", (), (), ("piano",)),
        ("piano and harp only", (), (), ("piano", "harp")),
        ("nothing but a solo violin", (), (), ("strings",)),
        ("a violin melody", ("strings",), (), ()),
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
        ("no fade out", None),
        ("hopeful", None),
    ],
)
def test_ending_words(text: str, ending: str | None) -> None:
    """Endings in words; "no fade out" asks for none."""
    assert ending == read_words(text).ending


def test_the_setting_of_an_ending_wins_over_words() -> None:
    """Who sets the ending means it."""
    assert ending_of(Wishes("fade out", ending="button")) == "button"
    assert ending_of(Wishes(tags=("fade out",))) == "fade"


@pytest.mark.parametrize("text", ["", "🎬🔥", "x" * 1000, "no", "only", "3/0 0/4 999 bpm", "a" * 500 + " minor"])
def test_odd_text_is_read_without_fuss(text: str) -> None:
    """Emoji, nonsense and absurd numbers give at most a warning."""
    assert read_words(text).only == ()
