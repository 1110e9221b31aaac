"""Reads SFZ files: which recording sounds for a key, a velocity and a variant.

Played are the opcodes that say so: sample, key, lokey, hikey, pitch_keycenter, pitch_keytrack, lovel, hivel,
seq_length, seq_position, lorand, hirand, tune, transpose, volume, pan, offset, loop_mode, loop_start, loop_end,
ampeg_attack, ampeg_release, trigger, sw_last, sw_default, loccN, hiccN; default_path, note_offset and
octave_offset of <control>. Others are the sound of a player that this one is not.

>>> read_sfz(PACK_FOLDER / "piano" / "piano.sfz")[0].nearest(60).root    # doctest: +SKIP
60
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

from cutscore_composer.errors import ConfigError
from cutscore_composer.instruments.pack import PackArticulation
from cutscore_composer.play.sfz_text import RawRegion, inside, raw_regions

_LARGEST_SAMPLE = 512 << 20
_NOTES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
_NOTE = re.compile(r"([a-g])([#b]?)(-?\d+)", re.IGNORECASE)
_CONTROLLERS = {7: 100, 10: 64, 11: 127}
"""Where controllers stand when nobody moves them; the others at 0."""


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
    offset: int = 0
    """Samples of the recording that are left out before it begins."""
    tracked: bool = True
    """Whether the pitch follows the key."""
    attack_seconds: float = 0.0
    """How long it is faded in."""
    release_seconds: float | None = None
    """How long it takes to die once it is let go, where the file says it."""
    lead_ms: float | None = None
    """How long after its beginning it is heard, where that was measured; else the articulation says it."""


@dataclass(frozen=True, slots=True)
class Layer:
    """The regions of one velocity range, by rising root and variant."""

    velocities: tuple[int, int]
    regions: tuple[Region, ...]

    def __hash__(self) -> int:
        """Of its first region alone: layers are looked up for every note."""
        return hash((self.velocities, len(self.regions), self.regions[:1]))

    def covers(self, pitch: int) -> bool:
        """Whether a region stands for that key."""
        return any(region.keys[0] <= pitch <= region.keys[1] for region in self.regions)

    def nearest(self, pitch: int, nth: int = 0) -> Region:
        """The region that stands for a key; `nth` 1 is its next variant or the next nearest root, and so on."""
        inside_ = [region for region in self.regions if region.keys[0] <= pitch <= region.keys[1]]
        others = sorted(
            (region for region in self.regions if region not in inside_), key=lambda r: (abs(r.root - pitch), r.root)
        )
        ranked = [*sorted(inside_, key=lambda r: r.variant), *others]
        return ranked[min(nth, len(ranked) - 1)]


@cache
def read_sfz(path: Path, root: Path | None = None) -> tuple[Layer, ...]:
    """The layers of an SFZ file, the softest first; nothing is read outside `root` (its own folder).

    Raises ConfigError, with file and line, when it cannot be played.
    """
    root = root or path.parent
    regions = [
        region for raw in raw_regions(path, root) if _sounds(raw) and (region := _region(raw, root, path)) is not None
    ]
    if not regions:
        raise ConfigError(f"The SFZ file {path} has no region that sounds.")
    ranges = sorted({region.velocities for region in regions})
    return tuple(
        Layer(velocities, tuple(_told_apart(region for region in regions if region.velocities == velocities)))
        for velocities in ranges
    )


def layers_at(articulation: PackArticulation, pitch: int) -> tuple[Layer, ...]:
    """The layers of a sampled articulation that have a region for a key; all of them when none has."""
    assert articulation.sfz is not None
    return _covering(articulation.layers or read_sfz(articulation.sfz, articulation.root), pitch)


@lru_cache(maxsize=4096)
def _covering(layers: tuple[Layer, ...], pitch: int) -> tuple[Layer, ...]:
    return tuple(layer for layer in layers if layer.covers(pitch)) or layers


def _told_apart(regions: Iterator[Region]) -> Iterator[Region]:
    """In order of root and variant; recordings of the same keys without a number of their own are variants."""
    ordered = sorted(regions, key=lambda r: (r.root, r.keys, r.variant))
    for _, same in groupby(ordered, key=lambda r: (r.root, r.keys)):
        near = list(same)
        numbered = len({region.variant for region in near}) == len(near)
        for number, region in enumerate(near, 1):
            yield region if numbered else replace(region, variant=number, variants=len(near))


def _sounds(raw: RawRegion) -> bool:
    """Whether the region sounds when a key is struck, no controller moved and no key switch pressed."""
    opcodes = raw.opcodes
    if opcodes.get("trigger", "attack") not in ("attack", "first") or opcodes.get("end") == "-1":
        return False
    if opcodes.get("sample", "").startswith("*"):
        return False
    if "sw_last" in opcodes and _key(raw, "sw_last", 0) != _key(raw, "sw_default", -1):
        return False
    for name in opcodes:
        if (controller := re.fullmatch(r"(lo|hi)cc(\d+)", name)) is not None:
            stands = _CONTROLLERS.get(int(controller[2]), 0)
            limit = _number(raw, name, 0)
            if stands < limit if controller[1] == "lo" else stands > limit:
                return False
    return True


def _region(raw: RawRegion, root: Path, file: Path) -> Region | None:
    opcodes = raw.opcodes
    if "sample" not in opcodes:
        raise ConfigError(f"{raw.place}: the region names no sample.")
    sample = _sample(raw, root, file)
    key = _key(raw, "key", -1) if "key" in opcodes else None
    low, high = _key(raw, "lokey", 0 if key is None else key), _key(raw, "hikey", 127 if key is None else key)
    velocities = _within(raw, "lovel", 1), _within(raw, "hivel", 127)
    if low > high or velocities[0] > velocities[1] or high < 0:
        return None
    center = opcodes.get("pitch_keycenter", "")
    cents = _number(raw, "tune", _number(raw, "pitch", 0.0)) + 100 * _number(raw, "transpose", 0.0)
    variant, variants = _turn(raw)
    return Region(
        sample=sample,
        keys=(max(0, low), min(127, high)),
        root=_key(raw, "pitch_keycenter", 60 if key is None else key) if center != "sample" else 60,
        velocities=velocities,
        tune_cents=_bounded(raw, cents, 9600),
        pan=max(-1.0, min(1.0, _number(raw, "pan", 0.0) / 100)),
        gain_db=_bounded(raw, _number(raw, "volume", 0.0), 144),
        variant=variant,
        variants=variants,
        loop=_loop(raw, sample),
        offset=max(0, int(_number(raw, "offset", 0))),
        tracked=_number(raw, "pitch_keytrack", 100) != 0,
        attack_seconds=max(0.0, min(10.0, _number(raw, "ampeg_attack", 0.0))),
        release_seconds=max(0.01, min(20.0, _number(raw, "ampeg_release", 0.0)))
        if "ampeg_release" in opcodes
        else None,
    )


def _sample(raw: RawRegion, root: Path, file: Path) -> Path:
    """default_path is put before the name as it is, and both are meant from the folder of the SFZ file."""
    name = (raw.control.get("default_path", "") + raw.opcodes["sample"]).replace("\\", "/")
    path = inside(root, file.parent / name, raw.place)
    if path.stat().st_size > _LARGEST_SAMPLE:
        raise ConfigError(f"{raw.place}: {path} is over {_LARGEST_SAMPLE >> 20} MB; that is no sample.")
    return path


def _turn(raw: RawRegion) -> tuple[int, int]:
    """(variant, of how many), from round robin, or from the share of chance that it has."""
    length = int(_number(raw, "seq_length", 1))
    if length > 1:
        return int(_number(raw, "seq_position", 1)), length
    low, high = _number(raw, "lorand", 0.0), _number(raw, "hirand", 1.0)
    share = high - low
    return (1 + round(low / share), max(1, round(1 / share))) if 0 < share < 1 else (1, 1)


def _loop(raw: RawRegion, sample: Path) -> tuple[int, int] | None:
    mode = raw.opcodes.get("loop_mode", raw.opcodes.get("loopmode", ""))
    if mode in ("no_loop", "one_shot"):
        return None
    first, last = _number(raw, "loop_start", _number(raw, "loopstart", -1)), _number(raw, "loop_end", -1)
    last = _number(raw, "loopend", last)
    if first >= 0 and last > first:
        return int(first), int(last) + 1
    inner = wav_loop(sample)
    return inner if inner is not None or not mode else None


@cache
def wav_loop(path: Path) -> tuple[int, int] | None:
    """The first loop that a WAV file's own `smpl` chunk names: its first sample and the one after its last."""
    if path.suffix.lower() != ".wav":
        return None
    with path.open("rb") as file:
        if file.read(4) != b"RIFF":
            return None
        file.seek(12)
        while len(head := file.read(8)) == 8:
            size = int.from_bytes(head[4:], "little")
            if head[:4] == b"smpl":
                body = file.read(min(size, 60))
                if len(body) < 52 or int.from_bytes(body[28:32], "little") == 0:
                    return None
                first, last = int.from_bytes(body[44:48], "little"), int.from_bytes(body[48:52], "little")
                return (first, last + 1) if last > first else None
            file.seek(size + size % 2, 1)
    return None


def _key(raw: RawRegion, name: str, default: int) -> int:
    """A key by number or by name (c4 is 60), moved as <control> says."""
    if name not in raw.opcodes:
        return default
    text = raw.opcodes[name]
    note = _NOTE.fullmatch(text)
    if note is not None:
        sharp = {"#": 1, "b": -1, "": 0}[note[2]]
        key = _NOTES[note[1].lower()] + sharp + 12 * (int(note[3]) + 1)
    else:
        key = int(_number(raw, name, default))
    if key < 0:
        return key
    moved = _number(raw, "note_offset", 0, raw.control) + 12 * _number(raw, "octave_offset", 0, raw.control)
    return key + int(moved)


def _within(raw: RawRegion, name: str, default: int) -> int:
    return max(1, min(127, int(_number(raw, name, default))))


def _bounded(raw: RawRegion, value: float, most: float) -> float:
    if abs(value) > most:
        raise ConfigError(f"{raw.place}: {value:g} is out of range.")
    return value


def _number(raw: RawRegion, name: str, default: float, opcodes: Mapping[str, str] | None = None) -> float:
    text = (raw.opcodes if opcodes is None else opcodes).get(name)
    if text is None:
        return default
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ConfigError(f"{raw.place}: {name}={text[:40]} is not a number.")
    return value
