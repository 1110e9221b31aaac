"""Desktop: a notification where the watcher runs on somebody's desktop; nowhere else, and never a reason to fail."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_TITLES = {"done": "Music is ready", "failed": "No music could be made", "parked": "A paid call needs your word"}
_SECONDS = 5.0


def notify(report: Mapping[str, Any]) -> bool:
    """Show what became of a job; whether it could be shown."""
    command = _command(_TITLES.get(str(report["state"]), "Cutscore"), _text(report))
    if command is None:
        return False
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603
    except (OSError, ValueError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


def has_desktop() -> bool:
    """Whether there is a desktop that can show a notification."""
    if sys.platform == "darwin":
        return shutil.which("osascript") is not None
    shown = bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    return sys.platform != "win32" and shown and shutil.which("notify-send") is not None


def _text(report: Mapping[str, Any]) -> str:
    name = Path(str(report["source"])).name
    return f"{name}: {report['message']}"[:300] if report.get("message") else name


def _command(title: str, text: str) -> list[str] | None:
    if not has_desktop():
        return None
    if sys.platform == "darwin":
        # As arguments of the script, so that a name is never a part of it.
        script = "on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend run"
        return ["osascript", "-e", script, title, text]
    return ["notify-send", "--app-name=Cutscore", "--", title, text.replace("<", "‹").replace("&", "+")]
