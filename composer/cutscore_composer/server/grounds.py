"""Grounds: the server's folders of temporary files, and the removal of what a killed process left in them.

ROOT/cutscore-serve-…/          one server; its lock is held by the process that was started
    places/  cues/  counters/   shared by its workers
    workers/worker-…/           one worker process; its lock is held by it
        job-…/                  one request
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import time
import uuid
from pathlib import Path

from cutscore_composer.errors import ConfigError
from cutscore_composer.server.file_lock import FileLock, take

_PREFIX = "cutscore-serve-"
_LOCK = "lock"
_SWEEPS = 20
_SWEEP_PAUSE_SECONDS = 0.1


class Ground:
    """A folder that is one process's own, as long as it lives."""

    def __init__(self, folder: Path, lock: FileLock) -> None:
        self.folder = folder
        self._lock = lock

    def close(self) -> None:
        """Remove it with all that is in it."""
        remove_tree(self.folder, but=_LOCK)
        self._lock.release(remove=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def server_ground(root: Path | None) -> Ground:
    """The folder of a server that starts; what killed servers left under the same root is removed.

    Raises ConfigError when nothing can be written there.
    """
    root = root or Path(tempfile.gettempdir())
    try:
        root.mkdir(parents=True, exist_ok=True)
        sweep(root, _PREFIX)
        ground = _new(root, _PREFIX)
        for name in ("places", "cues", "counters", "workers"):
            (ground.folder / name).mkdir()
    except OSError as error:
        raise ConfigError(f"The folder for temporary files {root} cannot be used: {error.strerror}.") from error
    return ground


def worker_ground(server: Path) -> Ground:
    """The folder of a worker that starts; what killed workers of the same server left is removed."""
    sweep(server / "workers", "worker-")
    return _new(server / "workers", "worker-")


def sweep(root: Path, prefix: str) -> None:
    """Remove the folders under `root` whose process is gone."""
    for folder in root.glob(f"{prefix}*"):
        if folder.name.startswith(".") or not _ours(folder):
            continue
        try:
            lock = take(folder / _LOCK)
        except OSError:
            continue  # another user's, or gone meanwhile
        if lock is not None:
            Ground(folder, lock).close()


def _ours(folder: Path) -> bool:
    """Whether it is a folder that this user made: in a shared folder others may lay traps under any name."""
    try:
        facts = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(facts.st_mode) and (not hasattr(os, "getuid") or facts.st_uid == os.getuid())


def remove_tree(folder: Path, *, but: str = "") -> None:
    """Remove what is in a folder; a child process that is just ending may still add to it, so it is tried again."""
    for _ in range(_SWEEPS):
        for path in list(folder.iterdir()) if folder.is_dir() else []:
            if path.name == but:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
        if not folder.is_dir() or all(path.name == but for path in folder.iterdir()):
            return
        time.sleep(_SWEEP_PAUSE_SECONDS)


def _new(root: Path, prefix: str) -> Ground:
    name = f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
    # Under the name that is swept it appears with its lock held.
    unnamed = root / f".new-{prefix}{name}"
    unnamed.mkdir(mode=0o700)
    lock = take(unnamed / _LOCK)
    assert lock is not None
    folder = root / f"{prefix}{name}"
    unnamed.rename(folder)
    return Ground(folder, FileLock(folder / _LOCK, lock.hand_over()))
