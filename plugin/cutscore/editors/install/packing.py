"""Packing: what is put where for an editor, and what its user has to know."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from cutscore.editors.install.system import System

COMMAND_MARK = '["cutscore"]  # installed: the command'
LIBRARY_MARK = '""  # installed: the library'
"""What stands in a script's source where the installer writes the command and the library's folder."""


@dataclass(frozen=True, slots=True)
class PackedFile:
    """One file and where it goes."""

    target: Path
    data: bytes
    executable: bool = False
    private: bool = False
    """Whether nobody but the user may read it."""


@dataclass(frozen=True, slots=True)
class Packing:
    """All that is put down for one editor."""

    files: tuple[PackedFile, ...]
    clicks: tuple[str, ...]
    """What a person does next, a line each."""
    program: Path | None = None
    """The editor itself, where it was found."""


def packed_folder(source: Traversable, target: Path, suffixes: Sequence[str]) -> list[PackedFile]:
    """The files of a folder of the package, subfolders too."""
    found: list[PackedFile] = []
    for one in sorted(source.iterdir(), key=lambda entry: entry.name):
        if one.is_dir():
            if one.name != "__pycache__":
                found += packed_folder(one, target / one.name, suffixes)
        elif one.name.endswith(tuple(suffixes)):
            found.append(PackedFile(target / one.name, one.read_bytes()))
    return found


def script(name: str, target: Path, system: System, library: Path) -> PackedFile:
    """A script of the package with the command and the library's folder written into it."""
    text = editor_files().joinpath(name).read_text(encoding="utf-8")
    for mark, value in ((COMMAND_MARK, list(system.command)), (LIBRARY_MARK, str(library))):
        if mark not in text:
            raise AssertionError(f"{name} lacks the mark {mark}")
        # JSON's texts and lists are Python's, whatever letters a path has.
        text = text.replace(mark, json.dumps(value))
    return PackedFile(target, text.encode("utf-8"), executable=True)


def editor_files() -> Traversable:
    """The folder of the package in which each editor's files lie."""
    return files("cutscore.editors")
