"""TempoMap: beats to seconds and back, straight between anchors."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

_DIGITS = 9
"""Beats and seconds are told to a billionth: where the next anchor lies must not be told by their last bits."""


@dataclass(frozen=True, slots=True)
class TempoMap:
    """Anchors (beat, seconds), both rising; between two anchors the tempo is constant, outside it goes on.

    Beat 0 is the first downbeat at or after a pick-up; beats before it are negative.
    """

    anchors: tuple[tuple[float, float], ...]

    def __post_init__(self) -> None:
        rising = all(a[0] < b[0] and a[1] < b[1] for a, b in zip(self.anchors, self.anchors[1:], strict=False))
        if len(self.anchors) < 2 or not rising:
            raise ValueError("a tempo map needs two or more rising anchors")

    def _line(self, index: int) -> tuple[float, float, float, float]:
        low = min(max(index, 0), len(self.anchors) - 2)
        (beat_a, time_a), (beat_b, time_b) = self.anchors[low], self.anchors[low + 1]
        return beat_a, time_a, beat_b - beat_a, time_b - time_a

    def seconds(self, beat: float) -> float:
        """The time of a beat."""
        beat_a, time_a, beats, seconds = self._line(bisect_right(self.anchors, beat, key=lambda a: a[0]) - 1)
        return round(time_a + (beat - beat_a) * seconds / beats, _DIGITS)

    def beat(self, seconds: float) -> float:
        """The (fractional) beat at a time."""
        beat_a, time_a, beats, span = self._line(bisect_right(self.anchors, seconds, key=lambda a: a[1]) - 1)
        return round(beat_a + (seconds - time_a) * beats / span, _DIGITS)

    def bpm(self, beat: float) -> float:
        """Beats a minute from `beat` on."""
        _, _, beats, seconds = self._line(bisect_right(self.anchors, beat, key=lambda a: a[0]) - 1)
        return 60.0 * beats / seconds
