"""Chooses the style: pinned by setting, named by words, near to them in meaning, or suited to the picture.

What speaks for a style is added up: words that name it (most), words that lean to it, the nearness in meaning of
each word to what the style says about itself and to examples (language/examples.yaml), whether it seats the
instruments asked for, and the mood it is at home in. The picture decides alone when no word is said, and between
equals otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import yaml

from cutscore_composer.look.seen import Seen
from cutscore_composer.plan.from_picture import PictureMood, picture_distance, picture_mood, style_for_picture
from cutscore_composer.plan.instruments_by_name import called, english_names, stand_in
from cutscore_composer.plan.lexicon import Mood, Said, mood_from, names_a_mood, said_in
from cutscore_composer.plan.meaning import Vector, content_words, word_vector
from cutscore_composer.plan.style import resolve_style, style_names
from cutscore_composer.plan.words import Asked, read_words, words_of
from cutscore_composer.wishes import Wishes

DEFAULT_STYLE = "cinematic"

_NAMED, _OWN_WORD, _OWN_PHRASE, _DENIED = 3.0, 1.0, 2.4, -6.0
_AFTER_NAME = 0.5
"""What is left of meaning where a genre is named."""
_FEW = 6
"""From so many words on each says less."""
_ALONE = 3.5
"""What it gives to be the style that lives most on what is to play alone."""
_LEANS = (1.0, 0.6, 0.45)
"""What a word that leans to styles gives to the first, the second and the third."""
_MEANING, _MOOD, _SEATS, _PICTURE, _METRE = 2.0, 1.6, 1.1, 0.25, 1.5


@dataclass(frozen=True, slots=True)
class Character:
    """What choosing needs to know of a style."""

    name: str
    words: tuple[str, ...]
    vocabulary: Vector
    """The words that it and its examples use of themselves, as (words, 96)."""
    valence: tuple[float, float]
    energy: tuple[float, float]
    metres: tuple[tuple[int, int], ...]
    seats: Mapping[str, float]
    """Instruments of the pack, and how much of the style's playing is theirs (all together 1)."""


def style_for(wishes: Wishes, seen: Seen) -> str:
    """The name of the style for wishes and picture, or the path of the user's own style file.

    Raises ConfigError, InputRefused when `wishes.style` names none.
    """
    if wishes.style is not None:
        resolve_style(wishes.style)
        return wishes.style
    asked = read_words(words_of(wishes))
    said = said_in(asked.mood_text)
    return choose_style(asked, said, picture_mood(seen))


def choose_style(asked: Asked, said: Sequence[Said], picture: PictureMood) -> str:
    """The name of the style for what was asked and said, and for the picture."""
    characters = _characters()
    if not said and not (asked.wanted or asked.only or asked.metre):
        return style_for_picture(picture, characters) or DEFAULT_STYLE
    scores = weigh_styles(asked, said, picture)
    best = max(scores.values())
    return min((name for name in scores if scores[name] == best), key=lambda name: (name != DEFAULT_STYLE, name))


def weigh_styles(asked: Asked, said: Sequence[Said], picture: PictureMood) -> dict[str, float]:
    """How much speaks for each style."""
    characters = _characters()
    mood = mood_from(said)
    told = _told(said)
    meaning = _by_meaning(asked.mood_text)
    named = any(one.named and not one.denied for one in said)
    scores = {}
    for name, one in characters.items():
        distance = picture_distance(picture, name)
        score = told.get(name, 0.0) + _own_words(one, asked.mood_text)
        score += _MEANING * (_AFTER_NAME if named else 1.0) * meaning.get(name, 0.0)
        score += _mood_fits(one, mood, asked) + _seats(one, asked, characters)
        score -= _PICTURE * (1.0 if distance is None else distance)
        if asked.metre is not None and asked.metre not in one.metres:
            score -= _METRE
        scores[name] = round(score, 6)
    return scores


def _told(said: Sequence[Said]) -> dict[str, float]:
    """What the words of the lexicon give to each style; the later of many leaning words give less."""
    scores: dict[str, float] = {}
    leaning = sum(1 for one in said if one.styles and not one.named)
    share = 1.0 if leaning <= 2 else (2 / leaning) ** 0.5
    for one in said:
        for place, style in enumerate(one.styles):
            if one.denied:
                worth = _DENIED if style in one.named else -0.5
            elif style in one.named:
                worth = _NAMED
            else:
                worth = _LEANS[min(place, len(_LEANS) - 1)] * share * one.weight
            scores[style] = scores.get(style, 0.0) + worth
    return scores


def _own_words(one: Character, text: str) -> float:
    """The names that the style file gives, where the text has them and does not deny them."""
    best = 0.0
    for word in one.words:
        # A bare instrument is no name of a style: who seats it is weighed elsewhere.
        worth = 0.3 if word in english_names() else _OWN_PHRASE if " " in word else _OWN_WORD
        for match in re.finditer(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text):
            denied = re.search(r"\b(?:no|not|nothing|without|avoid)(?: an?| too| very)? $", text[: match.start()])
            best = max(best, 0.0 if denied else worth)
    return best


def _by_meaning(text: str) -> dict[str, float]:
    """How near in meaning each word of a text comes to some word of each style, above the mean of all styles.

    Word by word, and not the sum of all: one telling word among ten that say little still tells. Words of mood are
    left to the lexicon: that a style's own text says "happy" is chance.
    """
    characters = _characters()
    scores = dict.fromkeys(characters, 0.0)
    words = [word for word in dict.fromkeys(content_words(text)) if not names_a_mood(word)]
    for word in words:
        vector = word_vector(word)
        if vector is None:
            continue
        near = {name: _nearest(vector, one.vocabulary) for name, one in characters.items()}
        mean = sum(near.values()) / len(near)
        for name, value in near.items():
            scores[name] += max(0.0, value - mean)
    share = 1.0 if len(words) <= _FEW else (_FEW / len(words)) ** 0.5
    return {name: round(score * share, 6) for name, score in scores.items()}


def _nearest(vector: Vector, vocabulary: Vector) -> float:
    if not len(vocabulary):
        return 0.0
    lengths = np.sqrt((vocabulary * vocabulary).sum(1).astype(np.float64)) * np.sqrt(float(vector @ vector))
    return max(0.0, round(float(((vocabulary @ vector) / lengths).max()), 6))


def _mood_fits(one: Character, mood: Mood | None, asked: Asked) -> float:
    """Nothing where the mood lies in the style's home, less the farther outside; few notes are calm, many are not."""
    if mood is None:
        return 0.0
    notes = {"sparse": 0.12, "busy": 0.8, None: mood.energy}[asked.density]
    energy = (mood.energy + notes) / 2
    return -_MOOD * (_outside(mood.valence, one.valence) * 0.6 + _outside(energy, one.energy))


def _outside(value: float, span: tuple[float, float]) -> float:
    return max(0.0, span[0] - value, value - span[1])


def _seats(one: Character, asked: Asked, characters: Mapping[str, Character]) -> float:
    """Whether the style seats what is wanted, rare instruments telling more, and what is left of it after refusals."""
    score = 0.0
    for plain in asked.wanted:
        plays = _plays(plain)
        seating = sum(1 for other in characters.values() if plays & other.seats.keys())
        if plays & one.seats.keys():
            score += _SEATS * (1.0 - seating / (len(characters) + 1)) + 0.4 * sum(one.seats.get(i, 0) for i in plays)
    if asked.only:
        plays = frozenset().union(*(_plays(plain) for plain in asked.only))
        share = sum(one.seats.get(name, 0.0) for name in plays)
        most = max(sum(other.seats.get(name, 0.0) for name in plays) for other in characters.values())
        score += _ALONE * share / most if most else 0.0
    refused = frozenset().union(*(_refuses(plain) for plain in asked.refused))
    return score - 1.2 * sum(one.seats.get(name, 0.0) for name in refused)


def _plays(plain: str) -> frozenset[str]:
    row = called(stand_in(plain))
    return frozenset(row.plays) if row is not None else frozenset()


def _refuses(plain: str) -> frozenset[str]:
    row = called(plain)
    return row.refuses if row is not None else frozenset()


@cache
def _characters() -> dict[str, Character]:
    # All files at once and only their heads: validating nineteen styles to play one would take a second.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    folder = files("cutscore_composer") / "styles"
    heads = {
        name: yaml.load((folder / f"{name}.yaml").read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 - both are safe
        for name in style_names()
    }
    path = files("cutscore_composer") / "plan" / "language" / "examples.yaml"
    examples: dict[str, list[str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {name: _character(head, examples.get(name, [])) for name, head in heads.items()}


def _character(style: Mapping[str, Any], examples: Sequence[str]) -> Character:
    weights: dict[str, float] = {}
    for row in style["layers"]:
        for instrument in row["instruments"]:
            weights[instrument] = weights.get(instrument, 0.0) + row["weight"] / len(row["instruments"])
    for lead in style["leads"]:
        weights[lead["instrument"]] = weights.get(lead["instrument"], 0.0) + 0.8
    total = sum(weights.values()) or 1.0
    sentences = (style["summary"], *style.get("about", ()), *style.get("words", ()), *examples)
    words = dict.fromkeys(word for sentence in sentences for word in content_words(sentence))
    vectors = [vector for word in words if (vector := word_vector(word)) is not None]
    mood = style["mood"]
    return Character(
        style["name"],
        (*style.get("words", ()), style["name"].replace("_", " ")),
        np.stack(vectors) if vectors else np.zeros((0, 96), np.int64),
        (mood["valence"][0], mood["valence"][1]),
        (mood["energy"][0], mood["energy"][1]),
        tuple((int(text[0]), 4) for text in style["metre"]["allowed"]),
        {name: weight / total for name, weight in weights.items()},
    )
