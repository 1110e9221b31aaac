"""Roman numerals to chords: "i", "VImaj7", "v/3", "bII", "IV/ped", "V7>vi" in a key, as pitch classes and a symbol.

Degrees are those of the mode's own scale, so VI in D minor is Bb and VII in D mixolydian is C; b and # move a
degree by a semitone; capitals are major, small letters minor. After the degree comes the colour: 6 7 maj7 9 maj9
add9 69 sus2 sus4 7sus4 dim dim7 m7b5 aug 11 13 7b9 7#9 7#5 maj7#11 5 (no third). /3, /5 and /7 put that tone in the
bass, /ped the tonic of the key. "V7>vi" is the V7 of vi: what stands before > is read in the key of what follows it
(with the leading tone where that is minor).

>>> chord_of(parse_numeral("V7"), Key("D", "minor")).symbol
'A7'
>>> chord_of(parse_numeral("V7/3>vi"), Key("C", "major")).symbol
'E7/G#'
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

_HARMONIC_MINOR = (0, 2, 3, 5, 7, 8, 11)
"""What a chord of another degree's minor key is built on: a dominant needs its leading tone."""
_PARENT_STEP: dict[Mode, int] = {"major": 0, "dorian": 1, "phrygian": 2, "lydian": 3, "mixolydian": 4, "minor": 5}
"""Which degree of the major scale with the same notes a mode begins on."""
_FLAT_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_SHARP_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_DEGREES = ("i", "ii", "iii", "iv", "v", "vi", "vii")


@dataclass(frozen=True, slots=True)
class _Colour:
    """Semitones over the root: third (None: by the numeral's letters), fifth, and what is added above."""

    third: int | None = None
    fifth: int = 7
    added: tuple[int, ...] = ()
    plain: bool = False
    """Whether the symbol tells the third itself ("Bdim7" and not "Bmdim7")."""


_COLOURS: dict[str, _Colour] = {
    "": _Colour(),
    "5": _Colour(7, plain=True),
    "6": _Colour(added=(9,)),
    "7": _Colour(added=(10,)),
    "maj7": _Colour(added=(11,)),
    "9": _Colour(added=(10, 14)),
    "maj9": _Colour(added=(11, 14)),
    "add9": _Colour(added=(14,)),
    "69": _Colour(added=(9, 14)),
    "sus2": _Colour(2, plain=True),
    "sus4": _Colour(5, plain=True),
    "7sus4": _Colour(5, added=(10,), plain=True),
    "dim": _Colour(3, 6, plain=True),
    "dim7": _Colour(3, 6, (9,), plain=True),
    "m7b5": _Colour(3, 6, (10,), plain=True),
    "aug": _Colour(4, 8, plain=True),
    "11": _Colour(added=(10, 17)),
    "13": _Colour(added=(10, 21)),
    "7b9": _Colour(added=(10, 13)),
    "7#9": _Colour(added=(10, 15)),
    "7#5": _Colour(None, 8, (10,)),
    "maj7#11": _Colour(added=(11, 18)),
}
_ROMAN = "VII|VI|V|IV|III|II|I|vii|vi|v|iv|iii|ii|i"
_SUFFIX = "|".join(re.escape(name) for name in sorted(_COLOURS, key=len, reverse=True) if name)
_NUMERAL = re.compile(rf"([b#]?)({_ROMAN})({_SUFFIX})?(?:/(3|5|7|ped))?(?:>([b#]?)({_ROMAN}))?")
_ALTER = {"b": -1, "#": 1, "": 0}


@dataclass(frozen=True, slots=True)
class Numeral:
    """A roman numeral taken apart."""

    degree: int
    """0 (i) to 6 (vii)."""
    alter: int
    major: bool
    colour: str
    bass: str
    """"", "3", "5", "7" or "ped"."""
    of: Numeral | None = None
    """The degree in whose key it is read ("V7>vi")."""

    @property
    def dominant(self) -> bool:
        """Whether it wants to go on to its tonic (or to what it is the dominant of)."""
        return self.degree == 4 and self.major and not self.alter


@dataclass(frozen=True, slots=True)
class Sonority:
    """A chord in a key: root, bass and tones as pitch classes (root, third, fifth, …), and its symbol."""

    root: int
    bass: int
    tones: tuple[int, ...]
    symbol: str
    scale: tuple[int, ...] = ()
    """The pitch classes that a melody moves in over it: the key's scale, bent where the chord's own tones differ."""


@cache
def parse_numeral(text: str) -> Numeral:
    """Take a numeral apart. Raises ValueError when it is none."""
    match = _NUMERAL.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no roman numeral")
    sign, roman, colour, bass, of_sign, of_roman = match.groups()
    if bass == "7" and not _COLOURS[colour or ""].added:
        raise ValueError(f"{text!r} has no seventh to put in the bass")
    of = Numeral(_DEGREES.index(of_roman.lower()), _ALTER[of_sign], of_roman.isupper(), "", "") if of_roman else None
    return Numeral(_DEGREES.index(roman.lower()), _ALTER[sign], roman.isupper(), colour or "", bass or "", of)


def bars_of(progression: str) -> list[tuple[str, ...]]:
    """The numerals of a progression's bars: "ii7,V7 I" has two in its first.

    >>> bars_of("ii7,V7 Imaj7")
    [('ii7', 'V7'), ('Imaj7',)]
    """
    return [tuple(bar.split(",")) for bar in progression.split()]


@cache
def chord_of(numeral: Numeral, key: Key) -> Sonority:
    """The chord that a numeral means in a key."""
    root = (_ground(numeral, key) + numeral.alter) % 12
    colour = _COLOURS[numeral.colour]
    third = colour.third if colour.third is not None else (4 if numeral.major else 3)
    added = colour.added
    if numeral.colour == "11" and third == 4:
        third, added = 5, (10, 14)  # over a major third the eleventh grates: it takes the third's place
    tones = tuple((root + step) % 12 for step in (0, third, colour.fifth, *added))
    seventh = tones[3] if len(tones) > 3 else tones[0]
    bass = {"": root, "3": tones[1], "5": tones[2], "7": seventh, "ped": key.pitch_class}[numeral.bass]
    minor = "" if numeral.major or colour.plain else "m"
    names = _names(numeral, key, root)
    slash = f"/{names[bass]}" if bass != root else ""
    return Sonority(root, bass, tones, f"{names[root]}{minor}{numeral.colour}{slash}", _bent(numeral, key, tones))


def scale_of(key: Key) -> tuple[int, ...]:
    """The pitch classes of a key's scale, tonic first."""
    return tuple((key.pitch_class + step) % 12 for step in SCALES[key.mode])


def _ground(numeral: Numeral, key: Key) -> int:
    """The pitch class of the numeral's degree, unaltered."""
    if numeral.of is None:
        return key.pitch_class + SCALES[key.mode][numeral.degree]
    home = key.pitch_class + SCALES[key.mode][numeral.of.degree] + numeral.of.alter
    return home + (SCALES["major"] if numeral.of.major else _HARMONIC_MINOR)[numeral.degree]


def _bent(numeral: Numeral, key: Key, tones: tuple[int, ...]) -> tuple[int, ...]:
    """The key's scale with a chord's foreign tones in the place of the degrees that they alter."""
    bent = list(scale_of(key))
    for tone in tones:
        if tone in bent:
            continue
        # Major thirds and raised roots come from the degree below (a leading tone), the others from the one above.
        step = (tone - tones[0]) % 12
        lowered = numeral.alter < 0 or step in (1, 3, 6, 10) or (step == 9 and numeral.colour == "dim7")
        neighbours = ((tone + 1) % 12, (tone - 1) % 12) if lowered else ((tone - 1) % 12, (tone + 1) % 12)
        replaced = next((n for n in neighbours if n in bent and n not in tones), None)
        if replaced is None:
            bent.append(tone)
        else:
            bent[bent.index(replaced)] = tone
    return tuple(bent)


def _names(numeral: Numeral, key: Key, root: int) -> tuple[str, ...]:
    """Names of the pitch classes as the key's signature spells them: Db in F minor, C# in B minor, A7 of ii in C."""
    if numeral.alter:
        return _FLAT_NAMES if numeral.alter < 0 else _SHARP_NAMES
    if numeral.of is not None and (root not in scale_of(key) or numeral.bass == "3"):
        return _SHARP_NAMES
    parent = (key.pitch_class - SCALES["major"][_PARENT_STEP[key.mode]]) % 12
    return _FLAT_NAMES if parent in (1, 3, 5, 8, 10) else _SHARP_NAMES
