"""Results: the files of a piece lie together under one stem; nothing is overwritten, nothing half-written has a name.

    film_01-00-00-00_v1.wav   .cue.json  .mid  .score.png  .hits.txt  .rights.json  .strings.wav (a stem)  .original.mp3
    (of a divided edit .original.part1.mp3 .original.part2.mp3)
    film_01-00-00-00_v2_take1.wav …

A piece is made in a hidden scratch folder beside its final place, whose name also reserves the version.
"""

from __future__ import annotations

import errno
import glob
import hashlib
import json
import os
import re
import shutil
import time
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cutscore.hashing import sha256_of
from cutscore.submit.owner import is_gone, this_owner
from cutscore_composer.errors import OutputFailed
from cutscore_composer.picture import Picture
from cutscore_composer.timebase import timecode

SCRATCH = ".cutscore-partial-"
LONGEST_NAME_BYTES = 120
"""Of the name before the timecode, in UTF-8; with every ending it stays under 255."""
LONGEST_STEM_BYTES = 200
"""Of an input's name that is used whole in the names of folders and projects."""
ABANDONED_SECONDS = 24 * 3600

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_DIRECTIONS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\..*)?", re.IGNORECASE)
_VERSION = re.compile(r"_v(\d{1,6})(?:_take\d+)?\.")


def output_folder(inputs: Sequence[Path], chosen: Path | None = None) -> Path:
    """Where results go: the folder that was chosen, else `NAME.cutscore` beside the first input."""
    if chosen is not None:
        return chosen.expanduser().absolute()
    first = inputs[0].absolute()
    stem = os.fsencode(first.stem)
    if len(stem) > LONGEST_STEM_BYTES:
        # The folder's name would be too long; the digest keeps long names apart that begin alike.
        digest = hashlib.sha256(stem).hexdigest()[:8]
        return first.with_name(f"{stem[:LONGEST_NAME_BYTES].decode('utf-8', 'ignore')}-{digest}.cutscore")
    return first.with_name(f"{first.stem}.cutscore")


def safe_name(name: str) -> str:
    """`name` as every system takes it: letters of all scripts stay, signs that some system forbids become "_"."""
    text = name.encode("utf-8", "replace").decode("utf-8").replace("?", "_")
    text = _FORBIDDEN.sub("_", _DIRECTIONS.sub("", unicodedata.normalize("NFC", text)))
    text = "".join("_" if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in text)
    text = text[:LONGEST_NAME_BYTES]
    while len(text.encode()) > LONGEST_NAME_BYTES:
        text = text[:-1]
    text = text.strip(" .")
    if _RESERVED.fullmatch(text):
        text = f"_{text}"
    return text or "music"


def base_name(name: str, picture: Picture) -> str:
    """What the stems of all versions of a piece begin with: the name and the start timecode."""
    start = re.sub(r"[:;]", "-", timecode(picture.start_frame, picture.rate, picture.drop_frame))
    return f"{safe_name(name)}_{start}"


@dataclass(frozen=True, slots=True)
class Slot:
    """A reserved version: where its files are made and what they will be called."""

    folder: Path
    stem: str
    scratch: Path


@dataclass(frozen=True, slots=True)
class ResultFolder:
    """The folder that results go to."""

    folder: Path

    def prepare(self, bytes_needed: int = 0) -> None:
        """Make the folder and see that it can be written and has room. Raises OutputFailed."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            probe = self.folder / f"{SCRATCH}try-{os.getpid()}-{time.monotonic_ns()}"
            probe.mkdir()
            probe.rmdir()
            free = shutil.disk_usage(self.folder).free
        except OSError as error:
            raise OutputFailed(_sentence(self.folder, error)) from error
        if free < bytes_needed:
            need, have = bytes_needed / 1e6, free / 1e6
            raise OutputFailed(f"The disk of {self.folder} has {have:.1f} MB left and the music needs {need:.1f} MB.")
        self._clear_abandoned()

    def next_version(self, base: str) -> int:
        """The number after the highest one that any file of this piece has."""
        numbers = [0]
        for entry in self._entries():
            name = entry.removeprefix(SCRATCH) + "."
            if name.startswith(_folded(base)) and (found := _VERSION.match(name, len(_folded(base)))):
                numbers.append(int(found[1]))
        return max(numbers) + 1

    @contextmanager
    def slot(self, base: str, version: int | None, take: int | None) -> Iterator[Slot]:
        """Reserve a version (None: the next free one) and give its scratch folder, which is removed at the end."""
        number = version or self.next_version(base)
        while True:
            stem = f"{base}_v{number}" + ("" if take is None else f"_take{take}")
            scratch = self.folder / f"{SCRATCH}{stem}"
            try:
                scratch.mkdir()
                break
            except FileExistsError:
                # Another run holds this version.
                number += 1
            except OSError as error:
                raise OutputFailed(_sentence(self.folder, error)) from error
        try:
            _note_owner(scratch)
            yield Slot(self.folder, stem, scratch)
        except OSError as error:
            # Whoever writes into the scratch folder need not know these sentences.
            raise OutputFailed(_sentence(self.folder, error)) from error
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def deliver(self, slot: Slot, files: Sequence[tuple[Path, str]]) -> tuple[Path, ...]:
        """Give finished files their final names: (file in the scratch folder, name's ending like ".wav"), in order.

        All of them or none; what is there already is never replaced. Raises OutputFailed.
        """
        done: list[Path] = []
        try:
            for path, ending in files:
                target = slot.folder / f"{slot.stem}{ending}"
                if target.exists():
                    raise FileExistsError(errno.EEXIST, "a file of that name appeared", str(target))
                _to_disk(path)
                path.rename(target)
                done.append(target)
        except BaseException as error:
            for path in done:
                path.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise OutputFailed(_sentence(slot.folder, error)) from error
            raise
        return tuple(done)

    def find(self, base: str, key: str) -> tuple[Path, dict[str, Any]] | None:
        """The rights file (and what it says) of a piece with this ledger key whose files are all there, unchanged."""
        prefix = _folded(base)
        names = [n for n in self._entries() if n.startswith(prefix + "_v") and n.endswith(".rights.json")]
        for name in sorted(names, key=_version_of, reverse=True):
            rights = self._actual(name)
            said = _rights_of(rights)
            if said.get("ledger_key") == key and _unchanged(self.folder, said):
                return rights, said
        return None

    def _entries(self) -> list[str]:
        """Names in the folder, as they compare on systems that ignore case and composition."""
        try:
            return [_folded(path.name) for path in self.folder.iterdir()]
        except OSError:
            return []

    def _actual(self, folded: str) -> Path:
        return next(path for path in self.folder.iterdir() if _folded(path.name) == folded)

    def _clear_abandoned(self) -> None:
        """Remove what runs that were killed left: their scratch folders, and files of a piece that is not whole."""
        for path in self.folder.glob(f"{SCRATCH}*"):
            with suppress(OSError):
                owner = path / "owner"
                gone = owner.exists() and is_gone(owner.read_text(encoding="utf-8"))
                if gone or time.time() - path.stat().st_mtime > ABANDONED_SECONDS:
                    if owner.exists():
                        self._clear_half(path.name.removeprefix(SCRATCH), owner.stat().st_mtime_ns)
                    shutil.rmtree(path, ignore_errors=True)

    def _clear_half(self, stem: str, since_ns: int) -> None:
        """Remove the files of a version that was being delivered: its rights, which come last, are not there."""
        if (self.folder / f"{stem}.rights.json").exists():
            return
        for path in self.folder.glob(f"{glob.escape(stem)}.*"):
            # A file that the killed run did not write is somebody's own.
            if path.is_file() and path.stat().st_mtime_ns >= since_ns:
                path.unlink()


def _note_owner(scratch: Path) -> None:
    try:
        (scratch / "owner").write_text(this_owner(), encoding="utf-8")
    except OSError as error:
        raise OutputFailed(_sentence(scratch.parent, error)) from error


def _unchanged(folder: Path, said: dict[str, Any]) -> bool:
    files = said.get("files")
    if not isinstance(files, dict) or not files:
        return False
    try:
        return all(
            Path(name).name == name and sha256_of(folder / name) == facts["sha256"] for name, facts in files.items()
        )
    except (OSError, KeyError, TypeError):
        return False


def _rights_of(path: Path) -> dict[str, Any]:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _version_of(name: str) -> int:
    found = _VERSION.search(name)
    return int(found[1]) if found else 0


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _to_disk(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sentence(folder: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return f"The disk of {folder} is full: free some space and try again."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"The output folder {folder} cannot be written ({error.strerror}): choose another with --output."
    return f"The output folder {folder} cannot be used: {error.strerror or error}."
