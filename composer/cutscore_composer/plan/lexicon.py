"""Mood words: what a text says of valence (−1 dark … 1 bright), energy (0 still … 1 all out) and style.

Words stand in language/moods.yaml. A word that does not is placed between those nearest to it in meaning, and
counts for less. Negation ("not sad") and strength ("very calm") are heard.

>>> mood_of("not sad, very gentle").valence > 0
True
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import yaml

from cutscore_composer.plan.instruments_by_name import english_names
from cutscore_composer.plan.meaning import Vector, content_words, forms_of, word_vector

_STRONGER = {
    "very": 1.3,
    "extremely": 1.4,
    "incredibly": 1.35,
    "super": 1.3,
    "so": 1.15,
    "really": 1.2,
    "deeply": 1.25,
    "truly": 1.15,
    "slightly": 0.65,
    "somewhat": 0.75,
    "bit": 0.7,
    "little": 0.7,
    "touch": 0.7,
    "hint": 0.6,
    "fairly": 0.85,
    "quite": 0.95,
}
_NOT = frozenset({"not", "no", "never", "without", "less", "isn't", "don't", "nothing", "avoid", "avoiding", "nor"}) | {
    "hardly",
    "neither",
    "instead",
    "anti",
    "non",
}
_ORDINARY = frozenset(
    {
        "swing",
        "house",
        "country",
        "metal",
        "rock",
        "trap",
        "club",
        "dance",
        "folk",
        "chamber",
        "trance",
        "garage",
        "party",
    }
) | {
    "drill",
    "pop",
    "soul",
    "punk",
    "score",
    "study",
    "neon",
    "lounge",
    "house",
    "acoustic",
    "school",
    "ghost",
    "monster",
}
"""Words that name a genre beside other words of music, and after an article an ordinary thing ("on a swing")."""
_ARTICLES = frozenset({"a", "an", "the", "my", "our", "his", "her", "their", "this", "that"})
_OF_MUSIC = frozenset(
    {"groove", "beat", "music", "track", "song", "tune", "feel", "band", "guitar", "guitars", "drums", "piano", "style"}
) | {"instrumental", "score", "anthem", "ballad", "riff", "vibe", "sound", "soundtrack", "ensemble", "rhythm", "bass"}
_WEIGHT = {"moods": 1.0, "genres": 0.8, "scenes": 0.5, "references": 0.6}
"""How much the mood of a word counts by the table that it stands in."""
_CENTRE = 0.45
"""The energy of music of which nothing is said."""
_NEAR = 0.52
"""From this nearness on a word says something of another's mood."""


@dataclass(frozen=True, slots=True)
class Said:
    """What one word of a text says; None where it is silent."""

    word: str
    at: int
    """Which word of the text, from 0."""
    valence: float | None
    energy: float | None
    styles: tuple[str, ...]
    named: tuple[str, ...]
    """Those of the styles that the word names."""
    denied: bool = False
    weight: float = 1.0
    """Less than 1: guessed from the nearest words."""
    mood_weight: float = 1.0
    """Less than 1: a genre or a subject, whose mood is only usual."""


@dataclass(frozen=True, slots=True)
class Mood:
    """Weighed mean mood of the words found; `energies` in the order of the text."""

    valence: float
    energy: float
    words: tuple[str, ...]
    sureness: float = 1.0
    """0 to 1: little where only subjects or guesses speak."""
    contradiction: bool = False
    """Whether two words pull hard against each other ("calm aggressive")."""


def mood_of(text: str) -> Mood | None:
    """The mood that a text names, or None when no word of it says anything of mood."""
    return mood_from(said_in(text))


def mood_from(said: Sequence[Said]) -> Mood | None:
    """The mood of what was said: strong words weigh more than mild ones."""
    telling = [one for one in said if one.valence is not None or one.energy is not None]
    if not telling:
        return None
    valences = [
        (one.valence, one.weight * one.mood_weight * (0.25 + abs(one.valence)))
        for one in telling
        if one.valence is not None
    ]
    energies = [
        (one.energy, one.weight * one.mood_weight * (0.2 + 1.6 * abs(one.energy - _CENTRE)))
        for one in telling
        if one.energy is not None
    ]
    sure = [one for one in telling if one.weight >= 1]
    bright = [one.valence for one in sure if one.valence is not None]
    strong = [one.energy for one in sure if one.energy is not None]
    torn = (len(strong) > 1 and max(strong) - min(strong) > 0.68) or (
        len(bright) > 1 and max(bright) - min(bright) > 1.35
    )
    valence, energy = _mean(valences), _mean(energies)
    words = tuple(one.word for one in telling)
    sureness = min(1.0, sum(one.weight * one.mood_weight for one in telling))
    return Mood(valence or 0.0, _CENTRE if energy is None else energy, words, sureness, torn)


def said_in(text: str) -> tuple[Said, ...]:
    """What each word or phrase of a text says of mood and style, in its order."""
    tokens = re.findall(r"[a-z0-9][a-z0-9']*(?:-[a-z0-9']+)*|[,.;:!?]", text.lower())
    found: list[Said] = []
    at = 0
    while at < len(tokens):
        size, entry = _entry_at(tokens, at)
        if entry is not None:
            found.append(_shaded(entry, tokens, at, " ".join(tokens[at : at + size])))
        elif (guess := _guess(tokens[at])) is not None:
            found.append(_shaded(guess, tokens, at, tokens[at]))
        at += size
    return tuple(found)


def _entry_at(tokens: Sequence[str], at: int) -> tuple[int, Said | None]:
    """The longest phrase of the lexicon that begins at a token, and how many tokens it takes."""
    entries = moods()
    for size in (4, 3, 2):
        phrase = " ".join(tokens[at : at + size])
        if len(tokens) >= at + size and phrase in entries:
            return size, entries[phrase]
        if phrase in english_names():
            return size, None
    token = tokens[at]
    if token in english_names() or _is_a_thing(tokens, at):
        return 1, None
    for form in (token, token.replace("-", " "), token.replace("-", "")):
        if form in entries:
            return 1, entries[form]
    if "-" in token:
        parts = [entries[part] for part in token.split("-") if part in entries]
        return 1, parts[0] if parts else None
    return 1, next((entries[form] for form in forms_of(token) if len(form) > 2 and form in entries), None)


def _is_a_thing(tokens: Sequence[str], at: int) -> bool:
    """Whether a word that may name a genre is an ordinary thing here."""
    if tokens[at] not in _ORDINARY or at == 0 or tokens[at - 1] not in _ARTICLES:
        return False
    return not _OF_MUSIC & set(tokens[at + 1 : at + 3])


def _shaded(entry: Said, tokens: Sequence[str], at: int, word: str) -> Said:
    """The entry as the words before it strengthen or deny it."""
    before: list[str] = []
    for token in reversed(tokens[max(0, at - 4) : at]):
        if token in ",.;:!?" or token == "but":  # noqa: S105 - a word, no secret
            break
        before.append(token)
    valence, energy = entry.valence, entry.energy
    for token in before[:2]:
        strength = _STRONGER.get(token, 1.0)
        valence = None if valence is None else valence * strength
        energy = None if energy is None else _CENTRE + (energy - _CENTRE) * strength
    denied = bool(_NOT & set(before[:3]))
    if denied:
        valence = None if valence is None else -valence * 0.4
        energy = None if energy is None else _CENTRE - (energy - _CENTRE) * 0.5
    return Said(
        word,
        at,
        None if valence is None else min(1.0, max(-1.0, valence)),
        None if energy is None else min(1.0, max(0.0, energy)),
        entry.styles,
        entry.named,
        denied,
        entry.weight,
        entry.mood_weight,
    )


def _guess(token: str) -> Said | None:
    """A word that is not in the lexicon: the mean of the nearest that are, or None when none is near."""
    if not content_words(token):
        return None
    vector = word_vector(token)
    if vector is None:
        return None
    entries, vectors = _anchors()
    lengths = np.sqrt((vectors * vectors).sum(1).astype(np.float64))
    # Whole numbers divided once: the order is the same on every machine.
    near = np.round((vectors @ vector) / (lengths * float(np.sqrt(float(vector @ vector)))), 6)
    best = [int(row) for row in np.argsort(-near, kind="stable")[:4] if near[row] >= _NEAR]
    if not best:
        return None
    shares = [float(near[row]) - _NEAR + 0.1 for row in best]
    top = entries[best[0]]
    return Said(
        token,
        0,
        _mean([(v, s) for row, s in zip(best, shares, strict=True) if (v := entries[row].valence) is not None]),
        _mean([(e, s) for row, s in zip(best, shares, strict=True) if (e := entries[row].energy) is not None]),
        top.styles,
        (),
        weight=min(0.7, float(near[best[0]]) ** 2),
        mood_weight=top.mood_weight,
    )


def _mean(pairs: Sequence[tuple[float, float]]) -> float | None:
    total = sum(weight for _, weight in pairs)
    return sum(value * weight for value, weight in pairs) / total if total else None


@cache
def moods() -> dict[str, Said]:
    """The lexicon: word or phrase to what it says."""
    path = files("cutscore_composer") / "plan" / "language" / "moods.yaml"
    tables = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {word: said for name, rows in tables.items() for word, said in _read(rows, _WEIGHT[name])}


def _read(rows: dict[str, str], weight: float) -> Iterator[tuple[str, Said]]:
    for word, row in rows.items():
        mood, _, leans = str(row).partition("/")
        valence, energy = (None if part == "." else float(part) for part in mood.split())
        styles = [name.removesuffix("!") for name in leans.split()]
        named = [name[:-1] for name in leans.split() if name.endswith("!")]
        yield (
            word,
            Said(
                word,
                0,
                valence,
                energy,
                tuple(styles),
                tuple(named),
                mood_weight=weight if named or weight == 1 else _WEIGHT["scenes"],
            ),
        )


def names_a_mood(word: str) -> bool:
    """Whether a word stands in the table of moods, itself or by its stem."""
    entries = moods()
    entry = next((entries[form] for form in forms_of(word) if form in entries), None)
    return entry is not None and entry.mood_weight == _WEIGHT["moods"]


@cache
def words_of_the_lexicon() -> frozenset[str]:
    """Every single word that stands in it, alone or in a phrase."""
    return frozenset(part for word in moods() for part in word.split())


@cache
def _anchors() -> tuple[list[Said], Vector]:
    """The single words of the lexicon that have a vector, and these as (words, 96)."""
    pairs = [
        (entry, vector)
        for word, entry in moods().items()
        if entry.mood_weight != _WEIGHT["references"] and (vector := word_vector(word)) is not None
    ]
    return [entry for entry, _ in pairs], np.stack([vector for _, vector in pairs])
