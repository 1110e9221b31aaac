"""Sound: any stretch of a file's sound, exact to the sample, and the mix of an edit's own sounds, in flat memory.

    >>> for block in mix_sounds(picture, roles={"dialogue"}):                   # doctest: +SKIP
    ...     block.shape                                 # (samples, 2) float32, full scale is ±1

Positions count as in the picture: from the first frame of a file with a picture, else from its first sample.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import av.error
import numpy as np
import numpy.typing as npt

from cutscore_composer.errors import InputRefused
from cutscore_composer.media.probe import OPEN_OPTIONS, probe
from cutscore_composer.media.video import file_mark
from cutscore_composer.picture import Picture, SoundRole, SoundSpan
from cutscore_composer.timebase import SAMPLE_RATE, round_half_up, samples_for

if TYPE_CHECKING:
    from av.audio.frame import AudioFrame
    from av.audio.stream import AudioStream
    from av.container import InputContainer

Block = npt.NDArray[np.float32]
"""Shape (samples, 2)."""
Warn = Callable[[str], object]

BLOCK = SAMPLE_RATE // 4
"""Samples that `mix_sounds` gives at a time."""
PREROLL_SECONDS = Fraction(1, 4)
"""Decoded and thrown away before the wanted moment: AAC, MP3 and Opus need what came before."""
DRIFT_SECONDS = Fraction(1, 25)
"""Time stamps that jump by more than this are a hole or an overlap; less is rounding."""


def sound_blocks(
    path: Path, start_seconds: Fraction, samples: int, *, speed: Fraction = Fraction(1), sample_rate: int = SAMPLE_RATE
) -> Iterator[Block]:
    """`samples` samples of a file's sound from `start_seconds` on, stereo, in blocks of any length.

    Where the file has no sound (before its start, past its end, in holes) there is silence. A mono
    file sounds on both sides at its own level. Another speed changes the pitch, as a tape does.
    Raises InputRefused when the file cannot be read, has no sound, or changes while it is read.
    """
    if speed <= 0:
        raise ValueError(f"sound at speed {speed}; only above 0")
    if speed == 1:
        yield from _straight(path, start_seconds, samples, sample_rate)
    else:
        needed = math.ceil(samples * speed) + 2
        yield from _at_speed(_straight(path, start_seconds, needed, sample_rate), float(speed), samples)


def mix_sounds(
    picture: Picture,
    *,
    roles: Collection[SoundRole] = ("dialogue", "music", "effects"),
    sample_rate: int = SAMPLE_RATE,
    block: int = BLOCK,
    warn: Warn = lambda sentence: None,
) -> Iterator[Block]:
    """The edit's own sounds of some roles, summed, in blocks that cover exactly the picture's samples.

    What cannot be heard (unreadable, without sound, backwards, frozen) is silent and told to `warn`.
    Raises InputRefused when a file changes while it is read.
    """
    total = samples_for(picture.frames, picture.rate, sample_rate)
    todo = sorted((s for s in picture.sounds if s.role in roles), key=lambda s: s.record_in, reverse=True)
    sounding: list[_Tap] = []
    try:
        for start in range(0, total, block):
            end = min(start + block, total)
            while todo and samples_for(todo[-1].record_in, picture.rate, sample_rate) < end:
                sounding.append(_Tap(todo.pop(), picture.rate, sample_rate, warn))
            mixed = np.zeros((end - start, 2), np.float32)
            for tap in sounding:
                first, last = max(start, tap.start), min(end, tap.end)
                if first < last:
                    mixed[first - start : last - start] += tap.take(last - first)
            for tap in [tap for tap in sounding if tap.end <= end]:
                tap.close()
                sounding.remove(tap)
            yield mixed
    finally:
        for tap in sounding:
            tap.close()


class _Tap:
    """One sound span, from which samples are taken in order."""

    def __init__(self, span: SoundSpan, rate: Fraction, sample_rate: int, warn: Warn) -> None:
        self.start = samples_for(span.record_in, rate, sample_rate)
        self.end = samples_for(span.record_out, rate, sample_rate)
        self._warn = warn
        self._rest = np.zeros((0, 2), np.float32)
        self._blocks: Iterator[Block] = iter(())
        self._name = span.media.name
        self._mark: object = None
        if span.speed <= 0:
            warn(f"The sound of {self._name} runs {'backwards' if span.speed else 'frozen'} in the edit: it is silent.")
            return
        self._blocks = sound_blocks(
            span.media, span.source_in, self.end - self.start, speed=span.speed, sample_rate=sample_rate
        )

    def take(self, samples: int) -> Block:
        pieces, have = [self._rest], len(self._rest)
        while have < samples:
            piece = self._next()
            if piece is None:
                piece = np.zeros((samples - have, 2), np.float32)
            pieces.append(piece)
            have += len(piece)
        joined = np.concatenate(pieces)
        self._rest = joined[samples:]
        return joined[:samples]

    def close(self) -> None:
        """Give the file free."""
        self._rest = np.zeros((0, 2), np.float32)
        if hasattr(self._blocks, "close"):
            self._blocks.close()

    def _next(self) -> Block | None:
        try:
            return next(self._blocks, None)
        except _NoSound as error:
            self._warn(f"{error} It is silent.")
            self._blocks = iter(())
            return None


class _NoSound(InputRefused):
    """The file cannot be heard at all."""


def _straight(path: Path, start_seconds: Fraction, samples: int, sample_rate: int) -> Iterator[Block]:
    """The stretch at its own speed: pieces put at their places, silence between."""
    first = round_half_up(start_seconds * sample_rate)
    reached, end = first, first + samples
    mark = file_mark(path) if path.exists() else None
    for index, piece in _placed(path, start_seconds, sample_rate):
        if index > reached:
            yield from _silence(min(index, end) - reached)
            reached = min(index, end)
        piece = piece[reached - index : end - index] if index < reached else piece[: end - index]
        if reached < end and len(piece):
            yield piece
            reached += len(piece)
        if reached >= end:
            break
    if file_mark(path) != mark:
        raise InputRefused(f"{path} was changed while it was read; wait until it is finished, then try again.")
    yield from _silence(end - reached)


def _silence(samples: int) -> Iterator[Block]:
    for start in range(0, samples, BLOCK):
        yield np.zeros((min(BLOCK, samples - start), 2), np.float32)


def _placed(path: Path, start_seconds: Fraction, sample_rate: int) -> Iterator[tuple[int, Block]]:
    """Decoded pieces from a little before `start_seconds`, each with the index of its first sample."""
    try:
        facts = probe(path)
    except InputRefused as error:
        raise _NoSound(str(error)) from error
    if not facts.audio:
        raise _NoSound(f"{path} has no sound.")
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
                yield from _resampled(first, frames, zero, sample_rate)
            return


def _open(path: Path) -> InputContainer:
    try:
        return av.open(f"file:{path}", options=OPEN_OPTIONS, metadata_errors="replace")
    except (av.error.FFmpegError, OSError) as error:
        raise _NoSound(f"{path} can no longer be opened ({error.strerror}).") from error


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


def _at_speed(blocks: Iterable[Block], speed: float, samples: int) -> Iterator[Block]:
    """Samples at another speed, between two of the source by a straight line."""
    held, base, made = np.zeros((0, 2), np.float32), 0, 0
    for block in blocks:
        held = np.concatenate([held, block])
        ready = min(samples, math.floor((base + len(held) - 2) / speed) + 1)
        if ready > made:
            places = np.arange(made, ready) * speed - base
            left = places.astype(np.int64)
            share = (places - left).astype(np.float32)[:, None]
            yield held[left] * (1 - share) + held[left + 1] * share
            made = ready
            drop = min(len(held), max(0, math.floor(made * speed) - base))
            held, base = held[drop:], base + drop
    yield from _silence(samples - made)
