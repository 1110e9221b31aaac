"""Premiere Pro: the panel's folder, as Adobe's UXP Developer Tool loads it, and as a .ccx that Creative Cloud takes."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

from cutscore.bridge.serving import HOST, PORT
from cutscore.bridge.token import bridge_token
from cutscore.editors.install.packing import PackedFile, Packing, editor_files, packed_folder
from cutscore.editors.install.system import System

PANEL, PACKAGE, SETTINGS = "cutscore_premiere_panel", "cutscore-premiere.ccx", "bridge-settings.json"
_SUFFIXES = (".json", ".html", ".js", ".css", ".png")
_WHEN = (1980, 1, 1, 0, 0, 0)


def packing(system: System, folder: Path | None) -> Packing:
    """The panel lies in Cutscore's data folder: Adobe's programs copy it from there."""
    base = folder or system.local() / "editors"
    files = packed_folder(editor_files() / "premiere", base / PANEL, _SUFFIXES)
    settings = {"url": f"http://{HOST}:{PORT}", "token": bridge_token(system.local())}
    files.append(PackedFile(base / PANEL / SETTINGS, json.dumps(settings).encode(), private=True))
    package = base / PANEL / PACKAGE
    files.append(PackedFile(package, _ccx(files, base / PANEL), private=True))
    return Packing(
        tuple(files),
        (
            f"Close Premiere Pro, then double-click {package}: Creative Cloud installs the panel"
            " (Premiere Pro 25.6 or later).",
            f"Or with the UXP Developer Tool: Add Plugin > {base / PANEL / 'manifest.json'} > Load.",
            "Run `cutscore bridge` in a terminal and leave it running, then choose Window > UXP Plugins > Cutscore.",
            "With no plugin at all: export a Final Cut Pro XML, `cutscore score film.xml`, import film.scored.xml.",
        ),
        program(system),
    )


def _ccx(files: list[PackedFile], base: Path) -> bytes:
    """The panel as one archive: the same files give the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            info = zipfile.ZipInfo(file.target.relative_to(base).as_posix(), _WHEN)
            info.compress_type, info.external_attr, info.create_system = zipfile.ZIP_DEFLATED, 0o644 << 16, 3
            archive.writestr(info, file.data)
    return out.getvalue()


def program(system: System) -> Path | None:
    """Premiere itself, the newest one."""
    if system.windows:
        bases: tuple[Path, ...] = system.under_programs("Adobe")
    elif system.mac:
        bases = (Path("/Applications"),)
    else:
        bases = ()
    found = [place for base in bases if base.is_dir() for place in base.glob("Adobe Premiere Pro*")]
    return max(found, key=lambda place: place.name, default=None)
