"""What the server adds to composing: requests to it against the composer in process, warm both, in one run.

    python benchmarks/serve_against_in_process.py [VIDEO...]

In process: the picture is read from the file, composed and encoded, as a script would do it, in a process that
has composed before. Server: the same file as a request over loopback, from its first byte to the answer's last,
with a connection of its own. The same seed, so that the work is the same; by turns. Prints the best
round and the median: seconds, what the server adds in milliseconds and percent, and the server's memory after the first and the last round.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

import av
import httpx
import numpy as np

from cutscore_composer.contract import PATH, output_format
from cutscore_composer.encode import encode
from cutscore_composer.engine import Progress, Request
from cutscore_composer.local import LocalEngine
from cutscore_composer.plain_video import picture_of_videos
from cutscore_composer.wishes import Wishes

FORM = "mp3_44100_128"


def film(path: Path, seconds: int) -> Path:
    """A 720p film with a cut every two seconds."""
    random = np.random.default_rng(1)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=Fraction(25), options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        for number in range(seconds * 25):
            if number % 50 == 0:
                shot = np.kron(random.integers(0, 255, (9, 16, 3)), np.ones((80, 80, 1))).astype(np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(np.roll(shot, number * 4, 1), format="rgb24")))
        out.mux(stream.encode(None))
    return path


def in_process(video: Path) -> tuple[float, bytes]:
    """Seconds and bytes of the composer itself."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        request = Request(picture_of_videos([video]), Wishes("calm"), "music", Path(folder), seed=7)
        music = LocalEngine().score(request, Progress())
        target = Path(folder) / "answer"
        encode(music.audio, target, output_format(FORM), Progress())
        return time.perf_counter() - started, target.read_bytes()


def served(video: Path, url: str) -> tuple[float, bytes]:
    """Seconds and bytes of a request."""
    with httpx.Client(base_url=url, trust_env=False, timeout=900) as client, video.open("rb") as file:
        started = time.perf_counter()
        form = {"description": "calm", "seed": "7"}
        answer = client.post(PATH, params={"output_format": FORM}, data=form, files={"videos": file})
        assert answer.status_code == 200, answer.text
        return time.perf_counter() - started, answer.content


def memory(pid: int) -> str:
    """Resident memory of the server's process and of its children together (Linux)."""

    def resident(one: int) -> int:
        rows = Path(f"/proc/{one}/status").read_text().splitlines()
        return next(int(row.split()[1]) * 1024 for row in rows if row.startswith("VmRSS"))

    children = [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]
    return f"server {resident(pid) / 1e6:.0f} MB, children {sum(map(resident, children)) / 1e6:.0f} MB"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", nargs="*", type=Path, help="Videos [made: 5 s and 30 s of 720p].")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        videos = arguments.videos or [film(Path(folder) / f"film{n}.mp4", n) for n in (5, 30)]
        server = subprocess.Popen(
            [sys.executable, "-m", "cutscore.cli.main", "serve", "--port", "0", "--json", "--folder", folder],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        try:
            assert server.stdout
            url = json.loads(server.stdout.readline())["url"]
            for video in videos:
                _, here = in_process(video)
                _, there = served(video, url)
                assert here == there, "the server's music is not the composer's"
                print(f"{video.name}: {memory(server.pid)} after the first round")
                took = [(in_process(video)[0], served(video, url)[0]) for _ in range(arguments.rounds)]
                for what, of in (("best", min), ("median", statistics.median)):
                    own, with_server = (of(column) for column in zip(*took, strict=True))
                    added = with_server - own
                    print(
                        f"  {what}: in process {own:.3f} s, server {with_server:.3f} s, "
                        f"{added * 1000:+.0f} ms, {added / own * 100:+.1f} %"
                    )
                print(f"  {memory(server.pid)} after the last round")
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
