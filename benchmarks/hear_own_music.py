"""How far below speech and score Cutscore's music is still recognised in a render, and how often anything else is.

    python benchmarks/hear_own_music.py /data/videos

Music is made for real videos and mixed at several levels (loudness against loudness, by ffmpeg's loudnorm) under the
sound of others, as AAC at 96 kbit/s; then every real sound, and every other piece, is compared with each piece.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from fractions import Fraction
from pathlib import Path

from cutscore.config import Settings
from cutscore.scoring import score
from cutscore_composer.engine import Progress
from cutscore_watchers.matching.heard_music import RATE, Sound, place_of, sound_of

LEVELS = (0, -6, -12, -18, -24, -30)
"""Decibels of the music's loudness against that of the sound over it."""
OFFSET_SECONDS = 3.21
PIECES = (
    ("film score", "sintel_trailer-720p.mp4", None, 0),
    ("film score, seed 1", "sintel_trailer-720p.mp4", None, 1),
    ("piano", "bbb_480p_30s_bower.mp4", "calm piano", 0),
    ("piano, seed 3", "bbb_480p_30s_bower.mp4", "calm piano", 3),
    ("electronic", "bbb_480p_30s_bower.mp4", "electronic chase, 120 bpm, drums", 0),
    ("electronic, seed 1", "bbb_480p_30s_bower.mp4", "electronic chase, 120 bpm, drums", 1),
    ("orchestra", "intel_car_detection.mp4", "orchestral drama", 0),
)
OVER = ("nasa_13013_torchcodec.mp4", "sintel_trailer-720p.mp4", "bbb_480p_30s_bower.mp4")


def make_music(videos: Path, folder: Path) -> dict[str, Path]:
    """A piece for each row of PIECES."""
    made = {}
    for number, (name, video, words, seed) in enumerate(PIECES):
        settings = Settings.model_validate(
            {
                "ledger": {"database": f"sqlite:///{folder / 'ledger.sqlite'}", "store": str(folder / "store")},
                "music": {"seed": seed, **({"description": words} if words else {})},
            }
        )
        result = score([videos / video], settings, output=folder / str(number), place=False)
        made[name] = result.takes[0].music.audio
    return made


def mix(music: Path, over: Path, decibels: float, out: Path) -> Path:
    """The music, from OFFSET_SECONDS on, under a sound that is repeated as long as it needs."""
    graph = (
        f"[0:a]loudnorm=I=-23:TP=-2,volume={decibels}dB,adelay={round(OFFSET_SECONDS * 1000)}:all=1[m];"
        "[1:a]aresample=48000,loudnorm=I=-23:TP=-2,aformat=channel_layouts=stereo[s];"
        "[m][s]amix=2:duration=first:normalize=0[a]"
    )
    command = ["ffmpeg", "-v", "error", "-y", "-i", str(music), "-stream_loop", "-1", "-i", str(over)]
    command += ["-filter_complex", graph, "-map", "[a]", "-c:a", "aac", "-b:a", "96k", str(out)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return out


def heard(music: Sound, film: Sound) -> str:
    """Where, and at what share of the stretches, or a dash."""
    found = place_of(music, film, Progress())
    return "-" if found is None else f"{found[0] / RATE:.3f} s {found[1]:.0%}"


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pieces = make_music(arguments.videos, folder)
        sounds = {title: sound_of(path, Fraction(1), Progress()) for title, path in pieces.items()}
        print(f"music under other sound, from {OFFSET_SECONDS} s on; columns: {LEVELS} dB")
        for title in ("film score", "piano", "electronic", "orchestra"):
            for over in OVER:
                row = []
                for decibels in LEVELS:
                    mixed = mix(pieces[title], arguments.videos / over, decibels, folder / "mix.m4a")
                    row.append(heard(sounds[title], sound_of(mixed, Fraction(1), Progress())))
                print(f"{title:12} under {over:28} {' | '.join(row)}", flush=True)
        wrong = pairs = 0
        began = time.perf_counter()
        for video in sorted(arguments.videos.glob("*.mp4")):
            film = sound_of(video, Fraction(1), Progress())
            found = {title: said for title, sound in sounds.items() if (said := heard(sound, film)) != "-"}
            pairs, wrong = pairs + len(sounds), wrong + len(found)
            print(f"{video.name}: {found or 'nothing'}", flush=True)
        print(f"real sound: {wrong} of {pairs} wrongly recognised, {time.perf_counter() - began:.1f} s")
        for title, sound in sounds.items():
            others = {other: heard(theirs, sound) for other, theirs in sounds.items() if other != title}
            print(
                f"{title}: {({o: s for o, s in others.items() if s != '-'}) or 'none of the other pieces'}", flush=True
            )


if __name__ == "__main__":
    main()
