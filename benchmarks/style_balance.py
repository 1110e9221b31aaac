"""Each style against the real music of its kind: renders a cue, measures it, and says what lies outside.

    python benchmarks/style_balance.py                     # all styles, 48 s each
    python benchmarks/style_balance.py rock lofi --keep /tmp/cues

One made test picture: an arc from quiet to a climax and back, four strong cuts, no speech. Columns: the figure, then
the 10th and 90th percentile of the style's sets (reference_sets.yaml); `r` is how short-term loudness (3 s) follows
the picture's energy, away from the ending.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from measure_music import RATE, figures_of, pooled, verdict
from reference_music import styles

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from cutscore_composer.engine import Progress
from cutscore_composer.look.seen import CURVE_HZ
from cutscore_composer.mix.cells import Cells
from cutscore_composer.mix.loudness import decoded
from cutscore_composer.mix.mix import mix
from cutscore_composer.plan.planner import plan
from cutscore_composer.play.play import play
from cutscore_composer.spot.spotting import Spotting
from cutscore_composer.wishes import Wishes
from cutscore_composer.write.composition import Composition
from cutscore_composer.write.writer import write
from support.scenes import scene

SECONDS = 48
MOMENTS = ((9.7, 0.8), (20.3, 0.6), (33.1, 0.95), (40.2, 0.7))
SEED = 7


def composed(
    style: str, seconds: float = SECONDS, moments: Sequence[tuple[float, float]] = MOMENTS, seed: int = SEED
) -> tuple[Composition, Spotting]:
    """A composition of the style for the test picture."""
    seen, spotting = scene(seconds, moments)
    brief = plan(Wishes(style=style, ending="ring"), seen, spotting, seed)
    return write(brief, spotting, seed, Progress()), spotting


def rendered(style: str, folder: Path, seconds: float = SECONDS, seed: int = SEED) -> tuple[Path, Spotting]:
    """A cue of the style for the test picture."""
    composition, spotting = composed(style, seconds, seed=seed)
    return mix(composition, play(composition, Progress()), folder, Progress(), name=style).audio, spotting


def short_term(sound: npt.NDArray[np.float32]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(seconds, LUFS) of 3 s windows, ten a second; after BS.1770."""
    cells = Cells(RATE)
    cells.add(sound)
    powers = cells.result()[1].astype(np.float64)
    sums = np.concatenate([[0.0], np.cumsum(powers)])
    per_second = RATE / 32
    middles = np.arange(1.5, len(sound) / RATE - 1.5, 0.1)
    edges = [np.interp((middles + offset) * per_second, np.arange(len(sums)), sums) for offset in (-1.5, 1.5)]
    return middles, -0.691 + 10 * np.log10((edges[1] - edges[0]) / (3 * per_second) + 1e-10)


def follows(sound: npt.NDArray[np.float32], spotting: Spotting) -> float:
    """Pearson's r between short-term loudness and the picture's energy (means of the same 3 s), before the ending."""
    seconds, loudness = short_term(sound)
    curve = np.convolve(spotting.energy, np.ones(round(3 * CURVE_HZ)) / round(3 * CURVE_HZ), "same")
    energy = np.interp(seconds, np.arange(len(curve)) / CURVE_HZ, curve)
    inside = (seconds + 1.5 < float(spotting.final_frame / spotting.rate)) & (loudness > -60)
    return float(np.corrcoef(loudness[inside], energy[inside])[0, 1])


def main() -> None:
    """Render, measure and print the styles on the command line, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("styles", nargs="*", choices=[*styles(), []])
    parser.add_argument("--keep", type=Path, help="folder for the rendered cues")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--brief", action="store_true", help="only what lies outside")
    chosen = parser.parse_args()
    inside = total = 0
    with tempfile.TemporaryDirectory() as work:
        folder = chosen.keep or Path(work)
        folder.mkdir(parents=True, exist_ok=True)
        for style in chosen.styles or styles():
            begun = time.process_time()
            path, spotting = rendered(style, folder, chosen.seconds, chosen.seed)
            took = time.process_time() - begun
            sound = np.concatenate(list(decoded(path, RATE)))
            found, spreads = figures_of(sound), pooled(styles()[style])
            told = {key: verdict(found[key], spreads[key]) for key in spreads}
            good = sum(not word for word in told.values())
            inside, total = inside + good, total + len(told)
            print(
                f"{style} against {' and '.join(styles()[style])}: {good} of {len(told)} inside, "
                f"r {follows(sound, spotting):.2f}, {chosen.seconds / took:.1f} × real time"
            )
            for key, word in told.items():
                if word or not chosen.brief:
                    low, _, high = spreads[key]
                    print(f"    {key:15} {found[key]:8.1f}   {low:7.1f} {high:7.1f}  {word}")
    print(f"{inside} of {total} figures inside")


if __name__ == "__main__":
    main()
