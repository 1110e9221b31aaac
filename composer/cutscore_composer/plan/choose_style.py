"""Chooses the style: pinned by setting, named by words, near to them in meaning, or suited to the picture.

What speaks for a style is added up: words that name it (most), words that lean to it, the nearness in meaning of the
whole text to what the style says about itself, whether it seats the instruments asked for, and the mood it is at
home in. The picture decides alone when no word is said, and between equals otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from cutscore_composer.look.seen import Seen
from cutscore_composer.plan.from_picture import PictureMood, picture_distance, picture_mood, style_for_picture
from cutscore_composer.plan.instruments_by_name import called, english_names, stand_in
from cutscore_composer.plan.lexicon import Mood, Said, mood_from, said_in
from cutscore_composer.plan.meaning import Vector, nearness, vector_of
from cutscore_composer.plan.style import resolve_style, style_names
from cutscore_composer.plan.words import Asked, read_words, words_of
from cutscore_composer.wishes import Wishes

DEFAULT_STYLE = "cinematic"

_NAMED, _OWN_WORD, _OWN_PHRASE, _DENIED = 3.0, 1.0, 2.4, -6.0
_ALONE = 5.0
"""What it gives when all that a style plays is all that was asked for."""
_LEANS = (1.0, 0.6, 0.45)
"""What a word that leans to styles gives to the first, the second and the third."""
_MEANING, _MOOD, _SEATS, _PICTURE, _METRE = 4.0, 1.6, 1.1, 0.25, 1.5


@dataclass(frozen=True, slots=True)
class Character:
    """What choosing needs to know of a style."""

    name: str
    words: tuple[str, ...]
    about: tuple[Vector, ...]
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
    scores = {}
    for name, one in characters.items():
        distance = picture_distance(picture, name)
        score = told.get(name, 0.0) + _own_words(one, asked.mood_text) + _MEANING * meaning.get(name, 0.0)
        score += _mood_fits(one, mood) + _seats(one, asked, characters)
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
    """Nearness of the whole text to what each style says about itself, above the mean of all."""
    vector = vector_of(text)
    if vector is None:
        return {}
    near = {
        name: max((nearness(vector, about) for about in one.about), default=0.0) for name, one in _characters().items()
    }
    mean = sum(near.values()) / len(near)
    return {name: round(value - mean, 6) for name, value in near.items()}


def _mood_fits(one: Character, mood: Mood | None) -> float:
    """Nothing where the mood lies in the style's home, less the farther outside."""
    if mood is None:
        return 0.0
    outside = _outside(mood.valence, one.valence) * 0.6 + _outside(mood.energy, one.energy)
    return -_MOOD * outside


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
        score += _ALONE * sum(one.seats.get(name, 0.0) for name in plays)
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
    return {name: _character(head) for name, head in heads.items()}


def _character(style: Mapping[str, Any]) -> Character:
    weights: dict[str, float] = {}
    for row in style["layers"]:
        for instrument in row["instruments"]:
            weights[instrument] = weights.get(instrument, 0.0) + row["weight"] / len(row["instruments"])
    for lead in style["leads"]:
        weights[lead["instrument"]] = weights.get(lead["instrument"], 0.0) + 0.8
    total = sum(weights.values()) or 1.0
    sentences = [vector_of(sentence) for sentence in (style["summary"], *style.get("about", ()))]
    mood = style["mood"]
    return Character(
        style["name"],
        (*style.get("words", ()), style["name"].replace("_", " ")),
        tuple(vector for vector in sentences if vector is not None),
        (mood["valence"][0], mood["valence"][1]),
        (mood["energy"][0], mood["energy"][1]),
        tuple((int(text[0]), 4) for text in style["metre"]["allowed"]),
        {name: weight / total for name, weight in weights.items()},
    )
