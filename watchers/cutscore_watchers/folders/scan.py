"""The scan: every film that lies in a folder now, with its size and time of change; the truth that events hint at."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cutscore_watchers.folders.names import Names


@dataclass(frozen=True, slots=True)
class Found:
    """A file as it is at one moment."""

    path: str
    """Absolute; bytes that are no text of the system's encoding stand as surrogates."""
    size: int
    mtime_ns: int
    ctime_ns: int
    """Of its last change of any kind; where the system has none, of its making."""
    inode: int

    @property
    def version(self) -> tuple[int, int]:
        """What tells two versions of the file apart, now and after a restart."""
        return self.size, self.mtime_ns


@dataclass(frozen=True, slots=True)
class Within:
    """The watched folder that is looked into, and what counts in it."""

    root: str
    names: Names
    recursive: bool


@dataclass(slots=True)
class Looked:
    """What a scan met besides films."""

    complete: bool = True
    """Whether every folder could be read; otherwise nothing that is missing counts as gone."""
    troubles: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    """Links that lead out of the folder; they are not followed."""


def scan(folder: str, within: Within, looked: Looked) -> Iterator[Found]:
    """The films in a folder. Raises OSError only when the folder itself cannot be read."""
    names = within.names
    folders = [folder]
    while folders:
        here = folders.pop()
        try:
            with os.scandir(here) as entries:
                for entry in entries:
                    if names.is_film(entry.name) and (entry.is_symlink() or not entry.is_dir(follow_symlinks=False)):
                        found = look_at(entry.path, within, looked)
                        if found is not None:
                            yield found
                    elif (
                        within.recursive
                        and entry.is_dir(follow_symlinks=False)
                        and names.enters(entry.path, entry.name)
                    ):
                        folders.append(entry.path)
        except OSError as error:
            if here == folder:
                raise
            if not isinstance(error, FileNotFoundError):
                looked.complete = False
                looked.troubles.append(f"{here} cannot be read ({error.strerror or error})")


def look_at(path: str, within: Within, looked: Looked) -> Found | None:
    """A file as it is now; None when there is no film of that name. A share that hangs up raises OSError."""
    try:
        facts = os.lstat(path)
        if stat.S_ISLNK(facts.st_mode):
            if not _counts(path, within, looked):
                return None
            facts = os.stat(path)  # noqa: PTH116 (a hundred thousand of them: a Path each would be felt)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if not stat.S_ISREG(facts.st_mode):
        return None
    return Found(path, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino)


def _counts(link: str, within: Within, looked: Looked) -> bool:
    """Whether a link stands for a film: one that lies within the watched folder and is not found there itself."""
    root, target = Path(os.path.realpath(within.root)), Path(os.path.realpath(link))
    if not target.is_relative_to(root):
        looked.links.append(link)
        return False
    return not within.names.takes(target, root, within.recursive)
