"""Peaks: moments inside a shot that the eye is drawn to, a burst of movement or a flash of light."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from scipy.signal import find_peaks as local_maxima

from cutscore_composer.look.seen import CURVE_HZ, Curve, Peak
from cutscore_composer.look.strength import quantised
from cutscore_composer.timebase import frames_near

_MOTION_RISE = 0.2
"""How far motion rises above what is around it."""
_MOTION_APART_SECONDS = 1.5
_FLASH_RISE = 0.12
"""How far the light rises above what is before and after, of full scale."""
_FLASH_SECONDS = 0.35
"""A flash is over after this."""
_NEAR_CUT_SECONDS = Fraction(2, 5)
"""A peak this near to a change of shot is that change."""


def find_peaks(
    motion: Curve, light_frames: Sequence[int], light: Sequence[float], cuts: Sequence[int], frames: int, rate: Fraction
) -> tuple[Peak, ...]:
    """Peaks in order of time; `light` is mean brightness at `light_frames`, `cuts` the frames where shots change."""
    found = _bursts(motion, frames, rate) + _flashes(light_frames, light, rate)
    near = _NEAR_CUT_SECONDS * rate
    at = np.array(cuts, np.int64)
    alone = [p for p in found if not len(at) or np.abs(at - p.frame).min() > near]
    return tuple(sorted(alone, key=lambda peak: (peak.frame, peak.kind)))


def _bursts(motion: Curve, frames: int, rate: Fraction) -> list[Peak]:
    places, facts = local_maxima(motion, prominence=_MOTION_RISE, distance=round(_MOTION_APART_SECONDS * CURVE_HZ))
    return [
        Peak(min(frames_near(Fraction(int(place), CURVE_HZ), rate), frames - 1), "motion", quantised(float(rise)))
        for place, rise in zip(places, facts["prominences"], strict=True)
    ]


def _flashes(light_frames: Sequence[int], light: Sequence[float], rate: Fraction) -> list[Peak]:
    """Samples far lighter than the lightest moment of calm on either side of them, both within reach."""
    if len(light) < 3:
        return []
    at, level = np.array(light_frames), np.array(light)
    reach = float(_FLASH_SECONDS * rate)
    found = []
    for i in np.flatnonzero((level[1:-1] >= level[:-2]) & (level[1:-1] > level[2:])) + 1:
        before = level[(at >= at[i] - reach) & (at < at[i])] if i else level[:0]
        after = level[(at > at[i]) & (at <= at[i] + reach)]
        if not len(before) or not len(after):
            continue
        rise = float(level[i] - max(before.min(), after.min()))
        if rise >= _FLASH_RISE:
            found.append(Peak(int(at[i]), "flash", quantised(min(1.0, 2 * rise))))
    return found
