"""Heard: what is followed of the picture's own sound."""

from __future__ import annotations

from dataclasses import dataclass

from cutscore_composer.look.seen import Curve
from cutscore_composer.plan.brief import Key


@dataclass(frozen=True, slots=True)
class Heard:
    """What is clear enough to follow; None for what is not."""

    bpm: float | None = None
    """Beats a minute, as they were heard: their half or double is as good."""
    key: Key | None = None
    arc: Curve | None = None
    """Loudness as an energy 0 to 1 at look.CURVE_HZ, as long as the curves of Seen; None for silence."""
    brightness_db: float | None = None
    """What lies between 2 and 8 kHz against what lies between 200 Hz and 2 kHz."""
    warnings: tuple[str, ...] = ()
