"""Names: which files of a watched folder are films, and which folders in it are looked into."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Iterable
from pathlib import Path, PurePath

from cutscore.config.watching import WatchFolder
from cutscore_watchers.folders.temporary_names import OWN_FILES, OWN_FOLDERS, TEMPORARY_FILES, TEMPORARY_FOLDERS

SIDECAR = ".yaml"


class Names:
    """What a watched folder takes by name; results that go into the folder itself are left out."""

    def __init__(self, watch: WatchFolder, results: Iterable[Path] = ()) -> None:
        temporary = watch.ignore_temporary
        self._films = _any_of(watch.patterns)
        self._not_files = _any_of((*watch.ignore, *OWN_FILES, *(TEMPORARY_FILES if temporary else ())))
        self._not_folders = _any_of((*watch.ignore, *OWN_FOLDERS, *(TEMPORARY_FOLDERS if temporary else ())))
        self._results = {str(folder) for folder in results} - {str(watch.path)}

    def is_film(self, name: str) -> bool:
        """Whether a file of this name is taken for a film."""
        name = name.lower()
        return self._films(name) is not None and self._not_files(name) is None

    def is_sidecar(self, name: str) -> bool:
        """Whether a file of this name may say something of a film beside it."""
        return name.lower().endswith(SIDECAR) and self._not_files(name.lower()) is None

    def enters(self, path: str, name: str) -> bool:
        """Whether the folder `path`, of this name, is looked into."""
        return self._not_folders(name.lower()) is None and path not in self._results

    def takes(self, path: PurePath, root: PurePath, recursive: bool) -> bool:
        """Whether `path`, anywhere below `root`, would be found by a scan, going by names alone."""
        if not self.is_film(path.name) or not path.is_relative_to(root):
            return False
        between = [folder for folder in path.parents if folder != root and folder.is_relative_to(root)]
        if between and not recursive:
            return False
        return all(self.enters(str(folder), folder.name) for folder in between)


def _any_of(patterns: Iterable[str]) -> Callable[[str], re.Match[str] | None]:
    """Matches a name in small letters against any of the patterns."""
    words = [fnmatch.translate(pattern.lower()) for pattern in patterns]
    return re.compile("|".join(words) or r"(?!)").match
