"""Sums of decaying partials: what a string, a bar or a tine is. Nothing above the highest partial: no aliasing."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cutscore_composer.play.synth.strike import Wave

_STRETCH = 512
_STRETCHES = 16
_HEARD = 9.7
"""Nepers under the loudest partial at which one is heard no more: 84 dB."""


@dataclass(frozen=True, slots=True)
class Partials:
    """Decaying partials, column by column."""

    hertz: Wave
    amplitude: Wave
    life: Wave
    """Seconds in which each falls to 1/e."""
    phase: Wave
    """At the start, in radians of a cosine."""
    side: Wave
    """−1 left to 1 right."""


def joined(*several: Partials) -> Partials:
    """All partials of several as one."""
    return Partials(
        *(
            np.concatenate([getattr(one, name) for one in several])
            for name in ("hertz", "amplitude", "life", "phase", "side")
        )
    )


def ringing(partials: Partials, rate: int, longest: float, wanted: float = math.inf) -> Wave:
    """The sum (n, 2), at most `longest` seconds, and its first `wanted`; each partial computed only while it is heard.

    The last fifth, if wanted so far, fades out.
    """
    heard_until = partials.life * (_HEARD + np.log(np.maximum(partials.amplitude / partials.amplitude.max(), 1e-9)))
    kept = (heard_until > 0.005) & (partials.hertz < 0.45 * rate)
    # The longest heard first: what still sounds late is the beginning of the list.
    order = np.argsort(-np.where(kept, heard_until, 0), kind="stable")[: np.count_nonzero(kept)]
    ends = heard_until[order]
    whole = round(min(longest, float(ends[0])) * rate)
    size = min(whole, round(wanted * rate)) if wanted < longest else whole
    # A decaying sine is a power of one complex number: powers within a stretch times powers of whole stretches.
    turn = ((-1 / partials.life + 2j * np.pi * partials.hertz) / rate)[order, None]
    first_turn = (partials.amplitude * np.exp(1j * partials.phase))[order, None]
    sides = np.stack([1 - partials.side, 1 + partials.side])[:, order, None]
    within = np.exp(turn * np.arange(_STRETCH))
    made = np.zeros((size, 2))
    for first in range(0, size, _STRETCH * _STRETCHES):
        heard = int(np.count_nonzero(ends > first / rate))
        starts = np.arange(first, min(size, first + _STRETCH * _STRETCHES), _STRETCH)
        powers = np.exp(turn[:heard] * starts) * first_turn[:heard] * sides[:, :heard]
        turned = np.concatenate([powers.real, -powers.imag], axis=1).transpose(0, 2, 1).astype(np.float32, order="C")
        rows = np.concatenate([within[:heard].real, within[:heard].imag]).astype(np.float32)
        # Not `@`: the threads of a linear algebra library wait for each other where other work runs too.
        piece = np.einsum("abk,kn->abn", turned, rows).reshape(2, -1)[:, : size - first]
        made[first : first + piece.shape[1]] = piece.T
    tail = round(0.2 * whole)
    if size > whole - tail:
        place = np.arange(size - whole + tail) / max(1, tail - 1)
        made[whole - tail :] *= (0.5 + 0.5 * np.cos(place * np.pi))[:, None]
    return made
