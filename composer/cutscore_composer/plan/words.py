"""Explicit words: tempo, key, metre, instruments, ending and density that a description names, found by rules.

Any of the six languages (in_english.py); what is found here wins over mood, style and picture.

>>> asked = read_words("slow piano in D minor, 3/4, no drums, fade out")
>>> asked.tonic, asked.mode, asked.metre, asked.refused, asked.ending
('D', 'minor', (3, 4), ('drums',), 'fade')
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cutscore_composer.plan.brief import Density, Feel, Mode
from cutscore_composer.plan.in_english import in_english
from cutscore_composer.plan.instrument_words import instruments_in, without_refusals
from cutscore_composer.plan.key_words import key_in, metre_in
from cutscore_composer.plan.tempo_words import feel_in, tempo_in, without_tempo
from cutscore_composer.wishes import Ending, Wishes

_END = r"(?:ending|finish|finale|end|climax at the end|close|conclusion|outro)"
_ENDINGS: tuple[tuple[Ending, str], ...] = (
    (
        "fade",
        rf"fad(?:e|es|ing)[ -]?(?:out|away|to (?:silence|nothing|black)|at the end)|fade (?:ending|end)|fade\b(?! in)|"
        rf"(?:ends?|ending|finish(?:es)?) (?:in|with|on) (?:a |the )?(?:slow |long )?fade|dissolves? into (?:silence|nothing)|fades\b(?! in)",
    ),
    (
        "button",
        rf"(?:big|strong|hard|grand|huge|loud|powerful|dramatic|bombastic|explosive|triumphant|massive|definite|clean|"
        rf"tight|punchy|epic|sharp|cold|abrupt|sudden|clear|final) {_END}\b|final (?:hit|stab|chord stab|accent)|"
        rf"button(?:[ -]ending| end)?\b(?! box)|(?:ends?|ending|finish(?:es)?|closes?|stops?) "
        rf"(?:abruptly|suddenly|dead|hard|big|strong|cold|(?:on|with) (?:a|the|one) (?:\w+ ){{0,2}}(?:hit|bang|boom|stab|stinger|button|"
        rf"accent|downbeat|impact|crash|punch|logo))|sting(?:er)? at the end|hard stop|smash to black|hit (?:at|on) the end|"
        rf"go(?:es)? out with a bang|end sting(?:er)?",
    ),
    (
        "ring",
        rf"(?:ring|rings|ringing|die|dies|dying|decay|decays|trail|trails|linger|lingers)[ -](?:out|away|off|on)\b|"
        rf"let (?:it|the (?:last|final) (?:note|chord)) (?:ring|decay|die|linger)|"
        rf"(?:soft|gentle|quiet|calm|peaceful|slow|natural|open|tender|subtle) {_END}\b|"
        rf"(?:ends?|ending|finish(?:es)?|closes?) (?:softly|quietly|gently|naturally|calmly|(?:on|with) (?:a|one) (?:\w+ ){{0,2}}"
        rf"(?:held|long|sustained|ringing|last|single) (?:note|chord))|resonant last chord|long (?:tail|decay)",
    ),
)
_SPARSE = re.compile(
    r"\b(?:sparse(?:ly)?|minimal(?:ist|istic|ism)?|stripped[- ](?:back|down)|bare(?:ly there)?|spacious|uncluttered|"
    r"few notes|airy|not (?:too |so |very )?(?:busy|dense|cluttered|much going on)|almost nothing|lots of (?:space|room|air)|"
    r"simple and (?:quiet|spare)|spare|unobtrusive|understated|breathing room|nothing busy|less is more)\b"
)
_BUSY = re.compile(
    r"\b(?:busy|dense(?:ly)?|frantic|frenetic|hectic|full[- ]on|wall of sound|layered|lots going on|intricate|virtuosic|"
    r"packed|chaotic)\b"
)
_STEP = re.compile(
    r"\b(?:,? ?(?:and )?(?:then|before it|until it|followed by|turning|turns|becom(?:es|ing)|giving way to|transitions? (?:in)?to|"
    r"(?:builds?|building|growing|grows|leading|leads|exploding|explodes|rising|swelling) (?:up )?(?:in)?to|into))\b"
)
_RISES = re.compile(
    r"\b(?:build(?:s|ing)?(?:[- ]up)?(?: slowly| gradually| up)?(?=\s*(?:$|[,.;!?]|in |to(?:wards)? |from |over|throughout|until))|"
    r"(?:slow|gradual|steady|emotional|epic|cinematic|big|long) build(?:[- ]up)?|crescendo|swells?|swelling|(?:starts?|begins?) "
    r"(?:\w+ ){0,2}(?:quiet|small|soft|calm|slow|low|gentle|sparse|minimal)(?:ly)?|ris(?:es|ing)(?! tension)|grow(?:s|ing)|escalat(?:es|ing))\b"
)
_FALLS = re.compile(
    r"\b(?:diminuendo|decrescendo|winds? down|calms? down|dies down|settl(?:es|ing)(?: down)?|ebbs?|de-?escalat\w+)\b"
)


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
    density: Density | None = None
    feel: Feel | None = None
    stages: tuple[str, ...] = ()
    """Parts of a text that tells an order ("calm" and "epic" of "calm then epic"), at least two if any."""
    rises: bool | None = None
    """Whether the music is to grow (True) or to settle (False) from beginning to end."""
    warnings: tuple[str, ...] = ()
    mood_text: str = ""
    """What is left in English for mood and style: without refusals, tempo in numbers and endings."""


def words_of(wishes: Wishes) -> str:
    """Description and tags as one text; tags are apart, so that no rule reads across them."""
    return " ; ".join([wishes.description or "", *wishes.tags]).strip(" ;")


def read_words(text: str) -> Asked:
    """What a description asks for in so many words."""
    english = in_english(text)
    written = " ".join(english.text.replace("’", "'").split())
    lower = written.lower()
    bpm, bpm_warnings = tempo_in(lower)
    without_numbers = without_tempo(lower)
    metre, metre_warnings = metre_in(without_numbers)
    tonic, mode = key_in(written)
    wanted, refused, only = instruments_in(lower)
    return Asked(
        bpm,
        tonic,
        mode,
        metre,
        wanted,
        refused,
        only,
        _ending(lower),
        _density(lower),
        feel_in(lower),
        _stages(lower),
        True if _RISES.search(lower) else False if _FALLS.search(lower) else None,
        (*bpm_warnings, *metre_warnings, *_strange(english.strange)),
        _without_endings(without_refusals(without_numbers)),
    )


def ending_of(wishes: Wishes) -> Ending | None:
    """The ending asked for by setting or in words; the setting wins."""
    return wishes.ending or read_words(words_of(wishes)).ending


def _strange(words: tuple[str, ...]) -> tuple[str, ...]:
    if not words:
        return ()
    shown = ", ".join(words[:5]) + (" …" if len(words) > 5 else "")
    return (f"These words or signs are not understood and had no say: {shown}.",)


def _ending(lower: str) -> Ending | None:
    for ending, words in _ENDINGS:
        for match in re.finditer(rf"\b(?:{words})", lower):
            if not re.search(r"\b(?:no|not|don'?t|never|without|avoid)(?: an?| any| the)? $", lower[: match.start()]):
                return ending
    return None


def _without_endings(lower: str) -> str:
    for _, words in _ENDINGS:
        lower = re.sub(rf"\b(?:{words})", " ", lower)
    return lower


def _density(lower: str) -> Density | None:
    if _SPARSE.search(lower):
        return "sparse"
    return "busy" if _BUSY.search(lower) else None


def _stages(lower: str) -> tuple[str, ...]:
    parts = tuple(part.strip(" ,.;") for part in _STEP.split(lower))
    return parts if len(parts) > 1 and all(parts) else ()
