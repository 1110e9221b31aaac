"""What the server adds to composing: requests to it against the composer in process, warm both, in one run.

    python benchmarks/serve_against_in_process.py [VIDEO...]

In process: the picture is read from the file, composed and encoded, as a script would do it, in a process that
has composed before. Server: the same file as a request over loopback, from its first byte to the answer's last,
with a connection of its own. The same seed, so that the work is the same; by turns. Prints seconds of the best and
of the median round, what the server adds, and its memory after the first and the last round.

First the same with an engine that writes silence at once: what the server adds is then not lost in the noise of
composing on a machine that has other work.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

import av
import httpx
import numpy as np

from cutscore_composer.contract import PATH, output_format
from cutscore_composer.cue import cue_json, new_cue
from cutscore_composer.deliver.wav import write_wav
from cutscore_composer.encode import encode
from cutscore_composer.engine import Engine, Progress, Request
from cutscore_composer.local import LocalEngine
from cutscore_composer.music import Music
from cutscore_composer.plain_video import picture_of_videos
from cutscore_composer.server import ServerSettings
from cutscore_composer.server.run import serve
from cutscore_composer.timebase import samples_for
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


class SilentEngine:
    """Writes silence at once."""

    name, version = "silent", "1"

    def score(self, request: Request, progress: Progress) -> Music:
        """As long as the picture."""
        samples = samples_for(request.picture.frames, request.picture.rate)
        audio, cue_file = request.folder / "silent.wav", request.folder / "silent.cue.json"
        write_wav(audio, [np.zeros((samples, 2), np.float32)], samples=samples)
        cue = new_cue("silent", request.picture.rate, request.picture.frames, samples)
        cue_file.write_text(cue_json(cue), encoding="utf-8")
        return Music(audio, cue, cue_file)


def silent_server(folder: str) -> None:
    """Run a server with that engine; prints its URL."""
    settings = ServerSettings(port=0, folder=Path(folder), engine="serve_against_in_process:SilentEngine")
    serve(settings, lambda url: print(json.dumps({"url": url}), flush=True))


SILENT = "import sys, serve_against_in_process as b; b.silent_server(sys.argv[1])"
COMPOSING = (
    "import sys; from cutscore.cli.main import main; main(['serve', '--port', '0', '--json', '--folder', sys.argv[1]])"
)


def in_process(video: Path, engine: Engine) -> tuple[float, bytes]:
    """Seconds and bytes of the engine itself."""
    with tempfile.TemporaryDirectory() as folder:
        started = time.perf_counter()
        request = Request(picture_of_videos([video]), Wishes("calm"), "music", Path(folder), seed=7)
        music = engine.score(request, Progress())
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


@contextmanager
def running(code: str, folder: str) -> Iterator[tuple[str, int]]:
    """URL and process of a server."""
    paths = os.pathsep.join([str(Path(__file__).parent), *(path for path in sys.path if path)])
    server = subprocess.Popen(
        [sys.executable, "-c", code, folder],
        env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stdout
        yield json.loads(server.stdout.readline())["url"], server.pid
    finally:
        server.terminate()
        server.wait()


def compare(video: Path, engine: Engine, url: str, rounds: int) -> None:
    """Measure and print."""
    _, here = in_process(video, engine)
    _, there = served(video, url)
    assert here == there, "the server's music is not the engine's"
    took = [(in_process(video, engine)[0], served(video, url)[0]) for _ in range(rounds)]
    for what, of in (("best", min), ("median", statistics.median)):
        own, with_server = (of(column) for column in zip(*took, strict=True))
        added = with_server - own
        print(
            f"{video.name}, {engine.name} engine, {what}: in process {own:.3f} s, server {with_server:.3f} s, "
            f"{added * 1000:+.0f} ms, {added / own * 100:+.1f} %"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", nargs="*", type=Path, help="Videos [made: 5 s and 30 s of 720p].")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        videos = arguments.videos or [film(Path(folder) / f"film{n}.mp4", n) for n in (5, 30)]
        with running(SILENT, folder) as (url, _):
            compare(videos[0], SilentEngine(), url, 40)
        with running(COMPOSING, folder) as (url, pid):
            for video in videos:
                served(video, url)
                print(memory(pid))
                compare(video, LocalEngine(), url, arguments.rounds)
                print(memory(pid))


if __name__ == "__main__":
    main()
