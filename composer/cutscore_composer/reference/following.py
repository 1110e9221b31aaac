"""Following: what was heard becomes tempo, key, energy and brightness of the new music; explicit words go before it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from itertools import pairwise

import numpy as np

from cutscore_composer.look.seen import CURVE_HZ
from cutscore_composer.plan.brief import TONICS, Key, Mode
from cutscore_composer.plan.style import Style
from cutscore_composer.plan.words import Asked
from cutscore_composer.reference.heard import Heard
from cutscore_composer.spot.curves import sample_of, step
from cutscore_composer.spot.spotting import Spotting

_ARC_SHARE = 0.75
"""How much of the energy is the reference's; the picture has the rest."""
_TOLD_SECONDS = 12
"""What an editor's marker tells holds so long, or up to the next one."""
_NEAR_OCTAVE = 1.12
"""A style plays this much slower and faster than it says before it takes half or double the tempo."""
_USUAL_DB, _BRIGHT_SHARE, _MOST_DB = -14.0, 0.45, 4.0
"""Brightness of the composer's own music in the middle of its styles, and how far the mix goes the reference's way."""
_DARK: tuple[Mode, ...] = ("minor", "dorian", "phrygian")


def with_heard(asked: Asked, heard: Heard, style: Style) -> Asked:
    """What the words ask for, and where they are silent the tempo and the key that were heard."""
    bpm = asked.bpm_range
    if bpm is None and heard.bpm is not None:
        near = bpm_for(heard.bpm, style)
        bpm = (near, near)
    tonic, mode = asked.tonic, asked.mode
    if heard.key is not None:
        if tonic is None:
            key = _as_mode(heard.key, mode, style.harmony)
            tonic, mode = key.tonic, mode or key.mode
        elif mode is None:
            mode = heard.key.mode
    return replace(asked, bpm_range=bpm, tonic=tonic, mode=mode)


def bpm_for(bpm: float, style: Style) -> float:
    """The tempo, or its half or double where the style would not play it."""
    low = min(getattr(style.tempo, name)[0] for name in ("low", "mid", "high")) / _NEAR_OCTAVE
    high = max(getattr(style.tempo, name)[1] for name in ("low", "mid", "high")) * _NEAR_OCTAVE
    ways = sorted((bpm, 2 * bpm, bpm / 2), key=lambda way: (max(low / way, way / high, 1.0), way != bpm))
    return round(ways[0], 2)


def _as_mode(key: Key, mode: Mode | None, modes: Collection[Mode]) -> Key:
    """The key, or the relative one where the words or the style want the other kind of mode."""
    dark = key.mode in _DARK
    wants_dark = mode in _DARK if mode is not None else dark
    if mode is None and not any((one in _DARK) == dark for one in modes):
        wants_dark = not dark
    if wants_dark == dark:
        return key
    return Key(TONICS[(key.pitch_class + (9 if wants_dark else 3)) % 12], "minor" if wants_dark else "major")


def with_arc(spotting: Spotting, heard: Heard) -> Spotting:
    """The spotting notes with the reference's loudness for energy; what an editor's markers tell stays."""
    if heard.arc is None:
        return spotting
    own = np.asarray(spotting.energy, np.float64)
    followed = _ARC_SHARE * np.resize(heard.arc, len(own)) + (1 - _ARC_SHARE) * own
    for told, last in _told(spotting, len(own)):
        followed[told:last] = own[told:last]
    energy = np.array([step(float(value)) for value in followed], np.float32)
    edges = [sample_of(part.frame_in, spotting.rate, len(own)) for part in spotting.sections] + [len(own)]
    sections = tuple(
        replace(part, energy=step(float(energy[first : max(last, first + 1)].mean(dtype=np.float64)), 8))
        for part, (first, last) in zip(spotting.sections, pairwise(edges), strict=True)
    )
    level = step(float(energy.mean(dtype=np.float64)), 16)
    return replace(spotting, energy=energy, sections=sections, level=level)


def _told(spotting: Spotting, size: int) -> list[tuple[int, int]]:
    """Samples of the arc in which an editor's marker speaks."""
    shaping = [told for told in spotting.told if told.word in ("build", "drop", "quiet")]
    starts = [sample_of(told.frame, spotting.rate, size) for told in shaping]
    ends = [*starts[1:], size]
    return [(start, min(end, start + _TOLD_SECONDS * CURVE_HZ)) for start, end in zip(starts, ends, strict=False)]


def with_brightness(style: Style, heard: Heard) -> Style:
    """The style, brighter or darker in the mix by some of what the reference is."""
    if heard.brightness_db is None:
        return style
    wanted = _BRIGHT_SHARE * (heard.brightness_db - _USUAL_DB)
    trim = style.mix.brightness_db + min(_MOST_DB, max(-_MOST_DB, wanted))
    return style.model_copy(update={"mix": style.mix.model_copy(update={"brightness_db": round(trim, 1)})})
