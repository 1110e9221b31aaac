"""The cue sheet: which effect falls on which frame, and which room sounds behind which shots."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

EffectKind = Literal["whoosh", "riser", "impact"]


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect: loudest at `frame`, or for a riser over there."""

    frame: int
    kind: EffectKind
    weight: float
    """0 to 1: how loud, and how bright."""
    name: str
    """What it is for people: "whoosh with the camera"."""
    before: float
    """Seconds that it takes to come."""
    after: float
    """Seconds that it takes to go."""
    side: float
    """Where it comes from, −1 left to 1 right; it goes to the other side."""
    pitch: int
    """MIDI pitch of its tone, in the key of the music."""
    variant: int
    """Its own chance."""
    bright: bool = False
    """Whether it is light and high: a flash."""


@dataclass(frozen=True, slots=True)
class Room:
    """The tone of the room behind shots that are alike, half-open in frames."""

    frame_in: int
    frame_out: int
    light: float
    motion: float
    busy: float
    """Each 0 to 1 in steps of 1/8."""
    fade_seconds: float
    """Over which it comes in, and the room before it goes."""
    variant: int

    @property
    def name(self) -> str:
        """What it is for people."""
        light = "dark" if self.light < 0.3 else "bright" if self.light > 0.55 else "dim"
        moving = "still" if self.motion < 0.2 else "moving" if self.motion > 0.45 else "calm"
        return f"room tone, {light} and {moving}"


@dataclass(frozen=True, slots=True)
class EffectSheet:
    """All effects of a picture in order of time, and its rooms, which cover it."""

    rate: Fraction
    frames: int
    effects: tuple[Effect, ...]
    rooms: tuple[Room, ...]
    speech: tuple[tuple[float, float], ...]
    """Seconds in which somebody speaks: there the effects step back."""

    def seconds(self, frame: int) -> float:
        """The time of a frame."""
        return float(Fraction(frame) / self.rate)
