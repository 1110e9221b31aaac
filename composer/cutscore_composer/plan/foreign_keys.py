"""Names of keys in other languages to English ones: "d-Moll", "fa dièse mineur", "変ロ長調", "降B大调"."""

from __future__ import annotations

import re
from collections.abc import Callable

_SOLFEGE = {"do": "C", "re": "D", "ré": "D", "mi": "E", "fa": "F", "sol": "G", "la": "A", "si": "B"}
_JAPANESE = dict(zip("ハニホヘトイロ", "CDEFGAB", strict=True))
_GERMAN = re.compile(r"\b([A-Ha-h])(is|es|s)?[ -]?(dur|moll)\b", re.IGNORECASE)
_ROMANCE = re.compile(
    r"\b(do|r[eé]|mi|fa|sol|la|si)(?: (di[eè]se|b[eé]mol|sostenido))? (majeur|mineur|mayor|menor)\b", re.IGNORECASE
)
_JAPAN = re.compile(r"(嬰|変)?([ハニホヘトイロ])(長調|短調)")
_JAPAN_LATIN = re.compile(r"([A-Ga-g])([#♯b♭]?)\s*(長調|短調|メジャー|マイナー)")
_CHINA = re.compile(r"([升降]?)\s*([A-Ga-g])([#♯b♭]?)\s*(大调|小调|大調|小調)")


def keys_in_english(text: str, language: str) -> str:
    """The text with its keys said in English ("D minor"), the rest as it was."""
    rules: dict[str, list[tuple[re.Pattern[str], Callable[[re.Match[str]], str]]]] = {
        "de": [(_GERMAN, _from_german)],
        "fr": [(_ROMANCE, _from_romance)],
        "es": [(_ROMANCE, _from_romance)],
        "ja": [(_JAPAN, _from_japanese), (_JAPAN_LATIN, _from_letters)],
        "zh": [(_CHINA, _from_chinese)],
    }
    for pattern, english in rules[language]:
        text = pattern.sub(english, text)
    return text


def _from_german(match: re.Match[str]) -> str:
    letter, sign = match[1].upper(), (match[2] or "").lower()
    # H is the English B, and the German B is B flat.
    flat = sign in ("es", "s") or (letter == "B" and not sign)
    letter = "B" if letter == "H" else letter
    return f"{letter}{' sharp' if sign == 'is' else ' flat' if flat else ''} {_mode(match[3].lower() == 'dur')}"


def _from_romance(match: re.Match[str]) -> str:
    sign = (match[2] or "").lower()
    accidental = "" if not sign else " flat" if sign.startswith("b") else " sharp"
    return f"{_SOLFEGE[match[1].lower()]}{accidental} {_mode(match[3].lower() in ('majeur', 'mayor'))}"


def _from_japanese(match: re.Match[str]) -> str:
    sign = {"嬰": " sharp", "変": " flat"}.get(match[1] or "", "")
    return f" {_JAPANESE[match[2]]}{sign} {_mode(match[3] == '長調')} "


def _from_letters(match: re.Match[str]) -> str:
    return f" {match[1].upper()}{_sign(match[2])} {_mode(match[3] in ('長調', 'メジャー'))} "


def _from_chinese(match: re.Match[str]) -> str:
    sign = {"升": " sharp", "降": " flat"}.get(match[1], _sign(match[3]))
    return f" {match[2].upper()}{sign} {_mode(match[4].startswith('大'))} "


def _sign(sign: str) -> str:
    return " sharp" if sign in ("#", "♯") and sign else " flat" if sign else ""


def _mode(major: bool) -> str:
    return "major" if major else "minor"
