"""The WAV that editors take: 24-bit stereo with the start timecode as bext time reference, written atomically.

The same samples and arguments always give the same bytes: samples are rounded to 24 bits, not
dithered (the step lies at −144 dBFS, and digital silence stays silence), and no clock is read.
Over 4 GB the file is RF64 (EBU Tech 3306); the bext chunk is EBU Tech 3285, version 1.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt

from cutscore_composer.deliver.whole_file import whole_file
from cutscore_composer.timebase import SAMPLE_RATE

_FRAME_BYTES = 6
_FULL_SCALE = 1 << 23
_RIFF_LIMIT = 0xFFFF_FFFF


def write_wav(
    path: Path,
    blocks: Iterable[npt.NDArray[np.float32]],
    *,
    samples: int,
    sample_rate: int = SAMPLE_RATE,
    time_reference_samples: int = 0,
    description: str = "",
    originator: str = "Cutscore",
    created: datetime | None = None,
) -> None:
    """Write `blocks` (each (n, 2), ±1.0 is full scale) as a 24-bit stereo WAV of exactly `samples` samples.

    `time_reference_samples` is the first sample's count since midnight. `created` is the date in the
    bext chunk, blank when not given. The file appears under its name only when it is whole and on disk.

    Raises ValueError when the blocks are not stereo, not finite or do not sum to `samples`;
    OutputFailed when the file cannot be written. In both cases nothing is left behind.
    """
    with whole_file(path) as file:
        file.write(_header(samples, sample_rate, _bext(description, originator, time_reference_samples, created)))
        _write_samples(file, blocks, samples)


def pcm24(block: npt.NDArray[np.float32]) -> bytes:
    """(n, channels) float samples as little-endian 24-bit bytes; beyond full scale is clipped."""
    scaled = np.rint(np.asarray(block, np.float64) * _FULL_SCALE)
    whole = np.clip(scaled, -_FULL_SCALE, _FULL_SCALE - 1).astype("<i4")
    return whole.reshape(-1, 1).view(np.uint8)[:, :3].tobytes()


def _write_samples(file: IO[bytes], blocks: Iterable[npt.NDArray[np.float32]], samples: int) -> None:
    written = 0
    for block in blocks:
        if block.ndim != 2 or block.shape[1] != 2:
            raise ValueError(f"a block of audio has shape {block.shape}, not (samples, 2)")
        if not np.isfinite(block).all():
            raise ValueError(f"the audio is not finite within {len(block)} samples of sample {written}")
        written += len(block)
        if written > samples:
            break
        file.write(pcm24(block))
    if written != samples:
        raise ValueError(f"the audio has {written} samples where {samples} were promised")
    if samples * _FRAME_BYTES % 2:
        file.write(b"\0")


def _header(samples: int, sample_rate: int, bext: bytes) -> bytes:
    data_bytes = samples * _FRAME_BYTES
    fmt = struct.pack("<HHIIHH", 1, 2, sample_rate, sample_rate * _FRAME_BYTES, _FRAME_BYTES, 24)
    # Without the outer RIFF header (8 bytes): "WAVE", ds64 or its place-holder, fmt, bext, data.
    riff_bytes = 4 + (8 + 28) + (8 + len(fmt)) + (8 + len(bext)) + 8 + data_bytes
    large = riff_bytes > _RIFF_LIMIT
    ds64 = struct.pack("<QQQI", riff_bytes, data_bytes, samples, 0) if large else bytes(28)
    return b"".join(
        (
            b"RF64" if large else b"RIFF",
            struct.pack("<I", _RIFF_LIMIT if large else riff_bytes),
            b"WAVE",
            _chunk(b"ds64" if large else b"JUNK", ds64),
            _chunk(b"bext", bext),
            _chunk(b"fmt ", fmt),
            b"data",
            struct.pack("<I", _RIFF_LIMIT if large else data_bytes),
        )
    )


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + bytes(len(body) % 2)


def _bext(description: str, originator: str, time_reference: int, created: datetime | None) -> bytes:
    date = created.strftime("%Y-%m-%d") if created else ""
    time = created.strftime("%H:%M:%S") if created else ""
    return struct.pack(
        "<256s32s32s10s8sQH64s190s",
        _ascii(description),
        _ascii(originator),
        b"",
        date.encode("ascii"),
        time.encode("ascii"),
        time_reference,
        1,
        b"",
        b"",
    )


def _ascii(text: str) -> bytes:
    """The standard allows ASCII alone; other letters become their nearest sign, "?"."""
    return text.encode("ascii", "replace")
