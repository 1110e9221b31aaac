"""Reading: a few bytes at a place of a file, for the containers' rules; what is not there is told, never raised."""

from __future__ import annotations

import os
from typing import IO


class Bytes:
    """The bytes of a file of a known size."""

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file = file
        self.size = size

    def at(self, place: int, count: int) -> bytes:
        """`count` bytes at `place`, fewer where the file ends."""
        if place < 0 or place >= self.size:
            return b""
        self._file.seek(place, os.SEEK_SET)
        return self._file.read(min(count, self.size - place))

    def number(self, place: int, count: int) -> int | None:
        """A big-endian number of `count` bytes, None where it is cut off."""
        raw = self.at(place, count)
        return int.from_bytes(raw, "big") if len(raw) == count else None
