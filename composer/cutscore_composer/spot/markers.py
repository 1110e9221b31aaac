"""Reads the editor's markers: which are moments that the music must meet, and what they say of the music."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cutscore_composer.picture import Picture, PictureMarker
from cutscore_composer.spot.spotting import Word

_SAID: dict[Word, str] = {
    "hit": r"hit(?:s|ting)?|sting(?:s|ers?)?|treffer|schl(?:ag|äge)|akzente?|accents?|accenti|acentos?|golpes?"
    r"|coups?|colp[oi]|ヒット|アクセント|重音|打点|卡点",
    "build": r"build(?:s|ing|-?ups?)?|aufbau(?:en)?|steigern|steigerung|montée|monter|subida|crescendo"
    r"|ビルド(?:アップ)?|盛り上げ|铺垫|渐强|推进",
    "drop": r"drop(?:s|ping)?|ドロップ|高潮",
    "quiet": r"quiet(?:er|ly|s)?|leise|ruhig|stille|calme|silence|silencio|tranquilo|silenzio|静か?に?|安静|静音",
    "start": r"start(?:s|ing)?|anfang|beginn|einsatz|début|debut|inicio|comienzo|inizio|開始|开始|スタート",
    "end": r"end(?:s|ing)?|ende|schluss|fin|final|fine|終わり|終了|结束|結束",
}
"""What is obeyed wherever it stands in a marker's name or comment."""
_MEANT: dict[Word, str] = {
    "hit": r"stabs?|booms?|bangs?|impacts?|punch|slam|beat|sync",
    "build": r"risers?|rising|swell|ramp",
    "drop": r"climax|peak|payoff|explo(?:de|sion)|full",
    "quiet": r"calm|soft|hush|breathe?|breakdown|sad|down",
    "start": r"(?:music )?(?:in|begins?)|mx in|cue in",
    "end": r"(?:music )?(?:out|stops?)|mx out|cue out|finale|button",
}
"""What is obeyed in a short marker, the last two words' only as the whole name."""
_ORDER: tuple[Word, ...] = ("hit", "drop", "build", "quiet", "start", "end")
"""Which is obeyed where one text says several at the same place."""
_SHORT_WORDS = 6
_FOR_PEOPLE = re.compile(
    r"\b(?:to-?do|fix(?:me)?|ask|review|replace|missing|vfx|sfx|adr|foley|grade|colou?r|grading|credits?"
    r"|licen[cs]e|weekend|scene|chapter|subtitles?|captions?)\b|\?|https?:",
    re.IGNORECASE,
)
"""What makes a text a note to people: it is then obeyed only if a word of music is all it says."""
_NOTES = re.compile(
    r"\b(?:note|comment|check|approved?|v\d+|version|part|act|section|reel|dialogue|title|temp|logo|clip|take|shot)\b",
    re.IGNORECASE,
)
"""What else marks a marker as a note or a chapter, where no word of music is said."""


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
            # Of two at one frame the one that says more than "here".
            plain = found.get(marker.frame)
            if plain is None or (plain.word == "hit" and word != "hit"):
                found[marker.frame] = Instruction(marker.frame, word)
    return tuple(found.values())


def word_of(marker: PictureMarker) -> Word | None:
    """What a marker asks of the music, or None when it does not speak to it."""
    for text in (marker.name, marker.comment):
        if (word := _said(text)) is not None:
            return word
    text = f"{marker.name} {marker.comment}".strip()
    if _FOR_PEOPLE.search(text) or _NOTES.search(text) or len(text.split()) > _SHORT_WORDS:
        return None
    return "hit"


def _said(text: str) -> Word | None:
    """The word of music that a text says first."""
    plain = text.strip().strip(".!:-–").casefold()
    for word in _ORDER:
        if re.fullmatch(f"{_SAID[word]}|{_MEANT[word]}", plain):
            return word
    if _FOR_PEOPLE.search(plain):
        return None
    said = _first(plain, _SAID, _ORDER)
    if said is None and len(plain.split()) <= _SHORT_WORDS:
        return _first(plain, _MEANT, _ORDER[:4])
    return said


def _first(text: str, words: dict[Word, str], which: tuple[Word, ...]) -> Word | None:
    found = [(hit.start(), _ORDER.index(word), word) for word in which if (hit := _whole(words[word]).search(text))]
    return min(found)[2] if found else None


def _whole(pattern: str) -> re.Pattern[str]:
    """The pattern as whole words; scripts without spaces have none."""
    return re.compile(rf"(?<![a-zà-ÿ])(?:{pattern})(?![a-zà-ÿ])")
