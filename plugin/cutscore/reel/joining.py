"""Joining: the cues of a divided edit laid end to end without a click, exact to the sample.

    >>> join_cues([Path("a.wav"), Path("b.wav")], Path("film.wav"), lengths=[480_000, 720_000])   # doctest: +SKIP
    1200000

Where a cue is longer than its part of the edit, its rest rings on under the next one; where it is
not, its last moment is faded out. The next cue comes in quickly, so that its first hit keeps its
edge. Both fades follow the quarter sine of equal power.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cutscore_composer.deliver.wav import write_wav
from cutscore_composer.errors import InputRefused
from cutscore_composer.media.probe import probe
from cutscore_composer.media.sound import sound_blocks
from cutscore_composer.timebase import SAMPLE_RATE, round_half_up

Block = npt.NDArray[np.float32]

FADE_OUT = SAMPLE_RATE * 60 // 1000
"""Samples over which a cue leaves: 60 ms."""
FADE_IN = SAMPLE_RATE * 6 // 1000
"""Samples over which the next one comes: 6 ms, short enough for a hit on its first frame."""

PEAK, KNEE = 10 ** (-1 / 20), 0.8
"""Where two cues sound at once they stay below −1 dB, rounded from −2 dB on."""


def join_cues(
    parts: Sequence[Path], path: Path, *, lengths: Sequence[int] | None = None, time_reference_samples: int = 0
) -> int:
    """Write the cues one after another as one 48 kHz 24-bit WAV; returns its samples.

    `lengths` are the samples at 48 kHz that each part of the edit lasts (default: as long as its
    file is); a shorter file is followed by silence. Raises InputRefused when a file cannot be read,
    OutputFailed when the result cannot be written.
    """
    if not parts:
        raise InputRefused("There are no cues to join.")
    have = [_samples(part) for part in parts]
    wanted = list(lengths) if lengths is not None else have
    if len(wanted) != len(parts) or min(wanted) < 1:
        raise ValueError(f"{len(parts)} cues but the lengths {wanted}")
    total = sum(wanted)
    write_wav(path, _joined(parts, have, wanted), samples=total, time_reference_samples=time_reference_samples)
    return total


def _joined(parts: Sequence[Path], have: Sequence[int], wanted: Sequence[int]) -> Iterator[Block]:
    ringing = np.zeros((0, 2), np.float32)
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        rest = 0 if last else max(0, min(have[number] - wanted[number], FADE_OUT, wanted[number + 1]))
        sounding = min(have[number], wanted[number] + rest)
        fade = 0 if last and have[number] >= wanted[number] else min(FADE_OUT, sounding)
        done, kept = 0, []
        for block in sound_blocks(part, Fraction(0), wanted[number] + rest):
            piece = block.copy()
            if number > 0:
                _fade_in(piece, done)
            _fade_out(piece, sounding - fade - done, fade)
            under = ringing[done : done + len(piece)]
            piece[: len(under)] = _within_peak(piece[: len(under)] + under)
            inside = max(0, min(len(piece), wanted[number] - done))
            done += len(piece)
            if inside:
                yield piece[:inside]
            if inside < len(piece):
                kept.append(piece[inside:])
        ringing = np.concatenate(kept) if kept else np.zeros((0, 2), np.float32)


def _within_peak(both: Block) -> Block:
    """Two cues at once, rounded off where together they would pass the peak that each keeps alone."""
    size = np.abs(both)
    if size.size == 0 or size.max() <= PEAK:
        return both
    rounded = KNEE + (PEAK - KNEE) * np.tanh((size - KNEE) / (PEAK - KNEE))
    return np.where(size > KNEE, np.copysign(rounded, both), both).astype(np.float32)


def _fade_in(piece: Block, at: int) -> None:
    """Fade in place a piece that begins `at` samples after the start of its cue."""
    count = min(len(piece), FADE_IN - at)
    if count > 0:
        piece[:count] *= np.sin((np.arange(at, at + count) + 0.5) / FADE_IN * np.pi / 2).astype(np.float32)[:, None]


def _fade_out(piece: Block, start: int, length: int) -> None:
    """Fade in place from `start` (counted from the piece's first sample) over `length` samples to nothing."""
    if length > 0 and start < len(piece):
        share = np.clip((np.arange(len(piece)) - start + 0.5) / length, 0, 1)
        piece *= np.cos(share * np.pi / 2).astype(np.float32)[:, None]


def _samples(part: Path) -> int:
    facts = probe(part)
    if not facts.audio:
        raise InputRefused(f"{part} holds no sound; it cannot be joined.")
    return round_half_up(facts.audio[0].duration_seconds * SAMPLE_RATE)
