"""Reads the editor's markers: which are moments that the music must meet, and what they say of the music."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from cutscore_composer.picture import Picture, PictureMarker

Word = Literal["hit", "build", "drop", "quiet", "start", "end"]

_WORDS: dict[Word, str] = {
    "hit": r"hits?|stings?|stingers?|accents?|booms?|bangs?|impacts?|punch|slam|stab|beat|sync",
    "build": r"builds?|build-?up|riser?|rising|crescendo|swell|ramp",
    "drop": r"drops?|climax|peak|payoff|explo(?:de|sion)|full",
    "quiet": r"quiet|calm|soft|silence|hush|breathe?|breakdown|sad|down",
    "start": r"(?:music )?(?:start|in|begin)s?|mx in|cue in",
    "end": r"(?:music )?(?:end|out|stop)s?|mx out|cue out|final(?:e)?|button",
}
_ANYWHERE: tuple[Word, ...] = ("hit", "build", "drop", "quiet")
"""Words that count wherever they stand in a marker's text; the others only as the whole name."""
_NOTES = re.compile(
    r"\b(?:to-?do|fix(?:me)?|note|comment|check|ask|review|replace|missing|approved?|v\d+|version|"
    r"chapter|scene|part|act|section|reel|vfx|sfx|adr|foley|dialogue|grade|colou?r|grading|title|subtitle|caption|"
    r"credits?|licen[cs]e|temp|logo|clip|take|shot)\b|\?|https?:",
    re.IGNORECASE,
)
"""What marks a marker as a note to people, or a chapter."""


@dataclass(frozen=True, slots=True)
class Instruction:
    """A marker that music obeys; `word` is what it asks for, "hit" for a plain one."""

    frame: int
    word: Word


def read_markers(picture: Picture) -> tuple[Instruction, ...]:
    """The markers of a picture that speak to the music, in order, one a frame.

    A marker that names one of the known words is obeyed; any other too (an unnamed marker is how
    editors tap the moments they want), unless it reads like a note, a chapter, or a sentence.
    """
    found: dict[int, Instruction] = {}
    for marker in sorted(picture.markers, key=lambda m: m.frame):
        word = word_of(marker)
        if word is not None and 0 <= marker.frame < picture.frames:
            found.setdefault(marker.frame, Instruction(marker.frame, word))
    return tuple(found.values())


def word_of(marker: PictureMarker) -> Word | None:
    """What a marker asks of the music, or None when it does not speak to it."""
    for text in (marker.name, marker.comment):
        plain = text.strip().strip(".!:-–").casefold()
        for word, pattern in _WORDS.items():
            if re.fullmatch(pattern, plain):
                return word
        for word in _ANYWHERE:
            if len(plain.split()) <= 6 and re.search(rf"\b(?:{_WORDS[word]})\b", plain):
                return word
    text = f"{marker.name} {marker.comment}".strip()
    if _NOTES.search(text) or len(text.split()) > 6:
        return None
    return "hit"
