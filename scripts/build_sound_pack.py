"""Rebuilds the sound pack from Debian's MuseScore_General_Full.sf2 and FluidR3_GM.sf2.

    apt install musescore-general-soundfont-lossless fluid-soundfont-gm vorbis-tools
    python scripts/build_sound_pack.py [--only violins] [--jobs 2]

Writes SFZ and Ogg Vorbis into composer/cutscore_composer/instruments. What each recipe takes and how
it is shaped stands in RECIPES; pack.yaml, written by hand, says how the player uses it.
"""

# ruff: noqa: T201, S603 - a script that talks to its caller and runs oggenc with words of its own
from __future__ import annotations

import argparse
import re
import shutil
import struct
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from shape_samples import Audio, Shaped, bowed, struck
from soundfont import Region, SoundFont

PACK = Path(__file__).parents[1] / "composer" / "cutscore_composer" / "instruments"
FONTS = Path("/usr/share/sounds/sf2")
MUSESCORE, FLUID = "MuseScore_General_Full.sf2", "FluidR3_GM.sf2"
LICENCES = {
    "musescore-general-soundfont.txt": Path("/usr/share/doc/musescore-general-soundfont-lossless/copyright"),
    "fluid-soundfont-gm.txt": Path("/usr/share/doc/fluid-soundfont-gm/copyright"),
}
SEMITONES = {"C": 0, "C#": 1, "D": 2, "D#": 3, "E": 4, "F": 5, "F#": 6, "G": 7, "G#": 8, "A": 9, "A#": 10, "B": 11}


@dataclass(frozen=True, slots=True)
class Layer:
    """Samples of one preset that make one velocity layer or round robin."""

    preset: tuple[int, int]
    pattern: str
    """Regular expression on the sample's name without its side."""
    velocities: tuple[int, int] = (1, 127)
    variant: int = 1
    font: str = MUSESCORE
    every: int = 1
    """Least distance in semitones between two sampled keys."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """One SFZ file."""

    instrument: str
    articulation: str
    keys: tuple[int, int]
    layers: tuple[Layer, ...]
    shape: str
    """bowed or struck."""
    attack_ms: float
    seconds: float
    quality: float = 4.0
    fade: float = 0.3
    mono: bool = False


@dataclass(frozen=True, slots=True)
class Stroke:
    """One unpitched sample on its key."""

    key: int
    name: str
    velocities: tuple[int, int] = (1, 127)
    seconds: float = 3.0
    font: str = MUSESCORE
    preset: tuple[int, int] = (128, 48)
    cents: int = 0
    """Transposition, for drums that come from one recording."""


def strings(name: str, low: int, high: int, bank: int, samples: str, short: str) -> tuple[Recipe, ...]:
    """The four articulations of a string section of VSCO 2: soft and loud, and round robins of the short ones."""
    loud = "v3" if name in ("cellos", "basses") else "v2"
    dynamics = ((r"v1b?", (1, 63)), (rf"{loud}b?", (64, 127)))
    short_dynamics = (("v1", (1, 86)), ("v3" if name == "basses" else "v2", (87, 127)))
    robins = (("", 1),) if name == "basses" else (("_r1", 1), ("_r2", 2))

    def repeated(preset: int, word: str) -> tuple[Layer, ...]:
        return tuple(
            Layer((bank, preset), rf"{short}{word}_.*_{v}{r}", velocities, number)
            for v, velocities in short_dynamics
            for r, number in robins
        )

    sustained = tuple(Layer((bank, 48), rf"{samples}_.*_{v}", velocities) for v, velocities in dynamics)
    trembling = tuple(
        Layer((bank, 44), rf"{short}Trm_.*_{v}", velocities) for v, velocities in (("v1", (1, 63)), ("v2", (64, 127)))
    )
    plucked = (Layer((bank, 45), rf"{short}Pzz_.*"),) if name == "basses" else repeated(45, "Pzz")
    keys = (low, high)
    return (
        Recipe(name, "sustain", keys, sustained, "bowed", 60.0, 5.5, quality=4.5),
        Recipe(name, "tremolo", keys, trembling, "bowed", 40.0, 3.6),
        Recipe(name, "staccato", keys, repeated(48, "Atk"), "struck", 25.0, 1.1),
        Recipe(name, "pizzicato", keys, plucked, "struck", 6.0, 2.0),
    )


RECIPES: tuple[Recipe, ...] = (
    Recipe(
        "piano",
        "piano",
        (21, 108),
        (Layer((0, 0), r"Piano MF .*", (1, 90), every=3), Layer((0, 0), r"Piano FF .*", (91, 127), every=3)),
        "struck",
        3.0,
        9.0,
        quality=4.0,
        fade=0.45,
    ),
    *strings("violins", 55, 96, 20, "Violins", "Vlns"),
    *strings("violas", 48, 84, 30, "Violas", "Viol"),
    *strings("cellos", 36, 76, 40, "Celli", "Cell"),
    *strings("basses", 28, 60, 50, "Basses", "Bass"),
    Recipe("horns", "sustain", (36, 77), (Layer((0, 60), r".*", font=FLUID),), "bowed", 40.0, 4.0),
    Recipe("flute", "sustain", (60, 96), (Layer((0, 73), r".*", font=FLUID),), "bowed", 40.0, 4.0),
    Recipe("choir", "sustain", (41, 81), (Layer((0, 52), r".*", font=FLUID),), "bowed", 80.0, 4.0),
    Recipe("timpani", "hit", (36, 57), (Layer((0, 47), r".*", font=FLUID),), "struck", 3.0, 3.8),
)

STROKES: tuple[Stroke, ...] = (
    Stroke(36, "Orch Bass Drum", font=FLUID),
    Stroke(38, "Orch Snare", font=FLUID, seconds=1.0),
    Stroke(41, "Long Taiko Hit", font=FLUID, cents=-300),
    Stroke(45, "Long Taiko Hit", font=FLUID),
    Stroke(48, "Short Taiko Hit", font=FLUID),
    Stroke(49, "MCym1 crash pp2", (1, 49), 4.5, preset=(128, 58)),
    Stroke(49, "MCym1 crash mp1", (50, 74), 5.0, preset=(128, 58)),
    Stroke(49, "MCym1 crash mf2", (75, 99), 5.0, preset=(128, 58)),
    Stroke(49, "MCym1 crash ff3", (100, 127), 5.0, preset=(128, 58)),
    Stroke(51, "Crsh 1", seconds=5.0, preset=(128, 0)),
    Stroke(52, "China Crash", seconds=3.6, preset=(128, 0), cents=-1200),
    Stroke(54, "Tambourine", font=FLUID, seconds=0.6),
    Stroke(70, "Maracas", font=FLUID, seconds=0.3),
    Stroke(75, "Clave", font=FLUID, seconds=0.3),
    Stroke(81, "Triangle", font=FLUID, seconds=1.7),
    Stroke(82, "Small Shaker", font=FLUID, seconds=0.7),
)


def main() -> None:
    """Build the whole pack, or the instruments named by --only."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--jobs", type=int, default=2)
    wanted = parser.parse_args()
    fonts = {name: SoundFont(FONTS / name) for name in (MUSESCORE, FLUID)}
    with ThreadPoolExecutor(wanted.jobs) as pool:
        for recipe in RECIPES:
            if not wanted.only or recipe.instrument in wanted.only:
                _build(recipe, fonts, pool.map)
        if not wanted.only or "percussion" in wanted.only:
            _build_percussion(fonts, pool.map)
    (PACK / "licences").mkdir(exist_ok=True)
    for name, source in LICENCES.items():
        shutil.copyfile(source, PACK / "licences" / name)
    sizes = [path.stat().st_size for path in PACK.rglob("*.ogg")]
    print(f"{len(sizes)} samples, {sum(sizes) / 1e6:.2f} MB, the largest {max(sizes) / 1e6:.2f} MB")


def _build(recipe: Recipe, fonts: dict[str, SoundFont], run: Callable[..., Iterator[object]]) -> None:
    folder = PACK / recipe.instrument
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(f"{recipe.articulation}-*.ogg"):
        old.unlink()
    lines = [f"// {recipe.instrument} {recipe.articulation}; built by scripts/build_sound_pack.py, see ../licences"]
    jobs: list[tuple[Path, Shaped, float]] = []
    for number, layer in enumerate(recipe.layers, 1):
        found = _sampled_keys(fonts[layer.font], layer, recipe)
        variants = sum(other.velocities == layer.velocities for other in recipe.layers)
        for (low, high), region, side in _with_ranges(found, recipe.keys):
            audio = _stereo(fonts[layer.font], region, side, recipe.mono)
            shaped = _shape(recipe, region, audio)
            name = f"{recipe.articulation}-{number}-{region.root:03d}.ogg"
            jobs.append((folder / name, shaped, recipe.quality))
            lines.append(_sfz_region(name, shaped, (low, high), region.root, layer, variants))
    list(run(_encode, jobs))
    (folder / f"{recipe.articulation}.sfz").write_text("\n".join(lines) + "\n", encoding="utf-8")
    size = sum(path.stat().st_size for path, _, _ in jobs)
    print(f"{recipe.instrument} {recipe.articulation}: {len(jobs)} samples, {size / 1e6:.2f} MB", flush=True)


def _shape(recipe: Recipe, region: Region, audio: Audio) -> Shaped:
    sample = region.sample
    if recipe.shape == "struck":
        shorter = float(np.interp(region.root, [40, 80, 108], [1, 0.75, 0.3])) if recipe.instrument == "piano" else 1.0
        return struck(
            audio,
            sample.rate,
            key=region.root,
            attack_ms=recipe.attack_ms,
            seconds=recipe.seconds * shorter,
            fade=recipe.fade,
            partials=1 if recipe.instrument == "timpani" else 4,
        )
    body = (sample.loop_start - sample.start, sample.loop_end - sample.start)
    if body[1] - body[0] < sample.rate or len(audio) < 2.5 * sample.rate:
        audio = _prolonged(audio, body, sample.rate)
    # The bows of a tremolo are many and rough: its pitch is where their whole band has its weight.
    spread = 25.0 if recipe.articulation == "tremolo" else 10.0
    return bowed(
        audio,
        sample.rate,
        key=region.root,
        attack_ms=recipe.attack_ms,
        seconds=recipe.seconds,
        body=body,
        spread=spread,
    )


def _prolonged(audio: Audio, loop: tuple[int, int], rate: int) -> Audio:
    """A short recording played on through its own loop, as its maker meant it."""
    rounds = int(np.ceil(max(0.0, 3.5 * rate - loop[0]) / max(1, loop[1] - loop[0])))
    return np.concatenate([audio[: loop[0]], np.tile(audio[loop[0] : loop[1]], (max(1, rounds), 1))])


def _sampled_keys(font: SoundFont, layer: Layer, recipe: Recipe) -> dict[int, tuple[Region, Region | None]]:
    """The layer's recordings by the key they were made at, left (or mono) and right."""
    found: dict[int, list[Region | None]] = {}
    for region in font.regions(*layer.preset):
        name, side = _side(region.sample.name)
        if not re.fullmatch(layer.pattern, name) or not _recorded_here(region):
            continue
        pair = found.setdefault(region.root, [None, None])
        at = 1 if side == "R" else 0
        if pair[at] is None:
            pair[at] = region
    kept: dict[int, tuple[Region, Region | None]] = {}
    low, high = recipe.keys
    for root in sorted(found):
        left, right = found[root]
        first = left or right
        far = not kept or root - max(kept) >= layer.every
        if first is not None and far and low - 4 <= root <= high + 3:
            kept[root] = (first, right if left is not None else None)
    return kept


def _side(name: str) -> tuple[str, str]:
    match = re.fullmatch(r"(.*?)\s*[-(]?([LR])\)?", name)
    return (match[1], match[2]) if match else (name, "")


def _recorded_here(region: Region) -> bool:
    """Whether the sample is a recording of its root, not a copy transposed to fill up the range."""
    match = re.search(r"_([A-G]#?)(\d)_", region.sample.name)
    return match is None or region.root == SEMITONES[match[1]] + 12 * (int(match[2]) + 2)


def _with_ranges(
    found: dict[int, tuple[Region, Region | None]], keys: tuple[int, int]
) -> Iterator[tuple[tuple[int, int], Region, Region | None]]:
    """Each recording with the keys nearest to it."""
    roots = sorted(found)
    for i, root in enumerate(roots):
        low = keys[0] if i == 0 else (roots[i - 1] + root) // 2 + 1
        high = keys[1] if i == len(roots) - 1 else (root + roots[i + 1]) // 2
        if low <= high:
            yield (low, high), *found[root]


def _stereo(font: SoundFont, left: Region, right: Region | None, mono: bool) -> Audio:
    first = font.audio(left.sample)
    if right is None:
        return first[:, None]
    second = font.audio(right.sample)
    size = min(len(first), len(second))
    both = np.stack([first[:size], second[:size]], axis=1)
    return both.mean(axis=1, keepdims=True) if mono else both


def _sfz_region(name: str, shaped: Shaped, keys: tuple[int, int], root: int, layer: Layer, variants: int) -> str:
    words = [
        f"<region> sample={name} lokey={keys[0]} hikey={keys[1]} pitch_keycenter={root}",
        f"lovel={layer.velocities[0]} hivel={layer.velocities[1]} tune={round(shaped.tune_cents)}",
    ]
    if variants > 1:
        words.append(f"seq_length={variants} seq_position={layer.variant}")
    if shaped.loop:
        words.append(f"loop_mode=loop_continuous loop_start={shaped.loop[0]} loop_end={shaped.loop[1] - 1}")
    else:
        words.append("loop_mode=no_loop")
    return " ".join(words)


def _build_percussion(fonts: dict[str, SoundFont], run: Callable[..., Iterator[object]]) -> None:
    folder = PACK / "percussion"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.ogg"):
        old.unlink()
    lines = ["// percussion; built by scripts/build_sound_pack.py, see ../licences"]
    jobs: dict[Path, tuple[Path, Shaped, float]] = {}
    for stroke in STROKES:
        pairs: dict[str, Region] = {}
        for region in fonts[stroke.font].regions(*stroke.preset):
            name, side = _side(region.sample.name)
            if name.strip() == stroke.name:
                pairs.setdefault(side, region)
        left = pairs.get("L") or pairs.get("") or pairs["R"]
        audio = _stereo(fonts[stroke.font], left, pairs.get("R") if "L" in pairs else None, False)
        shaped = struck(audio, left.sample.rate, key=None, attack_ms=2.0, seconds=stroke.seconds, fade=0.4)
        name = re.sub(r"\W+", "-", stroke.name.lower()) + ".ogg"
        jobs[folder / name] = (folder / name, shaped, 4.0)
        lines.append(
            f"<region> sample={name} lokey={stroke.key} hikey={stroke.key} pitch_keycenter={stroke.key} "
            f"lovel={stroke.velocities[0]} hivel={stroke.velocities[1]} tune={stroke.cents} loop_mode=no_loop"
        )
    list(run(_encode, jobs.values()))
    (folder / "percussion.sfz").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"percussion: {len(jobs)} samples, {sum(p.stat().st_size for p in jobs) / 1e6:.2f} MB", flush=True)


def _encode(job: tuple[Path, Shaped, float]) -> None:
    """Ogg Vorbis by oggenc, with a fixed stream number: the same bytes at every build."""
    path, shaped, quality = job
    data = np.clip(np.rint(shaped.audio * 2**23), -(2**23), 2**23 - 1).astype("<i4")
    raw = data.reshape(-1, 1).view(np.uint8)[:, :3].tobytes()
    channels = shaped.audio.shape[1]
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        36 + len(raw),
        b"WAVE",
        b"fmt ",
        16,
        1,
        channels,
        shaped.rate,
        shaped.rate * channels * 3,
        channels * 3,
        24,
        b"data",
        len(raw),
    )
    command = ["oggenc", "--quiet", "--serial", "1", "--discard-comments", "-q", str(quality), "-o", str(path), "-"]
    subprocess.run(command, input=head + raw, check=True)


if __name__ == "__main__":
    main()
