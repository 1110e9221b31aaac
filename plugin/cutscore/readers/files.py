"""Opening a timeline file: its bytes, bounded, with their hash; and the reader for its format."""

from __future__ import annotations

import hashlib
from fractions import Fraction
from importlib import import_module
from pathlib import Path

from cutscore.readers import TIMELINES
from cutscore.readers.loaded import MAX_BYTES, Loaded
from cutscore_composer.errors import InputRefused


def load(path: Path, rate: Fraction | None) -> Loaded:
    """Read a timeline file with the reader of its suffix. Raises InputRefused."""
    suffix = path.suffix.casefold()
    reader = import_module(f"cutscore.readers.{TIMELINES[suffix]}")
    if suffix in (".otioz", ".otiod"):
        loaded: Loaded = reader.load(path)
        return loaded
    data = read_bytes(path)
    loaded = reader.load(path, data, rate) if suffix == ".edl" else reader.load(path, data)
    loaded.sha256 = hashlib.sha256(data).hexdigest()
    return loaded


def read_bytes(path: Path) -> bytes:
    """All bytes of a timeline file. Raises InputRefused when it is missing, unreadable, empty or far too large."""
    try:
        if path.is_dir():
            raise InputRefused(f"{path} is a folder, not a timeline file.")
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
