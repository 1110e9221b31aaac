"""Reads SoundFont 2 files: presets, their regions with generators resolved, and the raw samples.

Only what building the sound pack needs; modulators are left aside. Written after the SoundFont
Technical Specification 2.04.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

GENERATORS = {
    0: "start_offset",
    1: "end_offset",
    2: "loop_start_offset",
    3: "loop_end_offset",
    4: "start_coarse",
    8: "filter_cents",
    9: "filter_q",
    11: "filter_envelope_cents",
    12: "end_coarse",
    17: "pan",
    33: "volume_delay",
    34: "volume_attack",
    35: "volume_hold",
    36: "volume_decay",
    37: "volume_sustain",
    38: "volume_release",
    41: "instrument",
    43: "keys",
    44: "velocities",
    45: "loop_start_coarse",
    48: "attenuation",
    50: "loop_end_coarse",
    51: "coarse_tune",
    52: "fine_tune",
    53: "sample",
    54: "sample_modes",
    56: "scale_tuning",
    57: "exclusive_class",
    58: "root_key",
}
_ABSOLUTE = {"instrument", "keys", "velocities", "sample", "sample_modes", "exclusive_class", "root_key"}


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample's header; positions in samples of the file's sample pool."""

    name: str
    start: int
    end: int
    loop_start: int
    loop_end: int
    rate: int
    root: int
    correction_cents: int
    link: int
    kind: int
    """1 mono, 2 right, 4 left."""


@dataclass(frozen=True, slots=True)
class Region:
    """One sample in one key and velocity range, with the preset's and the instrument's generators summed."""

    instrument: str
    sample: Sample
    keys: tuple[int, int]
    velocities: tuple[int, int]
    generators: dict[str, int] = field(default_factory=dict)

    @property
    def root(self) -> int:
        """The key at which the sample sounds as recorded."""
        return self.generators.get("root_key", self.sample.root)

    @property
    def cents(self) -> float:
        """Tuning beyond the root key."""
        coarse, fine = self.generators.get("coarse_tune", 0), self.generators.get("fine_tune", 0)
        return coarse * 100 + fine + self.sample.correction_cents


class SoundFont:
    """An open SoundFont."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._chunks = dict(_chunks(self._data))
        self.samples = self._samples()
        self._instrument_zones = self._zones(b"inst", b"ibag", b"igen", 22, 20)
        self._preset_zones = self._zones(b"phdr", b"pbag", b"pgen", 38, 24)
        self.presets = {
            struct.unpack_from("<HH", row, 20)[::-1]: index for index, row in enumerate(self._rows(b"phdr", 38)[:-1])
        }
        """(bank, program) to the preset's number."""

    def preset_name(self, bank: int, program: int) -> str:
        """The preset's name."""
        return _text(self._rows(b"phdr", 38)[self.presets[bank, program]][:20])

    def regions(self, bank: int, program: int) -> list[Region]:
        """All regions of a preset."""
        found = []
        for preset_zone in self._preset_zones[self.presets[bank, program]]:
            if "instrument" not in preset_zone:
                continue
            number = preset_zone["instrument"]
            name = _text(self._rows(b"inst", 22)[number][:20])
            for zone in self._instrument_zones[number]:
                if "sample" in zone:
                    region = self._region(name, preset_zone, zone)
                    if region.keys[0] <= region.keys[1] and region.velocities[0] <= region.velocities[1]:
                        found.append(region)
        return found

    def audio(self, sample: Sample, start: int = 0, end: int = 0) -> npt.NDArray[np.float64]:
        """A sample's audio, ±1; with sm24 all 24 bits. `start` and `end` are offsets."""
        first, last = sample.start + start, sample.end + end
        at, _ = self._chunks[b"smpl"]
        high = np.frombuffer(self._data, "<i2", last - first, at + first * 2).astype(np.int32)
        if b"sm24" not in self._chunks:
            return high / 32768.0
        low_at, _ = self._chunks[b"sm24"]
        low = np.frombuffer(self._data, np.uint8, last - first, low_at + first)
        return (high * 256 + low) / 8388608.0

    def _rows(self, name: bytes, size: int) -> list[bytes]:
        at, length = self._chunks[name]
        return [self._data[at + i : at + i + size] for i in range(0, length, size)]

    def _samples(self) -> list[Sample]:
        found = []
        for row in self._rows(b"shdr", 46)[:-1]:
            start, end, loop_start, loop_end, rate, root, cents, link, kind = struct.unpack_from("<IIIIIBbHH", row, 20)
            found.append(Sample(_text(row[:20]), start, end, loop_start, loop_end, rate, root, cents, link, kind))
        return found

    def _zones(self, heads: bytes, bags: bytes, gens: bytes, size: int, at: int) -> list[list[dict[str, int]]]:
        starts = [struct.unpack_from("<H", row, at)[0] for row in self._rows(heads, size)]
        bag = [struct.unpack_from("<H", row)[0] for row in self._rows(bags, 4)]
        gen = [struct.unpack_from("<Hh", row) for row in self._rows(gens, 4)]
        result = []
        for first, last in pairwise(starts):
            zones = [
                {GENERATORS[k]: v for k, v in gen[bag[z] : bag[z + 1]] if k in GENERATORS} for z in range(first, last)
            ]
            last_key = "instrument" if heads == b"phdr" else "sample"
            general = zones[0] if zones and last_key not in zones[0] else {}
            result.append([{**general, **zone} for zone in zones if last_key in zone])
        return result

    def _region(self, name: str, preset: dict[str, int], zone: dict[str, int]) -> Region:
        total = dict(zone)
        for key, value in preset.items():
            if key not in _ABSOLUTE:
                total[key] = total.get(key, 0) + value
        if total.get("root_key", 0) < 0:
            total.pop("root_key")
        keys = _meet(_range(zone.get("keys")), _range(preset.get("keys")))
        velocities = _meet(_range(zone.get("velocities")), _range(preset.get("velocities")))
        return Region(name, self.samples[zone["sample"]], keys, velocities, total)


def _chunks(data: mmap.mmap) -> list[tuple[bytes, tuple[int, int]]]:
    found, at = [], 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        if name == b"LIST":
            at += 12
            continue
        found.append((name, (at + 8, size)))
        at += 8 + size + size % 2
    return found


def _text(raw: bytes) -> str:
    return raw.split(b"\0")[0].decode("latin-1").strip()


def _range(value: int | None) -> tuple[int, int]:
    return (0, 127) if value is None else (value & 0xFF, (value >> 8) & 0xFF)


def _meet(a: tuple[int, int], b: tuple[int, int]) -> tuple[int, int]:
    return max(a[0], b[0]), min(a[1], b[1])
