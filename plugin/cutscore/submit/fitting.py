"""Fitting: tracks from a server become one 48 kHz, 24-bit WAV that is exactly as long as the picture.

Longer music is trimmed and faded; shorter music stays as it is and silence follows it. Memory stays flat:
the audio is read twice, once to know its length and peak, once to write it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cutscore_composer.deliver.wav import write_wav
from cutscore_composer.engine import Progress
from cutscore_composer.errors import InputRefused
from cutscore_composer.media.containers import Block, read_audio
from cutscore_composer.timebase import SAMPLE_RATE

LONGEST_FADE = 2 * SAMPLE_RATE
SHORTEST_FADE = SAMPLE_RATE // 100
TOLERATED = SAMPLE_RATE // 10
"""Samples too many or too few that are encoders' padding, not worth a warning."""
_BLOCK = SAMPLE_RATE


@dataclass(frozen=True, slots=True)
class Fit:
    """How music meets its length, in samples."""

    samples: int
    """What is wanted."""
    has: int
    """What there is; more than `samples` counts as one second more at most (the rest is not decoded)."""
    gain: float = 1.0

    @property
    def fade(self) -> int:
        """Samples at the end that fade out; 0 when nothing is cut off."""
        surplus = self.has - self.samples
        if surplus <= 0:
            return 0
        return min(self.samples, max(SHORTEST_FADE, min(surplus * 2, LONGEST_FADE, self.samples // 4)))

    def warnings(self) -> tuple[str, ...]:
        """What a person should know of it."""
        found = []
        if self.has - self.samples > TOLERATED:
            found.append(
                "The server's music was longer than the picture; "
                f"it was trimmed and faded over {self.fade / SAMPLE_RATE:.1f} s."
            )
        if self.samples - self.has > TOLERATED:
            short = (self.samples - self.has) / SAMPLE_RATE
            found.append(f"The server's music is {short:.1f} s shorter than the picture; the end stays silent.")
        if self.gain < 1.0:
            found.append(f"The tracks together were too loud for one file; it was lowered by {-_db(self.gain):.1f} dB.")
        return tuple(found)


def fit_tracks(
    files: Sequence[Path],
    target: Path,
    *,
    samples: int,
    time_reference_samples: int,
    description: str,
    progress: Progress,
) -> Fit:
    """Write the sum of the audio files as a WAV of exactly `samples` at `target`.

    Raises InputRefused when a file cannot be decoded, OutputFailed when `target` cannot be written.
    """
    fit = _measured(files, samples, progress)
    write_wav(
        target,
        _fitted(files, fit, progress),
        samples=samples,
        time_reference_samples=time_reference_samples,
        description=description,
    )
    return fit


def _measured(files: Sequence[Path], samples: int, progress: Progress) -> Fit:
    # A little beyond the end suffices to know how much is cut off.
    limit = samples + SAMPLE_RATE
    has, peak = 0, 0.0
    for block in _summed(files):
        progress.report("deliver", min(0.5, 0.5 * has / limit))
        if not np.isfinite(block).all():
            raise InputRefused(f"{files[0]} holds samples that are no numbers.")
        peak = max(peak, float(np.abs(block[: samples - has]).max(initial=0.0)) if has < samples else 0.0)
        has += len(block)
        if has >= limit:
            break
    # One file that a server encoded hot is not lowered: only our own adding up must not clip.
    return Fit(samples, has, 1.0 / peak if len(files) > 1 and peak > 1.0 else 1.0)


def _fitted(files: Sequence[Path], fit: Fit, progress: Progress) -> Iterator[Block]:
    written = 0
    fade_from = fit.samples - fit.fade
    for block in _summed(files):
        progress.report("deliver", 0.5 + 0.5 * written / fit.samples)
        piece = block[: fit.samples - written]
        if fit.gain != 1.0:
            piece = piece * np.float32(fit.gain)
        if fit.fade and written + len(piece) > fade_from:
            at = (np.arange(written, written + len(piece)) - fade_from + 0.5) / fit.fade
            curve = 0.5 + 0.5 * np.cos(np.pi * np.clip(at, 0.0, 1.0))
            piece = piece * curve[:, None].astype(np.float32)
        yield piece
        written += len(piece)
        if written >= fit.samples:
            return
    while written < fit.samples:
        length = min(_BLOCK, fit.samples - written)
        yield np.zeros((length, 2), np.float32)
        written += length


def _summed(files: Sequence[Path]) -> Iterator[Block]:
    """The sum of files in blocks of a second; the shorter ones end in silence."""
    readers = [_by_the_second(read_audio(file)) for file in files]
    while True:
        blocks = [block for reader in readers if (block := next(reader, None)) is not None]
        if not blocks:
            return
        total = np.zeros((max(map(len, blocks)), 2), np.float32)
        for block in blocks:
            total[: len(block)] += block
        yield total


def _by_the_second(blocks: Iterator[Block]) -> Iterator[Block]:
    """The same samples in blocks of one second, the last one shorter."""
    held: list[Block] = []
    count = 0
    for block in blocks:
        held.append(block)
        count += len(block)
        while count >= _BLOCK:
            whole = np.concatenate(held)
            yield whole[:_BLOCK]
            held, count = [whole[_BLOCK:]], count - _BLOCK
    if count:
        yield np.concatenate(held)


def _db(gain: float) -> float:
    return float(20.0 * np.log10(gain))
