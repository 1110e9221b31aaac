"""What the picture itself asks for: a mood, a pace and a style from its light, colour, motion and cuts, where no word
says otherwise."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files

import numpy as np
import yaml

from cutscore_composer.look.seen import CURVE_HZ, Curve, Seen

_STEPS = 8
"""Valence and energy are told in steps of an eighth: a trim that turned the mood would turn all of the music."""
_OPENING_SECONDS = 8


@dataclass(frozen=True, slots=True)
class PictureMood:
    """Mood of a picture; `grain` is a number that tells pictures apart, from their opening, which later trims leave."""

    valence: float
    energy: float
    grain: int
    pace: float = 0.3
    """Cuts a minute against 30, 1 at most."""
    colour: float = 0.3
    """How saturated, 0 to 1."""


def picture_mood(seen: Seen) -> PictureMood:
    """Mood from the middle of the curves, in coarse steps so that small changes of the picture do not turn it."""
    light, colour, motion = _middle(seen.brightness), _middle(seen.colour), _middle(seen.motion)
    minutes = max(float(Fraction(seen.frames) / seen.rate) / 60.0, 1 / 60)
    pace = min(1.0, len(seen.cuts) / max(minutes, 0.25) / 30.0)
    # Light weighs most: dark pictures are scored in minor far more often than pale ones; fast cutting darkens
    # a little. The extremes are left to words.
    valence = 2.0 * (light - 0.38) + 1.2 * (colour - 0.28) - 0.25 * (pace - 0.3)
    energy = 0.16 + 0.62 * min(1.0, motion * 1.5) + 0.34 * pace
    return PictureMood(
        _step(valence, -0.65, 0.7), _step(energy, 0.05, 0.95), _grain(seen), _step(pace, 0, 1), _step(colour, 0, 1)
    )


def style_for_picture(picture: PictureMood, styles: Collection[str]) -> str | None:
    """The style whose picture is nearest (language/pictures.yaml), None when none of the styles is there."""
    distances = {name: picture_distance(picture, name) for name in styles}
    near = [(distance, name) for name, distance in distances.items() if distance is not None]
    return min(near)[1] if near else None


def picture_distance(picture: PictureMood, style: str) -> float | None:
    """How far a picture is from what a style suits: 0 the same, about 1 unlike; None for styles not made for it."""
    row = _prototypes().get(style)
    if row is None:
        return None
    square = (
        (0.8 * (picture.valence - row["valence"])) ** 2
        + (1.6 * (picture.energy - row["energy"])) ** 2
        + (0.6 * (picture.pace - row["pace"])) ** 2
        + (0.7 * (picture.colour - row["colour"])) ** 2
    )
    return round(float(np.sqrt(square)) + 0.35 * (1 - row["readily"]), 6)


@cache
def _prototypes() -> dict[str, dict[str, float]]:
    path = files("cutscore_composer") / "plan" / "language" / "pictures.yaml"
    rows: dict[str, dict[str, float]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return rows


def _middle(curve: Curve) -> float:
    return float(np.mean(curve, dtype=np.float64)) if curve.size else 0.3


def _step(value: float, low: float, high: float) -> float:
    return min(high, max(low, round(value * _STEPS) / _STEPS))


def _grain(seen: Seen) -> int:
    """From light, colour and busyness of the first lit seconds, coarsely."""
    lit = np.flatnonzero(seen.brightness >= 1 / 64)
    first = int(lit[0]) if lit.size else 0
    opening = slice(first, first + _OPENING_SECONDS * CURVE_HZ)
    values = (_middle(curve[opening]) for curve in (seen.brightness, seen.colour, seen.complexity))
    text = ",".join(str(round(value * 12)) for value in values)
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "big")
