"""Rebuilds the sound pack from free recordings that Debian has.

    apt install musescore-general-soundfont-lossless fluid-soundfont-gm sonic-pi-samples vorbis-tools
    python scripts/build_sound_pack.py [--only violins] [--jobs 2]

Writes SFZ and Ogg Vorbis into composer/cutscore_composer/instruments. What is taken stands in
sound_recipes.py; pack.yaml, written by hand, says how the player uses it. scripts/tune_pack.py comes after.
"""

# ruff: noqa: T201 - a script that talks to its caller
from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import groupby
from pathlib import Path

import numpy as np
import soundfile
from extend_samples import going_on, rung_out
from shape_samples import Audio, Shaped, bowed, struck
from sound_recipes import FLUID, MUSESCORE, RECIPES, SONIC_PI, STROKES, Layer, Recipe, Stroke
from soundfont import Region, SoundFont
from write_samples import copy_licences, encode, region

PACK = Path(__file__).parents[1] / "composer" / "cutscore_composer" / "instruments"
FONTS = Path("/usr/share/sounds/sf2")
SONIC_PI_FOLDER = Path("/usr/share/sonic-pi/samples")
SEMITONES = {"C": 0, "C#": 1, "D": 2, "D#": 3, "E": 4, "F": 5, "F#": 6, "G": 7, "G#": 8, "A": 9, "A#": 10, "B": 11}

Run = Callable[..., Iterator[object]]


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
        for instrument, strokes in groupby(STROKES, key=lambda stroke: stroke.instrument):
            if not wanted.only or instrument in wanted.only:
                _build_drums(instrument, list(strokes), fonts, pool.map)
    copy_licences(PACK / "licences")
    sizes = [path.stat().st_size for path in PACK.rglob("*.ogg")]
    print(f"{len(sizes)} samples, {sum(sizes) / 1e6:.2f} MB, the largest {max(sizes) / 1e6:.2f} MB")


def _build(recipe: Recipe, fonts: dict[str, SoundFont], run: Run) -> None:
    folder = PACK / recipe.instrument
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(f"{recipe.articulation}-*.ogg"):
        old.unlink()
    lines = [f"// {recipe.instrument} {recipe.articulation}; built by scripts/build_sound_pack.py, see ../licences"]
    jobs: list[tuple[Path, Shaped, float]] = []
    for number, layer in enumerate(recipe.layers, 1):
        found = _sampled_keys(fonts[layer.font], layer, recipe)
        variants = sum(other.velocities == layer.velocities for other in recipe.layers)
        for keys, left, right in _with_ranges(found, recipe.keys):
            shaped = _shape(recipe, left, _stereo(fonts[layer.font], left, right, recipe.mono))
            name = f"{recipe.articulation}-{number}-{left.root:03d}.ogg"
            jobs.append((folder / name, shaped, recipe.quality))
            made = partial(region, name, shaped, keys=keys, root=left.root, velocities=layer.velocities)
            lines.append(made(variant=layer.variant, variants=variants))
    list(run(encode, jobs))
    (folder / f"{recipe.articulation}.sfz").write_text("\n".join(lines) + "\n", encoding="utf-8")
    size = sum(path.stat().st_size for path, _, _ in jobs)
    print(f"{recipe.instrument} {recipe.articulation}: {len(jobs)} samples, {size / 1e6:.2f} MB", flush=True)


def _shape(recipe: Recipe, left: Region, audio: Audio) -> Shaped:
    """The recording as its recipe wants it."""
    sample = left.sample
    rate, key = sample.rate, left.root
    body = (sample.loop_start - sample.start, sample.loop_end - sample.start)
    if recipe.shape in ("struck", "ringing"):
        shorter = float(np.interp(key, [40, 80, 108], [1, 0.75, 0.3])) if recipe.instrument == "piano" else 1.0
        if recipe.shape == "ringing":
            hertz, life = 440 * 2 ** ((key - 69) / 12), recipe.life * 0.6 ** ((key - 72) / 12)
            audio = rung_out(audio, body, rate, min(recipe.seconds, 5 * life), life, hertz)
        return struck(
            audio,
            rate,
            key=key,
            attack_ms=recipe.attack_ms,
            seconds=recipe.seconds * shorter,
            fade=recipe.fade,
            partials=recipe.partials,
        )
    if recipe.shape == "held":
        audio = going_on(audio, _body(body, audio, rate), rate, recipe.seconds + 1.2, seed=key)
        # Its body is steady from here on; the reach of the whole is what level and loop are taken from.
        body = (min(body[0], round(0.4 * rate)), len(audio) - round(0.1 * rate))
    elif body[1] - body[0] < rate or len(audio) < 2.5 * rate:
        audio = _prolonged(audio, body, rate)
    return bowed(
        audio,
        rate,
        key=key,
        attack_ms=recipe.attack_ms,
        seconds=recipe.seconds,
        body=body,
        # The bows of a tremolo are many and rough: its pitch is where their whole band has its weight.
        spread=25.0 if recipe.articulation == "tremolo" else 10.0,
        solo=recipe.shape == "held",
    )


def _body(loop: tuple[int, int], audio: Audio, rate: int) -> tuple[int, int]:
    """The part of a short recording that it may go on in: from where it stands to the end of its loop."""
    first = min(loop[0], max(round(0.25 * rate), round(0.3 * loop[1])))
    return first, min(len(audio), loop[1])


def _prolonged(audio: Audio, loop: tuple[int, int], rate: int) -> Audio:
    """A short recording of a section played on through its own loop, as its maker meant it."""
    rounds = int(np.ceil(max(0.0, 3.5 * rate - loop[0]) / max(1, loop[1] - loop[0])))
    return np.concatenate([audio[: loop[0]], np.tile(audio[loop[0] : loop[1]], (max(1, rounds), 1))])


def _sampled_keys(font: SoundFont, layer: Layer, recipe: Recipe) -> dict[int, tuple[Region, Region | None]]:
    """The layer's recordings by the key they were made at, left (or mono) and right."""
    found: dict[int, list[Region | None]] = {}
    for one in font.regions(*layer.preset):
        name, side = _side(one.sample.name)
        if not re.fullmatch(layer.pattern, name) or not _recorded_here(one):
            continue
        pair = found.setdefault(one.root, [None, None])
        at = 1 if side == "R" else 0
        if pair[at] is None:
            pair[at] = one
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


def _recorded_here(one: Region) -> bool:
    """Whether the sample is a recording of its root, not a copy transposed to fill up the range."""
    match = re.search(r"_([A-G]#?)(\d)_", one.sample.name)
    return match is None or one.root == SEMITONES[match[1]] + 12 * (int(match[2]) + 2)


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


def _build_drums(instrument: str, strokes: list[Stroke], fonts: dict[str, SoundFont], run: Run) -> None:
    folder = PACK / instrument
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.ogg"):
        old.unlink()
    others = {stroke.name for stroke in STROKES if stroke.instrument == "percussion"}
    shared = set() if instrument == "percussion" else others
    lines = [f"// {instrument}; built by scripts/build_sound_pack.py, see ../licences"]
    jobs: dict[Path, tuple[Path, Shaped, float]] = {}
    for stroke in strokes:
        audio, rate = _recording(stroke, fonts)
        shaped = struck(audio, rate, key=None, attack_ms=2.0, seconds=stroke.seconds, fade=0.4)
        if instrument == "kit":
            shaped = _with_headroom(shaped)
        name = re.sub(r"\W+", "-", stroke.name.lower()) + ".ogg"
        if stroke.name in shared:
            name = f"../percussion/{name}"
        else:
            jobs[folder / name] = (folder / name, shaped, 4.0)
        made = partial(region, name, shaped, keys=(stroke.key, stroke.key), root=stroke.key)
        lines.append(
            made(
                velocities=stroke.velocities,
                variant=stroke.variant,
                variants=stroke.variants,
                cents=stroke.cents,
                pan=stroke.pan,
                volume=stroke.volume,
            )
        )
    list(run(encode, jobs.values()))
    (folder / f"{instrument}.sfz").write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"{instrument}: {len(jobs)} samples, {sum(p.stat().st_size for p in jobs) / 1e6:.2f} MB", flush=True)


def _with_headroom(shaped: Shaped) -> Shaped:
    """Vorbis overshoots at the sharp edges of hats and sticks."""
    return replace(shaped, audio=shaped.audio * min(1.0, 0.75 / np.abs(shaped.audio).max()))


def _recording(stroke: Stroke, fonts: dict[str, SoundFont]) -> tuple[Audio, int]:
    if stroke.source == SONIC_PI:
        audio, rate = soundfile.read(SONIC_PI_FOLDER / f"{stroke.name}.flac", always_2d=True)
        return audio, int(rate)
    pairs: dict[str, Region] = {}
    for one in fonts[stroke.source].regions(*stroke.preset):
        name, side = _side(one.sample.name)
        if name.strip() == stroke.name:
            pairs.setdefault(side, one)
    left = pairs.get("L") or pairs.get("") or pairs["R"]
    return _stereo(fonts[stroke.source], left, pairs.get("R") if "L" in pairs else None, False), left.sample.rate


if __name__ == "__main__":
    main()
