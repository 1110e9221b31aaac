"""The editors that can be installed into, by name."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

from cutscore.editors.install.packing import Packing
from cutscore.editors.install.system import System
from cutscore_composer.errors import ConfigError

EDITORS: Mapping[str, str] = {
    "resolve": "DaVinci Resolve",
    "blender": "Blender",
    "premiere": "Premiere Pro",
    "kdenlive": "Kdenlive",
}
"""What can be installed into; the module for each is cutscore.editors.install.NAME."""


def packing_for(editor: str, system: System, folder: Path | None = None) -> Packing:
    """What is put down for an editor; `folder` is where, instead of where the editor looks. Raises ConfigError."""
    packing: Packing = _module(editor).packing(system, folder)
    return packing


def program_of(editor: str, system: System) -> Path | None:
    """An editor itself, where it is found on this machine. Raises ConfigError."""
    program: Path | None = _module(editor).program(system)
    return program


def refuse_unknown(editor: str) -> None:
    """Raise ConfigError for an editor that there is none of."""
    if editor not in EDITORS:
        raise ConfigError(f"There is no editor {editor!r} to install into; there are: {', '.join(EDITORS)}.")


def _module(editor: str) -> ModuleType:
    refuse_unknown(editor)
    return importlib.import_module(f"cutscore.editors.install.{editor}")
