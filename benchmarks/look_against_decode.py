"""How long looking takes, as a ratio to decoding the same file and doing nothing else.

    python benchmarks/look_against_decode.py FILM.mp4 [RUNS]

Both are run in turns, the best of each counts; listening for speech is measured once, apart.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import av

from cutscore_composer.engine import Progress
from cutscore_composer.look import look
from cutscore_composer.media.probe import probe
from cutscore_composer.picture import Picture, PictureSpan, SoundSpan


def decode(path: Path) -> None:
    """Every frame, as fast as FFmpeg gives it."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        for _ in container.decode(stream):
            pass


def seconds_of(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main(path: Path, runs: int) -> None:
    """Print the table."""
    video = probe(path).main_video
    if video is None:
        raise SystemExit(f"{path} has no picture")
    frames = video.frames or round(video.duration_seconds * video.rate)
    searched = PictureSpan(0, frames, "clip", path.name, path, search_cuts=True)
    known = PictureSpan(0, frames, "clip", path.name, path)
    sound = (SoundSpan(0, frames, "dialogue", path),)
    film = Picture(path.name, video.rate, frames, (searched,), sounds=sound)
    edit = Picture(path.name, video.rate, frames, (known,))
    decode(path)
    look(film, Progress(), listen=False)  # both warm

    times: dict[str, list[float]] = {"decode": [], "look, cuts searched": [], "look, cuts known": []}
    for _ in range(runs):
        times["decode"].append(seconds_of(lambda: decode(path)))
        times["look, cuts searched"].append(seconds_of(lambda: look(film, Progress(), listen=False)))
        times["look, cuts known"].append(seconds_of(lambda: look(edit, Progress(), listen=False)))
    times["look and listen"] = [seconds_of(lambda: look(film, Progress()))]
    length = float(video.duration_seconds)
    base = min(times["decode"])
    print(f"{path.name}: {length:.1f} s, {frames} frames, {video.width} x {video.height}")
    for name, took in times.items():
        best = min(took)
        print(f"  {name:20s} {best:6.2f} s  {best / base:5.2f} x decode  {length / best:6.1f} x real time")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3)
