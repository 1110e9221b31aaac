"""Putting down and taking away: files where an editor looks, noted with their hashes in the data folder."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from cutscore.editors.install.editors import packing_for, refuse_unknown
from cutscore.editors.install.packing import Packing
from cutscore.editors.install.system import System
from cutscore.placers.safe_write import write_atomically
from cutscore_composer.errors import OutputFailed

NOTES = "installed-into-editors.json"


@dataclass(frozen=True, slots=True)
class Done:
    """What an installation or a removal left."""

    editor: str
    files: tuple[Path, ...]
    """Put down, or taken away."""
    kept: tuple[Path, ...] = ()
    """Left alone, because somebody changed them since they were put there."""
    clicks: tuple[str, ...] = ()
    program: Path | None = None


def install(editor: str, system: System, folder: Path | None = None) -> Done:
    """Put an editor's files where it looks (or below `folder`), replacing those of an earlier installation.

    A file of that name that is not ours, or that was changed, is kept beside the new one. Raises ConfigError for an
    editor that there is none of, OutputFailed when something cannot be written.
    """
    packing = packing_for(editor, system, folder)
    noted = _noted(system)
    earlier = noted.get(editor, {})
    kept: list[Path] = []
    for file in packing.files:
        try:
            file.target.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            message = f"The folder {file.target.parent} cannot be made: {error.strerror or error}."
            raise OutputFailed(message) from error
        now = _digest(file.target)
        if now is not None and now not in (earlier.get(str(file.target)), _of(file.data)):
            kept.append(_put_aside(file.target))
        write_atomically(file.target, partial(_write, file.data))
        if not system.windows:
            file.target.chmod(0o600 if file.private else 0o755 if file.executable else 0o644)
    fresh = {str(file.target): _of(file.data) for file in packing.files}
    # What an earlier version put elsewhere goes.
    gone = {path: digest for path, digest in earlier.items() if path not in fresh}
    _take_away(gone, system)
    _note(system, {**noted, editor: fresh})
    return _done(editor, packing, kept)


def remove(editor: str, system: System) -> Done:
    """Take away what was installed; files that were changed since stay. Raises ConfigError, OutputFailed."""
    refuse_unknown(editor)
    noted = _noted(system)
    taken, kept = _take_away(noted.pop(editor, {}), system)
    _note(system, noted)
    return Done(editor, tuple(taken), tuple(kept))


def installed(editor: str, system: System) -> tuple[Path, ...]:
    """The files of an editor that were put down and are still there."""
    return tuple(path for path in map(Path, _noted(system).get(editor, {})) if path.exists())


def _done(editor: str, packing: Packing, kept: list[Path]) -> Done:
    return Done(editor, tuple(file.target for file in packing.files), tuple(kept), packing.clicks, packing.program)


def _take_away(files: dict[str, str], system: System) -> tuple[list[Path], list[Path]]:
    taken: list[Path] = []
    kept: list[Path] = []
    for path, digest in ((Path(name), digest) for name, digest in files.items()):
        now = _digest(path)
        if now is None:
            continue
        if now != digest:
            kept.append(path)
            continue
        try:
            path.unlink()
        except OSError as error:
            raise OutputFailed(f"{path} cannot be removed: {error.strerror or error}.") from error
        taken.append(path)
    _remove_empty((path.parent for path in taken), system)
    return taken, kept


def _remove_empty(folders: Iterable[Path], system: System) -> None:
    """Folders of ours that hold nothing any more; never one of the editor's."""
    ours = [folder for folder in dict.fromkeys(folders) if "cutscore" in folder.as_posix().lower()]
    for folder in sorted(ours, key=lambda one: -len(one.parts)):
        with contextlib.suppress(OSError):
            for compiled in (folder / "__pycache__").glob("*.pyc"):
                compiled.unlink()
            (folder / "__pycache__").rmdir()
        current = folder
        while "cutscore" in current.name.lower() and current != system.local():
            try:
                current.rmdir()
            except OSError:
                break
            current = current.parent


def _write(data: bytes, out: IO[bytes]) -> None:
    out.write(data)


def _put_aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.{number}.bak")).exists():
        number += 1
    try:
        path.rename(aside)
    except OSError as error:
        raise OutputFailed(f"{path} cannot be kept as {aside.name}: {error.strerror or error}.") from error
    return aside


def _noted(system: System) -> dict[str, dict[str, str]]:
    try:
        said = json.loads((system.local() / NOTES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(said, dict):
        return {}
    return {name: dict(rows) for name, rows in said.items() if isinstance(rows, dict)}


def _note(system: System, noted: dict[str, dict[str, str]]) -> None:
    file = system.local() / NOTES
    if not noted:
        file.unlink(missing_ok=True)
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputFailed(f"The folder {file.parent} cannot be made: {error.strerror or error}.") from error
    write_atomically(file, lambda out: out.write(json.dumps(noted, indent=1).encode()))


def _digest(path: Path) -> str | None:
    try:
        return _of(path.read_bytes())
    except OSError:
        return None


def _of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
