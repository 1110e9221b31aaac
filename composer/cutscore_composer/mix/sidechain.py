"""Side-chain: bass, keys and harmony give way to the kick drum, as much as the style wants it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cutscore_composer.write.composition import Composition
from cutscore_composer.write.stems import channel_name, stem_name

_KITS = frozenset({"kit", "synth_kit", "lofi_kit"})
_KICK = 36
_STEMS = frozenset({"bass", "harmony"})
_CHANNELS = frozenset({"bass", "keys", "synth"})
_DIP_SECONDS = (-0.008, 0.0, 0.045, 0.13, 0.30)
"""Down before the kick is heard: a gain that falls within it would click."""
_DIP = (0.0, 1.0, 1.0, 0.45, 0.0)
"""Share of the depth at those times: what comes back is heard to breathe."""
_FULL_VELOCITY = 90


def gives_way(line: str) -> bool:
    """Whether a line is turned down by the kick."""
    return stem_name(line) in _STEMS or (stem_name(line) != "drums" and channel_name(line) in _CHANNELS)


def kicks_of(composition: Composition) -> tuple[tuple[float, float], ...]:
    """(seconds, strength 0 to 1) of every kick that a composition's drum kits play, in order, each once."""
    found: dict[float, float] = {}
    for part in composition.parts:
        if part.instrument not in _KITS:
            continue
        for note in part.notes:
            if note.pitch == _KICK:
                at = round(composition.tempo.seconds(note.beat) + note.shift_ms / 1000, 6)
                found[at] = max(found.get(at, 0.0), min(1.0, note.velocity / _FULL_VELOCITY))
    return tuple(sorted(found.items()))


class SideChain:
    """The gain over time that the kicks ask for."""

    def __init__(self, kicks: tuple[tuple[float, float], ...], depth_db: float, rate: int) -> None:
        self._kicks = tuple((round(at * rate), depth_db * strength) for at, strength in kicks) if depth_db else ()
        self._places = np.array(_DIP_SECONDS) * rate

    def gain(self, first: int, size: int) -> npt.NDArray[np.float64] | None:
        """The gain of the samples from `first` on; None where it is 1 throughout."""
        lowered = np.zeros(size)
        begin, end = int(self._places[0]), int(self._places[-1]) + 1
        for at, depth_db in self._kicks:
            low, high = max(0, at + begin - first), min(size, at + end - first)
            if low < high:
                dip = depth_db * np.interp(np.arange(low, high) + first - at, self._places, _DIP)
                np.minimum(lowered[low:high], -dip, out=lowered[low:high])
        return np.asarray(10 ** (lowered / 20)) if lowered.any() else None
