"""Where a WAV says that it begins: the time reference of its broadcast extension (EBU Tech 3285)."""

from __future__ import annotations

import struct
from pathlib import Path

_CHUNK = struct.Struct("<4sI")
_TIME_REFERENCE_AT = 338
"""Behind description, originator, its reference, date and time."""


def time_reference(path: Path) -> tuple[int, int] | None:
    """Samples since midnight at which the sound begins and its sample rate; None where the file says nothing."""
    samples = rate = None
    try:
        with path.open("rb") as file:
            head = file.read(12)
            if head[:4] not in (b"RIFF", b"RF64") or head[8:] != b"WAVE":
                return None
            while samples is None or rate is None:
                name, size = _CHUNK.unpack(file.read(_CHUNK.size))
                if name == b"data" and samples is None:
                    # Our own files and those of recorders say it before the sound.
                    return None
                body = file.read(min(size, 1024)) if name in (b"bext", b"fmt ") else b""
                if name == b"bext":
                    (samples,) = struct.unpack_from("<Q", body, _TIME_REFERENCE_AT)
                elif name == b"fmt ":
                    (rate,) = struct.unpack_from("<I", body, 4)
                file.seek(size + size % 2 - len(body), 1)
    except (OSError, struct.error):
        return None
    return (samples, rate) if rate else None
