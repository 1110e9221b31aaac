"""Writes project files so that nothing is ever half there or lost: lock, temporary file, replace.

Two Cutscores that place into one project wait for each other; a lock held by a process that died is
free at once, because the system holds it.
"""

from __future__ import annotations

import contextlib
import errno
import glob
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from cutscore_composer.errors import InputRefused, OutputFailed

LOCK_SECONDS = 120.0
"""How long to wait for another Cutscore that is placing into the same project."""


def read_bytes(path: Path) -> bytes:
    """The bytes of a project file. Raises InputRefused when it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputRefused(f"{path} cannot be read: {error.strerror or error}.") from error


def write_atomically(
    target: Path, write: Callable[[IO[bytes]], object], check: Callable[[], None] | None = None
) -> None:
    """Write a file under a temporary name beside it, then give it its name in one step.

    `check` runs at the last moment before that step and may raise to leave all as it was.
    Raises OutputFailed when the folder cannot be written or the disk is full.
    """
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            with contextlib.suppress(OSError):
                shutil.copymode(target, part)
        if check is not None:
            check()
        part.replace(target)
    except OSError as error:
        raise failed(target, error) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
    _sync_folder(target.parent)


def keep_copy(path: Path, copy: Path) -> Path:
    """Keep a file's present bytes as `copy`, which must not exist. Raises OutputFailed."""
    try:
        with path.open("rb") as source:
            write_atomically(copy, lambda file: shutil.copyfileobj(source, file, 1 << 20))
        shutil.copystat(path, copy)
    except OSError as error:
        raise failed(copy, error) from error
    return copy


def make_folder(folder: Path) -> None:
    """Make a folder for results. Raises OutputFailed."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise failed(folder, error) from error


@contextmanager
def locked(target: Path, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Hold the right to write `target`; waits for another Cutscore that holds it.

    The lock is a small file beside the target, removed afterwards.
    Raises OutputFailed when the folder cannot be written or the wait was too long.
    """
    path = target.with_name(f".{target.name}.cutscore-lock")
    deadline = time.monotonic() + seconds
    while True:
        handle = _try_lock(path, target)
        if handle is not None:
            break
        if time.monotonic() > deadline:
            raise OutputFailed(
                f"Another Cutscore has been placing music into {target} for {seconds:.0f} seconds; try again later."
            )
        time.sleep(0.05)
    try:
        _sweep(target)
        yield
    finally:
        # Unlink first where the system lets us: whoever waits on the old file then sees that it is gone.
        with contextlib.suppress(OSError):
            path.unlink()
        os.close(handle)
        if os.name == "nt":
            with contextlib.suppress(OSError):
                path.unlink()


def _sweep(target: Path) -> None:
    """Removes what a process that was killed in mid-write left of this file."""
    for part in target.parent.glob(f".{glob.escape(target.name)}.*.part"):
        with contextlib.suppress(OSError):
            if part.is_dir():
                shutil.rmtree(part)
            else:
                part.unlink()


def _try_lock(path: Path, target: Path) -> int | None:
    """An open, locked file, None while another process has it."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except PermissionError as error:
        if os.name == "nt" and path.exists():
            return None
        raise failed(target, error) from error
    except OSError as error:
        raise failed(target, error) from error
    try:
        _system_lock(handle)
        if os.name != "nt" and os.fstat(handle).st_ino != path.stat().st_ino:
            raise BlockingIOError
    except OSError as error:
        os.close(handle)
        busy = isinstance(error, BlockingIOError | FileNotFoundError) or error.errno in (errno.EACCES, errno.EDEADLK)
        if busy:
            return None
        raise failed(target, error) from error
    return handle


if sys.platform == "win32":
    import msvcrt

    def _system_lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _system_lock(handle: int) -> None:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            # A file system without locks (some network shares): go on as the only one there.
            if error.errno not in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP):
                raise


def failed(path: Path, error: OSError) -> OutputFailed:
    """The sentence for a file that could not be written."""
    if error.errno == errno.ENOSPC:
        return OutputFailed(f"{path} could not be written: the disk is full.")
    if isinstance(error, PermissionError):
        return OutputFailed(f"{path} could not be written: no permission (read-only, or open in a program).")
    return OutputFailed(f"{path} could not be written: {error.strerror or error}.")


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
