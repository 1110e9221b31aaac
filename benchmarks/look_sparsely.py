"""What looking costs where the timeline tells the cuts, against the full pass, and how well the curves agree.

    python benchmarks/look_sparsely.py FILM.mp4 FILM.cuts.txt

The cuts are seconds, one a line. The share is to be at most a quarter, every correlation at least .9. Listening for
speech is measured apart, as a multiple of real time.
"""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np

from cutscore_composer.engine import Progress
from cutscore_composer.look import look
from cutscore_composer.look.seen import Seen
from cutscore_composer.look.speech import find_speech
from cutscore_composer.media.probe import probe
from cutscore_composer.picture import CutPoint, Picture, PictureSpan
from cutscore_composer.plain_video import picture_of_video


def edit_of(film: Path, cuts: list[Fraction]) -> Picture:
    """The film as an edit whose shots are known."""
    video = probe(film).main_video
    assert video is not None
    frames = video.frames or round(video.duration_seconds * video.rate)
    edges = [0, *(round(cut * video.rate) for cut in cuts), frames]
    spans = tuple(
        PictureSpan(a, b, "clip", film.name, film, source_in=Fraction(a) / video.rate)
        for a, b in pairwise(edges)
        if a < b
    )
    return Picture(film.name, video.rate, frames, spans, tuple(CutPoint(frame) for frame in edges[1:-1]))


def timed(picture: Picture) -> tuple[float, Seen]:
    """Seconds of the better of two looks, and what was seen."""
    took = []
    for _ in range(2):
        start = time.perf_counter()
        seen = look(picture, Progress(), listen=False)
        took.append(time.perf_counter() - start)
    return min(took), seen


def main(film: Path, cuts: Path) -> None:
    """Print the table."""
    told = [Fraction(line.split()[0]) for line in cuts.read_text().splitlines() if line[:1].isdigit()]
    edit = edit_of(film, told)
    searched = replace(edit, spans=(PictureSpan(0, edit.frames, "clip", film.name, film, search_cuts=True),), cuts=())
    (full_seconds, full), (known_seconds, known) = timed(searched), timed(edit)
    print(f"full pass {full_seconds:.2f} s, cuts known {known_seconds:.2f} s: {known_seconds / full_seconds:.3f} of it")
    for name in ("motion", "brightness", "colour", "complexity"):
        r = np.corrcoef(getattr(full, name), getattr(known, name))[0, 1]
        print(f"  {name:11s} r = {r:.3f}")
    heard = picture_of_video(film)
    start = time.perf_counter()
    find_speech(heard, Progress(), lambda share: None, print)
    print(f"speech {float(heard.seconds) / (time.perf_counter() - start):.1f} x real time")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
