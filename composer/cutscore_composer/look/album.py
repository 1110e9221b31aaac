"""Keeps a small picture of every shot while a film goes by, without holding the film."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np

from cutscore_composer.look.likeness import Bytes
from cutscore_composer.look.seen import Thumbnail

MOST_SHOTS = 120
_MOST_HELD = 480
_EVERY_SECONDS = Fraction(1, 4)
_PARTS = 8
"""A film that is one shot gets as many pictures."""


class Album:
    """Is offered frames in order; keeps the wanted ones and, evenly, some others."""

    def __init__(self, rate: Fraction, wanted: Sequence[int]) -> None:
        """`wanted` are record frames, in order, of which a picture is certainly kept."""
        self._every = max(1, round(_EVERY_SECONDS * rate))
        self._second = max(1, round(rate))
        self._wanted = list(wanted)
        self._next_wanted = 0
        self._due = 0
        self._kept: dict[int, Bytes] = {}
        self._sure: dict[int, Bytes] = {}

    def wants(self, frame: int) -> bool:
        """Whether the frame is to be offered."""
        return frame >= self._due or self._wants_surely(frame)

    def offer(self, frame: int, image: Bytes) -> None:
        """A frame that `wants` said yes to."""
        if self._wants_surely(frame):
            self._sure[frame] = image
            while self._wants_surely(frame):
                self._next_wanted += 1
        if frame >= self._due:
            self._kept[frame] = image
            self._due = frame + self._every
            if len(self._kept) > _MOST_HELD:
                self._every *= 2
                self._kept = dict(list(self._kept.items())[::2])

    def thumbnails(self, cuts: Sequence[int], frames: int) -> tuple[Thumbnail, ...]:
        """A picture of each shot between the cuts, from near its middle, and more of long ones; see `stretches`."""
        edges = [0, *cuts, frames]
        shots = [(a, b) for a, b in pairwise(edges) if a < b]
        images = {**self._kept, **self._sure}
        held = sorted(images)
        found: dict[int, Thumbnail] = {}
        for a, b in stretches(shots, frames, 2 * self._second):
            inside = held[bisect_left(held, a) : bisect_left(held, b)]
            if inside:
                frame = min(inside, key=lambda f: abs(2 * f - a - b))
                found[frame] = Thumbnail(frame, np.ascontiguousarray(images[frame]))
        return tuple(found.values())

    def _wants_surely(self, frame: int) -> bool:
        return self._next_wanted < len(self._wanted) and frame >= self._wanted[self._next_wanted]


def evenly(shots: Sequence[tuple[int, int]], most: int) -> list[tuple[int, int]]:
    """At most `most` of the shots, evenly chosen, in order: of those that share a place the longest."""
    if len(shots) <= most:
        return list(shots)
    places = [i * len(shots) // most for i in range(most + 1)]
    return [max(shots[a:b], key=lambda shot: shot[1] - shot[0]) for a, b in pairwise(places)]


def stretches(shots: Sequence[tuple[int, int]], frames: int, shortest: int) -> list[tuple[int, int]]:
    """The stretches that get a picture each: every shot, a long one in equal parts, MOST_SHOTS in all."""
    part = max(shortest, -(-frames // _PARTS))
    made = []
    for a, b in evenly(shots, MOST_SHOTS):
        count = max(1, (b - a) // part)
        made += [(a + (b - a) * i // count, a + (b - a) * (i + 1) // count) for i in range(count)]
    return made if len(made) <= MOST_SHOTS else evenly(shots, MOST_SHOTS)
