"""How fast writing, playing and mixing are, as times real time in processor seconds; memory; that both are linear.

    python benchmarks/play_real_time.py                         # the fullest ensemble, 60 s and 596 s, with stems
    python benchmarks/play_real_time.py --style jazz_lounge 60
    python benchmarks/play_real_time.py 60 600 3600             # linear from 1 to 60 minutes

Each length runs in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from style_balance import composed

from cutscore_composer.engine import Progress
from cutscore_composer.mix.mix import mix
from cutscore_composer.play.play import lines_of, play
from cutscore_composer.write.composition import Composition

FULLEST = "epic_trailer"
_MOMENTS_SECONDS = 11.3


def timed(composition: Composition, spent: list[float]) -> Iterator[Mapping[str, npt.NDArray[np.float32]]]:
    """The blocks of a composition; adds to `spent` what playing them took."""
    blocks = play(composition, Progress())
    while True:
        begin = time.process_time()
        block = next(blocks, None)
        spent.append(time.process_time() - begin)
        if block is None:
            return
        yield block


def run(style: str, seconds: float, stems: bool) -> None:
    """Make one cue and print what it took."""
    import resource  # not on Windows: the figure is taken on Linux and macOS

    start = time.process_time()
    moments = [(at, 0.6 + 0.3 * (number % 2)) for number, at in enumerate(np.arange(5, seconds - 4, _MOMENTS_SECONDS))]
    composition, _ = composed(style, seconds, moments)
    wrote = time.process_time() - start
    spent: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        mixed = mix(replace(composition), timed(composition, spent), Path(folder), Progress(), stems=stems)
    total, played = time.process_time() - start, sum(spent)
    unit = 1 if sys.platform == "darwin" else 1024
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
    print(
        f"{style} {seconds:.0f} s, {sum(len(part.notes) for part in composition.parts)} notes on "
        f"{len(lines_of(composition))} lines{', with stems' if stems else ''}: "
        f"write {wrote:.1f} s, play {played:.1f} s, mix {total - played - wrote:.1f} s "
        f"({seconds / (total - played - wrote):.0f} × real time); together {seconds / total:.1f} × real time, "
        f"{memory:.0f} MB at most; {mixed.loudness.lufs:.2f} LUFS, {mixed.loudness.dbtp:.2f} dBTP",
        flush=True,
    )


def main() -> None:
    """Run the lengths on the command line, each in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("seconds", nargs="*", type=float, default=[60.0, 596.0])
    parser.add_argument("--style", default=FULLEST)
    parser.add_argument("--no-stems", action="store_true")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    for seconds in chosen.seconds:
        if chosen.here:
            run(chosen.style, seconds, not chosen.no_stems)
        else:
            more = ["--no-stems"] if chosen.no_stems else []
            subprocess.run(
                [sys.executable, __file__, "--here", "--style", chosen.style, *more, str(seconds)], check=True
            )


if __name__ == "__main__":
    main()
