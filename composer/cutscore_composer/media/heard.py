"""Heard: a file's sound decoded to stereo pieces, each with its place to the sample, also after a jump into the middle.

Sample 0 is the file's first frame where it has a picture, else its first sample.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import closing
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import av
import av.error
import numpy as np
import numpy.typing as npt

from cutscore_composer.errors import InputRefused
from cutscore_composer.media.probe import OPEN_OPTIONS, probe
from cutscore_composer.timebase import round_half_up

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer

Block = npt.NDArray[np.float32]
"""Shape (samples, 2)."""

PREROLL_SECONDS = Fraction(1, 4)
"""Decoded and thrown away before the wanted moment: AAC, MP3 and Opus need what came before."""
DRIFT_SECONDS = Fraction(1, 25)
"""Time stamps that jump by more than this are a hole or an overlap; less is rounding."""


class NoSound(InputRefused):
    """The file cannot be heard at all."""


def placed_pieces(path: Path, start_seconds: Fraction, sample_rate: int) -> Iterator[tuple[int, Block]]:
    """Decoded pieces from a little before `start_seconds`, each with the index of its first sample.

    Raises NoSound when the file cannot be read or has no sound.
    """
    try:
        facts = probe(path)
    except InputRefused as error:
        raise NoSound(str(error)) from error
    if not facts.audio:
        raise NoSound(f"{path} has no sound.")
    zero = facts.main_video.start_seconds if facts.main_video else min(a.start_seconds for a in facts.audio)
    wanted = start_seconds + zero - PREROLL_SECONDS
    for attempt in (wanted, None):  # a seek that lands too late is tried again from the start of the file
        with closing(_open(path)) as container:
            stream = container.streams.best("audio")
            assert stream is not None
            frames = _decoded(container, stream, attempt)  # type: ignore[arg-type]
            first = next(frames, None)
            if attempt is not None and attempt > 0 and (first is None or first[0] > wanted + PREROLL_SECONDS):
                continue
            if first is not None:
                if attempt is not None and attempt > 0:
                    first = (_counted(path, *first, Fraction(stream.time_base or 0)), first[1])
                yield from _resampled(first, frames, zero, sample_rate)
            return


def _counted(path: Path, stamped: Fraction, frame: AudioFrame, tick: Fraction) -> Fraction:
    """When a frame that was sought begins, counted in samples from the start of the file.

    ASF, Matroska and FLV stamp in whole milliseconds, up to 48 samples off; that all frames are of one
    length makes up for it. Where the count and the stamp differ by more, there is a hole before: the stamp holds.
    """
    if tick * frame.sample_rate <= 1:
        return stamped
    with closing(_open(path)) as container:
        stream = container.streams.best("audio")
        assert stream is not None
        opening = list(islice(_decoded(container, stream, None), 2))  # type: ignore[arg-type]
    if len(opening) < 2:
        return stamped
    # Codecs may want samples left out at the start and after a jump: the first frame is shorter, its end is not moved.
    (begin, shorter), (_, usual) = opening
    begin += Fraction(shorter.samples, frame.sample_rate)
    length, step = Fraction(frame.samples, frame.sample_rate), Fraction(usual.samples, frame.sample_rate)
    counted = begin + round_half_up((stamped + length - begin) / step) * step - length
    return counted if abs(counted - stamped) <= tick else stamped


def _open(path: Path) -> InputContainer:
    try:
        return av.open(f"file:{path}", options=OPEN_OPTIONS, metadata_errors="replace")
    except (av.error.FFmpegError, OSError) as error:
        raise NoSound(f"{path} can no longer be opened ({error.strerror}).") from error


def _decoded(
    container: InputContainer, stream: AudioStream, seek_to: Fraction | None
) -> Iterator[tuple[Fraction, AudioFrame]]:
    """Frames with their time stamps in seconds; damaged packets are left out and so leave a hole."""
    if seek_to is not None and seek_to > 0 and stream.time_base:
        try:
            container.seek(math.floor(seek_to / stream.time_base), stream=stream)
        except (av.error.FFmpegError, OSError):
            return
    due = Fraction(0)
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except (av.error.FFmpegError, OSError):  # nothing follows: flush the decoder
            packet = None
        try:
            frames = stream.decode(None) if packet is None else packet.decode()
        except av.error.EOFError:
            return
        except (av.error.FFmpegError, OSError):
            frames = []
        for frame in frames:
            if frame.pts is not None and frame.time_base:
                due = frame.pts * Fraction(frame.time_base)
            yield due, frame
            due += Fraction(frame.samples, frame.sample_rate)
        if packet is None:
            return


def _resampled(
    first: tuple[Fraction, AudioFrame], rest: Iterable[tuple[Fraction, AudioFrame]], zero: Fraction, sample_rate: int
) -> Iterator[tuple[int, Block]]:
    """Stereo pieces at `sample_rate`; a new resampler wherever time jumps or the format changes."""
    resampler, shape, index, due, level = None, None, 0, first[0], 1.0
    for seconds, frame in _chain(first, rest):
        now = (frame.format.name, frame.layout.name, frame.sample_rate)
        if resampler is None or now != shape or abs(seconds - due) > DRIFT_SECONDS:
            for block in _resample(resampler, None, level):
                yield index, block
                index += len(block)
            resampler, shape = av.AudioResampler(format="flt", layout="stereo", rate=sample_rate), now
            level = math.sqrt(2) if frame.layout.nb_channels == 1 else 1.0  # FFmpeg spreads mono at −3 dB
            index, due = round_half_up((seconds - zero) * sample_rate), seconds
        due += Fraction(frame.samples, frame.sample_rate)
        frame.pts = None  # the resampler only counts
        for block in _resample(resampler, frame, level):
            yield index, block
            index += len(block)
    for block in _resample(resampler, None, level):
        yield index, block
        index += len(block)


def _chain(
    first: tuple[Fraction, AudioFrame], rest: Iterable[tuple[Fraction, AudioFrame]]
) -> Iterator[tuple[Fraction, AudioFrame]]:
    yield first
    yield from rest


def _resample(resampler: av.AudioResampler | None, frame: AudioFrame | None, level: float) -> list[Block]:
    if resampler is None:
        return []
    blocks = [out.to_ndarray().reshape(-1, 2).astype(np.float32) for out in resampler.resample(frame)]
    return blocks if level == 1.0 else [block * np.float32(level) for block in blocks]
