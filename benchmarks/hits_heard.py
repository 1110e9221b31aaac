"""How much of the hits is heard beyond chance, on real films and on edits cut at random.

    python benchmarks/hits_heard.py /data/videos [--style NAME] [--sync tight] [--films 3] [--edits 10] [--seconds 30]

A row for each picture: hits, strong onsets (librosa), the share of hits heard, the same for onsets shifted by
chance, the difference, and the share of the strong onsets that fall on cuts.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from cutscore_composer.picture import Picture
from cutscore_composer.plain_video import picture_of_video
from cutscore_composer.wishes import Wishes
from support.hits_heard import FILM, cut_at_random, heard_in, scored


def films(videos: Path) -> list[tuple[str, Picture]]:
    """Three edited films: a trailer, the opening of a film, and two minutes from its middle."""
    return [
        ("Sintel trailer", picture_of_video(videos / "sintel_trailer-720p.mp4")),
        ("Big Buck Bunny 0:00-0:30", picture_of_video(videos / "bbb_480p_30s_bower.mp4")),
        ("Big Buck Bunny 4:00-6:00", picture_of_video(videos / FILM).section(5760, 8640)),
    ]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", type=Path)
    parser.add_argument("--style")
    parser.add_argument("--sync", default="natural", choices=("loose", "natural", "tight"))
    parser.add_argument("--films", type=int, default=3)
    parser.add_argument("--edits", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=30)
    asked = parser.parse_args()
    pictures = films(asked.videos)[: asked.films]
    pictures += [(f"Edit {n}", cut_at_random(asked.videos, n, asked.seconds)) for n in range(asked.edits)]
    wishes = Wishes(style=asked.style, sync=asked.sync)
    print(
        f"{'picture':<26} {'style':<18} {'hits':>4} {'strong':>6} {'heard':>6} {'chance':>6} {'gain':>6} {'on cuts':>7}"
    )
    gains = []
    for name, picture in pictures:
        with tempfile.TemporaryDirectory() as folder:
            music = scored(picture, Path(folder), wishes)
            found = heard_in(music)
        gains.append(found.gain)
        print(
            f"{name:<26} {music.cue.brief.style or '':<18} {found.hits:>4} {found.onsets:>6} {found.share:>6.2f} "
            f"{found.chance:>6.2f} {found.gain:>6.2f} {found.on_cuts:>7.2f}",
            flush=True,
        )
    print(f"mean gain {np.mean(gains):.2f}; of the edits {np.mean(gains[asked.films :] or [0]):.2f}")


if __name__ == "__main__":
    main()
