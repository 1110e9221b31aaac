"""Roman numerals to chords: "i", "VImaj7", "v/3", "bII", "IV/ped" in a key, as pitch classes and a symbol.

Degrees are those of the mode's own scale, so VI in D minor is Bb and VII in D mixolydian is C; capitals are
major, small letters minor. /3 and /5 put the third or the fifth in the bass, /ped the tonic.

>>> chord_of(parse_numeral("V7"), Key("D", "minor")).symbol
'A7'
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from cutscore_composer.plan.brief import Key, Mode

SCALES: dict[Mode, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
}
"""Semitones above the tonic."""

_PARENT_STEP: dict[Mode, int] = {"major": 0, "dorian": 1, "phrygian": 2, "lydian": 3, "mixolydian": 4, "minor": 5}
"""Which degree of the major scale with the same notes a mode begins on."""
_FLAT_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_SHARP_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_DEGREES = ("i", "ii", "iii", "iv", "v", "vi", "vii")
_COLOURS: dict[str, tuple[int | None, tuple[int, ...]]] = {
    "": (None, ()),
    "7": (None, (10,)),
    "maj7": (None, (11,)),
    "6": (None, (9,)),
    "add9": (None, (14,)),
    "sus2": (2, ()),
    "sus4": (5, ()),
    "dim": (3, ()),
}
_NUMERAL = re.compile(
    r"([b#]?)(VII|VI|V|IV|III|II|I|vii|vi|v|iv|iii|ii|i)(maj7|add9|sus2|sus4|dim|7|6)?(?:/(3|5|ped))?"
)


@dataclass(frozen=True, slots=True)
class Numeral:
    """A roman numeral taken apart."""

    degree: int
    """0 (i) to 6 (vii)."""
    alter: int
    major: bool
    colour: str
    bass: str
    """"", "3", "5" or "ped"."""


@dataclass(frozen=True, slots=True)
class Sonority:
    """A chord in a key: root, bass and tones as pitch classes (root first), and its symbol."""

    root: int
    bass: int
    tones: tuple[int, ...]
    symbol: str


@cache
def parse_numeral(text: str) -> Numeral:
    """Take a numeral apart. Raises ValueError when it is none."""
    match = _NUMERAL.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no roman numeral")
    sign, roman, colour, bass = match.groups()
    alter = {"b": -1, "#": 1, "": 0}[sign]
    return Numeral(_DEGREES.index(roman.lower()), alter, roman.isupper(), colour or "", bass or "")


def chord_of(numeral: Numeral, key: Key) -> Sonority:
    """The chord that a numeral means in a key."""
    root = (key.pitch_class + SCALES[key.mode][numeral.degree] + numeral.alter) % 12
    replaced, added = _COLOURS[numeral.colour]
    third = replaced if replaced is not None else (4 if numeral.major else 3)
    fifth = 6 if numeral.colour == "dim" else 7
    tones = tuple((root + step) % 12 for step in (0, third, fifth, *added))
    bass = {"": root, "3": tones[1], "5": tones[2], "ped": key.pitch_class}[numeral.bass]
    minor = "m" if not numeral.major and numeral.colour not in ("sus2", "sus4", "dim") else ""
    names = _names(key)
    slash = f"/{names[bass]}" if bass != root else ""
    return Sonority(root, bass, tones, f"{names[root]}{minor}{numeral.colour}{slash}")


def _names(key: Key) -> tuple[str, ...]:
    """Names of the pitch classes as the key's signature spells them: Db in F minor, C# in B minor."""
    parent = (key.pitch_class - SCALES["major"][_PARENT_STEP[key.mode]]) % 12
    return _FLAT_NAMES if parent in (1, 3, 5, 8, 10) else _SHARP_NAMES


def scale_of(key: Key) -> tuple[int, ...]:
    """The pitch classes of a key's scale, tonic first."""
    return tuple((key.pitch_class + step) % 12 for step in SCALES[key.mode])
