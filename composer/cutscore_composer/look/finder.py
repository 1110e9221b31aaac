"""Finds the cuts inside a film of any length, piece by piece, so that only a minute of small frames is held."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from cutscore_composer.look.changes import Change, Tick, find_changes
from cutscore_composer.look.likeness import Bytes, Flow
from cutscore_composer.look.seen import SeenCut
from cutscore_composer.look.strength import change_strength

CORE_SECONDS = 40
"""What one piece decides."""
MARGIN_SECONDS = 5
"""What a piece sees beyond that on each side: longer than the longest ramp or dissolve that is sought."""


class CutFinder:
    """Takes the frames of one span in order and tells the changes of shot in them."""

    def __init__(self, first_frame: int, rate: Fraction, tick: Tick = lambda: None) -> None:
        """`tick` is called several times a second while a piece is searched."""
        self._rate = rate
        self._tick = tick
        self._flow = Flow()
        self._core, self._margin = round(CORE_SECONDS * rate), round(MARGIN_SECONDS * rate)
        self._held: list[Bytes] = []
        self._held_from = first_frame
        self._decided = first_frame
        self._found: list[SeenCut] = []

    def add(self, small: Bytes) -> None:
        """The next frame of the span, (72, 128, 3) uint8 RGB."""
        self._held.append(small)
        if self._held_from + len(self._held) >= self._decided + self._core + self._margin:
            self._decide(self._decided + self._core)
            drop = max(0, self._decided - self._margin - self._held_from)
            del self._held[:drop]
            self._held_from += drop

    def finish(self) -> list[SeenCut]:
        """All changes of the span, by record frame, in order."""
        self._decide(self._held_from + len(self._held))
        self._held.clear()
        return self._found

    def _decide(self, until: int) -> None:
        if not self._held:
            return
        frames = np.stack(self._held)
        for change in find_changes(frames, self._rate, self._tick):
            at = self._held_from + change.frame
            if self._decided <= at < until:
                self._found.append(SeenCut(at, change.kind, self._strength(frames, change), change.frames))
        self._decided = until

    def _strength(self, frames: Bytes, change: Change) -> float:
        reach = (change.frames + 1) // 2
        before = frames[max(0, change.frame - reach - 1)]
        after = frames[min(len(frames) - 1, change.frame + reach)]
        return change_strength(before, after, change.frames, self._rate, self._flow)
