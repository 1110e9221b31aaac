"""Audio between two passes: a nameless file of float samples, so that memory does not grow with the cue."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import numpy as np
import numpy.typing as npt

from cutscore_composer.errors import OutputFailed

Audio = npt.NDArray[np.float32]

_FRAME_BYTES = 8


class Tape:
    """Stereo float32 audio on disk: written once from its start, read anywhere. Vanishes when closed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by the tape itself
        except OSError as error:
            raise OutputFailed(f"{folder} cannot be written to: {error.strerror}; choose another folder.") from error
        self.samples = 0

    def __enter__(self) -> Tape:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, block: Audio) -> None:
        """Append a block (n, 2). Raises OutputFailed when the disk is full."""
        try:
            self._file.seek(self.samples * _FRAME_BYTES)
            self._file.write(np.ascontiguousarray(block, np.float32).tobytes())
        except OSError as error:
            raise OutputFailed(f"{self._folder} has no room to mix in ({error.strerror}): free some space.") from error
        self.samples += len(block)

    def read(self, first: int, last: int) -> Audio:
        """Samples first to last (not included); silence before the start and after the end."""
        begin, end = min(max(first, 0), self.samples), min(max(last, 0), self.samples)
        self._file.seek(begin * _FRAME_BYTES)
        inside = np.frombuffer(self._file.read(max(0, end - begin) * _FRAME_BYTES), np.float32).reshape(-1, 2)
        if begin == first and end == last:
            return inside
        whole = np.zeros((last - first, 2), np.float32)
        whole[begin - first : begin - first + len(inside)] = inside
        return whole

    def blocks(self, size: int = 48_000) -> Iterator[Audio]:
        """All of it, in order."""
        for first in range(0, self.samples, size):
            yield self.read(first, min(first + size, self.samples))
