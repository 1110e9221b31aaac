"""Other versions from the plan of a cue: without some stems, and cut-downs that are pieces of their own.

>>> short = cut_down(brief, spotting, 30, seed)       # doctest: +SKIP
>>> short.seconds                                     # doctest: +SKIP
30.0
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from fractions import Fraction

import numpy as np

from cutscore_composer.engine import Progress
from cutscore_composer.look.seen import CURVE_HZ
from cutscore_composer.plan.brief import Brief
from cutscore_composer.spot.spotting import Section, Spotting
from cutscore_composer.timebase import round_half_up
from cutscore_composer.write.composition import Composition, Part
from cutscore_composer.write.ensemble import sound_pack
from cutscore_composer.write.stems import StemName, stem_of
from cutscore_composer.write.writer import write

_KEPT_AT_END: frozenset[StemName] = frozenset({"melody", "harmony", "bass"})
"""Stems whose notes of the last chord stay: without them it would not be whole."""
_HEIGHT_AT = 0.7
"""Where in a cut-down its height lies."""
_BORDER_SECONDS = 1.5
"""A cut-down begins with a section or cut that is this near."""
_RING_SECONDS = (Fraction(3, 2), Fraction(3))
"""The last chord of a cut-down falls at least and at most so long before its end,"""
_RING_SHARE = Fraction(1, 9)
"""and usually this share of its length."""
_BUTTON_SECONDS = Fraction(1)


def without(composition: Composition, stems: Collection[StemName]) -> Composition:
    """The composition without the parts of some stems; its last chord keeps its notes, drums apart."""
    parts = []
    for part in composition.parts:
        stem = stem_of(part.role, sound_pack()[part.instrument].channel)
        if stem not in stems:
            parts.append(part)
        elif stem in _KEPT_AT_END:
            parts += _last_chord(part, composition.final_beat)
    return replace(composition, parts=tuple(parts))


def _last_chord(part: Part, final_beat: float) -> list[Part]:
    notes = tuple(note for note in part.notes if note.beat >= final_beat - 1e-6)
    return [replace(part, notes=notes)] if notes else []


def cut_down(
    brief: Brief, spotting: Spotting, seconds: int, seed: int, progress: Progress | None = None
) -> Composition:
    """A piece of `seconds` with the brief's key, motif and colours, for the strongest stretch of the picture."""
    ending = brief.ending if brief.ending != "fade" else "ring"  # a cut-down ends properly
    short = alternate_spotting(replace(spotting, ending=ending), seconds)
    return write(replace(brief, ending=ending), short, seed, progress)


def alternate_spotting(spotting: Spotting, seconds: int) -> Spotting:
    """The spotting of a picture of `seconds` around the height of this one; the same where it is no longer."""
    frames = round_half_up(seconds * spotting.rate)
    if frames >= spotting.frames:
        return spotting
    first = _first_frame(spotting, frames)
    last = first + frames
    final = _final_frame(spotting, frames)
    return replace(
        spotting,
        frames=frames,
        cuts=tuple(replace(c, frame=c.frame - first) for c in spotting.cuts if first < c.frame < last),
        moments=tuple(replace(m, frame=m.frame - first) for m in spotting.moments if first < m.frame < first + final),
        sections=_sections(spotting, first, last),
        energy=_energy(spotting, first, frames),
        speech=tuple(
            (max(a, first) - first, min(b, last) - first) for a, b in spotting.speech if b > first and a < last
        ),
        final_frame=final,
        silent_until=0,
        start_told=False,
        final_told=False,
    )


def _first_frame(spotting: Spotting, frames: int) -> int:
    """Where the strongest stretch begins: its height comes late in it, it begins with a section or a cut."""
    energy = np.asarray(spotting.energy, np.float64)
    rate, latest = spotting.rate, spotting.frames - frames
    if not energy.size:
        return 0
    smooth = np.convolve(energy, np.ones(2 * CURVE_HZ) / (2 * CURVE_HZ), "same")
    height = int(np.argmax(np.round(smooth * 64)))
    wanted = round_half_up(Fraction(height, CURVE_HZ) * rate - Fraction(round(_HEIGHT_AT * 100), 100) * frames)
    wanted = min(max(wanted, 0), latest)
    reach = round_half_up(Fraction(round(_BORDER_SECONDS * 10), 10) * rate)
    openings = {section.frame_in: 2.0 for section in spotting.sections}
    openings |= {cut.frame: cut.weight for cut in spotting.cuts if cut.frame not in openings}
    near = [(weight, -abs(at - wanted), at) for at, weight in openings.items() if abs(at - wanted) <= reach]
    near = [one for one in near if one[2] <= latest]
    return max(near)[2] if near else wanted


def _final_frame(spotting: Spotting, frames: int) -> int:
    rate = spotting.rate
    if spotting.ending == "button":
        return max(0, frames - round_half_up(_BUTTON_SECONDS * rate))
    least, most = (limit * rate for limit in _RING_SECONDS)
    return max(0, frames - round_half_up(min(most, max(least, _RING_SHARE * frames))))


def _sections(spotting: Spotting, first: int, last: int) -> tuple[Section, ...]:
    """The sections of the stretch; what is left of one for less than three seconds joins its neighbour."""
    least = round_half_up(3 * spotting.rate)
    cut = [
        replace(s, frame_in=max(s.frame_in, first) - first, frame_out=min(s.frame_out, last) - first)
        for s in spotting.sections
        if s.frame_out > first and s.frame_in < last
    ]
    made: list[Section] = []
    for section in cut:
        if made and (section.frame_out - section.frame_in < least or made[-1].frame_out - made[-1].frame_in < least):
            longer = max(made[-1], section, key=lambda s: s.frame_out - s.frame_in)
            made[-1] = replace(longer, frame_in=made[-1].frame_in, frame_out=section.frame_out)
        else:
            made.append(section)
    return tuple(made)


def _energy(spotting: Spotting, first: int, frames: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    start = int(Fraction(first) / spotting.rate * CURVE_HZ)
    size = int(Fraction(frames) / spotting.rate * CURVE_HZ) + 1
    stretch = spotting.energy[start : start + size]
    return np.asarray(stretch, np.float32)
