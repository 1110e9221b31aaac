"""The `cutscore` command: where it is, and the words that it is called with. No shell is ever asked."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

NAME = "cutscore"
INSTALLED_BY = "command_path.txt"
"""Beside this module: the path of the command that installed the extension, where one did."""


class NoCommand(Exception):
    """The command is not there; the message is one sentence for the person."""


@dataclass(frozen=True)
class Asked:
    """What the panel asks for; what is empty or 0 is left to the configuration."""

    description: str = ""
    tags: Sequence[str] = ()
    style: str = ""
    engine: str = ""
    sync: str = ""
    ending: str = ""
    seed: int | None = None
    takes: int = 1
    stems: bool = False


def find(chosen: str = "") -> Path:
    """The command: the chosen path, the one that installed the extension, PATH, or where users have it.

    `chosen` may also be the folder of a virtual environment. Raises NoCommand.
    """
    if chosen.strip():
        return _chosen(Path(os.path.expandvars(chosen.strip())).expanduser())
    for candidate in (_installed_by(), _on_path(), *_usual_places()):
        if candidate is not None and is_program(candidate):
            return candidate
    raise NoCommand(
        "The cutscore command was not found: install it (pip install cutscore), or name its path in the extension's"
        " preferences."
    )


def _chosen(path: Path) -> Path:
    if is_program(path):
        return path.absolute()
    if path.is_dir():
        for inside in (path / "bin" / NAME, path / "Scripts" / f"{NAME}.exe", path / NAME, path / f"{NAME}.exe"):
            if is_program(inside):
                return inside.absolute()
    raise NoCommand(f"{path}, named in the extension's preferences, is no cutscore command; correct it there.")


def is_program(path: Path) -> bool:
    """Whether a path is a file that can be run."""
    try:
        return path.is_file() and os.access(path, os.X_OK)
    except (OSError, ValueError):
        return False


def _installed_by() -> Path | None:
    try:
        said = (Path(__file__).parent / INSTALLED_BY).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return Path(said) if said and Path(said).is_absolute() else None


def _on_path() -> Path | None:
    found = shutil.which(NAME)
    return Path(found).absolute() if found else None


def _usual_places(environment: Mapping[str, str] = os.environ) -> list[Path]:
    """Where pip, pipx, uv and Homebrew put commands: a program started from a dock or menu has a short PATH."""
    home = Path.home()
    if sys.platform == "win32":
        roots = [Path(environment[name]) for name in ("APPDATA", "LOCALAPPDATA") if environment.get(name)]
        found = [home / ".local" / "bin" / f"{NAME}.exe"]
        for root in roots:
            found += sorted(root.glob(f"Python/Python3*/Scripts/{NAME}.exe"), reverse=True)
            found += sorted(root.glob(f"Programs/Python/Python3*/Scripts/{NAME}.exe"), reverse=True)
        return found
    found = [home / ".local" / "bin" / NAME, home / ".venv" / "bin" / NAME, home / "venv" / "bin" / NAME]
    found += [home / ".local" / "share" / "pipx" / "venvs" / NAME / "bin" / NAME]
    found += [Path("/opt/homebrew/bin") / NAME, Path("/usr/local/bin") / NAME]
    if sys.platform == "darwin":
        found += sorted((home / "Library" / "Python").glob(f"3.*/bin/{NAME}"), reverse=True)
    return found


def words(program: Path, timeline: str, folder: str, asked: Asked, part: tuple[str, str] | None = None) -> list[str]:
    """The command line that scores an exported timeline into a folder.

    Every value is tied to its option with "=", so that a description that begins with "-" stays one.
    """
    line = [str(program), "score", timeline, "--no-place", "--json", "--progress=json", f"--output={folder}"]
    for option, value in (
        ("description", asked.description.strip()),
        ("style", asked.style.strip()),
        ("engine", asked.engine.strip()),
        ("sync", asked.sync),
        ("ending", asked.ending),
    ):
        if value:
            line.append(f"--{option}={value}")
    line += [f"--tag={tag.strip()}" for tag in asked.tags if tag.strip()]
    if asked.seed is not None:
        line.append(f"--seed={asked.seed}")
    if asked.takes > 1:
        line.append(f"--takes={asked.takes}")
    if asked.stems:
        line.append("--stems")
    if part is not None:
        line += ["--range", *part]
    return line
