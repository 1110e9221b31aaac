"""The stems between the desk and their files: a tape each, and the highest amplitude of every cell of any of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt
from scipy.ndimage import maximum_filter1d

from cutscore_composer.mix.cells import CELL
from cutscore_composer.mix.limiter import with_gain
from cutscore_composer.mix.master import Mastered
from cutscore_composer.mix.tape import Tape

Audio = npt.NDArray[np.float32]

_HIGHEST = 0.99


class StemTapes:
    """Keeps what each stem gave to the bus. The tapes vanish when it is closed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._closing = ExitStack()
        self._tapes: dict[str, Tape] = {}
        self._peaks: list[npt.NDArray[np.float32]] = []

    def __enter__(self) -> StemTapes:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()

    def write(self, parts: Mapping[str, Audio]) -> None:
        """Append a block (n, 2) of every stem; all but the last of a whole number of cells."""
        for name, part in parts.items():
            if name not in self._tapes:
                self._tapes[name] = self._closing.enter_context(Tape(self._folder))
            self._tapes[name].write(part)
        size = len(next(iter(parts.values()), ()))
        if size:
            starts = np.arange(0, 2 * size, 2 * CELL)
            peaks = [np.maximum.reduceat(np.abs(part).reshape(-1), starts) for part in parts.values()]
            self._peaks.append(np.asarray(np.max(peaks, axis=0)))

    def lowered(self, done: Mastered) -> float:
        """The factor by which all stems are turned down so that none clips though their sum does not; mostly 1."""
        if not self._peaks:
            return 1.0
        peaks = np.concatenate(self._peaks)
        loudest = float((peaks * maximum_filter1d(done.cells, 3)[: len(peaks)]).max()) * done.gain
        return min(1.0, _HIGHEST / loudest) if loudest else 1.0

    def mastered(self, done: Mastered, factor: float) -> Iterator[tuple[str, Iterator[Audio]]]:
        """Each stem's name and its sound with the master's gain and limiter."""
        for name, tape in self._tapes.items():
            yield name, with_gain(tape, done.cells, done.gain * factor)
