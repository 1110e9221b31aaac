"""Puts the recordings of others in an instrument's place: any SFZ file, or a folder with one an articulation.

Whatever level, lead and velocity ranges they were made with, they are measured at load, so that the new instrument
is as loud as the one it replaces and is heard on time.

>>> pack = replaced(load_pack(), {"piano": Path("Upright/piano.sfz")})           # doctest: +SKIP
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter1d
from scipy.signal import butter, sosfilt

from cutscore_composer.errors import ConfigError
from cutscore_composer.instruments.pack import Instrument, Pack, PackArticulation
from cutscore_composer.play.decoding import decode
from cutscore_composer.play.sfz import Layer, Region, read_sfz

Kind = Literal["bowed", "struck"]

_MEASURED = 12
"""Recordings of a layer that are measured; the others are taken to be like them."""
_HEARD_SECONDS = 2.5
_LONGEST_LEAD_MS = 400.0
_LEVELS_DB = {"bowed": -24.0, "struck": -6.0}
"""Levels of the pack's recordings, K-weighted: a body's, and a stroke's loudest 30 ms."""
_MOST_GAIN_DB = 40.0


def replaced(pack: Pack, replacements: Mapping[str, Path]) -> Pack:
    """The pack with instruments replaced; ConfigError, with file and line, for what cannot be played."""
    instruments = dict(pack.instruments)
    for name, path in sorted(replacements.items()):
        if name not in instruments:
            near = difflib.get_close_matches(name, instruments, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else f". There are: {', '.join(sorted(instruments))}."
            raise ConfigError(f"There is no instrument {name!r} to replace{hint}")
        instruments[name] = _replaced(instruments[name], path.expanduser(), pack)
    return replace(pack, instruments=instruments)


def _replaced(old: Instrument, path: Path, pack: Pack) -> Instrument:
    new: dict[str, PackArticulation] = {}
    for word, file in _files(old, path, pack).items():
        like = old.articulation(word, pack.nearest)
        root = path if path.is_dir() else path.parent
        made = _articulation(word, like, file, root)
        # What the pack plays with the same recordings, legato like sustain, is played with the new ones too.
        alike = [name for name, one in old.articulations.items() if (one.sfz, one.model) == (like.sfz, like.model)]
        for name in (word, *alike):
            new.setdefault(name, replace(made, name=name))
    keys = [key for one in new.values() for layer in one.layers for region in layer.regions for key in region.keys]
    low, high = min(keys), max(keys)
    ordered = {name: new[name] for name in (*old.articulations, *new) if name in new}
    return replace(
        old,
        range=(low, high),
        comfortable=(max(low, min(high, old.comfortable[0])), min(high, max(low, old.comfortable[1]))),
        articulations=ordered,
    )


def _files(old: Instrument, path: Path, pack: Pack) -> dict[str, Path]:
    """The SFZ file of each articulation."""
    if path.is_file():
        return {next(iter(old.articulations)): path}
    if not path.is_dir():
        raise ConfigError(f"The instrument {old.name}: {path} does not exist; an SFZ file or a folder is expected.")
    files = sorted(file for file in path.iterdir() if file.suffix.lower() == ".sfz" and file.is_file())
    known = sorted({*pack.nearest, *(word for one in pack.instruments.values() for word in one.articulations)})
    if len(files) == 1 and files[0].stem.lower() not in known:
        return {next(iter(old.articulations)): files[0]}
    for file in files:
        if file.stem.lower() not in known:
            raise ConfigError(f"The instrument {old.name}: {file} is no articulation; there are: {', '.join(known)}.")
    if not files:
        raise ConfigError(f"The instrument {old.name}: the folder {path} holds no SFZ file.")
    return {file.stem.lower(): file for file in files}


def _articulation(word: str, like: PackArticulation, file: Path, root: Path) -> PackArticulation:
    layers = tuple(_measured(layer, like.kind) for layer in read_sfz(file, root))
    regions = [region for layer in layers for region in layer.regions]
    releases = [region.release_seconds for region in regions if region.release_seconds is not None]
    release = like.release_seconds
    if releases and like.release_seconds != 0:
        # ampeg_release is the time to silence; a struck note's is the time to 1/e of it.
        release = float(np.median(releases)) / (4 if like.kind == "struck" else 1)
    return PackArticulation(
        name=word,
        kind=like.kind,
        attack_ms=max(region.lead_ms or 0.0 for region in regions),
        variants=max(region.variants for region in regions),
        gain_db=like.gain_db,
        sfz=file,
        root=root,
        release_seconds=release,
        layers=layers,
    )


def _measured(layer: Layer, kind: Kind) -> Layer:
    """The layer with every recording's lead, at the level that the player expects of a layer."""
    step = max(1, -(-len(layer.regions) // _MEASURED))
    found = {region: _lead_and_level(region, kind) for region in islice(_by_root(layer.regions), 0, None, step)}
    lead = float(np.median([one for one, _ in found.values()]))
    level = float(np.median([one for _, one in found.values()]))
    gain = float(np.clip(_LEVELS_DB[kind] - level, -_MOST_GAIN_DB, _MOST_GAIN_DB))
    return replace(
        layer,
        regions=tuple(
            replace(region, gain_db=region.gain_db + gain, lead_ms=found[region][0] if region in found else lead)
            for region in layer.regions
        ),
    )


def _by_root(regions: Iterable[Region]) -> Iterable[Region]:
    return sorted(regions, key=lambda region: (region.root, region.variant))


def _lead_and_level(region: Region, kind: Kind) -> tuple[float, float]:
    """(milliseconds from its beginning until the note is heard, K-weighted level in dB)."""
    recording = decode(region.sample, _HEARD_SECONDS + region.offset / 48_000)
    rate = recording.rate
    audio = recording.audio[region.offset :][: round(_HEARD_SECONDS * rate)].astype(np.float64)
    if not len(audio) or not audio.any():
        raise ConfigError(f"The recording {region.sample} is silent where its note should be.")
    power = (_k_weighted(audio, rate) ** 2).mean(axis=1)
    if kind == "struck":
        sharp = uniform_filter1d(power, max(1, round(0.001 * rate)))
        lead = int(np.argmax(sharp >= sharp.max() * 0.1))
        level = uniform_filter1d(power, max(1, round(0.03 * rate))).max()
    else:
        smooth = uniform_filter1d(power, max(1, round(0.02 * rate)))
        begun = int(np.argmax(smooth >= smooth.max() * 0.01))
        body = smooth[begun + round(0.2 * rate) :]
        typical = float(np.median(body)) if len(body) > rate // 10 else float(smooth.max()) / 2
        lead = int(np.argmax(smooth >= 0.25 * typical))
        level = typical
    pitch = 2 ** (region.tune_cents / 1200)
    milliseconds = min(_LONGEST_LEAD_MS, lead / rate * 1000 / pitch)
    return milliseconds, float(10 * np.log10(level + 1e-14)) + region.gain_db


def _k_weighted(audio: npt.NDArray[np.float64], rate: int) -> npt.NDArray[np.float64]:
    """Roughly the ear's weighting of ITU-R BS.1770: no rumble, +4 dB above 1.5 kHz."""
    high = sosfilt(butter(1, 1500, "high", fs=rate, output="sos"), audio, axis=0)
    return np.asarray(sosfilt(butter(2, 40, "high", fs=rate, output="sos"), audio + 0.58 * high, axis=0))
