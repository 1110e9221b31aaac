"""Reads the SFZ files of the sound pack: which recording sounds for a key, a velocity and a variant.

The opcodes are those that the pack uses: sample, lokey, hikey, pitch_keycenter, lovel, hivel, tune,
pan, volume, seq_length, seq_position, loop_mode, loop_start, loop_end. Any SFZ player reads the files too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_OPCODE = re.compile(r"(\w+)=(\S+)")


@dataclass(frozen=True, slots=True)
class Region:
    """One recording and where it sounds."""

    sample: Path
    keys: tuple[int, int]
    root: int
    velocities: tuple[int, int]
    tune_cents: float = 0.0
    pan: float = 0.0
    """−1 left to 1 right."""
    gain_db: float = 0.0
    variant: int = 1
    variants: int = 1
    loop: tuple[int, int] | None = None
    """First sample of the loop and the one after its last, at the recording's rate."""


@dataclass(frozen=True, slots=True)
class Layer:
    """The regions of one velocity range, by rising root and variant."""

    velocities: tuple[int, int]
    regions: tuple[Region, ...]

    def nearest(self, pitch: int, nth: int = 0) -> Region:
        """The region that stands for a key; `nth` 1 is the next nearest root, and so on."""
        inside = [region for region in self.regions if region.keys[0] <= pitch <= region.keys[1]]
        others = sorted(
            (region for region in self.regions if region not in inside), key=lambda r: (abs(r.root - pitch), r.root)
        )
        ranked = [*sorted(inside, key=lambda r: r.variant), *others]
        return ranked[min(nth, len(ranked) - 1)]


@cache
def read_sfz(path: Path) -> tuple[Layer, ...]:
    """The layers of an SFZ file, the softest first."""
    text = re.sub(r"//.*", "", path.read_text(encoding="utf-8"))
    regions = [_region(path.parent, dict(_OPCODE.findall(part))) for part in text.split("<region>")[1:]]
    ranges = sorted({region.velocities for region in regions})
    return tuple(
        Layer(velocities, tuple(sorted((r for r in regions if r.velocities == velocities), key=_order)))
        for velocities in ranges
    )


def _order(region: Region) -> tuple[int, int]:
    return region.root, region.variant


def _region(folder: Path, opcodes: dict[str, str]) -> Region:
    looped = opcodes.get("loop_mode") == "loop_continuous"
    return Region(
        sample=folder / opcodes["sample"],
        keys=(int(opcodes["lokey"]), int(opcodes["hikey"])),
        root=int(opcodes["pitch_keycenter"]),
        velocities=(int(opcodes["lovel"]), int(opcodes["hivel"])),
        tune_cents=float(opcodes.get("tune", 0)),
        pan=float(opcodes.get("pan", 0)) / 100,
        gain_db=float(opcodes.get("volume", 0)),
        variant=int(opcodes.get("seq_position", 1)),
        variants=int(opcodes.get("seq_length", 1)),
        loop=(int(opcodes["loop_start"]), int(opcodes["loop_end"]) + 1) if looped else None,
    )
