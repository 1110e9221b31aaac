"""How strong a change of shot is, as an editor would order them: from a jump within a scene to another world."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from cutscore_composer.look.likeness import Bytes, Flow, grey, histogram, pixel_difference

STEPS = 64
"""Strengths and curves are told in steps of 1/64, so that the same picture gives the same plan on every machine."""

_FULL_DIFFERENCE = 0.35
"""Mean pixel difference of two shots that have nothing in common."""
_FULL_LIGHT = 0.4
"""Difference of mean light, of full scale, that is as strong as it gets."""


def quantised(value: float) -> float:
    """The nearest step within 0 to 1."""
    return min(max(round(value * STEPS), 0), STEPS) / STEPS


def change_strength(before: Bytes, after: Bytes, frames: int, rate: Fraction, flow: Flow) -> float:
    """0 to 1 for the change from the small frame `before` a transition of `frames` to the one `after` it.

    Colours, pixels, light and what movement cannot explain count together; a gradual change is weaker
    the longer it takes.
    """
    colours = 0.5 * float(np.abs(histogram(before) - histogram(after)).sum())
    pixels = min(1.0, pixel_difference(before, after) / _FULL_DIFFERENCE)
    light = min(1.0, abs(float(before.mean()) - float(after.mean())) / 255 / _FULL_LIGHT)
    unlike = 1.0 - max(0.0, flow.likeness(grey(before), grey(after)))
    sudden = 1.0 / (1.0 + 0.6 * float(frames / rate))
    return quantised((0.25 * colours + 0.3 * pixels + 0.2 * light + 0.25 * unlike) * sudden)
