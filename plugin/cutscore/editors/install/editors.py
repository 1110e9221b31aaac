"""The editors that can be installed into, by name."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path

from cutscore.editors.install.packing import Packing
from cutscore.editors.install.system import System
from cutscore_composer.errors import ConfigError

EDITORS: Mapping[str, str] = {
    "resolve": "DaVinci Resolve",
    "blender": "Blender",
}
"""What can be installed into; the module for each is cutscore.editors.install.NAME."""


def packing_for(editor: str, system: System, folder: Path | None = None) -> Packing:
    """What is put down for an editor; `folder` is where, instead of where the editor looks. Raises ConfigError."""
    if editor not in EDITORS:
        raise ConfigError(f"There is no editor {editor!r} to install into; there are: {', '.join(EDITORS)}.")
    module = importlib.import_module(f"cutscore.editors.install.{editor}")
    packing: Packing = module.packing(system, folder)
    return packing
