"""Density and order in words: "sparse", "busy", "calm then epic", "builds slowly"."""

from __future__ import annotations

import re

from cutscore_composer.plan.brief import Density


def _any_of(*phrases: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(phrases)})")


_SPARSE = _any_of(
    r"sparse(?:ly)?\b",
    r"minimal(?:ist|istic|ism)?\b",
    r"stripped[- ](?:back|down)\b",
    r"bare(?:ly there)?\b",
    r"(?:spacious|uncluttered|airy|spare|unobtrusive|understated)\b",
    r"few notes\b|breathing room\b|nothing busy\b|less is more\b|almost nothing\b",
    r"not (?:too |so |very )?(?:busy|dense|cluttered|much going on)\b",
    r"lots of (?:space|room|air)\b",
    r"(?:a|one) (?:single|lone|solitary) "
    r"(?:note|piano|violin|cello|guitar|flute|oboe|clarinet|horn|trumpet|instrument)\b",
)
_BUSY = _any_of(
    r"(?:busy|dense(?:ly)?|frantic|frenetic|hectic|layered|intricate|virtuosic|packed|chaotic)\b",
    r"full[- ]on\b|wall of sound\b|lots going on\b",
)
_STEP = _any_of(
    r"(?:and )?(?:then|before it|until it|followed by)\b",
    r"(?:turning|turns|becom(?:es|ing)|giving way to|transitions? (?:in)?to)\b",
    r"(?:builds?|building|growing|grows|leading|leads|exploding|explodes|rising|swelling) (?:up )?(?:in)?to\b",
    r"into\b",
)
_RISES = _any_of(
    r"build(?:s|ing)?(?:[- ]up)?(?: slowly| gradually| up)?"
    r"(?=\s*(?:$|[,.;!?]|in |to(?:wards)? |from |over|throughout|until))",
    r"(?:slow|gradual|steady|emotional|epic|cinematic|big|long) build(?:[- ]up)?\b",
    r"crescendo\b|swells?\b|swelling\b",
    r"(?:starts?|begins?) (?:\w+ ){0,2}(?:quiet|small|soft|calm|slow|low|gentle|sparse|minimal)(?:ly)?\b",
    r"ris(?:es|ing)(?! tension)\b|grow(?:s|ing)\b|escalat(?:es|ing)\b",
)
_FALLS = _any_of(
    r"diminuendo\b|decrescendo\b|ebbs?\b|de-?escalat\w+",
    r"(?:winds?|calms?|dies) down\b",
    r"settl(?:es|ing)(?: down)?\b",
)


def density_in(lower: str) -> Density | None:
    """Whether a text in small letters asks for few or for many notes."""
    if _SPARSE.search(lower):
        return "sparse"
    return "busy" if _BUSY.search(lower) else None


def stages_in(lower: str) -> tuple[str, ...]:
    """The parts of a text that tells an order, at least two if any."""
    parts = tuple(part.strip(" ,.;") for part in _STEP.split(lower))
    return parts if len(parts) > 1 and all(parts) else ()


def rises_in(lower: str) -> bool | None:
    """Whether the music is to grow (True) or to settle (False) from beginning to end."""
    return True if _RISES.search(lower) else False if _FALLS.search(lower) else None
