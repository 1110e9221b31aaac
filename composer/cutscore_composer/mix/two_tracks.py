"""Two tracks: music and what lies under it (sound effects), mastered as one and kept apart.

The bus of the master is the sum of both; its gain and limiter are applied to both alike, so that the two files sum to
the master. The limiter acts on whichever is highest of the sum and the two, so that neither clips alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Protocol

import numpy as np
import numpy.typing as npt

from cutscore_composer.mix.cells import CELL, Cells
from cutscore_composer.mix.limiter import Cellwise, with_gain
from cutscore_composer.mix.master import Figures, Mastered
from cutscore_composer.mix.tape import Tape

Audio = npt.NDArray[np.float32]

MUSIC, EFFECTS = "music", "effects"


class Under(Protocol):
    """Sound that is made to lie under music."""

    def blocks(self, powers: Cellwise, rate: int, total: int) -> Iterator[Audio]:
        """`total` samples in blocks (n, 2), for music with these K-weighted cell powers."""


class TwoTracks:
    """The music's tape, what lies under it, and their sum; both tapes of its own vanish when it is closed."""

    def __init__(self, folder: Path, music: Tape, cells: Figures, rate: int) -> None:
        self._closing = ExitStack()
        self._music, self._cells, self._rate = music, cells, rate
        self._under = self._closing.enter_context(Tape(folder))
        self.bus = self._closing.enter_context(Tape(folder))
        self._figures: tuple[Cellwise, Cellwise] | None = None

    def __enter__(self) -> TwoTracks:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    def lay(self, under: Under, told: Callable[[float], None]) -> None:
        """Lay the sound under the music, in blocks of whole cells but the last.

        `told` hears 0 to 1 and may raise Cancelled.
        """
        peaks, powers = self._cells.result()
        both, alone = Cells(self._rate), []
        for block in under.blocks(powers, self._rate, self._music.samples):
            told(self.bus.samples / max(1, self._music.samples))
            whole = self._music.read(self.bus.samples, self.bus.samples + len(block)) + block
            self._under.write(block)
            self.bus.write(whole)
            alone.append(_peaks(block))
            both.add(whole)
        sum_peaks, sum_powers = both.result()
        self._figures = np.maximum(np.maximum(peaks, np.concatenate(alone)), sum_peaks), sum_powers

    def result(self) -> tuple[Cellwise, Cellwise]:
        """The highest peaks of the sum and of both alone, and the power of the sum, by cell."""
        assert self._figures is not None, "nothing was laid"
        return self._figures

    def mastered(self, done: Mastered) -> Iterable[tuple[str, Iterator[Audio]]]:
        """Each track's name and its sound with the master's gain and limiter."""
        yield MUSIC, with_gain(self._music, done.cells, done.gain)
        yield EFFECTS, with_gain(self._under, done.cells, done.gain)


def _peaks(block: Audio) -> Cellwise:
    """The highest sample of each cell of both sides."""
    return np.asarray(np.maximum.reduceat(np.abs(block).max(axis=1), np.arange(0, len(block), CELL)), np.float32)
