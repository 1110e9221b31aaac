"""What a WAV says of itself: its form, and where it begins (the time reference of EBU Tech 3285)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from cutscore_composer.timebase import SAMPLE_RATE

_CHUNK = struct.Struct("<4sI")
_UNKNOWN = 0xFFFF_FFFF
_FORM = struct.Struct("<2xHI6xH")
_TIME_REFERENCE_AT = 338
"""Behind description, originator, its reference, date and time."""


@dataclass(frozen=True, slots=True)
class SoundForm:
    """Channels, samples a second, bits a sample."""

    channels: int = 2
    sample_rate: int = SAMPLE_RATE
    depth: int = 24
    samples: int = 0
    """How many there are in each channel; 0 where that is not known."""


def form_of(path: Path) -> SoundForm:
    """The form of a WAV; of any other file that of the music that Cutscore makes."""
    form = SoundForm()
    for name, body, size in _chunks(path):
        if name == b"fmt " and len(body) >= 16:
            channels, rate, depth = _FORM.unpack_from(body)
            form = SoundForm(channels, rate, depth) if channels and rate else form
        elif name == b"data" and size < _UNKNOWN:
            form = replace(form, samples=size // max(1, form.channels * form.depth // 8))
    return form


def time_reference(path: Path) -> tuple[int, int] | None:
    """Samples since midnight at which the sound begins and its sample rate; None where the file says nothing."""
    samples = rate = None
    for name, body, _ in _chunks(path):
        if name == b"bext" and len(body) >= _TIME_REFERENCE_AT + 8:
            (samples,) = struct.unpack_from("<Q", body, _TIME_REFERENCE_AT)
        elif name == b"fmt " and len(body) >= 8:
            (rate,) = struct.unpack_from("<I", body, 4)
        if samples is not None and rate is not None:
            break
    return (samples, rate) if rate and samples is not None else None


def _chunks(path: Path) -> Iterator[tuple[bytes, bytes, int]]:
    """Name, first bytes and size of the chunks up to the sound (our own files and those of recorders say all there)."""
    try:
        with path.open("rb") as file:
            head = file.read(12)
            if head[:4] not in (b"RIFF", b"RF64") or head[8:] != b"WAVE":
                return
            while True:
                name, size = _CHUNK.unpack(file.read(_CHUNK.size))
                body = file.read(min(size, 1024)) if name in (b"bext", b"fmt ") else b""
                yield name, body, size
                if name == b"data":
                    return
                file.seek(size + size % 2 - len(body), 1)
    except (OSError, struct.error):
        return
