"""Reading .otioz and .otiod: a timeline with its media in one zip file or folder.

Of a zip only the media that the timeline uses are unpacked, once, into a cache folder named by the
zip's hash; folders that no reading has used for a month are removed. Names that lead out of the bundle
are refused; sizes are bounded.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.parse import unquote

import opentimelineio as otio
import platformdirs

from cutscore.hashing import sha256_of
from cutscore.readers.files import TimelineFile, read_bytes
from cutscore.readers.loaded import MAX_BYTES, Loaded
from cutscore.readers.otio_json import timeline_of
from cutscore_composer.errors import InputRefused

CONTENT = "content.otio"
MAX_MEDIA_BYTES = 64 * 1024**3
"""Most that the media of one bundle may take when unpacked."""
MAX_ENTRIES = 100_000
CHUNK = 1 << 20
KEPT_DAYS = 30
"""How long unpacked media stay after their last use."""


def load(file: TimelineFile) -> Loaded:
    """Read a bundle. Raises InputRefused with one sentence."""
    path = file.path
    try:
        if path.is_dir():
            return _load_folder(path)
    except OSError as error:
        raise InputRefused(f"{path} cannot be read ({error.strerror or error}); check its permissions.") from error
    if path.suffix.casefold() == ".otiod":
        raise InputRefused(f"{path} is no bundle: an .otiod is a folder that holds {CONTENT}.")
    return _load_zip(path)


def _load_folder(path: Path) -> Loaded:
    content = path / CONTENT
    if not content.is_file():
        raise InputRefused(f"{path} is no bundle: it holds no {CONTENT}.")
    warnings: list[str] = []
    return Loaded(timeline_of(content, read_bytes(content), warnings), path, warnings)


def _load_zip(path: Path) -> Loaded:
    warnings: list[str] = []
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            if len(archive.infolist()) > MAX_ENTRIES:
                raise InputRefused(f"{path} holds more than {MAX_ENTRIES} files, which no bundle does.")
            try:
                entry = archive.getinfo(CONTENT)
            except KeyError:
                raise InputRefused(f"{path} is no bundle: it holds no {CONTENT}.") from None
            data = _bounded(archive, entry, path, MAX_BYTES)
            timeline = timeline_of(path / CONTENT, data, warnings)
            digest = sha256_of(path)
            folder = platformdirs.user_cache_path("cutscore", appauthor=False) / "bundles" / digest[:32]
            try:
                _unpack(archive, timeline, folder, path)
            except OSError as error:
                raise InputRefused(
                    f"{path}: its media cannot be unpacked into {folder} ({error.strerror or error}); "
                    "make room there, or unpack the bundle yourself."
                ) from error
            _remove_unused(folder)
    except FileNotFoundError as error:
        raise InputRefused(f"{path} does not exist; check the name.") from error
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise InputRefused(f"{path} is no whole .otioz bundle ({error}); export or copy it again.") from error
    except OSError as error:
        raise InputRefused(
            f"{path} cannot be read ({error.strerror or error}); check permissions and space."
        ) from error
    return Loaded(timeline, folder, warnings, sha256=digest)


def _bounded(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, path: Path, most: int) -> bytes:
    """The bytes of an entry; what it really holds is counted, whatever its header says."""
    with archive.open(entry) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise InputRefused(f"{path}: {entry.filename} is larger than {most >> 20} MB, which no timeline is.")
    return data


def _unpack(archive: zipfile.ZipFile, timeline: Any, folder: Path, path: Path) -> None:
    """Unpack the media that the timeline names; what is there already is kept."""
    entries = {entry.filename: entry for entry in archive.infolist() if not entry.is_dir()}
    budget = MAX_MEDIA_BYTES
    for name in dict.fromkeys(_inside(timeline)):
        entry = entries.get(name) or entries.get(unquote(name))
        if entry is None:
            continue
        target = folder.joinpath(*_safe_parts(entry.filename, path))
        budget -= entry.file_size
        if budget < 0:
            raise InputRefused(f"{path} holds more than {MAX_MEDIA_BYTES >> 30} GB of media; unpack it yourself.")
        if not target.is_file() or target.stat().st_size != entry.file_size:
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(entry) as source:
                _write(source, target, entry.file_size)


def _remove_unused(used: Path) -> None:
    """Mark a folder of unpacked media as used now, and remove its neighbours that have not been used for long."""
    with suppress(OSError):
        if used.is_dir():
            os.utime(used)
        oldest = time.time() - KEPT_DAYS * 86_400
        for folder in used.parent.iterdir():
            if folder != used and folder.is_dir() and folder.stat().st_mtime < oldest:
                shutil.rmtree(folder, ignore_errors=True)


def _inside(timeline: Any) -> Iterator[str]:
    """The relative references of a timeline's clips, image sequences file by file."""
    for clip in timeline.find_clips():
        for reference in clip.media_references().values():
            if isinstance(reference, otio.schema.ExternalReference):
                yield _plain(reference.target_url or "")
            elif isinstance(reference, otio.schema.ImageSequenceReference) and reference.available_range:
                for number in range(min(MAX_ENTRIES, reference.number_of_images_in_sequence())):
                    yield _plain(reference.target_url_for_image_number(number))


def _plain(url: str) -> str:
    return url.removeprefix("file:").removeprefix("./").replace("\\", "/")


def _safe_parts(name: str, path: Path) -> tuple[str, ...]:
    """The parts of an entry's name. Raises InputRefused when it would lead out of the cache folder."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if not parts or any(part in ("..", "/") or ":" in part or "\0" in part for part in parts):
        raise InputRefused(f"{path} holds a file whose name leads out of the bundle ({name!r}); it is not opened.")
    return parts


def _write(source: IO[bytes], target: Path, size: int) -> None:
    """Copy an entry to its place; the final name appears only when all of it is written."""
    handle, temporary = tempfile.mkstemp(dir=target.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as out:
            shutil.copyfileobj(_Bounded(source, size), out, CHUNK)
            out.flush()
            os.fsync(out.fileno())
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


class _Bounded:
    """Reads no more than an entry says it holds: a zip bomb ends here."""

    def __init__(self, source: IO[bytes], size: int) -> None:
        self._source = source
        self._left = size

    def read(self, count: int = -1) -> bytes:
        """Up to `count` bytes. Raises zipfile.BadZipFile where the entry goes on beyond its size."""
        data = self._source.read(count)
        self._left -= len(data)
        if self._left < 0:
            raise zipfile.BadZipFile("an entry is larger than it says")
        return data
