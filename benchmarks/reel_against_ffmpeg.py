"""The reel against the ffmpeg command on the same frames with the same encoder settings: the ratio of their times.

    python benchmarks/reel_against_ffmpeg.py FOLDER_OF_VIDEOS [--rounds 3]

Two jobs: a film as it is, and a list of twelve trims (ffmpeg: one trim and concat graph). Both run in
turns within one call; the best time of each counts. At most 1.3 is wanted. Also printed: the most
memory of a reel of the longest film, which must not grow with its length.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from cutscore.reel import make_reel
from cutscore_composer.media.probe import probe
from cutscore_composer.picture import CutPoint, Picture, PictureSpan

WANTED = 1.3
ENCODER = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "26", "-pix_fmt", "yuv420p", "-movflags", "+faststart"]
SCALE = "scale=640:360:flags=bilinear"
MEMORY = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[3])
from reel_against_ffmpeg import whole
from cutscore.reel import make_reel
make_reel(whole(Path(sys.argv[1])), Path(sys.argv[2]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


def whole(path: Path) -> Picture:
    """A film as it is."""
    video = probe(path).main_video
    assert video is not None
    assert video.frames is not None
    span = PictureSpan(0, video.frames, "clip", path.stem, path)
    return Picture(path.stem, video.rate, video.frames, (span,))


def trims(path: Path) -> Picture:
    """Twelve stretches of two to four seconds from all over a film, not in its order."""
    rate = Fraction(24)
    starts = [30, 4, 17, 41, 9, 26, 13, 36, 2, 21, 45, 33]
    spans, at = [], 0
    for number, start in enumerate(starts):
        frames = 48 + 12 * (number % 4)
        spans.append(PictureSpan(at, at + frames, "clip", f"{number}", path, Fraction(start)))
        at += frames
    return Picture("trims", rate, at, tuple(spans), tuple(CutPoint(span.record_in) for span in spans[1:]))


def ffmpeg_whole(path: Path, out: Path) -> list[str]:
    """The command that does the same to a whole film."""
    return ["ffmpeg", "-v", "error", "-y", "-i", str(path), "-an", "-vf", SCALE, *ENCODER, str(out)]


def ffmpeg_trims(picture: Picture, out: Path) -> list[str]:
    """The command that does the same to a cut list: every stretch an input with its own seek, then concat."""
    command, graph, joined = ["ffmpeg", "-v", "error", "-y"], [], ""
    for number, span in enumerate(picture.spans):
        command += ["-ss", f"{float(span.source_in):.6f}", "-i", str(span.media)]
        graph.append(f"[{number}:v:0]trim=end_frame={span.frames},setpts=PTS-STARTPTS,{SCALE}[v{number}]")
        joined += f"[v{number}]"
    graph.append(f"{joined}concat=n={len(picture.spans)}:v=1[out]")
    return [*command, "-filter_complex", ";".join(graph), "-map", "[out]", *ENCODER, str(out)]


def seconds(job: Callable[[], object]) -> float:
    """Wall-clock seconds of a job."""
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def frames_in(path: Path) -> int:
    """Frames of a file, counted by ffprobe."""
    command = ["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v", "-of", "csv=p=0"]
    command += ["-show_entries", "stream=nb_read_frames", str(path)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip().strip(","))


def compare(name: str, picture: Picture, command: list[str], out: Path, rounds: int) -> float:
    """Run both in turns, print the best times, return their ratio."""
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(seconds(lambda: make_reel(picture, out.parent)))
        theirs.append(seconds(lambda: subprocess.run(command, check=True)))
    counts = [frames_in(out.parent / f"{picture.name}.reel.mp4"), frames_in(out)]
    if counts != [picture.frames] * 2:
        sys.exit(f"{name}: {counts} frames where {picture.frames} are wanted")
    ratio = min(ours) / min(theirs)
    print(
        f"{name:<24} {picture.frames:>6} frames   reel {min(ours):6.2f} s   ffmpeg {min(theirs):6.2f} s   × {ratio:.2f}"
    )
    return ratio


def main() -> None:
    """Run both jobs and the memory measure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("videos", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    if shutil.which("ffmpeg") is None:
        sys.exit("The ffmpeg command is needed to compare with.")
    film = asked.videos / "sintel_trailer-720p.mp4"
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "by_ffmpeg.mp4"
        cut_list = trims(film)
        ratios = [
            compare("film as it is", whole(film), ffmpeg_whole(film, out), out, asked.rounds),
            compare("twelve trims", cut_list, ffmpeg_trims(cut_list, out), out, asked.rounds),
        ]
        for name in ("bbb_480p_30s_bower.mp4", "bbb_film_full_320x180.mp4"):
            command = [sys.executable, "-c", MEMORY, str(asked.videos / name), folder, str(Path(__file__).parent)]
            most = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
            print(f"{name:<32} {frames_in(asked.videos / name):>6} frames   most memory {most} MB")
    if max(ratios) > WANTED:
        sys.exit(f"× {max(ratios):.2f} is more than the {WANTED} wanted.")


if __name__ == "__main__":
    main()
