"""A lock that is a file: held by one process, free again the moment that process is gone, however it went."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path


class FileLock:
    """A lock that is held until `release`, or until the process ends."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    def release(self, *, remove: bool = False) -> None:
        """Give it back; `remove` deletes the file too."""
        if self._descriptor < 0:
            return
        os.close(self._descriptor)
        self._descriptor = -1
        if remove:
            with suppress(OSError):
                self.path.unlink(missing_ok=True)

    def hand_over(self) -> int:
        """The open file that holds it, for one who holds it on under another name."""
        descriptor, self._descriptor = self._descriptor, -1
        return descriptor


def take(path: Path, *, wait: bool = False) -> FileLock | None:
    """The lock at `path`, or None when another holds it; with `wait` it is waited for."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    if _locked(descriptor, wait):
        return FileLock(path, descriptor)
    os.close(descriptor)
    return None


if sys.platform == "win32":
    import msvcrt

    def _locked(descriptor: int, wait: bool) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _locked(descriptor: int, wait: bool) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            return False
        return True
