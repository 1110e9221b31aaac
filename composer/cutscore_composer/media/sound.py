"""Sound: any stretch of a file's sound, exact to the sample, and the mix of an edit's own sounds, in flat memory.

    >>> for block in mix_sounds(picture, roles={"dialogue"}):                   # doctest: +SKIP
    ...     block.shape                                 # (samples, 2) float32, full scale is ±1

Positions count as in the picture: from the first frame of a file with a picture, else from its first sample.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from cutscore_composer.errors import InputRefused
from cutscore_composer.media.heard import Block, NoSound, placed_pieces
from cutscore_composer.media.video import file_mark
from cutscore_composer.picture import Picture, SoundRole, SoundSpan
from cutscore_composer.timebase import SAMPLE_RATE, round_half_up, samples_for

Warn = Callable[[str], object]

BLOCK = SAMPLE_RATE // 4
"""Samples that `mix_sounds` gives at a time."""


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
        except NoSound as error:
            self._warn(f"{error} It is silent.")
            self._blocks = iter(())
            return None


def _straight(path: Path, start_seconds: Fraction, samples: int, sample_rate: int) -> Iterator[Block]:
    """The stretch at its own speed: pieces put at their places, silence between."""
    first = round_half_up(start_seconds * sample_rate)
    reached, end = first, first + samples
    mark = file_mark(path) if path.exists() else None
    for index, piece in placed_pieces(path, start_seconds, sample_rate):
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
