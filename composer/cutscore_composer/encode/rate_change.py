"""Rate change: 48 kHz to any lower rate of the contract, block by block, exact to the sample.

A linear-phase low-pass (Kaiser, passes 0.91 of the lower Nyquist frequency, 110 dB down at it) is applied in the
frequency domain, and the spectrum is cut there: each block of two seconds overlaps its neighbours by more than the
filter is long, so that the blocks join as if the whole were filtered in one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, cast

import numpy as np
import numpy.typing as npt
from scipy import fft, signal

from cutscore_composer.timebase import SAMPLE_RATE

Block = npt.NDArray[np.float32]
"""Audio of shape (samples, channels)."""

WINDOW = 2 * SAMPLE_RATE
"""Samples that are transformed at once: a whole number of samples at every rate of the contract."""
OVERLAP = 9600
"""Samples at either end of a window that serve the filter only: whole at every rate, over half the longest filter."""
PASSED = 0.91
"""Share of the lower Nyquist frequency up to which nothing is lost."""
STOPPED_DB = 110.0


def changed_rate(blocks: Iterable[Block], rate: int) -> Iterator[Block]:
    """The same sound at `rate`: for n samples in, the nearest whole number to n × rate / 48000 comes out."""
    if rate == SAMPLE_RATE:
        yield from blocks
        return
    if WINDOW * rate % SAMPLE_RATE or OVERLAP * rate % SAMPLE_RATE or rate > SAMPLE_RATE:
        raise ValueError(f"{rate} Hz is no rate that 48 kHz is changed to here")
    taken = given = 0
    held: Block | None = None
    for block in blocks:
        taken += len(block)
        if held is None:
            held = np.zeros((OVERLAP, block.shape[1]), np.float32)
        held = np.concatenate([held, block])
        while len(held) >= WINDOW:
            made = _window(held[:WINDOW], rate)
            yield made
            given += len(made)
            held = held[WINDOW - 2 * OVERLAP :]
    wanted = (2 * taken * rate + SAMPLE_RATE) // (2 * SAMPLE_RATE)
    while held is not None and given < wanted:
        last = np.zeros((WINDOW, held.shape[1]), np.float32)
        last[: len(held)] = held[:WINDOW]
        made = _window(last, rate)[: wanted - given]
        yield made
        given += len(made)
        held = held[WINDOW - 2 * OVERLAP :]


def _window(window: Block, rate: int) -> Block:
    """The middle of a window at the lower rate."""
    size = WINDOW * rate // SAMPLE_RATE
    edge = OVERLAP * rate // SAMPLE_RATE
    spectrum = fft.rfft(np.ascontiguousarray(window.T))[:, : size // 2 + 1] * _response(rate)
    made = fft.irfft(spectrum, size)[:, edge : size - edge]
    return cast(Block, np.ascontiguousarray(made.T))


@cache
def _response(rate: int) -> npt.NDArray[Any]:
    """What the filter leaves of each frequency of a window, up to the lower Nyquist; without delay."""
    nyquist = rate / 2
    taps, beta = signal.kaiserord(STOPPED_DB, nyquist * (1 - PASSED) / (SAMPLE_RATE / 2))
    taps |= 1
    assert taps // 2 <= OVERLAP
    kernel = signal.firwin(taps, nyquist * (1 + PASSED) / 2, window=("kaiser", beta), fs=SAMPLE_RATE)
    around = np.zeros(WINDOW)
    around[: taps // 2 + 1] = kernel[taps // 2 :]
    around[-(taps // 2) :] = kernel[: taps // 2]
    # Symmetrical around zero, so its spectrum is real; a window at the lower rate holds rate / 48000 of the samples.
    bins = WINDOW * rate // SAMPLE_RATE // 2 + 1
    return cast("npt.NDArray[Any]", (fft.rfft(around).real[:bins] * (rate / SAMPLE_RATE)).astype(np.float32))
