"""Films whose every frame shows its own number as a pattern of bars, and the reading of that pattern.

Twelve bars, the left one the highest bit: bright above dark is a 1, dark above bright a 0. The
comparison within a bar survives scaling, compression, ranges, fades to black and grey.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

BITS = 12


def pattern(number: int, width: int = 192, height: int = 96) -> np.ndarray:
    """The picture of a number, (height, width) luma."""
    picture = np.empty((height, width), np.uint8)
    for bit in range(BITS):
        left, right = width * bit // BITS, width * (bit + 1) // BITS
        one = bool(number >> (BITS - 1 - bit) & 1)
        picture[: height // 2, left:right] = 200 if one else 50
        picture[height // 2 :, left:right] = 50 if one else 200
    return picture


def number_of(picture: np.ndarray) -> int:
    """The number in a picture's luma, which must be the pattern and nothing around it; −1 where there is none."""
    height, width = picture.shape
    number = 0
    for bit in range(BITS):
        left, right = width * bit // BITS, width * (bit + 1) // BITS
        inner = slice(left + (right - left) // 4, right - (right - left) // 4)
        top = float(picture[height // 8 : 3 * height // 8, inner].mean())
        bottom = float(picture[5 * height // 8 : 7 * height // 8, inner].mean())
        if abs(top - bottom) < 8:
            return -1
        number = number * 2 + (top > bottom)
    return number


def number_in(frame: av.VideoFrame) -> int:
    """The number that a frame shows."""
    return number_of(frame.reformat(format="gray").to_ndarray())


def numbers_by_ffmpeg(path: Path, width: int = 192, height: int = 96) -> list[int]:
    """The number of every frame of a file, decoded by the ffmpeg command."""
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:v:0", "-fps_mode", "passthrough"]
    command += ["-vf", f"scale={width}:{height}", "-pix_fmt", "gray", "-f", "rawvideo", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    return [number_of(picture) for picture in np.frombuffer(raw, np.uint8).reshape(-1, height, width)]


def numbered_film(
    path: Path,
    frames: int = 100,
    rate: Fraction = Fraction(25),
    *,
    codec: str = "libx264",
    size: tuple[int, int] = (192, 96),
    stamps: Sequence[int] | None = None,
    tick: Fraction = Fraction(1, 1000),
    first: int = 0,
    key_every: int = 30,
    rotation: int = 0,
    aspect: Fraction | None = None,
    container_options: dict[str, str] | None = None,
    sound: np.ndarray | None = None,
    grain: int = 0,
    pixels: str = "yuv420p",
) -> Path:
    """A film of the numbers `first`…; `stamps` are time stamps in `tick`s for a variable rate or a late start.

    `rotation` turns the stored picture and marks it to be turned back; `sound` is (n,) float32 at 48 kHz;
    `grain` is the height of random noise, which makes the file large.
    """
    width, height = size
    with av.open(str(path), "w", options=container_options or {}) as out:
        stream: Any = out.add_stream(codec, rate=rate)
        turned = rotation % 180 != 0
        stream.width, stream.height = (height, width) if turned else (width, height)
        stream.pix_fmt = pixels
        stream.codec_context.gop_size = key_every
        if codec == "libx264":
            stream.codec_context.options = {"crf": "20", "bf": "2", "preset": "veryfast"}
        if stamps is not None:
            stream.codec_context.time_base = tick
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        if rotation:
            stream.set_display_rotation(rotation)
        heard: Any = out.add_stream("aac", rate=48_000, layout="mono") if sound is not None else None
        noise = np.random.default_rng(1)
        for number in range(frames):
            plain = pattern(first + number, width, height)
            picture = np.rot90(plain + noise.integers(0, grain + 1, plain.shape, np.uint8), -rotation // 90)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="gray").reformat(format=pixels)
            frame.pts, frame.time_base = (number, 1 / rate) if stamps is None else (stamps[number], tick)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
        if sound is not None:
            for start in range(0, len(sound), 1024):
                block = av.AudioFrame.from_ndarray(
                    np.ascontiguousarray(sound[None, start : start + 1024], np.float32), format="fltp", layout="mono"
                )
                block.sample_rate, block.pts, block.time_base = 48_000, start, Fraction(1, 48_000)
                out.mux(heard.encode(block))
            out.mux(heard.encode(None))
    return path
