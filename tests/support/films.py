"""Small films made for a test: any rate, shots, sound, rotation, uneven frame times."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

SHOT_COLOURS = ((200, 60, 40), (30, 90, 190), (60, 170, 80), (230, 220, 200), (20, 20, 30))


def film(
    path: Path,
    *,
    rate: Fraction = Fraction(25),
    frames: int = 100,
    cuts: Sequence[int] = (),
    size: tuple[int, int] = (64, 48),
    steps: Sequence[int] | None = None,
    sound_seconds: float = 0.0,
    rotation: int = 0,
    streams: int = 1,
    codec: str = "mpeg4",
    options: dict[str, str] | None = None,
) -> Path:
    """A film whose shots change at the frames `cuts`; a bar moves inside each shot.

    `steps` are distances between frames in 1/1000 s for a variable rate; a further stream is larger by its number.
    `options` are the container's.
    """
    with av.open(str(path), "w", options=options or {}) as out:
        videos = []
        for number in range(streams):
            stream = out.add_stream(codec, rate=rate)
            stream.width, stream.height, stream.pix_fmt = size[0] * (number + 1), size[1] * (number + 1), "yuv420p"
            if rotation:
                stream.set_display_rotation(rotation)
            if steps:
                stream.codec_context.time_base = Fraction(1, 1000)
            videos.append(stream)
        sound = out.add_stream("aac", rate=48000, layout="mono") if sound_seconds else None
        for stream in videos:
            stamp = 0
            for number in range(frames):
                frame = av.VideoFrame.from_ndarray(_picture(number, cuts, stream.width, stream.height), format="rgb24")
                if steps:
                    frame.pts, frame.time_base = stamp, Fraction(1, 1000)
                    stamp += steps[number % len(steps)]
                out.mux(stream.encode(frame))
            out.mux(stream.encode(None))
        if sound is not None:
            tone = (0.2 * np.sin(2 * np.pi * 440 * np.arange(int(sound_seconds * 48000)) / 48000)).astype(np.float32)
            for start in range(0, len(tone), 1024):
                block = av.AudioFrame.from_ndarray(
                    tone[None, start : start + 1024].copy(), format="fltp", layout="mono"
                )
                block.sample_rate, block.pts = 48000, start
                out.mux(sound.encode(block))
            out.mux(sound.encode(None))
    return path


def _picture(number: int, cuts: Sequence[int], width: int, height: int) -> np.ndarray:
    shot = sum(number >= cut for cut in cuts)
    picture = np.empty((height, width, 3), np.uint8)
    picture[:] = SHOT_COLOURS[shot % len(SHOT_COLOURS)]
    left = (number * 2) % width
    picture[height // 3 : height // 2, left : left + width // 8] = 255
    return picture
