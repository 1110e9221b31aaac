"""Kdenlive (and Shotcut): a script for a project's folder, and an entry in the file manager's menu of KDE."""

from __future__ import annotations

import re
from pathlib import Path

from cutscore.editors.install.packing import PackedFile, Packing, editor_files, script
from cutscore.editors.install.system import System

SCRIPT, ENTRY = "score_project.py", "cutscore.desktop"


def packing(system: System, folder: Path | None) -> Packing:
    """The script lies in Cutscore's data folder; on Linux the menu's entry names it."""
    base = folder or system.local() / "editors" / "cutscore_kdenlive"
    target = base / SCRIPT
    files = [script(f"kdenlive/{SCRIPT}", target, system, base)]
    clicks = [
        f"Save the project, then in its folder: python3 {target} --open",
        "Or without any script: cutscore score PROJECT.kdenlive, and open PROJECT.scored.kdenlive.",
    ]
    if not (system.windows or system.mac):
        menus = folder or system.shared() / "kio" / "servicemenus"
        text = editor_files().joinpath("kdenlive", ENTRY).read_text(encoding="utf-8")
        files.append(PackedFile(menus / ENTRY, text.replace("@SCRIPT@", quoted(target)).encode(), executable=True))
        clicks.insert(0, "In Dolphin: right-click a .kdenlive or .mlt file > Score with Cutscore.")
    return Packing(tuple(files), tuple(clicks), program(system))


def program(system: System) -> Path | None:
    """Kdenlive itself, else Shotcut."""
    if system.windows:
        places = (
            *system.under_programs("kdenlive", "bin", "kdenlive.exe"),
            *system.under_programs("Shotcut", "shotcut.exe"),
        )
    elif system.mac:
        places = (Path("/Applications/kdenlive.app"), Path("/Applications/Shotcut.app"))
    else:
        places = ()
    return system.program("kdenlive", "shotcut", places=places)


def quoted(path: Path) -> str:
    """A path inside the quotes of a desktop entry's Exec line: quoted for the command, then for the entry itself."""
    command = re.sub(r'(["`$\\])', r"\\\1", str(path)).replace("%", "%%")
    return command.replace("\\", "\\\\")
