"""Spotting: which moments the music meets, the form, the energy arc and the ending. All in frames of the picture."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from cutscore_composer.look.seen import Curve
from cutscore_composer.wishes import Ending

Word = Literal["hit", "build", "drop", "quiet", "start", "end"]
"""What an editor's marker asks of the music."""
HitKind = Literal["cut", "marker", "motion", "flash"]


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment that deserves an accent."""

    frame: int
    kind: HitKind
    weight: float
    """0 to 1; 1 is obeyed whatever it costs (an editor's marker)."""


@dataclass(frozen=True, slots=True)
class WeighedCut:
    """Every change of shot with its weight, accented or not."""

    frame: int
    kind: Literal["cut", "dissolve", "fade"]
    weight: float


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form, half-open in frames; sections cover the picture."""

    frame_in: int
    frame_out: int
    name: str
    """"A", "B", "A'" …; "end" never: the ending belongs to the last section."""
    energy: float


@dataclass(frozen=True, slots=True)
class Told:
    """What the editor told the music to do from a frame on."""

    frame: int
    word: Word


@dataclass(frozen=True, slots=True)
class Spotting:
    """The spotting notes of a picture."""

    rate: Fraction
    frames: int
    cuts: tuple[WeighedCut, ...]
    moments: tuple[Moment, ...]
    """In order of time; the moments that the music accents."""
    sections: tuple[Section, ...]
    energy: Curve
    """Energy arc 0 to 1 at look.CURVE_HZ, same shape as the curves of Seen."""
    speech: tuple[tuple[int, int], ...]
    """Ranges of frames under which the music stays out of the way."""
    ending: Ending
    final_frame: int
    """Where the last chord or the button falls; it rings or ends at `frames`."""
    silent_until: int = 0
    """First frame at which music may sound (a black head)."""
    start_told: bool = False
    """Whether the editor said that the music begins at `silent_until`: then it does, to the frame."""
    final_told: bool = False
    """Whether the editor said where the last chord falls."""
    final_free: bool = False
    """Whether nothing in the picture asks for the last chord at `final_frame` itself: it may take the next downbeat."""
    level: float = 0.4
    """Mean of the energy arc in steps of 1/16, so that it stays when the picture is trimmed."""
    told: tuple[Told, ...] = ()
    """The editor's markers that speak to the music, in order."""
