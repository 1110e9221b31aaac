"""One small film in every container that watched folders know, as bytes; made once a session."""

from __future__ import annotations

import functools
import tempfile
from pathlib import Path

from support.films import film

KINDS: dict[str, tuple[str, str, dict[str, str]]] = {
    "mp4": ("film.mp4", "libx264", {}),
    "faststart mp4": ("film.mp4", "libx264", {"movflags": "faststart"}),
    "mov": ("film.mov", "libx264", {}),
    "mkv": ("film.mkv", "libx264", {"cluster_time_limit": "500"}),
    "webm": ("film.webm", "libvpx", {}),
    "mxf": ("film.mxf", "mpeg2video", {}),
    "ts": ("film.ts", "libx264", {}),
    "m2ts": ("film.m2ts", "libx264", {}),
    "fragmented mp4": ("film.mp4", "libx264", {"movflags": "frag_keyframe+empty_moov", "frag_duration": "500000"}),
    "streamed mkv": ("film.mkv", "libx264", {"live": "1"}),
}
"""File name, codec and the container's options."""
UNTOLD = {"ts", "m2ts", "streamed mkv"}
"""Containers that never tell where they end."""
TOLD = sorted(set(KINDS) - UNTOLD)


@functools.cache
def film_bytes(kind: str, *, sound: bool = True) -> bytes:
    """The film of three seconds in a container."""
    name, codec, options = KINDS[kind]
    # In webm and MXF this test's own sound would need another codec.
    seconds = 3.0 if sound and kind not in ("webm", "mxf") else 0.0
    with tempfile.TemporaryDirectory() as folder:
        path = film(
            Path(folder) / name, frames=75, cuts=(25, 50), size=(96, 64), sound_seconds=seconds, codec=codec,
            options=options,
        )  # fmt: skip
        return path.read_bytes()


def name_of(kind: str) -> str:
    """The file name of a film in a container."""
    return KINDS[kind][0]
