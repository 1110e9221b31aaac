"""Film: an MP4 file written frame by frame, whole or not at all.

>>> with Film(path, rate, canvas, Encoding()) as film:                          # doctest: +SKIP
...     for frame in frames:
...         film.add(frame)

The file is made as .NAME.….part and gets its own name when it is complete and on the disk. It starts
to play while it loads (its index comes first) and every browser shows it (H.264, 4:2:0).
"""

from __future__ import annotations

import errno
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

import av
import av.error
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.video.reformatter import ColorRange

from cutscore.reel.ahead import ahead
from cutscore_composer.engine import Progress
from cutscore_composer.errors import OutputFailed
from cutscore_composer.media.canvas import Canvas
from cutscore_composer.media.colour import tags
from cutscore_composer.timebase import SAMPLE_RATE

if TYPE_CHECKING:
    from types import TracebackType

    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

ENCODERS = ("libx264", "libopenh264", "mpeg4")
"""Video encoders in order of preference; the first one that FFmpeg has is used."""
SOUND_BITS = 128_000
"""Bits a second of the sound."""


class TooLarge(Exception):
    """The file has grown beyond the most bytes it may have."""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How good and how large."""

    quality: int = 26
    """x264's constant rate factor; lower is better."""
    most_bits: int | None = None
    """Most bits a second of the picture, kept over every two seconds."""
    preset: str = "veryfast"
    most_bytes: int | None = None
    """The file may not become larger: adding to it raises TooLarge."""


class Film:
    """An MP4 being written. Use it in a `with`; leaving by an error leaves nothing on the disk."""

    def __init__(self, path: Path, rate: Fraction, canvas: Canvas, encoding: Encoding, *, sound: bool = False) -> None:
        """Begin. Raises OutputFailed when the folder cannot be written."""
        self.path = path
        self._part = part_of(path)
        self._encoding = encoding
        self._tick = 1 / rate
        self._frames = 0
        self._samples = 0
        self._bytes = 0
        self._closed = False
        try:
            self._out: OutputContainer = av.open(
                f"file:{self._part}", "w", format="mp4", options={"movflags": "+faststart"}
            )
            self._video = _video_stream(self._out, rate, canvas, encoding)
            self._audio = sound_stream(self._out) if sound else None
        except (av.error.FFmpegError, OSError) as error:
            with suppress(OSError):
                self._part.unlink(missing_ok=True)
            raise write_failure(self.path, error) from error

    def __enter__(self) -> Film:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if error is not None:
            self._discard()
            if isinstance(error, (av.error.FFmpegError, OSError)):
                raise write_failure(self.path, error) from error
            return
        try:
            self._finish()
        except BaseException as failed:
            self._discard()
            if isinstance(failed, (av.error.FFmpegError, OSError)):
                raise write_failure(self.path, failed) from failed
            raise

    @property
    def frames(self) -> int:
        """Frames added so far."""
        return self._frames

    def add(self, frame: VideoFrame) -> None:
        """The next picture. Raises OutputFailed when it cannot be written, TooLarge beyond `most_bytes`."""
        frame.pts, frame.time_base = self._frames, self._tick
        frame.pict_type = 0  # the encoder chooses, not the file it came from
        self._frames += 1
        self._mux(self._video, frame)

    def add_sound(self, block: npt.NDArray[np.float32]) -> None:
        """The next samples, (n, 2) float32 at 48 kHz; keep them about level with the picture."""
        assert self._audio is not None
        frame = sound_frame(block, self._samples)
        self._samples += len(block)
        self._mux(self._audio, frame)

    def add_all(
        self,
        frames: Iterator[VideoFrame],
        sound: Iterator[npt.NDArray[np.float32]] | None,
        progress: Progress,
        stage: str,
        fraction_from: float = 0.0,
        fraction_to: float = 1.0,
        *,
        expected: int,
    ) -> None:
        """Every picture and, level with them, the sound; tells `progress` how far it is five times a second."""
        told = 0.0
        with closing(ahead(frames)) as made:
            for frame in made:
                progress.check()
                self.add(frame)
                while sound is not None and self._samples < self._frames * self._tick * SAMPLE_RATE:
                    block = next(sound, None)
                    if block is None:
                        sound = None
                    else:
                        self.add_sound(block)
                if time.monotonic() - told > 0.2:
                    told = time.monotonic()
                    done = min(1.0, self._frames / expected)
                    progress.report(stage, fraction_from + (fraction_to - fraction_from) * done)
        for block in sound or ():
            self.add_sound(block)

    def _mux(self, stream: VideoStream | AudioStream, frame: VideoFrame | AudioFrame | None) -> None:
        try:
            packets = stream.encode(frame)  # type: ignore[arg-type]
            for packet in packets:
                self._bytes += packet.size
                self._out.mux(packet)
        except (av.error.FFmpegError, OSError) as error:
            raise write_failure(self.path, error) from error
        if self._encoding.most_bytes is not None and self._bytes > self._encoding.most_bytes:
            raise TooLarge

    def _finish(self) -> None:
        self._mux(self._video, None)
        if self._audio is not None:
            self._mux(self._audio, None)
        self._closed = True
        self._out.close()
        if self._encoding.most_bytes is not None and self._part.stat().st_size > self._encoding.most_bytes:
            raise TooLarge
        with self._part.open("rb+") as file:
            os.fsync(file.fileno())
        self._part.replace(self.path)

    def _discard(self) -> None:
        if not self._closed:
            self._closed = True
            with suppress(av.error.FFmpegError, OSError, ValueError):
                self._out.close()
        with suppress(OSError):
            self._part.unlink(missing_ok=True)


def part_of(path: Path) -> Path:
    """The name of a film that is not whole yet, beside its final one; another one for every writer."""
    return path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part")


def write_failure(path: Path, error: BaseException) -> OutputFailed:
    """The sentence for a film that cannot be written."""
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return OutputFailed(f"{path} could not be written: the disk is full; free some room or use --output.")
    reason = getattr(error, "strerror", None) or str(error)
    return OutputFailed(f"{path} could not be written ({reason}); check the folder or use --output.")


def sound_stream(out: OutputContainer) -> AudioStream:
    """A new AAC stream, stereo at 48 kHz."""
    stream = out.add_stream("aac", rate=SAMPLE_RATE)
    stream.codec_context.layout = "stereo"
    stream.bit_rate = SOUND_BITS
    return stream


def sound_frame(block: npt.NDArray[np.float32], start_sample: int) -> AudioFrame:
    """Samples (n, 2) as a frame to encode, at their place."""
    frame = AudioFrame.from_ndarray(np.ascontiguousarray(block.T), format="fltp", layout="stereo")
    frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, start_sample, Fraction(1, SAMPLE_RATE)
    return frame


def _video_stream(out: OutputContainer, rate: Fraction, canvas: Canvas, encoding: Encoding) -> VideoStream:
    name = next(name for name in ENCODERS if _encodes(name))
    stream = cast("VideoStream", out.add_stream(name, rate=rate))
    stream.width, stream.height, stream.pix_fmt = canvas.width, canvas.height, "yuv420p"
    stream.codec_context.time_base = 1 / rate
    context = stream.codec_context
    context.color_primaries, context.color_trc, context.colorspace = tags(canvas.matrix)
    context.color_range = ColorRange.MPEG
    if name == "libx264":
        options = {"preset": encoding.preset, "crf": str(encoding.quality)}
        if encoding.most_bits is not None:
            options |= {"maxrate": str(encoding.most_bits), "bufsize": str(encoding.most_bits * 2)}
        stream.codec_context.options = options
    else:  # these two know no constant quality
        plenty = round(canvas.width * canvas.height * float(rate) * 0.12)
        stream.bit_rate = min(plenty, encoding.most_bits or plenty)
    return stream


def _encodes(name: str) -> bool:
    try:
        av.codec.Codec(name, "w")
    except (ValueError, av.error.FFmpegError):
        return False
    return True
