"""Explicit words: tempo, key, metre, instruments, ending and density that a description names, found by rules.

Any of the six languages (in_english.py); what is found here wins over mood, style and picture.

>>> asked = read_words("slow piano in D minor, 3/4, no drums, fade out")
>>> asked.tonic, asked.mode, asked.metre, asked.refused, asked.ending
('D', 'minor', (3, 4), ('drums',), 'fade')
"""

from __future__ import annotations

from dataclasses import dataclass

from cutscore_composer.plan.brief import Density, Feel, Mode
from cutscore_composer.plan.ending_words import ending_in, without_endings
from cutscore_composer.plan.form_words import density_in, rises_in, stages_in
from cutscore_composer.plan.in_english import InEnglish, in_english
from cutscore_composer.plan.instrument_words import instruments_in, without_refusals
from cutscore_composer.plan.key_words import key_in, metre_in
from cutscore_composer.plan.tempo_words import feel_in, tempo_in, without_tempo
from cutscore_composer.wishes import Ending, Wishes


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
        ending_in(lower),
        density_in(lower),
        feel_in(lower),
        stages_in(lower),
        rises_in(lower),
        (*bpm_warnings, *metre_warnings, *_strange(english)),
        without_endings(without_refusals(without_numbers)),
    )


def ending_of(wishes: Wishes) -> Ending | None:
    """The ending asked for by setting or in words; the setting wins."""
    return wishes.ending or read_words(words_of(wishes)).ending


def _strange(english: InEnglish) -> tuple[str, ...]:
    """What was not understood, said once."""
    if english.strange:
        shown = ", ".join(english.strange[:5]) + (" …" if len(english.strange) > 5 else "")
        return (f"These words or signs are not understood and had no say: {shown}.",)
    if english.mostly_unknown:
        return ("Most words are in no language that the composer reads; the others and the picture decided.",)
    return ()
