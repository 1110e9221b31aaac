"""Tonality: which key the music is in, section by section; it leaves home where the picture turns and comes back.

The height of the cue rises by a tone or a third; a new material in another light takes the relative key. The first
and the last section are always at home.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Sequence
from itertools import groupby, pairwise

from cutscore_composer.plan.brief import TONICS, Key, Mode
from cutscore_composer.write.composition import KeyAt
from cutscore_composer.write.draws import draws
from cutscore_composer.write.form import Phrase

_TURN = 0.16
"""How far the energy of a section must lie from that of the one before for a turn of the picture."""
_LEAST_BARS = 6
"""A section shorter than this stays at home: a key needs time to be heard."""
_APART_BARS = 16
"""Bars at home before the music may leave it."""
_HOME_SHARE = 2.0
"""And so many for each bar away: a piece is in the key that it is most in."""
_DARK_VALENCE = -0.3
_DARK: tuple[Mode, ...] = ("minor", "dorian", "phrygian")


def keys_of(
    phrases: tuple[Phrase, ...],
    energies: Sequence[float],
    home: Key,
    modes: Collection[Mode],
    modulates: bool,
    seed: int,
    valence: float = 0.0,
) -> tuple[KeyAt, ...]:
    """The keys in order of beat, the first from the first bar on.

    energies: of the sections as they were spotted. modes: those that the style has chords for. valence: of the
    brief; what is to be dark does not turn to major.
    """
    first = phrases[0].beat if phrases else 0.0
    keys = [KeyAt(first, home)]
    if not modulates:
        return tuple(keys)
    sections = [tuple(group) for _, group in groupby(phrases, key=lambda phrase: phrase.section)]
    at_home = 0
    for before, here in pairwise(sections[:-1]):
        at_home += _bars(before) if keys[-1].key == home else 0
        key = home
        if at_home >= max(_APART_BARS, _HOME_SHARE * _bars(here)) and _bars(here) >= _LEAST_BARS:
            key = _key_of(here, _told(here, energies) - _told(before, energies), home, modes, seed, valence)
        if key != keys[-1].key:
            keys.append(KeyAt(here[0].beat, key))
            at_home = 0
    if len(sections) > 1 and keys[-1].key != home:
        keys.append(KeyAt(sections[-1][0].beat, home))
    return tuple(keys)


def key_at(keys: tuple[KeyAt, ...], beat: float) -> Key:
    """The key at a beat."""
    return keys[max(0, bisect_right(keys, beat + 1e-6, key=lambda one: one.beat) - 1)].key


def _bars(section: tuple[Phrase, ...]) -> int:
    return sum(len(phrase.bars) for phrase in section)


def _told(section: tuple[Phrase, ...], energies: Sequence[float]) -> float:
    number = section[0].bars[0].section
    return energies[number] if number < len(energies) else section[0].energy


def _key_of(
    section: tuple[Phrase, ...], change: float, home: Key, modes: Collection[Mode], seed: int, valence: float
) -> Key:
    """Where a section goes; home unless the picture turns there."""
    chooser = draws(seed, "key", section[0].section)
    if change >= _TURN and any(phrase.character == "climax" for phrase in section):
        return _moved(home, chooser.choice((2, 2, 3)), home.mode)
    if section[0].return_of or abs(change) < _TURN:
        return home
    if home.mode in _DARK:
        goal: tuple[int, Mode] = (3, "major") if change > 0 and valence > _DARK_VALENCE else (5, home.mode)
    else:
        goal = (5, home.mode) if change > 0 else (9, "minor")
    steps, mode = goal
    return _moved(home, steps, mode) if mode in modes else home


def _moved(home: Key, semitones: int, mode: Mode) -> Key:
    return Key(TONICS[(home.pitch_class + semitones) % 12], mode)
