"""Making the reel: the used picture of an edit as a few small files that a server accepts.

>>> reel = make_reel(picture, folder, progress=Progress())                  # doctest: +SKIP
>>> reel.files, float(reel.seconds), reel.bytes                             # doctest: +SKIP
((PosixPath('…/film.reel.mp4'),), 52.208, 2411877)
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from cutscore.reel.edited import edited_frames
from cutscore.reel.film import SOUND_BITS, Encoding, Film, TooLarge
from cutscore_composer.engine import Progress
from cutscore_composer.errors import InputRefused
from cutscore_composer.media.canvas import Canvas
from cutscore_composer.media.colour import Matrix
from cutscore_composer.media.probe import probe
from cutscore_composer.media.shown import Sources, image_path
from cutscore_composer.media.sound import mix_sounds
from cutscore_composer.picture import Picture, PictureSpan
from cutscore_composer.timebase import seconds_at

HEIGHT = 360
"""Height of the reel's picture in pixels (its width where it stands upright)."""
MARGIN = Fraction(9, 10)
"""Share of the byte limit that is planned for."""
LEAST_BITS, MOST_BITS = 8_000, 20_000_000
"""Bits a second of the picture that an encoder is ever asked for."""
SMALLEST = 96
"""Height below which no reel is made to fit a byte limit."""


@dataclass(frozen=True, slots=True)
class ReelLimits:
    """What a server accepts."""

    files: int = 10
    bytes: int = 200_000_000
    """Of all files together."""
    seconds: int = 600
    """Of all files together."""


@dataclass(frozen=True, slots=True)
class Reel:
    """The files of a reel, in order."""

    files: tuple[Path, ...]
    frames: int
    seconds: Fraction
    bytes: int
    warnings: tuple[str, ...] = ()


def make_reel(
    picture: Picture,
    folder: Path,
    *,
    limits: ReelLimits | None = None,
    separate: bool = False,
    sound: bool = False,
    height: int = HEIGHT,
    stem: str = "",
    progress: Progress | None = None,
) -> Reel:
    """Make the reel in an existing folder: one file, or with `separate` one a clip (neighbours joined where too many).

    It has exactly the picture's frames at its rate: only what the edit shows, speed, freezes and
    dissolves as they are, black for gaps and missing media, silent unless `sound`.
    Raises InputRefused (longer than the limit, nothing to show, media that cannot be used),
    OutputFailed or Cancelled; then no file is left.
    """
    limits, progress = limits or ReelLimits(), progress or Progress()
    if picture.frames < 1:
        raise InputRefused(f"{picture.name} has no frames; there is nothing to make a reel of.")
    if picture.seconds > limits.seconds:
        raise InputRefused(
            f"{picture.name} lasts {float(picture.seconds):.1f} s; a reel holds at most {limits.seconds} s: divide it."
        )
    progress.report("reel", 0.0)
    ranges = clip_ranges(picture, limits.files) if separate else ((0, picture.frames),)
    name = file_name(stem or picture.name)
    paths = tuple(
        folder / (f"{name}.reel.mp4" if len(ranges) == 1 else f"{name}.reel.{number:02d}.mp4")
        for number in range(1, len(ranges) + 1)
    )
    side, share = height, MARGIN
    while True:
        try:
            return _write(picture, paths, ranges, side, int(limits.bytes * share), limits.bytes, sound, progress)
        except TooLarge:
            share *= Fraction(2, 3)
            side = side * 3 // 4
            if side < SMALLEST:
                raise InputRefused(
                    f"{picture.name} does not fit into {limits.bytes:,} bytes, however small its picture."
                ) from None


def file_name(name: str) -> str:
    """A picture's name as every system takes it for a file: no signs of paths, at most 120 bytes."""
    written = name.encode("utf-8", "replace")[:120].decode("utf-8", "ignore")
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]+', "_", written).strip(" .") or "picture"


def picture_bits(picture: Picture, most_bytes: int, files: int, sound: bool) -> int:
    """Bits a second for the picture, so that all files together stay within `most_bytes`."""
    index = 8_000 * files + 24 * picture.frames
    if sound:
        most_bytes -= math.ceil(picture.seconds * (SOUND_BITS * Fraction(21, 20) + 3_000) / 8)
    return min(MOST_BITS, max(LEAST_BITS, math.floor((most_bytes - index) * 8 / picture.seconds)))


def clip_ranges(picture: Picture, most: int) -> tuple[tuple[int, int], ...]:
    """Ranges of frames, one a span, or where there are more than `most` neighbours joined to parts of like length."""
    edges = [span.record_in for span in picture.spans if span.record_in > 0]
    if len(edges) >= most:
        chosen, free_from = [], 0
        for number in range(1, most):
            wished = Fraction(picture.frames * number, most)
            left = range(free_from, len(edges) - (most - 1 - number))
            nearest = min(left, key=lambda i: abs(edges[i] - wished))
            chosen.append(edges[nearest])
            free_from = nearest + 1
        edges = chosen
    frames = [0, *edges, picture.frames]
    return tuple(pairwise(frames))


def canvas_for(picture: Picture, height: int) -> Canvas:
    """The canvas in the shape and colour matrix of the media that is shown longest, never larger than the media.

    Raises InputRefused when no span shows anything.
    """
    shown: Counter[Path] = Counter()
    for span in picture.spans:
        if span.media is not None and span.kind in ("clip", "still"):
            shown[_sample_file(span)] += span.frames
    shapes: Counter[Fraction] = Counter()
    matrices: Counter[Matrix] = Counter()
    largest = 0
    for path, frames in shown.most_common(20):
        try:
            video = probe(path).main_video
        except InputRefused:
            continue
        if video is not None:
            shapes[Fraction(video.width, video.height) * video.sample_aspect] += frames
            matrices[video.matrix] += frames
            largest = max(largest, min(video.width, video.height))
    if not shapes:
        raise InputRefused(f"{picture.name} shows no media that can be read; find its media, then try again.")
    aspect = min(max(shapes.most_common(1)[0][0], Fraction(1, 4)), Fraction(4))
    short = max(SMALLEST // 2, min(height, largest))
    width, high = (short * aspect, Fraction(short)) if aspect >= 1 else (Fraction(short), short / aspect)
    return Canvas(_even(width), _even(high), matrix=matrices.most_common(1)[0][0])


def _sample_file(span: PictureSpan) -> Path:
    assert span.media is not None
    return image_path(span.media, span.image_start) if span.image_rate is not None else span.media


def _even(side: Fraction) -> int:
    return max(2, round(side / 2) * 2)


def _write(
    picture: Picture,
    paths: tuple[Path, ...],
    ranges: tuple[tuple[int, int], ...],
    height: int,
    wanted_bytes: int,
    most_bytes: int,
    sound: bool,
    progress: Progress,
) -> Reel:
    """All files once; raises TooLarge when they outgrow the limit. Whatever goes wrong, none is left."""
    canvas = canvas_for(picture, height)
    encoding = Encoding(most_bits=picture_bits(picture, wanted_bytes, len(paths), sound))
    written: list[Path] = []
    notes: dict[str, None] = {}
    total = 0
    try:
        with Sources() as sources:
            for path, (first, last) in zip(paths, ranges, strict=True):
                limit = replace(encoding, most_bytes=most_bytes - total)
                with Film(path, picture.rate, canvas, limit, sound=sound) as film:
                    part = picture.section(first, last)
                    heard = mix_sounds(part, warn=notes.setdefault) if sound else None
                    frames = edited_frames(picture, canvas, sources, first, last)
                    span = first / picture.frames, last / picture.frames
                    film.add_all(frames, heard, progress, "reel", *span, expected=last - first)
                written.append(path)
                total += path.stat().st_size
            notes |= dict.fromkeys(sources.warnings)
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise
    progress.report("reel", 1.0)
    return Reel(paths, picture.frames, seconds_at(picture.frames, picture.rate), total, tuple(notes))
