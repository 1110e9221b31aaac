"""The content store: files addressed by the SHA-256 of their bytes, safe under many writers, verified on reading.

store/ab/cdef…      one file, read-only by convention, never changed once it has its name
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import uuid
from pathlib import Path

from cutscore.hashing import sha256_of
from cutscore_composer.errors import OutputFailed

_PIECE = 1 << 20


class Lost(Exception):
    """A stored file is gone or its bytes are not what they were."""


class Store:
    """A folder of content-addressed files; any number of processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        """The folder is made when something is first put into it."""
        self._folder = folder

    @property
    def folder(self) -> Path:
        """Where it lies."""
        return self._folder

    def path(self, sha256: str) -> Path:
        """Where the content with this hash lies, whether or not it is there."""
        if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
            raise ValueError("not a SHA-256 in hexadecimal")
        return self._folder / sha256[:2] / sha256[2:]

    def prepare(self, bytes_needed: int) -> None:
        """See that so much can be kept, before it is paid for. Raises OutputFailed."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            probe = self._folder / f".{uuid.uuid4().hex}.part"
            probe.touch(exist_ok=False)
            probe.unlink()
            free = shutil.disk_usage(self._folder).free
        except OSError as error:
            raise OutputFailed(_sentence(self._folder, error)) from error
        if free < bytes_needed:
            need, have = bytes_needed / 1e6, free / 1e6
            raise OutputFailed(f"The disk of {self._folder} has {have:.1f} MB left; {need:.1f} MB are needed.")

    def put(self, source: Path) -> str:
        """Keep a copy of a file; on disk when this returns. Gives its SHA-256. Raises OutputFailed."""
        part: Path | None = None
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            part = self._folder / f".{uuid.uuid4().hex}.part"
            sha256 = _copy(source, part)
            place = self.path(sha256)
            if not (place.exists() and sha256_of(place) == sha256):
                place.parent.mkdir(exist_ok=True)
                self._give_name(part, place, sha256)
        except OSError as error:
            raise OutputFailed(_sentence(self._folder, error)) from error
        finally:
            if part is not None:
                part.unlink(missing_ok=True)
        return sha256

    def _give_name(self, part: Path, place: Path, sha256: str) -> None:
        try:
            # Another writer with the same content replaces like by like.
            part.replace(place)
        except PermissionError:
            # Windows does not replace a file that somebody reads; then it is there already.
            if not self.holds(sha256):
                raise
        _sync_folder(place.parent)

    def get(self, sha256: str, target: Path) -> None:
        """Copy the content into a new file, checking every byte. Raises Lost, OutputFailed."""
        place = self.path(sha256)
        try:
            found = _copy(place, target)
        except FileNotFoundError as error:
            if not place.exists():
                raise Lost(f"{place} is gone") from error
            raise OutputFailed(_sentence(target.parent, error)) from error
        except OSError as error:
            raise OutputFailed(_sentence(target.parent, error)) from error
        if found != sha256:
            target.unlink(missing_ok=True)
            raise Lost(f"{place} was changed")

    def holds(self, sha256: str) -> bool:
        """Whether the content is there, unchanged."""
        place = self.path(sha256)
        try:
            return sha256_of(place) == sha256
        except OSError:
            return False


def _copy(source: Path, target: Path) -> str:
    """Copy into a new file that is on disk when this returns; gives the SHA-256 of what was copied."""
    digest = hashlib.sha256()
    with source.open("rb") as taken, target.open("xb") as given:
        while piece := taken.read(_PIECE):
            digest.update(piece)
            given.write(piece)
        given.flush()
        os.fsync(given.fileno())
    return digest.hexdigest()


def _sync_folder(folder: Path) -> None:
    """Put a folder's new entry on disk, where the system offers that (not on Windows)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sentence(folder: Path, error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"The disk of {folder} is full: free some space and try again."
    return f"{error.filename or folder} cannot be used: {error.strerror or error}."
