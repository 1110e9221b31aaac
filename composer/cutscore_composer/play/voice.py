"""A sounding note: where it starts and its samples, made piece by piece so that a long note needs no long memory."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from cutscore_composer.play.samples import Audio, Sound

_CROSSFADE_SECONDS = 0.22
_STEP_SECONDS = 0.02
"""Within so much lies a place where the wave stands alike: a period of the lowest note but for the basses'."""
_PIECE = 48_000


class Voice:
    """Takes its sound from pieces (n, 2) and adds it to blocks, in order."""

    def __init__(self, start: int, pieces: Iterator[Audio]) -> None:
        self.position = start
        """The sample of the cue at which the rest of the voice begins; before the cue when negative."""
        self._pieces = pieces
        self._rest: Audio = np.zeros((0, 2), np.float32)

    def add_to(self, block: Audio, at: int) -> bool:
        """Add to a block that starts at sample `at`; False when the voice has ended."""
        end = at + len(block)
        while self.position < end:
            if not len(self._rest):
                piece = next(self._pieces, None)
                if piece is None:
                    return False
                self._rest = piece
            if self.position < at:
                skipped = min(at - self.position, len(self._rest))
                self._drop(skipped)
                continue
            taken = min(end - self.position, len(self._rest))
            first = self.position - at
            block[first : first + taken] += self._rest[:taken]
            self._drop(taken)
        return True

    def _drop(self, samples: int) -> None:
        self._rest = self._rest[samples:]
        self.position += samples


def prolonged(sound: Sound, start: int, length: int, rate: int, random: np.random.Generator) -> Iterator[Audio]:
    """A sustained sound from its sample `start` on, `length` samples long, through its loop as often as needed.

    Each round goes on from another place of the loop, crossfaded, so that no period shows.
    """
    audio, (first, last) = sound.audio, sound.loop or (len(sound.audio), len(sound.audio))
    left = length
    if sound.loop is None or (start + length <= last and not sound.seamless):
        yield from _split(_padded(audio[start : start + length], length))
        return
    if sound.seamless:
        while left > 0:
            piece = audio[start : min(last, start + left)]
            yield from _split(piece)
            left -= len(piece)
            start = first
        return
    fade = min(round(_CROSSFADE_SECONDS * rate), (last - first) // 3)
    turn = np.linspace(0, np.pi / 2, fade, dtype=np.float32)[:, None]
    head: Audio | None = None
    while left > 0:
        body = audio[start : last - fade]
        if head is not None:
            body = np.concatenate([head, body])
        yield from _split(body[:left])
        left -= len(body)
        again = first + int(random.integers(0, max(1, (last - first) // 3)))
        again = _in_step(audio, last - fade, again, min(round(_STEP_SECONDS * rate), (last - first) // 6))
        leaving, coming = audio[last - fade : last], audio[again : again + fade]
        # Where both stand alike their sum is too loud half-way, where they have nothing in common it is not.
        power = float((leaving**2).sum() * (coming**2).sum())
        alike = max(0.0, float((leaving * coming).sum()) / (power**0.5 + 1e-12))
        evenly = 1 / np.sqrt(1 + np.float32(alike) * np.sin(2 * turn))
        head = np.asarray((leaving * np.cos(turn) + coming * np.sin(turn)) * evenly, np.float32)
        start = again + fade


def _in_step(audio: Audio, leaving: int, coming: int, reach: int) -> int:
    """The place within `reach` samples after `coming` whose wave is most like the one at `leaving`."""
    field = audio[coming : coming + 2 * reach].mean(axis=1)
    pattern = audio[leaving : leaving + reach].mean(axis=1)
    if len(field) < 2 * reach or len(pattern) < reach:
        return coming
    size = 4 * reach
    product = np.fft.irfft(np.fft.rfft(field, size) * np.conj(np.fft.rfft(pattern, size)), size)[:reach]
    power = np.concatenate([[0.0], np.cumsum(field.astype(np.float64) ** 2)])
    return coming + int((product / np.sqrt(power[reach : 2 * reach] - power[:reach] + 1e-12)).argmax())


def shaped(pieces: Iterator[Audio], points: npt.NDArray[np.float64], gains: npt.NDArray[np.float64]) -> Iterator[Audio]:
    """The pieces with a gain that goes straight between (sample, gain) points: evenly spaced from 0 on but the last."""
    step = max(1, int(points[1] - points[0]))
    slopes = np.diff(gains) / np.maximum(np.diff(points), 1)
    low, rise = gains[:-1, None].astype(np.float32), slopes[:, None].astype(np.float32)
    within = np.arange(step, dtype=np.float32)
    at = 0
    for piece in pieces:
        first, last = at // step, -(-(at + len(piece)) // step)
        lines = low[first:last] + rise[first:last] * within
        before = at - first * step
        yield piece * lines.reshape(-1)[before : before + len(piece), None]
        at += len(piece)


def together(first: Iterator[Audio], second: Iterator[Audio]) -> Iterator[Audio]:
    """The sum of two streams of equal length, whatever their pieces."""
    rest_a: Audio = np.zeros((0, 2), np.float32)
    rest_b = rest_a
    while True:
        if not len(rest_a):
            rest_a = next(first, rest_a)
        if not len(rest_b):
            rest_b = next(second, rest_b)
        size = min(len(rest_a), len(rest_b))
        if not size:
            return
        yield rest_a[:size] + rest_b[:size]
        rest_a, rest_b = rest_a[size:], rest_b[size:]


def _split(audio: Audio) -> Iterator[Audio]:
    for at in range(0, len(audio), _PIECE):
        yield audio[at : at + _PIECE]


def _padded(audio: Audio, length: int) -> Audio:
    missing = length - len(audio)
    return audio if missing <= 0 else np.concatenate([audio, np.zeros((missing, 2), np.float32)])
