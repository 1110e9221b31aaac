"""Blender: the extension as a zip that its preferences take, made for the command that installs it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from cutscore.editors.blender_zip import build_zip, file_name
from cutscore.editors.install.packing import PackedFile, Packing
from cutscore.editors.install.system import System


def packing(system: System, folder: Path | None) -> Packing:
    """The zip; Blender itself unpacks and enables it."""
    target = (folder or system.local() / "editors" / "cutscore_blender") / file_name()
    with tempfile.TemporaryDirectory() as scratch:
        data = build_zip(Path(scratch), command=system.script).read_bytes()
    return Packing(
        (PackedFile(target, data),),
        (
            f"In Blender 4.5 or later: Edit > Preferences > Get Extensions > the arrow at the top > Install from Disk"
            f" > {target}",
            f"Or in a terminal: blender --command extension install-file --repo user_default --enable {target}",
            "Then, in the Video Sequencer: press N, tab Cutscore.",
        ),
        program(system),
    )


def program(system: System) -> Path | None:
    """Blender itself."""
    return system.program("blender", places=programs(system))


def programs(system: System) -> tuple[Path, ...]:
    """Where Blender itself usually lies."""
    if system.windows:
        found = [
            place / "blender.exe"
            for base in system.under_programs("Blender Foundation")
            if base.is_dir()
            for place in sorted(base.iterdir(), reverse=True)
        ]
        return tuple(found)
    if system.mac:
        return (Path("/Applications/Blender.app"),)
    return (Path("/snap/bin/blender"), Path("/usr/bin/blender"))
