"""What sound effects and a followed reference cost beside making the music, as shares of one run.

    python benchmarks/effects_cost.py FILM.mp4 [--seconds 120] [--runs 2]

The same film is scored plain, with effects, and following its own sound, by processor time, the best of the runs;
listening alone is measured too, as times real time.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from cutscore_composer.engine import Progress, Request
from cutscore_composer.local import LocalEngine
from cutscore_composer.look import look
from cutscore_composer.picture import Picture
from cutscore_composer.plain_video import picture_of_video
from cutscore_composer.reference import listen
from cutscore_composer.wishes import Wishes


def cost(picture: Picture, *, effects: bool = False, follow_sound: bool = False) -> float:
    """Processor seconds of one score."""
    with tempfile.TemporaryDirectory() as folder:
        request = Request(
            picture, Wishes(style="cinematic"), "m", Path(folder), 7, effects=effects, follow_sound=follow_sound
        )
        start = time.process_time()
        LocalEngine().score(request, Progress())
        return time.process_time() - start


def main() -> None:
    """Print the shares."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("film", type=Path)
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--runs", type=int, default=2)
    asked = parser.parse_args()
    picture = picture_of_video(asked.film)
    picture = picture.section(0, min(picture.frames, round(float(picture.rate) * asked.seconds)))
    cost(picture)  # what loads once is loaded
    plain, with_effects, following = (
        min(cost(picture, **more) for _ in range(asked.runs))
        for more in ({}, {"effects": True}, {"follow_sound": True})  # type: ignore[arg-type]
    )
    seen = look(picture, Progress())
    start = time.process_time()
    listen(picture, seen, Progress())
    listening = time.process_time() - start
    print(f"plain {plain:.1f} s of processor time for {float(picture.seconds):.0f} s of film")
    print(f"with effects: {with_effects / plain:.3f} of it")
    print(f"following its sound: {following / plain:.3f} of it; listening {float(picture.seconds) / listening:.0f}x")


if __name__ == "__main__":
    main()
