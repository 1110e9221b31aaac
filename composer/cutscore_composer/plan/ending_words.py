"""Endings in words: "fade out", "big finish", "ends on a hit", "let it ring"."""

from __future__ import annotations

import re

from cutscore_composer.wishes import Ending

_END = r"(?:ending|finish|finale|end|climax at the end|close|conclusion|outro)"
_ENDS = r"(?:ends?|ending|finish(?:es)?|closes?|stops?)"
_ON_A = r"(?:on|with) (?:a|the|one) (?:\w+ ){0,2}"

_PHRASES: tuple[tuple[Ending, tuple[str, ...]], ...] = (
    (
        "fade",
        (
            r"fad(?:e|es|ing)[ -]?(?:out|away|to (?:silence|nothing|black)|at the end)",
            r"fades?\b(?! in)(?: ending| end)?",
            rf"{_ENDS} (?:in|with|on) (?:a |the )?(?:slow |long )?fade",
            r"dissolves? into (?:silence|nothing)",
        ),
    ),
    (
        "button",
        (
            rf"(?:big|strong|hard|grand|huge|loud|powerful|dramatic|bombastic|explosive|triumphant|massive) {_END}\b",
            rf"(?:definite|clean|tight|punchy|epic|sharp|cold|abrupt|sudden|clear|final) {_END}\b",
            r"final (?:hit|stab|chord stab|accent)",
            r"button(?:[ -]ending| end)?\b(?! box)",
            rf"{_ENDS} (?:abruptly|suddenly|dead|hard|big|strong|cold)",
            rf"{_ENDS} {_ON_A}(?:hit|bang|boom|stab|stinger|button|accent|downbeat|impact|crash|punch|logo)",
            r"(?:end )?sting(?:er)? at the end|end sting(?:er)?|hit (?:at|on) the end",
            r"hard stop|smash to black|go(?:es)? out with a bang",
        ),
    ),
    (
        "ring",
        (
            r"(?:ring|rings|ringing|die|dies|dying|decay|decays|trail|trails|linger|lingers)[ -](?:out|away|off|on)\b",
            r"let (?:it|the (?:last|final) (?:note|chord)) (?:ring|decay|die|linger)",
            rf"(?:soft|gentle|quiet|calm|peaceful|slow|natural|open|tender|subtle) {_END}\b",
            rf"{_ENDS} (?:softly|quietly|gently|naturally|calmly)",
            rf"{_ENDS} {_ON_A}(?:held|long|sustained|ringing|last|single) (?:note|chord)",
            r"resonant last chord|long (?:tail|decay)",
        ),
    ),
)
_RULES: tuple[tuple[Ending, re.Pattern[str]], ...] = tuple(
    (ending, re.compile(rf"\b(?:{'|'.join(phrases)})")) for ending, phrases in _PHRASES
)
_DENIED = re.compile(r"\b(?:no|not|don'?t|never|without|avoid)(?: an?| any| the)? $")


def ending_in(lower: str) -> Ending | None:
    """The ending that a text in small letters asks for and does not deny."""
    for ending, rule in _RULES:
        for match in rule.finditer(lower):
            if not _DENIED.search(lower[: match.start()]):
                return ending
    return None


def without_endings(lower: str) -> str:
    """The text without what it says of its ending, so that a "big finish" makes no mood."""
    for _, rule in _RULES:
        lower = rule.sub(" ", lower)
    return lower
