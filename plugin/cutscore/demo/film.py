"""Drawing the demo film: each scene as a video file of its own, with its sound."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from cutscore.demo import arrival, journey
from cutscore.demo.ambience import ambience
from cutscore.demo.paint import SIZE
from cutscore_composer.engine import Progress
from cutscore_composer.errors import OutputFailed
from cutscore_composer.timebase import SAMPLE_RATE

RATE = Fraction(24)

SCENES: dict[str, tuple[Callable[[], journey.Scene], int]] = {
    "dawn": (journey.dawn, 132),
    "train": (journey.train, 132),
    "window": (journey.window, 132),
    "rain": (arrival.rain, 132),
    "city": (arrival.city, 132),
    "title": (arrival.title, 120),
}
"""Every scene with the length of its file in frames; the edit uses a part of it."""


def draw_film(folder: Path, progress: Progress) -> dict[str, Path]:
    """Draw all scenes into `folder` as NAME.mp4 and give their paths.

    Raises OutputFailed when they cannot be written, Cancelled when the work is stopped.
    """
    total = sum(frames for _, frames in SCENES.values())
    done = dict.fromkeys(SCENES, 0)

    def draw(name: str) -> Path:
        scene, frames = SCENES[name]
        path = folder / f"{name}.mp4"

        def told(frame: int) -> None:
            done[name] = frame
            progress.report("draw", sum(done.values()) / total, name)

        _encode(path, scene(), frames, name, told)
        return path

    # Two at once: encoding runs outside of Python and overlaps with the painting of the other scene.
    with ThreadPoolExecutor(max_workers=2) as pool:
        try:
            made = dict(zip(SCENES, pool.map(draw, SCENES), strict=True))
        except OSError as error:
            raise OutputFailed(f"The film cannot be written to {folder}: {error.strerror or error}.") from error
    progress.report("draw", 1.0)
    return made


def _encode(path: Path, scene: journey.Scene, frames: int, name: str, told: Callable[[int], None]) -> None:
    part = path.with_name(f".{path.stem}.{os.getpid()}.part.mp4")
    try:
        with av.open(str(part), "w", options={"movflags": "+faststart"}) as container:
            video = container.add_stream("libx264", rate=RATE, options={"preset": "ultrafast", "crf": "18"})
            video.width, video.height = SIZE
            video.pix_fmt = "yuv420p"
            video.time_base = 1 / RATE
            video.codec_context.thread_count = 0
            audio = container.add_stream("aac", rate=SAMPLE_RATE, layout="mono")
            for number in range(frames):
                if number % 8 == 0:
                    told(number)
                frame = av.VideoFrame.from_ndarray(np.asarray(scene(number / float(RATE))), format="rgb24")
                frame.pts = number
                container.mux(video.encode(frame))
            container.mux(video.encode(None))
            sound = av.AudioFrame.from_ndarray(ambience(name, frames / float(RATE))[None, :], "fltp", "mono")
            sound.sample_rate, sound.pts, sound.time_base = SAMPLE_RATE, 0, Fraction(1, SAMPLE_RATE)
            container.mux(audio.encode(sound))
            container.mux(audio.encode(None))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
