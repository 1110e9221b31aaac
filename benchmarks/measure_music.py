"""Measures music as the mix is judged: share of power in ten bands, crest, width, range, centroid, onsets.

    python benchmarks/measure_music.py cue.wav
    python benchmarks/measure_music.py /usr/share/games/wesnoth/1.16/data/core/music/*.ogg

For one file its figures stand beside what 29 real orchestral tracks have (10th percentile, median, 90th);
for several files the percentiles are printed. First 120 s of each.
"""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.signal import find_peaks, stft

from cutscore_composer.mix.loudness import decoded, measure

RATE = 48_000
EDGES = (31, 63, 125, 250, 500, 1000, 2000, 4000, 8000, 16000)
REAL = {
    "31-63 dB": (-32, -15, -9),
    "63-125 dB": (-11, -6, -4),
    "125-250 dB": (-11, -8, -6),
    "250-500 dB": (-11, -7, -5),
    "500-1000 dB": (-12, -8, -6),
    "1000-2000 dB": (-15, -11, -7),
    "2000-4000 dB": (-23, -17, -13),
    "4000-8000 dB": (-38, -25, -22),
    "8000-16000 dB": (-51, -33, -25),
    "crest dB": (15.5, 17.2, 20.5),
    "side/mid dB": (-4.4, -2.5, -0.1),
    "range LU": (5.3, 11.5, 16.8),
    "onsets/s": (0.5, 1.2, 2.5),
    "centroid Hz": (874, 1417, 1958),
}


def figures(path: Path) -> dict[str, float]:
    """All figures of a file."""
    audio = np.concatenate(list(decoded(path, RATE)))[: 120 * RATE].astype(np.float64)
    mono = audio.mean(axis=1)
    hertz, _, spectrum = stft(mono, RATE, nperseg=4096, noverlap=2048)
    power = np.abs(spectrum) ** 2
    total = power.sum()
    found = {
        f"{low}-{high} dB": 10 * np.log10(power[(hertz >= low) & (hertz < high)].sum() / total + 1e-12)
        for low, high in pairwise(EDGES)
    }
    middle, side = mono, (audio[:, 0] - audio[:, 1]) / 2
    found["crest dB"] = 20 * np.log10(np.abs(audio).max() / np.sqrt((audio**2).mean()))
    found["side/mid dB"] = 10 * np.log10((side**2).mean() / (middle**2).mean() + 1e-12)
    found["range LU"] = measure([audio.astype(np.float32)], RATE).lra
    found["onsets/s"] = _onsets(power) / (len(mono) / RATE)
    loud = power.sum(axis=0) > power.sum(axis=0).max() * 1e-5
    magnitude = np.sqrt(power[:, loud])
    found["centroid Hz"] = float(np.median((hertz[:, None] * magnitude).sum(axis=0) / magnitude.sum(axis=0)))
    return found


def _onsets(power: np.ndarray) -> int:
    rise = np.maximum(np.diff(np.log(power + 1e-9 * power.max()), axis=1), 0).mean(axis=0)
    peaks, _ = find_peaks(rise, height=np.median(rise) + 1.2 * rise.std(), distance=3)
    return len(peaks)


def main() -> None:
    """Print the figures of the files on the command line."""
    rows = [figures(Path(name)) for name in sys.argv[1:]]
    for key in rows[0]:
        low, middle, high = REAL[key]
        values = [row[key] for row in rows]
        if len(rows) == 1:
            mark = " " if low <= values[0] <= high else "low" if values[0] < low else "high"
            print(f"{key:15} {values[0]:9.1f}   real {low:7.1f} {middle:7.1f} {high:7.1f}  {mark}")
        else:
            p10, p50, p90 = np.percentile(values, [10, 50, 90])
            print(f"{key:15} {p10:8.1f} {p50:8.1f} {p90:8.1f}   known {low:7.1f} {middle:7.1f} {high:7.1f}")


if __name__ == "__main__":
    main()
