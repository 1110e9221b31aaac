"""Key, mode and metre in words: "in D minor", "E flat major", "F# dorian", "a waltz", "in six"."""

from __future__ import annotations

import re

from cutscore_composer.plan.brief import TONICS, Mode

_LETTERS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_SIGNS = {"": 0, "flat": -1, "b": -1, "♭": -1, "sharp": 1, "#": 1, "♯": 1}
_MODES: dict[str, Mode] = {
    "major": "major",
    "maj": "major",
    "minor": "minor",
    "min": "minor",
    "dorian": "dorian",
    "phrygian": "phrygian",
    "lydian": "lydian",
    "mixolydian": "mixolydian",
    "aeolian": "minor",
    "ionian": "major",
}
_MODE = "|".join(_MODES)
_NOTE = r"([A-Ga-g])(?:[ -]?(flat|sharp)|([b#♭♯]))?"
_KEY = re.compile(rf"\b{_NOTE}[ -]?({_MODE})\b(?!\s+key)")
_SHORT = re.compile(r"\b([A-G])(?:([b#♭♯]))?(m)\b(?! ?/)")
_KEY_ALONE = re.compile(rf"\b(?:key of|in the key of|key:|key =)\s*{_NOTE}(?![\w#])")
_MODE_ALONE = re.compile(rf"\b({_MODE})\b", re.IGNORECASE)
_MINUTE = re.compile(r"\b\d+[ -]?min\b", re.IGNORECASE)
_THREE = re.compile(
    r"\b(?:walt[sz](?:es|y|ing)?|triple (?:time|met(?:re|er))|three[- ]four|"
    r"in (?:three|3)(?!\s*(?:parts?|sections?|acts?|minutes?|d\b)))\b"
)
_SIX = re.compile(r"\b(?:in six|in 6|six[- ]eight|compound (?:time|met(?:re|er))|jig)\b")
_FOUR = re.compile(r"\b(?:in four|four[- ]four|common time|four[- ]on[- ]the[- ]floor|four to the floor)\b")
_FIVE = re.compile(r"\b(?:in five|five[- ]four)\b")


def key_in(text: str) -> tuple[str | None, Mode | None]:
    """Tonic (one of TONICS) and mode that a text names; letters count as written ("a minor chord")."""
    small = re.sub(rf"(?i)\b({_MODE}|flat|sharp)\b", lambda found: found[0].lower(), _MINUTE.sub(" ", text))
    # "in a minor key" names no tonic, "A minor" and "in a minor" do.
    for match in _KEY.finditer(small):
        article = match[1] == "a" and not match[2] and not match[3]
        if not article or small[: match.start()].lower().rstrip().endswith(("in", "key of", ",", ":")):
            return _name(match[1], match[2] or match[3]), _MODES[match[4]]
    short = _SHORT.search(text)
    if short is not None:
        return _name(short[1], short[2]), "minor"
    alone = _KEY_ALONE.search(small)
    return (_name(alone[1], alone[2] or alone[3]) if alone else None), _mode_alone(small)


def _mode_alone(text: str) -> Mode | None:
    """A mode without a tonic. "Major" and "minor" are everyday words too ("a major announcement")."""
    for match in _MODE_ALONE.finditer(text):
        rest = text[match.end() :].lstrip()
        musical = not rest or rest[0] in ",.;:!?" or re.match(r"(?:key|mode|tonality|chords?|feel|scale|harmon)", rest)
        if match[1].lower() not in ("major", "minor", "maj", "min") or musical:
            return _MODES[match[1].lower()]
    return None


def _name(letter: str, sign: str | None) -> str:
    return TONICS[(_LETTERS[letter.lower()] + _SIGNS[sign or ""]) % 12]


def metre_in(lower: str) -> tuple[tuple[int, int] | None, tuple[str, ...]]:
    """Metre in quarters that a text in small letters asks for, and warnings."""
    match = re.search(r"(?<![\d/])\b([2-9]|12)/(2|4|8|16)\b(?!/)", lower)
    if match is not None:
        beats, unit = int(match[1]), int(match[2])
        if unit == 4 and beats in (2, 3, 4, 5, 6, 7):
            return (beats, 4), ()
        if unit == 8 and beats in (3, 6, 9, 12):
            return (3, 4), (f"{match[0]} is written as 3/4.",)
        return None, (f"The metre {match[0]} cannot be played; the style's own was taken.",)
    if _THREE.search(lower):
        return (3, 4), ()
    if _SIX.search(lower):
        return (3, 4), ("Six to the bar is written as 3/4.",)
    if _FIVE.search(lower):
        return (5, 4), ()
    return ((4, 4) if _FOUR.search(lower) else None), ()
