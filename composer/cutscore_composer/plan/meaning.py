"""Meaning: how near English words and sentences are to each other, from a table of vectors that ships with us.

The table (meanings/*.npz, built by scripts/build_meanings.py) has whole numbers only, so that every machine finds the
same nearness to the last bit. Words that it lacks are looked for by their stem.

>>> nearness(vector_of("majestic"), vector_of("magnificent")) > nearness(vector_of("majestic"), vector_of("kitchen"))
True
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.int64]

_ENDINGS = (
    "ically",
    "nesses",
    "ness",
    "ingly",
    "edly",
    "ily",
    "ly",
    "iest",
    "ier",
    "ing",
    "ied",
    "ies",
    "est",
    "ed",
    "ity",
    "ful",
)
_SHORT_ENDINGS = ("ish", "ers", "er", "es", "s", "d", "y", "ic")


def vector_of(text: str) -> Vector | None:
    """The sum of a text's words, shape (96,), or None when none of them has a vector."""
    found = [vector for word in content_words(text) if (vector := word_vector(word)) is not None]
    return sum(found[1:], found[0]) if found else None


def content_words(text: str) -> list[str]:
    """Words in small letters, without those that say nothing."""
    return [word for word in re.findall(r"[a-z]+", text.lower()) if len(word) > 2 and word not in _unsaid()]


def nearness(one: Vector, other: Vector) -> float:
    """Cosine of the angle between two vectors: 1 the same, 0 nothing in common."""
    length = float(np.sqrt(float(one @ one))) * float(np.sqrt(float(other @ other)))
    return int(one @ other) / length if length else 0.0


def word_vector(word: str) -> Vector | None:
    """The vector of a word or of its stem, None when neither is in the table."""
    words, vectors = _table()
    for form in forms_of(word):
        row = words.get(form)
        if row is not None:
            vector: Vector = vectors[row].astype(np.int64)
            return vector
    return None


def is_english(word: str) -> bool:
    """Whether a word in small letters, or its plainest stem, is in the table or is one of those that say nothing."""
    words = _table()[0]
    stems = (word, *(word.removesuffix(ending) for ending in ("s", "ed", "d", "ing", "ly", "ness")))
    return word in _unsaid() or any(stem in words for stem in stems)


def forms_of(word: str) -> Iterable[str]:
    """The word, then what its stem may be, the likeliest first."""
    yield word
    for ending in (*_ENDINGS, *_SHORT_ENDINGS):
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < 3:
            continue
        yield stem
        yield f"{stem}e"
        if ending[0] == "i":
            yield f"{stem}y"
        if len(stem) > 3 and stem[-1] == stem[-2]:
            yield stem[:-1]


@cache
def _unsaid() -> frozenset[str]:
    """Words that say nothing of what music is to be (language/unsaid.txt)."""
    path = files("cutscore_composer") / "plan" / "language" / "unsaid.txt"
    return frozenset(path.read_text(encoding="utf-8").split())


@cache
def _table() -> tuple[dict[str, int], npt.NDArray[np.int8]]:
    words: list[str] = []
    vectors: list[npt.NDArray[np.int8]] = []
    folder = files("cutscore_composer") / "plan" / "meanings"
    for part in sorted((entry for entry in folder.iterdir() if entry.name.endswith(".npz")), key=lambda e: e.name):
        with part.open("rb") as source, np.load(source) as table:
            words += str(table["words"]).split("\n")
            vectors.append(table["vectors"])
    return {word: row for row, word in enumerate(words)}, np.concatenate(vectors)
