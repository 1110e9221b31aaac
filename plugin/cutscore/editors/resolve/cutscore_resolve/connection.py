"""Connection: Resolve's objects, from the names that it gives a script or from its module."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class Trouble(Exception):
    """It cannot go on; the message is one sentence for the person."""


@dataclass(frozen=True)
class Connection:
    """What a script works with."""

    resolve: Any
    project: Any
    media_pool: Any
    fusion: Any = None
    bmd: Any = None

    def timeline(self) -> Any:
        """The timeline that is open. Raises Trouble."""
        timeline = self.project.GetCurrentTimeline()
        if not timeline:
            raise Trouble("No timeline is open: open the one that is to get music, then run the script again.")
        return timeline


def connect(names: Mapping[str, Any]) -> Connection:
    """Find Resolve from a script's global names. Raises Trouble."""
    bmd = names.get("bmd")
    resolve = names.get("resolve") or _from_module("Resolve")
    if not resolve:
        raise Trouble(
            "Resolve does not answer: allow scripting in Preferences > System > General > External scripting using"
            " (Local), and restart Resolve."
        )
    manager = resolve.GetProjectManager()
    project = manager.GetCurrentProject() if manager else None
    if not project:
        raise Trouble("No project is open in Resolve.")
    pool = project.GetMediaPool()
    if not pool:
        raise Trouble("The project's media pool does not answer; open the Edit page and run the script again.")
    return Connection(resolve, project, pool, names.get("fusion") or names.get("fu"), bmd)


def _from_module(name: str) -> Any:
    """Resolve by its own Python module, for a script that was started outside of its menu."""
    for folder in _module_folders():
        if folder not in sys.path:
            sys.path.append(folder)
    try:
        import DaVinciResolveScript
    except Exception:
        return None
    return DaVinciResolveScript.scriptapp(name)


def _module_folders() -> list[str]:
    named = os.environ.get("RESOLVE_SCRIPT_API")
    if named:
        return [os.path.join(named, "Modules")]
    if sys.platform == "darwin":
        base = "/Library/Application Support/Blackmagic Design/DaVinci Resolve/Developer/Scripting"
    elif sys.platform == "win32":
        program_data = os.environ.get("PROGRAMDATA", "C:\\ProgramData")
        base = os.path.join(program_data, "Blackmagic Design", "DaVinci Resolve", "Support", "Developer", "Scripting")
    else:
        base = "/opt/resolve/Developer/Scripting"
    return [os.path.join(base, "Modules")]
