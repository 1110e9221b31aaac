"""Descriptions in German, French, Spanish, Japanese and Chinese, turned word by word into the English of our rules.

Not a translation: only words that say something of music are turned, by language/languages.yaml and the names of
instruments. What is in another script, or in no language known here, is told.

>>> in_english("traurig, langsam, ohne Klavier, d-Moll").text
'sad , slow , without piano , D minor'
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from cutscore_composer.plan.foreign_keys import keys_in_english
from cutscore_composer.plan.instruments_by_name import english_names, foreign_names
from cutscore_composer.plan.lexicon import moods, words_of_the_lexicon
from cutscore_composer.plan.meaning import is_english

LATIN = ("de", "fr", "es")
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:[.,]\d+)?|[^\w\s]|_")
_ASIAN = re.compile(r"[\u3005\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff]+")
_KANA = re.compile(r"[\u3040-\u30ff]")
_MARKS = str.maketrans({"、": ", ", "，": ", ", "。": ". ", "！": "! ", "・": " ", "；": "; ", "：": ": ", "　": " "})


@dataclass(frozen=True, slots=True)
class InEnglish:
    """A text in the words that the rules know."""

    text: str
    language: str | None = None
    """"de", "fr", "es", "ja" or "zh"; None: English, or none known."""
    strange: tuple[str, ...] = ()
    """Words in scripts that are not read here, and pictures (emoji)."""
    mostly_unknown: bool = False
    """Whether more than half of three words or more are of no language known here."""


def in_english(text: str) -> InEnglish:
    """The text with foreign words of music turned into English ones; English comes back as it was."""
    text = unicodedata.normalize("NFKC", text)
    strange = _strange(text)
    if _ASIAN.search(text):
        language = _asian_language_of(text)
        spaced = keys_in_english(text.translate(_MARKS), language)
        return InEnglish(_ASIAN.sub(lambda run: f" {_turned_asian(run[0], language)} ", spaced), language, strange)
    found = _language_of(text)
    for language in LATIN:
        text = keys_in_english(text, language)
    if found is None and text.isascii():
        return InEnglish(text, None, strange, _mostly_unknown(text, None))
    turned = _turned_latin(text, found)
    return InEnglish(turned, found, strange, _mostly_unknown(text, found))


def _mostly_unknown(text: str, language: str | None) -> bool:
    tokens = [_plain(word) for word in re.findall(r"[^\W\d_]+", text)]

    def known(token: str) -> bool:
        if is_english(token) or token in words_of_the_lexicon() or token in english_names():
            return True
        return language is not None and (token in _common(language) or _one_word(token, language) is not None)

    unknown = sum(1 for token in tokens if not known(token))
    return len(tokens) >= 3 and unknown * 2 > len(tokens)


def _strange(text: str) -> tuple[str, ...]:
    """What no rule reads: other scripts by the word, emoji by the sign."""
    found = []
    for word in re.findall(r"\S+", text):
        letters = [sign for sign in word if sign.isalpha() and not sign.isascii()]
        foreign = [
            sign for sign in letters if not unicodedata.name(sign, "").startswith("LATIN") and not _ASIAN.match(sign)
        ]
        if foreign or any(unicodedata.category(sign) == "So" and sign not in "♭♯" for sign in word):
            found.append(word if len(word) <= 24 else f"{word[:24]}…")
    return tuple(dict.fromkeys(found))


# ---------------------------------------------------------------- Latin script


def _plain(word: str) -> str:
    """Small letters without accents: "Fröhlich" and "frohlich" are one word."""
    split = unicodedata.normalize("NFKD", word.casefold().replace("œ", "oe").replace("’", "'"))
    return "".join(sign for sign in split if not unicodedata.combining(sign))


@cache
def _data() -> dict[str, Any]:
    path = files("cutscore_composer") / "plan" / "language" / "languages.yaml"
    data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return data


@cache
def _words(language: str) -> dict[str, str]:
    """Plain foreign word or phrase to English."""
    named = {_plain(name): plain for name, plain in foreign_names(language).items()}
    said = {_plain(word): english for english, words in _data()[language]["words"].items() for word in words}
    return {**named, **said}


@cache
def _stems(language: str) -> dict[str, str]:
    return {stem: english for word, english in _words(language).items() for stem in _stems_of(word, language)}


def _stems_of(word: str, language: str) -> Iterator[str]:
    """The word and, where long enough, what is left without each regular ending."""
    yield word
    for ending in _data()[language]["endings"]:
        stem = word.removesuffix(ending)
        if stem != word and len(stem) >= 4:
            yield stem


@cache
def _common(language: str) -> frozenset[str]:
    return frozenset(_plain(word) for word in _data()[language]["common"])


def _one_word(token: str, language: str) -> str | None:
    """English for one plain word, with endings, and in German as part of a compound."""
    exact = _words(language).get(token)
    if exact is not None:
        return exact
    stems = _stems(language)
    for stem in _stems_of(token, language):
        if stem in stems:
            return stems[stem]
    return _compound(token) if language == "de" and len(token) >= 8 else None


@cache
def _compound(token: str) -> str | None:
    """The parts of a German compound that are known: "Klaviermusik" is piano."""
    words = sorted((word for word in _words("de") if len(word) >= 5 and " " not in word), key=lambda w: (-len(w), w))
    first = next((word for word in words if token.startswith(word)), None)
    last = next((word for word in words if token.endswith(word) and word != first), None)
    parts = [_words("de")[word] for word in (first, last) if word is not None]
    return " ".join(dict.fromkeys(parts)) or None


def _language_of(text: str) -> str | None:
    """The language that knows most of the words, None for English or none."""
    tokens = [_plain(word) for word in re.findall(r"[^\W\d_]+", text)]
    if not tokens:
        return None
    english = [is_english(token) or token in moods() or token in english_names() for token in tokens]

    def score(language: str) -> tuple[int, int]:
        known = [token in _common(language) or _one_word(token, language) is not None for token in tokens]
        return sum(known), sum(k and not e for k, e in zip(known, english, strict=True))

    best = max(LATIN, key=lambda language: score(language))
    known, only = score(best)
    return best if only and (known > sum(english) or (known == sum(english) and 2 * only >= len(tokens))) else None


def _turned_latin(text: str, language: str | None) -> str:
    tokens = [match[0] for match in _TOKEN.finditer(text)]
    out: list[str] = []
    at = 0
    while at < len(tokens):
        size, english = _longest(tokens, at, language)
        out.append(english if english is not None else tokens[at])
        at += size
    return _joined(out)


def _longest(tokens: Sequence[str], at: int, language: str | None) -> tuple[int, str | None]:
    if not tokens[at][0].isalpha():
        return 1, None
    for size in (4, 3, 2):
        if language is not None and at + size <= len(tokens):
            phrase = _plain(" ".join(tokens[at : at + size])).replace(" - ", "-")
            if phrase in _words(language):
                return size, _words(language)[phrase]
    token = _plain(tokens[at])
    if language is not None:
        bare = token.split("'", 1)[-1] if language == "fr" else token
        return 1, _one_word(token, language) or _one_word(bare, language)
    # A single foreign word among English ones is turned where no English word is written like it.
    if is_english(token) or token in moods() or token in english_names():
        return 1, None
    found = [english for other in LATIN if (english := _words(other).get(token)) is not None]
    return 1, found[0] if found else None


def _joined(words: Sequence[str]) -> str:
    """Words with spaces; hyphens and slashes as they were written."""
    text = re.sub(r"(\w) ([-/#']) (?=\w)", r"\1\2", " ".join(words))
    return re.sub(r"(\w) (?=[♭♯])", r"\1", text)


# ---------------------------------------------------------------- Japanese and Chinese


@cache
def _pieces(language: str) -> dict[str, str]:
    said = {word: english for english, words in _data()[language]["words"].items() for word in words}
    return {**said, **foreign_names(language)}


def _asian_language_of(text: str) -> str:
    """Japanese where there is kana; without it, whichever knows more of the signs."""
    if _KANA.search(text):
        return "ja"
    runs = _ASIAN.findall(text)

    def known(language: str) -> int:
        left = [re.sub("|".join(map(re.escape, _pieces_longest_first(language))), "", run) for run in runs]
        return -sum(map(len, left))

    return "ja" if known("ja") > known("zh") else "zh"


@cache
def _pieces_longest_first(language: str) -> tuple[str, ...]:
    pieces = {*_pieces(language), *_data()[language]["common"]}
    return tuple(sorted(pieces, key=lambda piece: (-len(piece), piece)))


def _turned_asian(run: str, language: str) -> str:
    """The longest known pieces of a run without spaces; the rest is passed over."""
    pieces = _pieces(language)
    longest = max(map(len, pieces))
    found: list[str] = []
    at = 0
    while at < len(run):
        for size in range(min(longest, len(run) - at), 0, -1):
            english = pieces.get(run[at : at + size])
            if english is not None:
                _add(found, english)
                at += size
                break
        else:
            # What joins two names ("ギターとウクレレ", "钢琴和吉他") joins them in English too.
            if run[at] in "とやも和与及跟" and found:
                found.append("and")
            at += 1
    return " ".join(found)


def _add(found: list[str], english: str) -> None:
    """One more word; what Japanese says after a name ("without", "not"), English says before it."""
    if english == "not_before":
        found.insert(max(0, len(found) - 1), "not")
        return
    if english != "without_before":
        found.append(english)
        return
    first = len(found)
    while first and (found[first - 1] in english_names() or found[first - 1] == "and"):
        first -= 1
    found.insert(first, "without")
    found.append(",")
