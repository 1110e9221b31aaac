"""Finding media: from the reference as a timeline spells it to a file on this machine.

Editors write file URLs of every kind ("file://localhost/D%3a/a b.mov", "file://SERVER/share/ü.mov"),
bare paths of other systems ("C:\\\\media\\\\a.mov") and names relative to the timeline. Each spelling is
tried as it stands; then the name is looked for beside the timeline and in the search folders.
References come from files that nobody vouches for: only plain files are taken, nothing is run, no
network path is opened unless the timeline or a search folder lies on the same server.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

MAX_FILES = 300_000
"""Files that are looked at in the search folders, all together."""
MAX_DEPTH = 16
FILMS = frozenset({".mov", ".mp4", ".mxf", ".mkv", ".avi", ".m4v", ".mts", ".wav"})
"""Suffixes of the files that a reel name without suffix may mean."""
_DRIVE = re.compile(r"/*([A-Za-z])[:|](?=[\\/]|$)")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:")
_SKIPPED_FOLDERS = frozenset({".git", "node_modules", "__pycache__", "$recycle.bin", ".trash", ".trashes"})


@dataclass(frozen=True, slots=True)
class Found:
    """A media file."""

    path: Path
    by_name: bool
    """Whether it lies elsewhere than the timeline says and was taken by its name."""
    others: tuple[Path, ...] = ()
    """Files of the same name that fitted as well."""


class MediaFinder:
    """Finds media for one timeline; remembers every answer, and reads the search folders once."""

    def __init__(self, folder: Path, search: Sequence[Path] = ()) -> None:
        self.folder = folder.absolute()
        self.search = tuple(path.absolute() for path in search)
        self.warnings: list[str] = []
        self._answers: dict[tuple[str, str], Found | None] = {}
        self._index: dict[str, list[Path]] | None = None

    def find(self, wanted: str, name: str = "") -> Found | None:
        """The file that `wanted` (a URL or path; may be empty) or else a file called `name` is, or None."""
        key = (wanted, name)
        if key not in self._answers:
            self._answers[key] = self._look(wanted, name)
        return self._answers[key]

    def _look(self, wanted: str, name: str) -> Found | None:
        if "\0" in wanted or "\0" in name or len(wanted) > 4096:
            return None
        for candidate in self._candidates(wanted):
            if path := _file_at(candidate):
                return Found(path, by_name=False)
        parts = _parts(wanted) or _parts(name)
        if not parts:
            return None
        # A project that moved with its media: "media/a.mov" beside the timeline for "/old/media/a.mov".
        for count in range(min(len(parts), 4), 0, -1):
            if path := _file_at(self.folder.joinpath(*parts[-count:])):
                return Found(path, by_name=bool(_parts(wanted)) and count < len(parts))
        return self._by_name(parts)

    def _candidates(self, wanted: str) -> Iterator[Path]:
        """The paths that a reference may mean on this machine, likeliest first."""
        for text in _spellings(wanted):
            if _is_network(text):
                if self._shares_server(text):
                    yield Path(text)
            elif _DRIVE.match(text):
                if os.name == "nt":
                    yield Path(_DRIVE.sub(r"\1:", text, count=1))
            elif text:
                yield self.folder / text
                if "\\" in text and os.name != "nt":
                    yield self.folder / text.replace("\\", "/")

    def _shares_server(self, text: str) -> bool:
        """Whether a network path lies where the timeline or a search folder lies too (Windows only)."""
        server = text.replace("\\", "/").lstrip("/").split("/", 1)[0].casefold()
        anchors = (Path(folder).absolute().anchor for folder in (self.folder, *self.search))
        return os.name == "nt" and any(
            a.replace("\\", "/").strip("/").split("/")[0].casefold() == server for a in anchors
        )

    def _by_name(self, parts: list[str]) -> Found | None:
        """A file of the name in the search folders; for a name without suffix (a reel) a film called so."""
        if not self.search:
            return None
        if self._index is None:
            self._index = self._read_folders()
        name = parts[-1]
        same = self._index.get(_folded(name), [])
        exact = [path for path in same if _composed(path.name) == _composed(name)] or same
        if not exact:
            exact = [path for path in self._index.get(f"{_folded(name)}/", []) if path.suffix.casefold() in FILMS]
        if not exact:
            return None
        ranked = sorted(exact, key=lambda path: (-_shared_tail(path, parts), str(path)))
        best = _shared_tail(ranked[0], parts)
        equals = tuple(path for path in ranked[1:] if _shared_tail(path, parts) == best)
        return Found(ranked[0], by_name=True, others=equals)

    def _read_folders(self) -> dict[str, list[Path]]:
        """Files by their folded name, and by their stem with a slash behind it (which no name holds)."""
        index: dict[str, list[Path]] = {}
        count = 0
        for folder in self.search:
            for path in self._files_in(folder):
                index.setdefault(_folded(path.name), []).append(path)
                index.setdefault(f"{_folded(path.stem)}/", []).append(path)
                count += 1
                if count >= MAX_FILES:
                    self.warnings.append(
                        f"More than {MAX_FILES} files in the search folders; the rest was not looked at."
                    )
                    return index
        return index

    def _files_in(self, folder: Path) -> Iterator[Path]:
        """Files below a folder, folders in order of their names; links to folders are not followed."""
        waiting = [(folder, 0)]
        while waiting:
            here, depth = waiting.pop()
            try:
                with os.scandir(here) as entries:
                    inside = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                self.warnings.append(f"The folder {here} cannot be searched for media ({error.strerror or error}).")
                continue
            for entry in inside:
                try:
                    if entry.is_dir(follow_symlinks=False):
                        if depth < MAX_DEPTH and entry.name.casefold() not in _SKIPPED_FOLDERS:
                            waiting.append((Path(entry.path), depth + 1))
                    elif entry.is_file():
                        yield Path(entry.path)
                except OSError:
                    continue


def _spellings(wanted: str) -> Iterator[str]:
    """What a reference says as a path, decoded and as it stands: a percent sign may be an escape or a name."""
    text = wanted.strip()
    lower = text.casefold()
    if lower.startswith("file:"):
        rest = text[5:]
        if rest.startswith("//"):
            host, slash, path = rest[2:].partition("/")
            if host.casefold() in ("", "localhost", "127.0.0.1", "."):
                rest = slash + path
            elif _DRIVE.match(host):
                rest = f"{host}/{path}"
            else:
                rest = f"//{host}/{path}"
        yield from dict.fromkeys((unquote(rest), rest, unquote(rest.split("?")[0].split("#")[0])))
    elif not _SCHEME.match(text) or _DRIVE.match(text):
        yield from dict.fromkeys((text, unquote(text)))


def _is_network(text: str) -> bool:
    return text.startswith(("//", "\\\\")) and not _DRIVE.match(text)


def _file_at(path: Path) -> Path | None:
    """The path if a plain file lies there, also under the other Unicode spelling of its name."""
    try:
        if path.is_file():
            return path
        text = str(path)
        if text.isascii():
            return None
        for form in ("NFC", "NFD"):
            other = Path(unicodedata.normalize(form, text))
            if other.is_file():
                return other
    except (OSError, ValueError):
        return None
    return None


def _parts(wanted: str) -> list[str]:
    """Folder names and file name of a reference of any system, decoded."""
    text = next(iter(_spellings(wanted)), "")
    text = _DRIVE.sub("", text, count=1)
    return [part for part in re.split(r"[\\/]+", text) if part not in ("", ".", "..")]


def _composed(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _folded(name: str) -> str:
    return _composed(name).casefold()


def _shared_tail(path: Path, parts: Sequence[str]) -> int:
    """How many last parts of a path are those of the reference."""
    count = 0
    for mine, theirs in zip(reversed(path.parts), reversed(parts), strict=False):
        if _folded(mine) != _folded(theirs):
            break
        count += 1
    return count
