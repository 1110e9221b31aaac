"""Putting away: a film that is done goes to a dated folder in its watched folder; nothing there is ever replaced."""

from __future__ import annotations

import errno
import os
import time
from contextlib import suppress
from pathlib import Path

from cutscore.config.watching import WatchFolder
from cutscore_composer.errors import OutputFailed
from cutscore_watchers.folders.names import SIDECAR
from cutscore_watchers.folders.temporary_names import PUT_AWAY


def put_away(path: Path, watch: WatchFolder) -> Path:
    """Move a film, and its side-car, to `cutscore-done/DATE` in the watched folder; gives the film's new path.

    When it was moved already (by a run that was killed right after it), the place where it lies is given.
    Raises OutputFailed.
    """
    below = path.relative_to(watch.path) if path.is_relative_to(watch.path) else Path(path.name)
    away = watch.path / PUT_AWAY
    folder = away / time.strftime("%Y-%m-%d") / below.parent
    try:
        if not os.path.lexists(path):
            found = [place for place in sorted(away.glob("????-??-??"), reverse=True) if (place / below).is_file()]
            if found:
                return found[0] / below
            raise FileNotFoundError(errno.ENOENT, "it is not there any more")
        folder.mkdir(parents=True, exist_ok=True)
        place = _moved(path, folder)
        sidecar = path.with_suffix(SIDECAR)
        if sidecar.is_file():
            with suppress(OSError):
                _moved(sidecar, folder)
    except OSError as error:
        raise OutputFailed(f"{path} could not be moved to {folder}: {error.strerror or error}.") from error
    return place


def _moved(path: Path, folder: Path) -> Path:
    """Move a file into a folder of the same disk under its name, or NAME-2, NAME-3 … where that is taken."""
    for number in range(1, 10_000):
        place = folder / (path.name if number == 1 else f"{path.stem}-{number}{path.suffix}")
        if _moved_to(path, place):
            return place
    raise FileExistsError(errno.EEXIST, "there are too many files of that name")


def _moved_to(path: Path, place: Path) -> bool:
    """Whether the file was moved there in one step; False when something is there already."""
    if os.name == "nt":
        # Refuses by itself where something is.
        try:
            path.rename(place)
        except FileExistsError:
            return False
        return True
    try:
        place.hardlink_to(path)
    except FileExistsError:
        if not place.is_symlink() and place.samefile(path):
            # A run was killed between the two steps.
            path.unlink()
            return True
        return False
    except OSError:
        return _moved_over_own(path, place)
    path.unlink()
    return True


def _moved_over_own(path: Path, place: Path) -> bool:
    """Where there are no hard links: an empty file takes the name first, and only that one is replaced."""
    try:
        place.open("xb").close()
    except FileExistsError:
        return False
    try:
        path.replace(place)
    except BaseException:
        place.unlink(missing_ok=True)
        raise
    return True
