"""Measures music as the mix is judged: share of power in ten bands, crest, width, range, onsets, centroid.

    python benchmarks/measure_music.py cue.wav                     # beside the orchestral set
    python benchmarks/measure_music.py --set electronic cue.wav
    python benchmarks/measure_music.py --references                # measures all sets, writes reference_figures.yaml

The figures of the sets (10th percentile, median, 90th; first 120 s of each track) are of the music that
reference_music.py fetches; where they were measured, the music itself is not needed.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import yaml
from reference_music import CACHE, sets, tracks
from scipy.signal import find_peaks, stft

from cutscore_composer.mix.loudness import decoded, measure

RATE = 48_000
EDGES = (31, 63, 125, 250, 500, 1000, 2000, 4000, 8000, 16000)
LONGEST_SECONDS = 120
FIGURES = Path(__file__).with_name("reference_figures.yaml")
Percentiles = tuple[float, float, float]


def figures(path: Path) -> dict[str, float]:
    """All figures of a file."""
    blocks, have = [], 0
    for block in decoded(path, RATE):
        blocks.append(block)
        have += len(block)
        if have >= LONGEST_SECONDS * RATE:
            break
    return figures_of(np.concatenate(blocks)[: LONGEST_SECONDS * RATE])


def figures_of(sound: npt.NDArray[np.float32]) -> dict[str, float]:
    """All figures of stereo audio (n, 2) at 48 kHz."""
    audio = sound.astype(np.float64)
    mono = audio.mean(axis=1)
    hertz, _, spectrum = stft(mono, RATE, nperseg=4096, noverlap=2048)
    power = np.abs(spectrum) ** 2
    total = power.sum()
    found = {
        f"{low}-{high} dB": 10 * np.log10(power[(hertz >= low) & (hertz < high)].sum() / total + 1e-12)
        for low, high in pairwise(EDGES)
    }
    side = (audio[:, 0] - audio[:, 1]) / 2
    found["crest dB"] = 20 * np.log10(np.abs(audio).max() / np.sqrt((audio**2).mean()))
    found["side/mid dB"] = 10 * np.log10((side**2).mean() / (mono**2).mean() + 1e-12)
    found["range LU"] = measure([sound], RATE).lra
    found["onsets/s"] = _onsets(power) / (len(mono) / RATE)
    loud = power.sum(axis=0) > power.sum(axis=0).max() * 1e-5
    magnitude = np.sqrt(power[:, loud])
    found["centroid Hz"] = float(np.median((hertz[:, None] * magnitude).sum(axis=0) / magnitude.sum(axis=0)))
    return {key: float(value) for key, value in found.items()}


def _onsets(power: npt.NDArray[np.float64]) -> int:
    rise = np.maximum(np.diff(np.log(power + 1e-9 * power.max()), axis=1), 0).mean(axis=0)
    peaks, _ = find_peaks(rise, height=np.median(rise) + 1.2 * rise.std(), distance=3)
    return len(peaks)


@cache
def known() -> dict[str, dict[str, Percentiles]]:
    """Set to figure to (10th percentile, median, 90th), as measured; "tracks" is their number."""
    return yaml.safe_load(FIGURES.read_text(encoding="utf-8"))


def pooled(names: Sequence[str]) -> dict[str, Percentiles]:
    """What several sets span together: the lowest 10th percentile, the mean median, the highest 90th."""
    rows = [known()[name] for name in names]
    return {
        key: (min(r[key][0] for r in rows), float(np.mean([r[key][1] for r in rows])), max(r[key][2] for r in rows))
        for key in rows[0]
        if key != "tracks"
    }


def verdict(value: float, spread: Percentiles) -> str:
    """ "" inside, "low" or "high" outside."""
    return "low" if value < spread[0] else "high" if value > spread[2] else ""


def measure_references() -> None:
    """Measure every track of every set and write the sets' percentiles; what was measured before is not again."""
    kept = CACHE / "figures.json"
    done: dict[str, dict[str, float]] = json.loads(kept.read_text()) if kept.exists() else {}
    made: dict[str, dict[str, object]] = {}
    for name in sets():
        rows = []
        for path in tracks(name):
            key = path.relative_to(CACHE).as_posix()
            if key not in done:
                done[key] = figures(path)
                kept.write_text(json.dumps(done))
            rows.append(done[key])
        made[name] = {"tracks": len(rows)}
        for figure in rows[0]:
            spread = np.percentile([row[figure] for row in rows], [10, 50, 90])
            made[name][figure] = [round(float(value), 2) for value in spread]
        print(f"{name}: {len(rows)} tracks")
    head = "# Measured by measure_music.py --references: 10th percentile, median, 90th of each set.\n"
    FIGURES.write_text(head + yaml.safe_dump(made, sort_keys=False, default_flow_style=None), encoding="utf-8")


def main() -> None:
    """Print the figures of files beside those of a set, or measure the sets."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--set", default="orchestral", choices=list(sets()))
    parser.add_argument("--references", action="store_true")
    chosen = parser.parse_args()
    if chosen.references:
        measure_references()
    for path in chosen.files:
        print(path)
        spreads = pooled([chosen.set])
        for key, value in figures(path).items():
            low, middle, high = spreads[key]
            told = verdict(value, spreads[key])
            print(f"  {key:15} {value:9.1f}   {chosen.set} {low:7.1f} {middle:7.1f} {high:7.1f}  {told}")


if __name__ == "__main__":
    main()
