"""An edit of ten drawn shots as an .otio, and renders of parts of it made by the ffmpeg command alone."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import opentimelineio as otio
import pytest

LENGTHS = (37, 61, 24, 50, 83, 45, 30, 71, 52, 66)
"""Frames of each shot: no two stretches have the same rhythm."""
CUTS = tuple(accumulate(LENGTHS))[:-1]
FRAMES = sum(LENGTHS)
SOURCE_IN = 12
"""Frame of each shot's media at which the edit begins to use it."""
START_FRAME = 90_000
"""01:00:00:00 at 25."""


@dataclass(frozen=True)
class DrawnEdit:
    """The edit and its media."""

    project: Path
    media: tuple[Path, ...]
    rate: Fraction


def shot(number: int, frames: int, size: tuple[int, int] = (192, 108)) -> np.ndarray:
    """A shot of its own colours and shapes that pans, (frames, height, width, 3)."""
    random = np.random.default_rng(100 + number)
    width, height = size
    wide = cv2.resize(random.integers(0, 256, (9, 24, 3), np.uint8), (width * 2, height), interpolation=cv2.INTER_CUBIC)
    wide = np.clip(wide.astype(np.float32) * 0.7 + random.integers(0, 90, 3), 0, 255).astype(np.uint8)
    pace = 1 + number % 3
    return np.stack([np.roll(wide, -pace * frame, axis=1)[:, :width] for frame in range(frames)])


def write_film(path: Path, pictures: np.ndarray, rate: Fraction) -> Path:
    """A film of given pictures."""
    with av.open(str(path), "w") as out:
        stream: Any = out.add_stream("libx264", rate=rate)
        stream.width, stream.height, stream.pix_fmt = pictures.shape[2], pictures.shape[1], "yuv420p"
        stream.codec_context.options = {"crf": "16", "preset": "veryfast"}
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, 1 / rate
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def drawn_edit(
    folder: Path, rate: Fraction = Fraction(25), name: str = "film", order: Sequence[int] = tuple(range(10))
) -> DrawnEdit:
    """Ten shots, one file each, in an .otio that begins at 01:00:00:00; a marker at frame 200."""
    folder.mkdir(parents=True, exist_ok=True)
    media = tuple(
        write_film(folder / f"shot{number}.mp4", shot(number, length + 2 * SOURCE_IN), rate)
        for number, length in enumerate(LENGTHS)
    )
    project = folder / f"{name}.otio"
    write_timeline(project, media, rate, order)
    return DrawnEdit(project, media, rate)


def write_timeline(
    project: Path,
    media: Sequence[Path],
    rate: Fraction,
    order: Sequence[int] = tuple(range(10)),
    gap: tuple[int, int] | None = None,
    trim: int = 0,
) -> None:
    """The .otio of the shots in an order, `trim` frames less of the first one.

    `gap` is the place in it before which there is black, and how many frames.
    """
    said = float(rate)
    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    for place, number in enumerate(order):
        length = LENGTHS[number] - (trim if place == 0 else 0)
        if gap is not None and gap[0] == place:
            track.append(otio.schema.Gap(duration=otio.opentime.RationalTime(gap[1], said)))
        reference = otio.schema.ExternalReference(target_url=media[number].as_uri())
        used = otio.opentime.TimeRange(
            otio.opentime.RationalTime(SOURCE_IN, said), otio.opentime.RationalTime(length, said)
        )
        track.append(otio.schema.Clip(f"shot {number}", reference, used))
    timeline = otio.schema.Timeline("film", global_start_time=otio.opentime.RationalTime(START_FRAME, said))
    timeline.tracks.append(track)
    at = otio.opentime.TimeRange(otio.opentime.RationalTime(200, said), otio.opentime.RationalTime(1, said))
    timeline.tracks.markers.append(otio.schema.Marker("hit", at))
    otio.adapters.write_to_file(timeline, str(project))


def render_by_ffmpeg(
    edit: DrawnEdit,
    first: int,
    last: int,
    path: Path,
    *options: str,
    size: str = "256x144",
    order: Sequence[int] = tuple(range(10)),
    sound: Path | None = None,
) -> Path:
    """Frames `first` up to `last` of the edit: each shot trimmed and joined by ffmpeg's own filters."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg, which renders independently of Cutscore, is not installed")
    inputs: list[str] = []
    filters = []
    for place, number in enumerate(order):
        inputs += ["-i", str(edit.media[number])]
        filters.append(
            f"[{place}:v]trim=start_frame={SOURCE_IN}:end_frame={SOURCE_IN + LENGTHS[number]},"
            f"setpts=PTS-STARTPTS[s{place}]"
        )
    joined = "".join(f"[s{place}]" for place in range(len(order)))
    filters.append(f"{joined}concat=n={len(order)}:v=1[all]")
    filters.append(f"[all]trim=start_frame={first}:end_frame={last},setpts=PTS-STARTPTS,scale={size}[v]")
    heard = ["-i", str(sound), "-map", f"{len(order)}:a", "-c:a", "aac", "-b:a", "160k"] if sound else []
    command = ["ffmpeg", "-v", "error", "-y", *inputs]
    command += [*heard[:2], "-filter_complex", ";".join(filters), "-map", "[v]", *heard[2:], *options, str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
    return path
