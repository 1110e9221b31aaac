"""The root of a watched folder: whether it is there, and whether it is still the same one.

A drive that is not mounted shows as a missing folder, or as the empty folder that it is mounted on: neither means that
the films in it are gone.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Root:
    """What a folder was at one look: its identity, or why it cannot be looked into."""

    identity: tuple[int, int] | None
    """Device and inode."""
    trouble: str = ""

    @property
    def text(self) -> str:
        """The identity, to be kept."""
        return "" if self.identity is None else f"{self.identity[0]}:{self.identity[1]}"


def look_at_root(path: str) -> Root:
    """The folder as it is now."""
    try:
        facts = os.stat(path)  # noqa: PTH116 (asked every few seconds)
    except FileNotFoundError:
        return Root(None, "is not there (a drive that is not mounted?)")
    except OSError as error:
        return Root(None, f"cannot be reached ({error.strerror or error})")
    if not stat.S_ISDIR(facts.st_mode):
        return Root(None, "is no folder")
    return Root((facts.st_dev, facts.st_ino))
