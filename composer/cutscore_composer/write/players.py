"""The players: what the writer needs to know of each instrument of the sound pack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from cutscore_composer.instruments.pack import load_pack


@dataclass(frozen=True, slots=True)
class Instrument:
    """Range (MIDI notes) and articulations of an instrument of the sound pack."""

    name: str
    low: int
    high: int
    comfortable: tuple[int, int]
    articulations: frozenset[str]
    channel: str
    """The channel of the mixing desk that it stands on."""
    keys: Mapping[int, str]
    """Unpitched percussion: MIDI key to what it strikes."""
    program: int
    """General MIDI program, from 0."""
    sustains: bool = False
    """Whether what it holds goes on and follows the dynamics: bowed, blown, sung, or a synth's."""
    release_seconds: float = 0.0
    """How long a held tone takes to die away once it is let go."""

    def within(self, pitch: int) -> int:
        """The pitch, moved by octaves into the range."""
        while pitch < self.low:
            pitch += 12
        while pitch > self.high:
            pitch -= 12
        return pitch


@cache
def sound_pack() -> dict[str, Instrument]:
    """Every instrument of the pack by name."""
    return {
        name: Instrument(
            name,
            one.range[0],
            one.range[1],
            one.comfortable,
            frozenset(one.articulations),
            one.channel,
            one.keys,
            one.program,
            any(how.kind == "bowed" for how in one.articulations.values()),
            max((how.release_seconds or 0.0 for how in one.articulations.values()), default=0.0),
        )
        for name, one in load_pack().instruments.items()
    }
