"""Reading, placing into and writing a Kdenlive or Shotcut project of 10,000 clips, against the reading alone.

    python benchmarks/place_ten_thousand_mlt_clips.py [CLIPS]

Prints one line a kind of project and placing; ends with status 1 when read, place and write together take longer
than four times what the reader alone does (parsing the file into the edit). For scale, lxml's bare parse too.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from statistics import median

from lxml import etree

from cutscore.placers import PlacedMusic, place
from cutscore.readers import read_timeline
from cutscore_composer.cue import CueHit, new_cue

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from support.mlt_edits import KINDS, MltEdit

MOST = 4.0
RUNS = 3


def project(folder: Path, kind: str, clips: int) -> Path:
    """Two picture tracks of one film, cut every 20 to 70 frames, each clip with an effect's worth of properties."""
    lower = [(number % 5_000, 20 + number % 50) for number in range(clips // 2)]
    upper = [(number % 4_000 if number % 3 else None, 25 + number % 40) for number in range(clips - clips // 2)]
    edit = MltEdit(Fraction(25), lower, upper, film_frames=10_000)
    path = edit.write(folder / ("big.mlt" if kind == "shotcut" else "big.kdenlive"), kind)
    effect = (
        '<filter><property name="mlt_service">brightness</property><property name="level">0=1;9=0.5</property></filter>'
    )
    path.write_text(path.read_text("utf-8").replace("</entry>", f"{effect}</entry>"), "utf-8")
    return path


def timed(call: Callable[[], object]) -> float:
    """Processor seconds of one call."""
    begun = time.process_time()
    call()
    return time.process_time() - begun


def main() -> int:
    """Measure and print."""
    clips = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    worst = 0.0
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            path = project(folder, kind, clips)
            frames = read_timeline(path).duration
            cue = new_cue("local", Fraction(25), frames, frames * 1920, hits=(CueHit(1.0, "cut", 1.0, 0.0, "beat"),))
            music = []
            for number in range(2):
                audio = folder / f"{number}.wav"
                audio.write_bytes(bytes([number]))
                music.append(PlacedMusic(audio, cue, Fraction(25), name="edit"))
            parse, read, first, second = [], [], [], []
            for _ in range(RUNS):
                out = folder / "out"
                shutil.rmtree(out, ignore_errors=True)
                parse.append(timed(lambda: etree.fromstring(path.read_bytes())))  # noqa: B023
                read.append(timed(lambda: read_timeline(path)))  # noqa: B023
                for times, one in ((first, music[0]), (second, music[1])):
                    times.append(
                        timed(lambda one=one: (read_timeline(path), place(one, path, output_folder=out)))  # type: ignore[misc] # noqa: B023
                    )
            alone = median(read)
            ratios = [median(times) / alone for times in (first, second)]
            worst = max(worst, *ratios)
            print(
                f"{kind:14} {clips} clips, {path.stat().st_size / 1e6:4.1f} MB: lxml {median(parse):5.3f} s, "
                f"reader alone {alone:5.2f} s; read, place, write {median(first):5.2f} s (x{ratios[0]:.2f}), again "
                f"{median(second):5.2f} s (x{ratios[1]:.2f})"
            )
    return 0 if worst <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
