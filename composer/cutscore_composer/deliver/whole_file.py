"""A delivered file is whole or not there: written beside its place, put on disk, then given its name."""

from __future__ import annotations

import errno
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from cutscore_composer.errors import OutputFailed

_FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """A file to write into; it gets the name `path` when the block ends well, and is gone when it does not.

    Raises OutputFailed when it cannot be written.
    """
    part = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.part")
    try:
        with part.open("x+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise OutputFailed(_sentence(path, error)) from error
    finally:
        part.unlink(missing_ok=True)


def _sentence(path: Path, error: OSError) -> str:
    if error.errno in _FULL:
        return f"The disk of {path.parent} is full: {path.name} was not written; free some space and try again."
    return f"{path} could not be written: {error.strerror or error}."
