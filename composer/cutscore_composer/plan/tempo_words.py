"""Tempo in words: "120 bpm", "under 100 bpm", "between 80 and 95", "slow", "allegro", "half-time" to beats a minute."""

from __future__ import annotations

import re

from cutscore_composer.plan.brief import Feel

SLOWEST, FASTEST = 40.0, 200.0
"""Beats a minute that the composer plays."""

_N = r"(\d{2,3}(?:\.\d+)?)"
_UNIT = r"\s*(?:bpms?|b\.p\.m\.?|beats? (?:per|a|each|/) ?min(?:ute)?)"
_UP = r"(?:over|above|more than|at least|no (?:slower|less) than|faster than|min(?:imum)?|from|north of|>=?)"
_DOWN = (
    r"(?:under|below|less than|at most|no (?:more|faster) than|not (?:over|above|faster than)|slower than|up to|"
    r"max(?:imum)?|<=?)"
)
_ABOUT = r"(?:about|around|roughly|approx(?:imately|\.)?|circa|ca\.?|near|close to|~|some|somewhere around)"
_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(rule), meaning)
    for rule, meaning in (
        (rf"\bbetween\s+{_N}(?:{_UNIT})?\s+and\s+{_N}(?:{_UNIT})", "between"),
        (rf"\bbetween\s+{_N}\s+and\s+{_N}\b(?=.{{0,12}}\btempo\b)|\btempo\s+between\s+{_N}\s+and\s+{_N}", "between"),
        (rf"\b{_N}(?:{_UNIT})?\s*(?:-|–|—|to|or|\.\.+)\s*{_N}{_UNIT}", "between"),
        (rf"\b(?:tempo|bpm)\s*(?:of|=|:|at)?\s*{_N}\s*(?:-|–|to)\s*{_N}\b", "between"),
        (rf"(?:\b|(?<=\s)|^){_DOWN}\s*{_N}{_UNIT}", "under"),
        (rf"{_N}{_UNIT}\s+(?:or (?:less|slower|under|below)|max(?:imum)?|at most|tops)\b", "under"),
        (rf"(?:\b|(?<=\s)|^){_UP}\s*{_N}{_UNIT}", "over"),
        (
            rf"{_N}\s*\+{_UNIT}|{_N}{_UNIT}\s+(?:or (?:more|faster|over|above|higher)|min(?:imum)?|at least|plus)\b",
            "over",
        ),
        (rf"(?:\b|(?<=\s)|^){_ABOUT}\s*{_N}{_UNIT}|{_N}(?:-?ish){_UNIT}|{_N}{_UNIT}(?:-ish|ish| or so)", "about"),
        (rf"\b{_N}{_UNIT}", "exact"),
        (rf"\b(?:tempo|bpm)\s*(?:of|=|:|at)?\s*{_ABOUT}\s*{_N}\b", "about"),
        (rf"\b(?:tempo|bpm)\s*(?:of|=|:|at|is)?\s*{_N}\b", "exact"),
        (rf"\b{_N} to the minute\b", "exact"),
    )
)
# "fast" and "slow" must speak of the music: "fast cars", "slow motion", "a slow build" do not.
_NOT_OF_TEMPO = r"(?![- ]+(?:cars?|food|fashion|motion|mo\b|build|burn|bikes?|boats?|forward|fade|reveal|zoom|pan\b))"
_WORDS: tuple[tuple[str, tuple[float, float]], ...] = (
    (r"(?:very|really|extremely|painfully|super|so) slow(?:ly)?|largo|larghetto|grave tempo|glacial(?:ly)?", (46, 62)),
    (r"(?:medium|moderately)[- ]slow", (66, 84)),
    (r"slow(?:ly)?|adagio|lento|slow[- ]paced|slow[- ]tempo|low tempo|unhurried|down[- ]?tempo|sluggish", (56, 76)),
    (r"andante|andantino|walking (?:pace|tempo|speed)", (76, 96)),
    (
        r"moderato|moderate(?:ly paced)?(?: tempo| pace| speed)?|mid[- ]?tempo|medium(?:[- ]tempo| pace| speed)|"
        r"not too (?:slow|fast),? not too (?:fast|slow)|steady tempo|allegretto",
        (88, 112),
    ),
    (r"(?:medium|moderately)[- ](?:fast|up)", (108, 128)),
    (r"(?:very|really|extremely|super|insanely|so) fast|presto|prestissimo|breakneck|lightning[- ]fast", (140, 172)),
    (
        r"fast|faster|allegro|vivace|quick(?:ly)?|up[- ]?tempo|fast[- ]paced|fast[- ]tempo|high tempo|rapid|"
        r"brisk(?:ly)?|speedy|high[- ]speed",
        (118, 144),
    ),
)
_DENIED = re.compile(
    r"(?:\b(?:not|nothing|never|isn't|no|without)(?: \w+){0,2}|\b(?:build|evolv|unfold|grow|mov|chang|develop|"
    r"ris|swell|emerg|shift)\w*(?: up)?) $"
)
"""What makes "slow" a denial ("not too slow") or speaks of something else ("builds slowly")."""
_HALF = re.compile(r"\bhalf[- ]?time\b(?! (?:show|report|whistle|score))")
_DOUBLE = re.compile(r"\bdouble[- ]?time\b")


def tempo_in(lower: str) -> tuple[tuple[float, float] | None, tuple[str, ...]]:
    """Slowest and fastest tempo that a text in small letters asks for, and warnings."""
    for rule, meaning in _RULES:
        match = rule.search(lower)
        if match is not None:
            return _range(meaning, sorted(float(value) for value in match.groups() if value is not None), match[0])
    for words, bpm in _WORDS:
        for match in re.finditer(rf"\b(?:{words})\b{_NOT_OF_TEMPO}", lower):
            if not _DENIED.search(lower[: match.start()]):
                return bpm, ()
    return None, ()


def feel_in(lower: str) -> Feel | None:
    """Whether drums are to move at half or double the beat."""
    return "half-time" if _HALF.search(lower) else "double-time" if _DOUBLE.search(lower) else None


def without_tempo(lower: str) -> str:
    """The text without its tempo in numbers, so that no other rule reads those."""
    for rule, _ in _RULES:
        lower = rule.sub(" ", lower)
    return lower


def _range(meaning: str, values: list[float], said: str) -> tuple[tuple[float, float], tuple[str, ...]]:
    first, last = values[0], values[-1]
    low, high = {
        "between": (first, last),
        "under": (max(SLOWEST, first - 30), first),
        "over": (first, min(FASTEST, first + 30)),
        "about": (first * 0.97, first * 1.03),
        "exact": (first, first),
    }[meaning]
    kept = (min(max(low, SLOWEST), FASTEST), min(max(high, SLOWEST), FASTEST))
    if kept != (low, high) and not (meaning == "about" and SLOWEST <= first <= FASTEST):
        nearest = kept[0] if low < SLOWEST and high < SLOWEST else min(max(first, SLOWEST), FASTEST)
        return kept, (f"A tempo of {said.strip()} cannot be played; {nearest:g} bpm is the nearest that can.",)
    return kept, ()
