"""Opening a timeline file: its bytes, bounded, with their hash; and the reader for its format.

Every reader is a module named in `TIMELINES` with one function: `load(file: TimelineFile) -> Loaded`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from importlib import import_module
from pathlib import Path

from cutscore.readers import TIMELINES
from cutscore.readers.loaded import MAX_BYTES, Loaded
from cutscore_composer.errors import InputRefused


@dataclass(frozen=True)
class TimelineFile:
    """What a reader is given: the path of a file or a bundle, and its bytes when it asks for them."""

    path: Path
    rate: Fraction | None = None
    """The rate that the user named."""

    @cached_property
    def data(self) -> bytes:
        """All bytes of the file. Raises InputRefused as `read_bytes` does."""
        return read_bytes(self.path)

    @property
    def sha256(self) -> str | None:
        """Hash of the bytes that were read; None where none were (a folder)."""
        return hashlib.sha256(self.data).hexdigest() if "data" in self.__dict__ else None


def load(path: Path, rate: Fraction | None) -> Loaded:
    """Read a timeline file with the reader of its suffix. Raises InputRefused."""
    reader = import_module(f"cutscore.readers.{TIMELINES[path.suffix.casefold()]}")
    file = TimelineFile(path, rate)
    loaded: Loaded = reader.load(file)
    loaded.sha256 = loaded.sha256 or file.sha256
    return loaded


def read_bytes(path: Path) -> bytes:
    """All bytes of a timeline file. Raises InputRefused when it is missing, unreadable, empty or far too large."""
    try:
        if path.is_dir():
            raise InputRefused(f"{path} is a folder, not a timeline file; name the file in it.")
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InputRefused(f"{path} is {size >> 20} MB, more than any timeline ({MAX_BYTES >> 20} MB).")
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise InputRefused(f"{path} does not exist; check the name.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputRefused(f"{path} cannot be read ({reason}); check its permissions.") from error
    if not data:
        raise InputRefused(f"{path} is empty (0 bytes); it may still be being written or copied.")
    return data
