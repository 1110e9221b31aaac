"""Encoding: the samples of a WAV at a format's own rate, written bare or as the packets of a codec.

mp3 has the encoder's delay and padding in its first frame (the tag that LAME and FFmpeg write), opus its pre-skip in
the header and its end in the last granule position: a decoder that reads them gives exactly the samples that went in.
Bit rates are constant, as the formats' names promise them.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

import av
import av.error
import numpy as np
import numpy.typing as npt

from cutscore_composer.contract import OutputFormat
from cutscore_composer.deliver.whole_file import whole_file
from cutscore_composer.encode.rate_change import Block, changed_rate
from cutscore_composer.engine import Progress
from cutscore_composer.errors import OutputFailed
from cutscore_composer.media.containers import read_audio
from cutscore_composer.timebase import SAMPLE_RATE

if TYPE_CHECKING:
    from av.audio.stream import AudioStream

    Packets = Iterator[av.Packet[AudioStream]]

Whole = npt.NDArray[np.int16]

_ENCODERS = {"mp3": "libmp3lame", "opus": "libopus", "ulaw": "pcm_mulaw", "alaw": "pcm_alaw"}
_SAMPLES = {"mp3": "fltp", "opus": "flt"}
_FRAME = {"mp3": 1152, "opus": 960}
_OPTIONS = {"mp3": {"compression_level": "5"}, "opus": {"vbr": "off", "application": "audio"}}
_CONTAINERS = {"mp3": "mp3", "opus": "ogg"}
# No program's version and no random number in the file: the same music gives the same bytes.
_CONTAINER_OPTIONS = {"mp3": {"fflags": "+bitexact", "id3v2_version": "0"}, "opus": {"fflags": "+bitexact"}}
_FULL_SCALE = 1 << 15
_DITHER_SEED = 0x5EED


def encode(wav: Path, target: Path, form: OutputFormat, progress: Progress) -> None:
    """Write the sound of `wav` (48 kHz) to `target` in one of the contract's formats, exactly as long.

    Raises InputRefused when `wav` cannot be read, OutputFailed when `target` cannot be written; nothing half-written
    is left behind.
    """
    with whole_file(target) as file:
        try:
            _write(file, _told(read_audio(wav), wav, progress), form)
        except av.error.FFmpegError as error:
            raise OutputFailed(f"{target} could not be encoded as {form.name}: {error.strerror or error}.") from error
    progress.report("deliver", 1.0)


def encoded_channels(form: OutputFormat) -> int:
    """Channels of a format: the telephone's µ-law and A-law have one, all others two."""
    return 1 if form.codec in ("ulaw", "alaw") else 2


def encoded_samples(samples: int, form: OutputFormat) -> int:
    """How many samples of each channel a decoder gets for `samples` at 48 kHz."""
    return (2 * samples * form.sample_rate + SAMPLE_RATE) // (2 * SAMPLE_RATE)


def _told(blocks: Iterator[Block], wav: Path, progress: Progress) -> Iterator[Block]:
    """The blocks, in pieces of a second, while it is told how much of the file was read."""
    expected = max(1, wav.stat().st_size // 6)
    held, count, done = [], 0, 0
    for block in blocks:
        held.append(block)
        count += len(block)
        if count >= SAMPLE_RATE:
            done += count
            progress.report("deliver", min(1.0, done / expected))
            yield np.concatenate(held)
            held, count = [], 0
    if held:
        yield np.concatenate(held)


def _write(file: IO[bytes], blocks: Iterator[Block], form: OutputFormat) -> None:
    if encoded_channels(form) == 1:
        blocks = (block.mean(axis=1, keepdims=True, dtype=np.float32) for block in blocks)
    heard = changed_rate(blocks, form.sample_rate)
    if form.codec == "pcm":
        for whole in _dithered(heard):
            file.write(whole.astype("<i2").tobytes())
    elif form.headerless:
        _write_companded(file, _dithered(heard), form)
    else:
        _write_coded(file, heard, form)


def _dithered(blocks: Iterator[Block]) -> Iterator[Whole]:
    """16-bit samples with triangular dither of ±1 step, always the same; digital silence stays silent."""
    random = np.random.Generator(np.random.PCG64(_DITHER_SEED))
    for block in blocks:
        noise = random.random(block.shape, np.float32) - random.random(block.shape, np.float32)
        scaled = block * np.float32(_FULL_SCALE) + np.where(block == 0, np.float32(0), noise)
        yield np.clip(np.rint(scaled), -_FULL_SCALE, _FULL_SCALE - 1).astype(np.int16)


def _write_companded(file: IO[bytes], blocks: Iterator[Whole], form: OutputFormat) -> None:
    """8-bit samples by ITU-T G.711."""
    context = cast("av.AudioCodecContext", av.CodecContext.create(_ENCODERS[form.codec], "w"))
    context.sample_rate, context.layout, context.format = form.sample_rate, "mono", "s16"
    for block in blocks:
        for packet in context.encode(_frame(block, "s16", form.sample_rate, "mono")):
            file.write(bytes(packet))


def _write_coded(file: IO[bytes], blocks: Iterator[Block], form: OutputFormat) -> None:
    options = _CONTAINER_OPTIONS[form.codec]
    with av.open(file, "w", format=_CONTAINERS[form.codec], container_options=options) as container:
        stream = cast(
            "AudioStream",
            container.add_stream(
                _ENCODERS[form.codec],
                rate=form.sample_rate,
                layout="stereo",
                format=_SAMPLES[form.codec],
                options=_OPTIONS[form.codec],
            ),
        )
        stream.bit_rate = 1000 * (form.kilobits or 0)
        packets = _packets(stream, blocks, form)
        for packet in _padding_told(packets, stream) if form.codec == "mp3" else packets:
            container.mux(packet)


def _packets(stream: AudioStream, blocks: Iterator[Block], form: OutputFormat) -> Packets:
    given = 0
    for block in _of_size(blocks, _FRAME[form.codec]):
        frame = _frame(np.clip(block, -1.0, 1.0), _SAMPLES[form.codec], form.sample_rate, "stereo")
        frame.pts = given
        given += len(block)
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _padding_told(packets: Packets, stream: AudioStream) -> Packets:
    """The packets of an mp3, the last of which tells all padding.

    The encoder divides the padding between its last two packets where it needs a whole one of it, and what is written
    into the file is what the last one says.
    """
    padding, last = 0, None
    for packet in packets:
        if last is not None:
            yield last
        last = packet
        padding += stream.codec_context.frame_size - (packet.duration or 0)
    if last is not None:
        if padding and last.has_sidedata("skip_samples"):
            told = last.get_sidedata("skip_samples")
            told.update(bytes(told)[:4] + struct.pack("<I", padding) + bytes(told)[8:])
            last.set_sidedata(told)
        yield last


def _of_size(blocks: Iterator[Block], size: int) -> Iterator[Block]:
    """The same samples in blocks of `size`, the last one shorter."""
    rest: Block | None = None
    for block in blocks:
        rest = block if rest is None else np.concatenate([rest, block])
        whole = len(rest) // size * size
        yield from np.split(rest[:whole], whole // size) if whole else ()
        rest = rest[whole:]
    if rest is not None and len(rest):
        yield rest


def _frame(block: npt.NDArray[Any], samples: str, rate: int, layout: str) -> av.AudioFrame:
    shaped = block.T if samples.endswith("p") else block.reshape(1, -1)
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(shaped), format=samples, layout=layout)
    frame.sample_rate = rate
    return frame
