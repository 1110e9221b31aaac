"""Renders of parts of a timeline, as programs make them: sizes, codecs, rates, black heads, grades, timecode."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from cutscore.cut import Cut
from cutscore.reel.edited import edited_frames
from cutscore_composer.media.canvas import Canvas
from cutscore_composer.media.shown import Sources


@dataclass(frozen=True)
class Look:
    """How a part is rendered."""

    size: tuple[int, int] = (320, 180)
    codec: str = "libx264"
    rate: Fraction | None = None
    """The render's rate; frames are taken by time unless `conformed`."""
    conformed: bool = False
    """Whether every frame of the timeline is one of the render, whatever the rates are."""
    nearest: bool = False
    """Whether the frame nearest in time is taken, as ffmpeg does, and not the one that is shown."""
    head: int = 0
    """Black frames before the part."""
    tail: int = 0
    slate: int = 0
    """Frames of a slate before the part, after the black."""
    gamma: float = 1.0
    gain: float = 1.0
    bars: float = 0.0
    """Share of the height that black bars cover, above and below together."""
    timecode: str | None = None
    quality: int = 28


def render_part(cut: Cut, first: int, last: int, path: Path, look: Look | None = None) -> Path:
    """Render the frames from `first` up to `last` of a timeline."""
    look = look or Look()
    rate = look.rate or cut.rate
    with av.open(str(path), "w", options={"movflags": "+faststart"} if path.suffix == ".mp4" else {}) as out:
        if look.timecode:
            out.metadata["timecode"] = look.timecode
        stream: Any = out.add_stream(look.codec, rate=rate)
        stream.width, stream.height = look.size
        stream.pix_fmt = "yuv422p10le" if look.codec == "prores_ks" else "yuv420p"
        if look.codec == "libx264":
            stream.codec_context.options = {"crf": str(look.quality), "preset": "veryfast"}
        elif look.codec in ("mpeg2video", "mpeg4"):
            stream.codec_context.bit_rate = 2_000_000
        for number, picture in enumerate(_pictures(cut, first, last, look, rate)):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, 1 / rate
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def frames_of_render(first: int, last: int, cut_rate: Fraction, rate: Fraction, look: Look) -> list[int]:
    """The frame of the timeline that each frame of a render shows, heads left out."""
    if look.conformed or rate == cut_rate:
        return list(range(first, last))
    ratio = cut_rate / rate
    count = math.floor((last - first) / ratio + Fraction(1, 2))
    half = Fraction(1, 2) if look.nearest else Fraction(0)
    return [min(last - 1, first + math.floor(number * ratio + half)) for number in range(count)]


def _pictures(cut: Cut, first: int, last: int, look: Look, rate: Fraction) -> Iterator[np.ndarray]:
    width, height = look.size
    black = np.zeros((height, width, 3), np.uint8)
    yield from (black for _ in range(look.head))
    slate = np.full((height, width, 3), 90, np.uint8)
    slate[height // 4 : height // 3, width // 8 : width // 2] = 230
    yield from (slate for _ in range(look.slate))
    shown = frames_of_render(first, last, cut.rate, rate, look)
    curve = np.clip((np.arange(256) / 255) ** look.gamma * 255 * look.gain, 0, 255).astype(np.uint8)
    bar = round(height * look.bars / 2)
    with Sources() as sources:
        frames = enumerate(edited_frames(cut.picture(), Canvas(width, height, "rgb24"), sources, first, last), first)
        at, picture = -1, black
        for wanted in shown:
            while at < wanted:
                at, frame = next(frames)
                if at == wanted:
                    picture = curve[np.asarray(frame.to_ndarray())]
                    if bar:
                        picture[:bar] = 0
                        picture[-bar:] = 0
            yield picture
    yield from (black for _ in range(look.tail))
