"""What the whole mix is multiplied by over time: the duck under speech and the last fade."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cutscore_composer.mix.gain_points import gain_at
from cutscore_composer.write.composition import Composition

_LONGEST_FADE = 0.25
"""Of the cue."""
_FADE_SECONDS = {"ring": 1.0, "button": 0.35, "fade": 5.0}


class Envelope:
    """The gain of a cue of `total` samples, over time."""

    def __init__(self, composition: Composition, total: int, rate: int, duck: Sequence[tuple[float, float]]) -> None:
        self._total, self._rate, self._duck = total, rate, tuple(duck)
        after = max(0.0, total / rate - composition.tempo.seconds(composition.final_beat))
        longest = _LONGEST_FADE * total / rate if composition.brief.ending == "fade" else max(0.05, 0.45 * after)
        self._fade = max(2, round(min(_FADE_SECONDS[composition.brief.ending], longest, 0.5 * total / rate) * rate))

    def gain(self, first: int, size: int) -> npt.NDArray[np.float32] | None:
        """The gain of `size` samples from `first` on; None where it is 1 throughout."""
        fading = first + size > self._total - 1 - self._fade
        if not fading and not self._duck:
            return None
        gain = gain_at(self._duck, first, size, self._rate)
        if fading:
            left = np.clip((self._total - 1 - np.arange(first, first + size)) / self._fade, 0.0, 1.0)
            gain = gain * np.sin(left * np.pi / 2) ** 2
        return np.asarray(gain, np.float32)
