"""Reads pack.yaml and synthesised.yaml: the instruments, their ranges, seats and articulations.

>>> pack = load_pack()
>>> pack.instruments["violins"].range
(55, 96)
>>> pack.instruments["piano"].articulation("legato", pack.nearest).name
'sustain'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml

if TYPE_CHECKING:
    from cutscore_composer.play.sfz import Layer

PACK_FOLDER = Path(__file__).parent
FILES = ("pack.yaml", "synthesised.yaml")
"""Where the instruments stand: those played from recordings, those made by our own synthesis."""
CHANNELS = (
    "piano",
    "strings",
    "bass",
    "plucked",
    "mallets",
    "winds",
    "brass",
    "choir",
    "percussion",
    "kit",
    "keys",
    "synth",
    "fx",
)
"""The channels of the mixing desk."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Where an instrument sits: pan −1 (left) to 1, depth 0 (front) to 1 (back), width 0 (a point) to 1."""

    pan: float
    depth: float
    width: float


@dataclass(frozen=True, slots=True)
class PackArticulation:
    """One way of playing an instrument: sampled (`sfz`) or synthesised (`model`)."""

    name: str
    kind: Literal["bowed", "struck"]
    """bowed goes on for its written length and follows the dynamics; struck rings by itself."""
    attack_ms: float
    """How long after its first sample a note is heard to begin."""
    variants: int
    gain_db: float = 0.0
    sfz: Path | None = None
    root: Path | None = None
    """The folder that nothing which the SFZ file names may lie outside of."""
    model: str | None = None
    release_seconds: float | None = None
    """How long a note takes to die once it is let go; 0 rings to its end, None leaves it to the player."""
    layers: tuple[Layer, ...] = ()
    """What the SFZ file holds, where it is not the pack's own: measured at load."""


@dataclass(frozen=True, slots=True)
class Instrument:
    """An instrument of the pack."""

    name: str
    channel: str
    """The channel of the mixing desk that it stands on: one of CHANNELS."""
    program: int
    """General MIDI program, from 0."""
    range: tuple[int, int]
    comfortable: tuple[int, int]
    seat: Seat
    gain_db: float
    articulations: Mapping[str, PackArticulation]
    keys: Mapping[int, str] = field(default_factory=dict)
    """Unpitched percussion: MIDI key to what it strikes."""
    chokes: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    """A key that rings, and the keys that cut it off: an open hat and its pedal."""

    def articulation(self, wanted: str, nearest: Mapping[str, tuple[str, ...]]) -> PackArticulation:
        """The articulation of that name, or the nearest that this instrument has."""
        for name in (wanted, *nearest.get(wanted, ())):
            if name in self.articulations:
                return self.articulations[name]
        return next(iter(self.articulations.values()))

    def playable(self, pitch: int) -> int:
        """The pitch, moved by octaves into the range; an unknown percussion key becomes the nearest known one."""
        if self.keys:
            return min(self.keys, key=lambda key: (abs(key - pitch), key))
        low, high = self.range
        while pitch < low:
            pitch += 12
        while pitch > high:
            pitch -= 12
        return max(pitch, low)


@dataclass(frozen=True, slots=True)
class Pack:
    """All instruments, and what stands in for an articulation that one lacks."""

    instruments: Mapping[str, Instrument]
    nearest: Mapping[str, tuple[str, ...]]


def load_pack(folder: Path = PACK_FOLDER, replacements: Mapping[str, Path] | None = None) -> Pack:
    """The pack in `folder`, read once, with some of its instruments replaced by others' recordings.

    `replacements` names for an instrument an SFZ file, or a folder with one for each articulation (sustain.sfz,
    staccato.sfz …). Raises ConfigError, with file and line, when one of them cannot be played.
    """
    pack = _read_pack(folder)
    if not replacements:
        return pack
    from cutscore_composer.play.foreign import replaced  # the player knows recordings, the pack only names

    return replaced(pack, replacements)


@cache
def _read_pack(folder: Path) -> Pack:
    read = [yaml.safe_load((folder / name).read_text(encoding="utf-8")) for name in FILES if (folder / name).exists()]
    return Pack(
        instruments={n: _instrument(folder, n, row) for data in read for n, row in data["instruments"].items()},
        nearest={name: tuple(others) for name, others in read[0]["nearest"].items()},
    )


def _instrument(folder: Path, name: str, row: dict[str, Any]) -> Instrument:
    return Instrument(
        name=name,
        channel=row["channel"],
        program=row["program"],
        range=(row["range"][0], row["range"][1]),
        comfortable=(row["comfortable"][0], row["comfortable"][1]),
        seat=Seat(**row["seat"]),
        gain_db=row["gain_db"],
        articulations={key: _articulation(folder, key, value) for key, value in row["articulations"].items()},
        keys=row.get("keys", {}),
        chokes={key: tuple(others) for key, others in row.get("chokes", {}).items()},
    )


def _articulation(folder: Path, name: str, row: dict[str, Any]) -> PackArticulation:
    sfz = row.get("sfz")
    return PackArticulation(
        name=name,
        kind=row["kind"],
        attack_ms=row["attack_ms"],
        variants=row["variants"],
        gain_db=row.get("gain_db", 0.0),
        sfz=folder / sfz if sfz else None,
        root=folder if sfz else None,
        model=row.get("model"),
        release_seconds=row.get("release_seconds"),
    )
