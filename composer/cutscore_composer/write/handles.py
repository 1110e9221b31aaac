"""Handles: a piece with room before its picture, for a pick-up, and after it, for the ring-out."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from cutscore_composer.write.composition import Composition, Note, Part
from cutscore_composer.write.tempo import TempoMap

_PICK_UP = "reverse"
"""What leads from the handle into the first note: it swells and stops there."""
_LONGEST_SECONDS = 4.0
_SHORTEST_SECONDS = 0.4
_VELOCITY = 46


def with_handles(composition: Composition, before: int, after: int) -> Composition:
    """The composition for a picture that is `before` frames longer at its beginning and `after` at its end.

    All that was written sounds `before` frames later; its hits keep the seconds of the picture itself.
    """
    if not (before or after):
        return composition
    later = float(Fraction(before) / composition.rate)
    anchors = tuple((beat, seconds + later) for beat, seconds in composition.tempo.anchors)
    longer = replace(composition, frames=composition.frames + before + after, tempo=TempoMap(anchors))
    return replace(longer, parts=(*longer.parts, *_pick_up(longer, later)))


def _pick_up(composition: Composition, room: float) -> tuple[Part, ...]:
    """A swell into the first note, as long as there is room for."""
    starts = [note.beat for part in composition.parts for note in part.notes]
    if not starts:
        return ()
    first = min(starts)
    at = composition.tempo.seconds(first)
    length = min(at, room, _LONGEST_SECONDS)
    if length < _SHORTEST_SECONDS:
        return ()
    begin = composition.tempo.beat(at - length)
    pitch = 48 + composition.brief.key.pitch_class
    return (Part("fx", _PICK_UP, (Note(begin, first - begin, pitch, _VELOCITY, "swell"),)),)
