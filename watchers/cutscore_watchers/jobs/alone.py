"""Alone: one watcher for each database file; a second one is told who has it."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from cutscore_composer.errors import ConfigError


class Alone:
    """The right to be the only worker on a database file; the system lets go of it when the process ends, however."""

    def __init__(self, database: Path) -> None:
        """Raises ConfigError when another process has it."""
        path = database.with_name(f"{database.name}.lock")
        try:
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise ConfigError(f"{path} cannot be written ({error.strerror}): set jobs.database.") from error
        try:
            _system_lock(self._handle)
        except OSError:
            owner = ""
            with contextlib.suppress(OSError):
                os.lseek(self._handle, 0, os.SEEK_SET)
                owner = os.read(self._handle, 20).decode("ascii", "replace").strip()
            os.close(self._handle)
            who = f"process {owner}" if owner.isdigit() else "another process"
            raise ConfigError(
                f"A watcher already works with {database} ({who}): stop it first, or set jobs.database to another file."
            ) from None
        with contextlib.suppress(OSError):
            os.ftruncate(self._handle, 0)
            os.lseek(self._handle, 0, os.SEEK_SET)
            os.write(self._handle, f"{os.getpid()}\n".encode("ascii"))

    def close(self) -> None:
        """Let go of it."""
        os.close(self._handle)


if sys.platform == "win32":
    import msvcrt

    def _system_lock(handle: int) -> None:
        # Far behind the number, which others may read.
        os.lseek(handle, 4096, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _system_lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
