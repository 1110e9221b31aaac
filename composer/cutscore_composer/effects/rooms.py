"""Rooms: stretches of shots that are alike in light, movement and busyness, each with one tone behind it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from cutscore_composer.effects.sheet import Room
from cutscore_composer.look.seen import Curve, Seen
from cutscore_composer.spot.curves import sample_of, step
from cutscore_composer.write.draws import draws

_STEPS = 8
_UNLIKE = 0.14
"""Distance from which a shot is another room."""
_SHORTEST_SECONDS = 2.0
_HARD_SECONDS = 0.08
"""Cross-fade at a hard cut: no click, and no slower than the eye."""
_OPENING_SECONDS = 0.5
_LONGEST_FADE = 2.0


def rooms_of(seen: Seen, seed: int) -> tuple[Room, ...]:
    """The rooms of a picture, which cover it."""
    edges = [0, *(cut.frame for cut in seen.cuts), seen.frames]
    fades = [_OPENING_SECONDS, *(_fade(float(cut.frames / seen.rate)) for cut in seen.cuts)]
    rooms: list[Room] = []
    for (first, last), fade in zip(pairwise(edges), fades, strict=True):
        if last <= first:
            continue
        features = _features(seen, first, last)
        if rooms and _stays(rooms[-1], features, last - first, seen):
            here = rooms.pop()
            rooms.append(Room(here.frame_in, last, here.light, here.motion, here.busy, here.fade_seconds, here.variant))
            continue
        variant = draws("room", seed, *(str(value) for value in features)).getrandbits(31)
        rooms.append(Room(first, last, *features, fade, variant))
    return tuple(rooms)


def _stays(room: Room, features: tuple[float, float, float], frames: int, seen: Seen) -> bool:
    """Whether a shot is in the room before it: it is like it, or too short to be a place of its own."""
    unlike = float(np.mean(np.abs(np.subtract(features, (room.light, room.motion, room.busy)))))
    short = _SHORTEST_SECONDS * seen.rate
    return unlike < _UNLIKE or frames < short or room.frame_out - room.frame_in < short


def _features(seen: Seen, first: int, last: int) -> tuple[float, float, float]:
    light, motion, busy = (_mean(curve, seen, first, last) for curve in (seen.brightness, seen.motion, seen.complexity))
    return light, motion, busy


def _mean(curve: Curve, seen: Seen, first: int, last: int) -> float:
    a, b = (sample_of(frame, seen.rate, len(curve)) for frame in (first, last))
    return step(float(np.mean(curve[a : max(b, a + 1)], dtype=np.float64)), _STEPS)


def _fade(transition: float) -> float:
    return min(_LONGEST_FADE, max(_HARD_SECONDS, transition))
