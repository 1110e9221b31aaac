"""Explicit words: tempo, key, metre, instruments and ending that a description names, found by rules.

>>> asked = read_words("slow piano in D minor, 3/4, no drums, fade out")
>>> asked.tonic, asked.mode, asked.metre, asked.refused, asked.ending
('D', 'minor', (3, 4), ('percussion',), 'fade')
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cutscore_composer.plan.brief import Mode
from cutscore_composer.wishes import Ending, Wishes

INSTRUMENT_WORDS: dict[str, str] = {
    "piano": "piano",
    "pianos": "piano",
    "strings": "strings",
    "string section": "strings",
    "string quartet": "strings",
    "string orchestra": "strings",
    "violin": "strings",
    "violins": "strings",
    "viola": "strings",
    "violas": "strings",
    "cello": "strings",
    "cellos": "strings",
    "celli": "strings",
    "pizzicato": "strings",
    "double bass": "bass",
    "basses": "bass",
    "bass": "bass",
    "harp": "harp",
    "harps": "harp",
    "drums": "percussion",
    "drum": "percussion",
    "percussion": "percussion",
    "timpani": "percussion",
    "taiko": "percussion",
    "beat": "percussion",
    "beats": "percussion",
    "brass": "brass",
    "horn": "brass",
    "horns": "brass",
    "french horn": "brass",
    "trumpet": "trumpet",
    "trumpets": "trumpet",
    "trombone": "trombone",
    "guitar": "guitar",
    "guitars": "guitar",
    "synth": "synth",
    "synths": "synth",
    "synthesizer": "synth",
    "synthesiser": "synth",
    "pad": "synth",
    "pads": "synth",
    "choir": "choir",
    "vocals": "voice",
    "voice": "voice",
    "singing": "voice",
    "flute": "flute",
    "clarinet": "clarinet",
    "oboe": "oboe",
    "bassoon": "bassoon",
    "saxophone": "saxophone",
    "sax": "saxophone",
    "woodwinds": "woodwinds",
    "bells": "bells",
    "glockenspiel": "bells",
    "music box": "music box",
    "marimba": "marimba",
    "organ": "organ",
    "accordion": "accordion",
    "ukulele": "ukulele",
    "banjo": "banjo",
    "mandolin": "mandolin",
    "orchestra": "orchestra",
}
"""A word of the user to the plain name of the cue file."""

_TONICS = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_SIGNS = {"": 0, "flat": -1, "b": -1, "♭": -1, "sharp": 1, "#": 1, "♯": 1}
_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
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
_KEY = re.compile(rf"\b([A-Ga-g])(?:[ -]?(flat|sharp)|([b#♭♯]))?[ -]?({_MODE})\b(?!\s+key)")
_KEY_ALONE = re.compile(r"\b(?:key of|in the key of)\s+([A-Ga-g])(?:[ -]?(flat|sharp)|([b#♭♯]))?(?![\w#])")
_MODE_ALONE = re.compile(rf"\b({_MODE})\b(?:[ -](?:key|mode|tonality|feel))?", re.IGNORECASE)
_BPM = r"(\d{2,3}(?:\.\d+)?)"
_UNIT = r"\s*(?:bpm|beats? (?:per|a|each) minute)"
_TEMPO_RULES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"\bbetween\s+{_BPM}(?:{_UNIT})?\s+and\s+{_BPM}{_UNIT}"), "between"),
    (re.compile(rf"{_BPM}\s*(?:-|–|to)\s*{_BPM}{_UNIT}"), "between"),
    (
        re.compile(rf"\b(?:under|below|less than|at most|no more than|slower than|max(?:imum)?)\s+{_BPM}{_UNIT}"),
        "under",
    ),
    (re.compile(rf"\b(?:over|above|more than|at least|faster than|min(?:imum)?)\s+{_BPM}{_UNIT}"), "over"),
    (re.compile(rf"\b(?:about|around|roughly|circa|ca\.?|~)\s*{_BPM}{_UNIT}"), "about"),
    (re.compile(rf"{_BPM}{_UNIT}"), "exact"),
    (re.compile(rf"\b(?:tempo|bpm)\s*(?:of|=|:|at)?\s*{_BPM}\b"), "exact"),
)
_TEMPO_WORDS: tuple[tuple[str, tuple[float, float]], ...] = (
    (r"very slow(?:ly)?|largo|grave", (48, 62)),
    (r"slow(?:ly)?|adagio|lento|slow[- ]paced|slow tempo", (56, 76)),
    (r"andante|walking pace", (76, 96)),
    (r"moderato|moderate tempo|mid[- ]?tempo|medium tempo", (88, 112)),
    (r"very fast|presto", (140, 168)),
    (r"fast|allegro|quick|up[- ]?tempo|fast[- ]paced", (118, 144)),
)
_ENDINGS: tuple[tuple[Ending, str], ...] = (
    ("fade", r"fad(?:e|es|ing)[ -]?(?:out|away|to silence)|fade ending|ends? (?:in|with) a fade"),
    (
        "button",
        r"(?:big|strong|hard|grand|huge|loud) (?:finish|ending|finale|end|final hit)|button(?: ending)?|"
        r"ends? (?:abruptly|suddenly|with a (?:bang|hit))|abrupt end(?:ing)?|cold end(?:ing)?|final hit|stinger",
    ),
    (
        "ring",
        r"ring(?:s|ing)? out|dies? away|let it ring|(?:soft|gentle|quiet) (?:ending|finish|end)|"
        r"ends? (?:softly|quietly|gently)",
    ),
)
_REFUSE = (
    r"(?:no|without(?: any)?|w/o|not? any|minus|don'?t (?:use|want)(?: any)?|avoid(?:ing)?|except(?: for)?|exclude|"
    r"free of|lose the|skip the)"
)
_ONLY = r"(?:only|just|solo|nothing but(?: a)?(?: solo)?|exclusively|unaccompanied)"
_NAMED = "|".join(sorted((re.escape(word) for word in INSTRUMENT_WORDS), key=len, reverse=True))
_AND = r"(?:\s*,\s*(?:(?:and|or)\s+)?|\s+(?:and|or|nor|&)\s+|\s*/\s*)(?:no\s+|the\s+|any\s+)?"
_LIST = rf"(?:{_NAMED})(?:{_AND}(?:{_NAMED}))*"
_REFUSED = re.compile(rf"\b{_REFUSE}\s+(?:the\s+|an?\s+)?({_LIST})\b")
_FREE = re.compile(rf"\b({_NAMED})[ -](?:free|less)\b|\bdrumless\b")
_ONLY_BEFORE = re.compile(rf"\b{_ONLY}\s+(?:an?\s+|the\s+)?({_LIST})\b")
_ONLY_AFTER = re.compile(rf"\b({_LIST})\s+(?:only|alone|solo)\b")
_WORD = re.compile(rf"\b({_NAMED})\b")


@dataclass(frozen=True, slots=True)
class Asked:
    """What the words name; None or empty where they are silent."""

    bpm_range: tuple[float, float] | None = None
    tonic: str | None = None
    mode: Mode | None = None
    metre: tuple[int, int] | None = None
    wanted: tuple[str, ...] = ()
    """Plain names that are to be heard."""
    refused: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    """If not empty, nothing else is to be heard."""
    ending: Ending | None = None
    warnings: tuple[str, ...] = ()


def words_of(wishes: Wishes) -> str:
    """Description and tags as one text."""
    return " , ".join([wishes.description or "", *wishes.tags]).strip(" ,")


def read_words(text: str) -> Asked:
    """What a description asks for in so many words."""
    lower = " ".join(text.lower().split())
    bpm, bpm_warnings = _tempo(lower)
    tonic, mode = _key(" ".join(text.split()))
    metre, metre_warnings = _metre(lower)
    wanted, refused, only = _instruments(lower)
    return Asked(bpm, tonic, mode, metre, wanted, refused, only, _ending(lower), (*bpm_warnings, *metre_warnings))


def ending_of(wishes: Wishes) -> Ending | None:
    """The ending asked for by setting or in words; the setting wins."""
    return wishes.ending or read_words(words_of(wishes)).ending


def _tempo(lower: str) -> tuple[tuple[float, float] | None, tuple[str, ...]]:
    for rule, meaning in _TEMPO_RULES:
        match = rule.search(lower)
        if match is None:
            continue
        values = sorted(float(value) for value in match.groups())
        low, high = {
            "between": (values[0], values[-1]),
            "under": (max(40.0, values[0] - 30), values[0]),
            "over": (values[0], min(200.0, values[0] + 30)),
            "about": (values[0] * 0.97, values[0] * 1.03),
            "exact": (values[0], values[0]),
        }[meaning]
        if not 40 <= low <= high <= 200:
            kept = (min(max(low, 40.0), 200.0), min(max(high, 40.0), 200.0))
            return kept, (f"A tempo of {match[0]} cannot be played; {kept[0]:g} bpm is the nearest that can.",)
        return (low, high), ()
    for words, bpm in _TEMPO_WORDS:
        if re.search(rf"\b(?:{words})\b", lower) and not re.search(rf"\bnot (?:too |so |very )?(?:{words})\b", lower):
            return bpm, ()
    return None, ()


def _pitch_name(letter: str, word: str | None, sign: str | None) -> str:
    return _NAMES[(_TONICS[letter.lower()] + _SIGNS[word or sign or ""]) % 12]


def _key(text: str) -> tuple[str | None, Mode | None]:
    # "in a minor key" names no tonic, "A minor" and "in a minor" do.
    for match in _KEY.finditer(re.sub(rf"(?i)\b({_MODE})\b", lambda found: found[0].lower(), text)):
        article = (
            match[1] == "a" and not match[2] and not match[3] and not text[: match.start()].lower().endswith("in ")
        )
        if not article:
            return _pitch_name(match[1], match[2], match[3]), _MODES[match[4]]
    mode_match = _MODE_ALONE.search(text)
    mode = _MODES[mode_match[1].lower()] if mode_match and _speaks_of_music(mode_match) else None
    alone = _KEY_ALONE.search(text)
    return (_pitch_name(alone[1], alone[2], alone[3]) if alone else None), mode


def _speaks_of_music(match: re.Match[str]) -> bool:
    # "major" and "minor" are everyday words too ("a major announcement"): they need "key" or to stand alone.
    if match[0].lower() not in ("major", "minor", "maj", "min"):
        return True
    rest = match.string[match.end() :].lstrip()
    return not rest or rest[0] in ",.;"


def _metre(lower: str) -> tuple[tuple[int, int] | None, tuple[str, ...]]:
    match = re.search(r"\b([2-9]|12)/(2|4|8|16)\b", lower)
    if match is not None:
        beats, unit = int(match[1]), int(match[2])
        if unit == 4 and beats in (2, 3, 4, 5, 6, 7):
            return (beats, 4), ()
        if unit == 8 and beats in (3, 6, 9, 12):
            return (3, 4), (f"{match[0]} is written as 3/4.",)
        return None, (f"The metre {match[0]} cannot be played; the style's own was taken.",)
    if re.search(r"\b(?:waltz|in three|triple time|triple metre|triple meter)\b", lower):
        return (3, 4), ()
    return None, ()


def _plain(found: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(INSTRUMENT_WORDS[word] for word in _WORD.findall(found)))


def _instruments(lower: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    refused: list[str] = []
    only: list[str] = []
    rest = lower
    for match in _REFUSED.finditer(lower):
        refused += _plain(match[1])
    rest = _REFUSED.sub(" ", rest)
    for match in _FREE.finditer(rest):
        refused += _plain(match[1] or "drum")
    rest = _FREE.sub(" ", rest)
    for pattern in (_ONLY_BEFORE, _ONLY_AFTER):
        for match in pattern.finditer(rest):
            only += _plain(match[1])
    wanted = [plain for plain in _plain(rest) if plain not in only]
    # "a beat" is a word for time as much as for drums: it refuses, but it does not ask.
    if "percussion" in wanted and not re.search(r"\b(?:drums?|percussion|timpani|taiko)\b", rest):
        wanted.remove("percussion")
    if re.search(r"\borchestral?\b", rest):
        wanted += [name for name in ("strings", "brass", "percussion") if name not in wanted]
    drop = set(refused)
    return (
        tuple(name for name in dict.fromkeys(wanted) if name not in drop and name != "orchestra"),
        tuple(dict.fromkeys(refused)),
        tuple(name for name in dict.fromkeys(only) if name not in drop),
    )


def _ending(lower: str) -> Ending | None:
    for ending, words in _ENDINGS:
        if re.search(rf"\b(?:{words})\b", lower) and not re.search(rf"\b(?:no|not|don'?t) (?:a )?(?:{words})\b", lower):
            return ending
    return None
