"""Sums of decaying partials: what a string, a bar or a tine is. Nothing above the highest partial: no aliasing."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from cutscore_composer.play.synth.strike import Wave

_STRETCH = 512
_FINE = 16
_MOST_STRETCHES = 32
_HEARD = 9.0
"""Nepers under the loudest partial at which one is heard no more: 78 dB."""


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

    def first(self, count: int) -> Partials:
        """The first so many of them."""
        columns = (self.hertz, self.amplitude, self.life, self.phase, self.side)
        return Partials(*(column[:count] for column in columns))


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
    # Powers of powers: few exponentials, many products.
    coarse, fine = np.exp(turn * np.arange(0, _STRETCH, _FINE)), np.exp(turn * np.arange(_FINE))
    within = (coarse[:, :, None] * fine[:, None, :]).reshape(len(order), _STRETCH)
    rows = np.stack([within.real, within.imag]).astype(np.float32)
    made = np.zeros((size, 2))
    first = last = 0
    while last < size:
        # Short pieces at the beginning, where many partials die at once, longer ones later.
        first, last = last, last + _STRETCH * min(_MOST_STRETCHES, 1 + 2 * last // (3 * _STRETCH))
        heard = int(np.count_nonzero(ends > first / rate))
        starts = np.arange(first, min(size, last), _STRETCH)
        powers = np.exp(turn[:heard] * starts) * first_turn[:heard] * sides[:, :heard]
        turned = np.concatenate([powers.real, -powers.imag], axis=1).transpose(0, 2, 1).astype(np.float32, order="C")
        turning = np.concatenate([rows[0, :heard], rows[1, :heard]])
        # Not `@`: the threads of a linear algebra library wait for each other where other work runs too.
        piece = np.einsum("abk,kn->abn", turned, turning).reshape(2, -1)[:, : size - first]
        made[first : first + piece.shape[1]] = piece.T
    tail = round(0.2 * whole)
    if size > whole - tail:
        place = np.arange(size - whole + tail) / max(1, tail - 1)
        made[whole - tail :] *= (0.5 + 0.5 * np.cos(place * np.pi))[:, None]
    return made
