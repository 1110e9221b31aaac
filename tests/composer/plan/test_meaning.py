"""Meaning: words near in meaning are near in the table, and unknown mood words are placed by it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cutscore_composer.plan.lexicon import mood_of, moods, said_in
from cutscore_composer.plan.meaning import is_english, nearness, vector_of, word_vector


@pytest.mark.parametrize(
    ("word", "near", "far"),
    [
        ("majestic", "magnificent", "kitchen"),
        ("surgeon", "doctor", "ballroom"),
        ("ballroom", "dancing", "corpse"),
        ("zombie", "corpse", "breakfast"),
        ("mountains", "hills", "piano"),
        ("violinist", "orchestra", "tractor"),
    ],
)
def test_like_is_near(word: str, near: str, far: str) -> None:
    """A word is nearer to its relative than to a stranger."""
    at, one, other = (word_vector(w) for w in (word, near, far))
    assert at is not None
    assert one is not None
    assert other is not None
    assert nearness(at, one) > nearness(at, other) + 0.15


def test_stems_are_found() -> None:
    """Inflected words are known by their stems; nonsense is not known."""
    for word in ("galloping", "happiest", "frenzied", "lonelier", "running", "majestically"):
        assert word_vector(word) is not None, word
    assert word_vector("qwertzuiop") is None
    assert not is_english("qwertzuiop")


def test_nothing_has_no_meaning() -> None:
    """Words that say nothing of music have no vector together."""
    assert vector_of("the music for this video") is None


@pytest.mark.parametrize(
    ("text", "bright", "energy"),
    [
        ("laughter", True, (0.45, 1.0)),
        ("mourners", False, (0.0, 0.4)),
        ("poison", False, (0.4, 1.0)),
        ("tranquillity", True, (0.0, 0.3)),
    ],
)
def test_words_that_the_lexicon_lacks_are_placed_by_meaning(
    text: str, bright: bool, energy: tuple[float, float]
) -> None:
    """Between those of the lexicon that are nearest, as guesses that weigh less."""
    said = said_in(text)
    assert text not in moods()
    mood = mood_of(text)
    assert mood is not None
    assert bright == (mood.valence > 0)
    assert energy[0] <= mood.energy <= energy[1]
    assert said[0].weight <= 1


@pytest.mark.parametrize(
    ("text", "other", "what"),
    [("very calm", "calm", "calmer"), ("sad", "slightly sad", "darker"), ("sad", "not sad", "darker")],
)
def test_strength_and_denial_are_heard(text: str, other: str, what: str) -> None:
    """ "Very" strengthens, "slightly" weakens, "not" turns."""
    one, two = mood_of(text), mood_of(other)
    assert one is not None
    assert two is not None
    assert (one.energy < two.energy) if what == "calmer" else (one.valence < two.valence)


def test_a_denied_dark_word_is_not_dark() -> None:
    """ "Not sad" is no sadness."""
    mood = mood_of("not sad")
    assert mood is not None
    assert mood.valence > 0


def test_importing_the_planner_loads_no_table() -> None:
    """The table is read when a description is, not before: the command answers at once."""
    code = (
        "import cutscore_composer.plan.planner as p; from cutscore_composer.plan import meaning, lexicon;"
        "print(meaning._table.cache_info().currsize + lexicon.moods.cache_info().currsize)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "0" == run.stdout.strip()
