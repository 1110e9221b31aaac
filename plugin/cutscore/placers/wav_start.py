"""What a WAV says of itself: its form, and where it begins (the time reference of EBU Tech 3285)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cutscore_composer.timebase import SAMPLE_RATE

_CHUNK = struct.Struct("<4sI")
_FORM = struct.Struct("<2xHI6xH")
_TIME_REFERENCE_AT = 338
"""Behind description, originator, its reference, date and time."""


@dataclass(frozen=True, slots=True)
class SoundForm:
    """Channels, samples a second, bits a sample."""

    channels: int = 2
    sample_rate: int = SAMPLE_RATE
    depth: int = 24


def form_of(path: Path) -> SoundForm:
    """The form of a WAV; of any other file that of the music that Cutscore makes."""
    for name, body in _chunks(path):
        if name == b"fmt " and len(body) >= 16:
            channels, rate, depth = _FORM.unpack_from(body)
            return SoundForm(channels, rate, depth) if channels and rate else SoundForm()
    return SoundForm()


def time_reference(path: Path) -> tuple[int, int] | None:
    """Samples since midnight at which the sound begins and its sample rate; None where the file says nothing."""
    samples = rate = None
    for name, body in _chunks(path):
        if name == b"bext" and len(body) >= _TIME_REFERENCE_AT + 8:
            (samples,) = struct.unpack_from("<Q", body, _TIME_REFERENCE_AT)
        elif name == b"fmt " and len(body) >= 8:
            (rate,) = struct.unpack_from("<I", body, 4)
        if samples is not None and rate is not None:
            break
    return (samples, rate) if rate and samples is not None else None


def _chunks(path: Path) -> Iterator[tuple[bytes, bytes]]:
    """Names and first bytes of the chunks before the sound (our own files and those of recorders say all there)."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
            if head[:4] not in (b"RIFF", b"RF64") or head[8:] != b"WAVE":
                return
            while True:
                name, size = _CHUNK.unpack(file.read(_CHUNK.size))
                if name == b"data":
                    return
                body = file.read(min(size, 1024)) if name in (b"bext", b"fmt ") else b""
                yield name, body
                file.seek(size + size % 2 - len(body), 1)
    except (OSError, struct.error):
        return
