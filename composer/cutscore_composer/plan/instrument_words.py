"""Instruments in words: which are wanted, refused, or to play alone ("no drums", "nothing but a solo violin")."""

from __future__ import annotations

import re
from functools import cache

from cutscore_composer.plan.instruments_by_name import english_names

_IGNORED = re.compile(
    r"\b(?:drone (?:footage|shots?|videos?|flights?|flying|view|clip|film|reel|racing)|launch ?pads?|note ?pads?|"
    r"out of the way of (?:the |any )?(?:voice|vocals|narration)|(?:under|below|behind|beneath|around) (?:the |a )?"
    r"(?:voice|vocals?|singing)|voice[- ]?overs?|bells and whistles|heartbeats?|(?:on|to|with) (?:the |every )beats?|"
    r"upbeat|off-?beat|bass drops?|impact (?:report|film|video|story)|social impact|keys? to|string of|"
    r"guitar(?: making| maker| shop| lesson| player's)|piano (?:shop|lesson|teacher)|dance floor|brass tacks)\b"
)
_SMALL = r"(?:the\s+|an?\s+|any\s+|some\s+|your\s+|all\s+|those\s+|big\s+|loud\s+|heavy\s+|cheesy\s+|solo\s+|more\s+)*"
_REFUSE = (
    r"(?:no|not|without|w/o|sans|minus|less|fewer|zero|neither|nor|never|hates?|"
    r"don'?t (?:use|want|like|need|add|include)|avoid(?:ing)?|except(?: for)?|excluding|exclude|"
    r"lose|skip|drop|kill|ditch|cut|remove|leave out|mute|omit|keep out|"
    r"free of|instead of|rather than|anything but|void of|devoid of|other than)"
)
_MILD = (
    r"(?:less|fewer|not too (?:much|many)|not so (?:much|many)|light on|easy on|not a lot of|"
    r"only a (?:little|bit of|touch of)|hardly any)"
)
_ONLY = (
    r"(?:only|just|nothing but|nothing except|nothing other than|exclusively|purely|solely|unaccompanied|"
    r"nothing more than|(?:all )?by itself)"
)
_AND = r"(?:\s*,\s*(?:and|or|nor|&)\s+|\s+(?:and|or|nor|&|\+|with)\s+|\s*[/&+]\s*)"


_NOT_ELECTRONIC = re.compile(r"\b(?:nothing|not|no|non)[ -](?:too |very |at all )?electronic\b(?! (?:drums|beats?))")


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    names = sorted(english_names(), key=lambda name: (-len(name), name))
    # "-ish" and "-like" only liken: "accordion-like strings" are strings.
    named = rf"(?:{'|'.join(re.escape(name) for name in names)})(?![\w]|-(?:ish|like|esque))"
    item = rf"{_SMALL}{named}"
    pair = rf"{item}(?:{_AND}(?:no\s+)?{item})*"
    many = rf"{item}(?:(?:\s*,\s*|{_AND}){item})*"
    # Commas go on with a refusal only towards a last "or": "no drums, bass or guitar", not "no drums, piano".
    row = rf"{item}(?:\s*,\s*{item})*(?:\s*,?\s*(?:or|nor)\s+{item})+"
    return {
        "refused": re.compile(rf"(?<![\w-]){_REFUSE}\s+(?:of\s+)?({row}|{pair})"),
        "mild": re.compile(rf"\b{_MILD}\s+({pair})"),
        "free": re.compile(rf"\b({named})[ -](?:free|less)\b|\b(drum|beat|bass)less\b|\bbeat-?free\b"),
        "out": re.compile(rf"\b({pair})\s+(?:out|off|excluded|muted|removed)(?=\s*(?:$|[,.;!?]))"),
        "only_before": re.compile(rf"\b{_ONLY}\s+(?:with\s+)?({many})"),
        "only_after": re.compile(rf"\b({many})\s+(?:only|exclusively|and nothing else|and that's it|, nothing else)\b"),
        "solo_before": re.compile(rf"\b(?:solo|unaccompanied)\s+({named}(?:{_AND}{named})*)"),
        "solo_after": re.compile(rf"\b({named}(?:{_AND}{named})*)\s+(?:alone|solo|by itself|on its own)\b"),
        "word": re.compile(rf"(?<![\w-]){named}"),
    }


def instruments_in(lower: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Plain names wanted, refused, and alone to be heard, in the order of the text (small letters)."""
    rules = _patterns()
    rest = _IGNORED.sub(" ", lower)
    rest = rules["mild"].sub(" ", rest)
    refused: list[str] = []
    only: list[str] = []

    def take(rule: str, into: list[str], text: str) -> str:
        for match in rules[rule].finditer(text):
            said = next((group for group in match.groups() if group), "beat")
            into.extend(_plain(said))
        return rules[rule].sub(" , ", text)

    only_text = take("only_before", only, rest)
    only_text = take("only_after", only, only_text)
    rest = take("refused", refused, only_text)
    rest = take("free", refused, rest)
    rest = take("out", refused, rest)
    if _NOT_ELECTRONIC.search(rest):
        refused.append("electronics")
    if re.search(r",\s*nothing else\b", rest) and not only:
        only += _plain(rest)
    solo: list[str] = []
    others = take("solo_after", solo, take("solo_before", solo, rest))
    wanted = [name for name in _plain(others) if name not in only]
    # A solo piano plays alone, unless the text seats others beside it.
    if solo and not wanted and not only:
        only += solo
    else:
        wanted = [name for name in _plain(rest) if name not in only]
    # "A beat" is a word for time as much as for drums: it refuses, but it does not ask.
    wanted = [name for name in wanted if name != "beat"]
    out = set(refused)
    return (
        tuple(name for name in dict.fromkeys(wanted) if name not in out),
        tuple("drums" if name == "beat" else name for name in dict.fromkeys(refused)),
        tuple(name for name in dict.fromkeys(only) if name not in out and name != "beat"),
    )


def without_refusals(lower: str) -> str:
    """The text without what it refuses, so that a refused instrument says nothing of mood or style."""
    rules = _patterns()
    for rule in ("mild", "refused", "free", "out"):
        lower = rules[rule].sub(" , ", lower)
    return lower


def _plain(text: str) -> list[str]:
    names = english_names()
    found = [names[match[0]] for match in _patterns()["word"].finditer(text)]
    return list(dict.fromkeys(found))
