"""The Blender extension as one zip, as Blender installs it from disk. The same files give the same bytes."""

from __future__ import annotations

import contextlib
import sys
import tomllib
import zipfile
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from cutscore_composer.errors import OutputFailed

COMMAND_PATH = "command_path.txt"
"""In the zip, when it is made for one machine: where its `cutscore` command is."""
_SUFFIXES = (".py", ".toml", "LICENSE")
_WHEN = (1980, 1, 1, 0, 0, 0)


def build_zip(target: Path, command: Path | None = None) -> Path:
    """Write the extension to `target` (a folder: under its own name in it) and return the file.

    `command` is noted in the zip so that the extension finds the command that installed it; leave it
    out of a zip that is given to others. Raises OutputFailed.
    """
    source = files("cutscore.editors") / "blender"
    if target.is_dir():
        target = target / file_name()
    scratch = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(scratch, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for name, data in _members(source, command):
                info = zipfile.ZipInfo(name, _WHEN)
                info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
                archive.writestr(info, data)
        scratch.replace(target)
    except OSError as error:
        with contextlib.suppress(OSError):
            scratch.unlink()
        raise OutputFailed(f"The extension cannot be written to {target}: {error.strerror or error}.") from error
    return target


def file_name() -> str:
    """What the zip is called: "cutscore-blender-0.1.0.zip"."""
    manifest = (files("cutscore.editors") / "blender" / "blender_manifest.toml").read_text(encoding="utf-8")
    said = tomllib.loads(manifest)
    return f"{said['id']}-blender-{said['version']}.zip"


def _members(source: Traversable, command: Path | None) -> list[tuple[str, bytes]]:
    members = [(one.name, one.read_bytes()) for one in source.iterdir() if one.name.endswith(_SUFFIXES)]
    # Line endings of a checkout must not change the bytes.
    members = [(name, data.replace(b"\r\n", b"\n")) for name, data in members]
    if command is not None:
        members.append((COMMAND_PATH, f"{command.absolute()}\n".encode()))
    return sorted(members)


if __name__ == "__main__":
    # python -m cutscore.editors.blender_zip [FILE|FOLDER]
    sys.stdout.write(f"{build_zip(Path(sys.argv[1] if len(sys.argv) > 1 else '.').expanduser())}\n")
