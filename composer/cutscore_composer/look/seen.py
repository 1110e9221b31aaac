"""Seen: what looking at a picture found. Curves are sampled at 10 Hz and quantised, so that plans agree everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from cutscore_composer.picture import CutKind

CURVE_HZ = 10
"""Samples a second of every curve; sample i stands for the time i / CURVE_HZ."""

Curve = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SeenCut:
    """A change of shot: told by the timeline or found by looking."""

    frame: int
    """First frame of the new shot (middle of a transition)."""
    kind: CutKind
    strength: float
    """0 to 1: how different the shots are, as an editor would order them."""
    frames: int = 0
    """Length of the transition; 0 for a hard cut."""


@dataclass(frozen=True, slots=True)
class Peak:
    """A moment inside a shot that the eye is drawn to."""

    frame: int
    kind: str
    """"motion" or "flash"."""
    strength: float


@dataclass(frozen=True, slots=True)
class Thumbnail:
    """A small frame for the score picture: `image` is (height, width, 3) uint8 RGB."""

    frame: int
    image: npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Seen:
    """What looking found. Every curve has shape (ceil(seconds * CURVE_HZ) + 1,), values 0 to 1 in steps of 1/64."""

    rate: Fraction
    frames: int
    cuts: tuple[SeenCut, ...]
    motion: Curve
    """How much the picture moves (camera and subject)."""
    brightness: Curve
    colour: Curve
    """How saturated the picture is."""
    complexity: Curve
    """How busy the picture is."""
    peaks: tuple[Peak, ...] = ()
    speech: tuple[tuple[int, int], ...] = ()
    """Ranges of frames (in, out) with speech in the edit's own sound."""
    thumbnails: tuple[Thumbnail, ...] = ()
    """One for each shot, in order (at most 120, evenly chosen), and more for long shots."""
    warnings: tuple[str, ...] = ()
