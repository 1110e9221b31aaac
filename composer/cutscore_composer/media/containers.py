"""Containers: what audio bytes are, bare samples put into a WAV, and any of them read as 48 kHz stereo.

    >>> wrap(Path("a.pcm"), Path("a.wav"), output_format("pcm_44100"), channels=2)   # doctest: +SKIP
    >>> sum(len(block) for block in read_audio(Path("a.wav")))                       # doctest: +SKIP
    2506000

Bytes from a server are opened as the one format that their first bytes show, never as whatever FFmpeg
would guess: a playlist that names other files is no audio here.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import IO, Literal, cast

import av
import av.error
import numpy as np
import numpy.typing as npt

from cutscore_composer.contract import OutputFormat
from cutscore_composer.errors import InputRefused
from cutscore_composer.timebase import SAMPLE_RATE

Block = npt.NDArray[np.float32]
"""Audio of shape (samples, 2), ±1.0 is full scale."""

AudioKind = Literal["mp3", "ogg", "wav", "flac"]
_WAV_TAG = {"pcm": 1, "alaw": 6, "ulaw": 7}
_OPTIONS = {"protocol_whitelist": "file"}
_RIGHTS_TAGS = ("copyright", "license", "licence", "usage_terms", "wcop", "tcop")
_CHUNK = 1 << 20


def kind_of(head: bytes) -> AudioKind | None:
    """The kind of audio file that begins with `head` (12 bytes or more); None when it is none that we read."""
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return "wav"
    if head[:4] == b"OggS":
        return "ogg"
    if head[:4] == b"fLaC":
        return "flac"
    # An MPEG frame: eleven set bits, then version, layer, bit rate and sample rate that are not reserved.
    frame = len(head) > 3 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0 and head[1] & 0x18 != 0x08
    frame = frame and head[1] & 0x06 == 0x02 and head[2] & 0xF0 != 0xF0 and head[2] & 0x0C != 0x0C
    return "mp3" if head[:3] == b"ID3" or frame else None


def file_kind(path: Path) -> AudioKind | None:
    """The kind of audio file that `path` is, by its first bytes."""
    with path.open("rb") as file:
        return kind_of(file.read(16))


def channels_of(size: int, form: OutputFormat, seconds: Fraction | float) -> int:
    """How many channels bare samples have: 1 or 2, whichever makes their length nearer to `seconds`.

    The contract does not tell it: at one sample rate, music as long as the picture has twice the bytes in stereo.
    """
    mono = size / (sample_bytes(form) * form.sample_rate)
    # Halfway between once and twice the length, on the scale on which 1 and 2 are as far apart as 1 and 1/2.
    return 2 if mono > float(seconds) * 2**0.5 else 1


def sample_bytes(form: OutputFormat) -> int:
    """Bytes of one sample of one channel of a headerless format."""
    return 2 if form.codec == "pcm" else 1


def wrap(source: Path, target: Path, form: OutputFormat, channels: int) -> None:
    """Put headerless samples, byte for byte, behind a WAV header. Bytes of an unfinished last sample are left out.

    Raises ValueError for a format that has a header already, OSError when a file cannot be read or written.
    """
    if not form.headerless:
        raise ValueError(f"{form.name} has a header of its own")
    frame_bytes = sample_bytes(form) * channels
    size = source.stat().st_size // frame_bytes * frame_bytes
    with source.open("rb") as bare, target.open("xb") as file:
        file.write(_wav_header(form, channels, size))
        _copy(bare, file, size)
        if size % 2:
            file.write(b"\0")
        file.flush()
        os.fsync(file.fileno())


def read_audio(path: Path) -> Iterator[Block]:
    """The sound of an mp3, Ogg, WAV or FLAC file at 48 kHz in blocks (n, 2); mono is given to both sides unchanged.

    Raises InputRefused when the file is none of these or cannot be decoded.
    """
    kind = file_kind(path)
    if kind is None:
        raise InputRefused(f"{path} is not audio that Cutscore reads (mp3, Ogg, WAV, FLAC).")
    try:
        with av.open(str(path), format=kind, options=_OPTIONS) as container:
            if not container.streams.audio:
                raise InputRefused(f"{path} holds no sound.")
            stream = container.streams.audio[0]
            layout = "mono" if stream.channels == 1 else "stereo"
            resampler = av.AudioResampler(format="flt", layout=layout, rate=SAMPLE_RATE)
            for frame in container.decode(stream):
                for piece in resampler.resample(frame):
                    yield _stereo(piece)
            for piece in resampler.resample(None):
                yield _stereo(piece)
    except av.error.FFmpegError as error:
        raise InputRefused(f"{path} cannot be decoded as {kind}: {error.strerror or error}.") from error


def rights_tags(path: Path) -> Mapping[str, str]:
    """What an audio file's own tags say of copyright and licence; empty when they say nothing."""
    kind = file_kind(path)
    if kind is None:
        return {}
    try:
        with av.open(str(path), format=kind, options=_OPTIONS) as container:
            found = {**container.metadata, **(container.streams.audio[0].metadata if container.streams.audio else {})}
    except av.error.FFmpegError:
        return {}
    return {name.lower(): value[:500] for name, value in found.items() if name.lower() in _RIGHTS_TAGS}


def _stereo(frame: av.AudioFrame) -> Block:
    block = frame.to_ndarray().astype(np.float32, copy=False).reshape(-1, len(frame.layout.channels))
    return cast(Block, np.repeat(block, 2, axis=1) if block.shape[1] == 1 else block)


def _wav_header(form: OutputFormat, channels: int, size: int) -> bytes:
    width = sample_bytes(form)
    frame_bytes = width * channels
    fmt = struct.pack(
        "<HHIIHH",
        _WAV_TAG[form.codec],
        channels,
        form.sample_rate,
        form.sample_rate * frame_bytes,
        frame_bytes,
        8 * width,
    )
    chunks = b""
    if form.codec == "pcm":
        chunks += b"fmt " + struct.pack("<I", len(fmt)) + fmt
    else:
        # Companded samples: the format chunk has an (empty) extension and a fact chunk tells the length.
        fmt += struct.pack("<H", 0)
        chunks += b"fmt " + struct.pack("<I", len(fmt)) + fmt
        chunks += b"fact" + struct.pack("<II", 4, size // frame_bytes)
    riff = 4 + len(chunks) + 8 + size + size % 2
    return b"RIFF" + struct.pack("<I", riff) + b"WAVE" + chunks + b"data" + struct.pack("<I", size)


def _copy(source: IO[bytes], target: IO[bytes], size: int) -> None:
    while size > 0 and (piece := source.read(min(_CHUNK, size))):
        target.write(piece)
        size -= len(piece)
