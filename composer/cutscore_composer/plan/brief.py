"""Brief: what the music is to be, with no open questions left; the planner makes it from Wishes and picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from cutscore_composer.wishes import Ending, Sync

Mode = Literal["major", "minor", "dorian", "phrygian", "lydian", "mixolydian"]

Density = Literal["sparse", "busy"]
Feel = Literal["half-time", "double-time"]

TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
"""The names of pitch classes 0 to 11 in cue files."""


@dataclass(frozen=True, slots=True)
class Key:
    """Tonic as one of TONICS, and mode."""

    tonic: str
    mode: Mode

    @property
    def pitch_class(self) -> int:
        """0 (C) to 11 (B)."""
        return TONICS.index(self.tonic)


@dataclass(frozen=True, slots=True)
class Brief:
    """What the music is to be."""

    style: str
    description: str | None
    tags: tuple[str, ...]
    key: Key
    metre: tuple[int, int]
    """Beats a bar and beat unit: (4, 4)."""
    bpm_range: tuple[float, float]
    instruments: tuple[str, ...]
    """Plain names of the ensemble, in the cue file's terms; those of `added` last."""
    valence: float
    energy: float
    ending: Ending
    sync: Sync
    loudness_lufs: float
    peak_dbtp: float
    grain: int = 0
    """Tells pictures apart: what is drawn by chance is drawn anew for each, though the seed be the same."""
    style_data: dict[str, Any] = field(default_factory=dict, repr=False)
    """The style file as loaded."""
    warnings: tuple[str, ...] = ()
    wanted: tuple[str, ...] = ()
    """Plain names that were asked for by name: they are to be heard, whatever the energy."""
    added: tuple[str, ...] = ()
    """Plain names that were asked for and that the style itself does not seat (instruments_by_name tells what they
    play): leads or layers are found for them."""
    without: frozenset[str] = frozenset()
    """Instruments of the sound pack that must not play, in whichever row of the style they stand."""
    density: Density | None = None
    """Busier or sparser than the style by itself."""
    feel: Feel | None = None
    """Drums at half or double the beat."""
    arc: tuple[float, ...] = ()
    """Energies that the words ask for one after the other, from beginning to end ("calm then epic")."""
