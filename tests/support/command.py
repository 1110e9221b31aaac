"""The command as a person runs it: in a process of its own, in a home of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Ran:
    """What the command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


class Command:
    """`cutscore …` in a home of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        keep = {k: v for k, v in os.environ.items() if not k.startswith(("CUTSCORE", "XDG_", "ELEVEN"))}
        self.env = {**keep, "HOME": str(home), "USERPROFILE": str(home), "LOCALAPPDATA": str(home)}

    def __call__(self, *args: str | Path, cwd: Path | None = None, **env: str) -> Ran:
        done = subprocess.run(
            [sys.executable, "-m", "cutscore.cli.main", *map(str, args)],
            cwd=cwd or self.home,
            env={**self.env, **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=500,
        )
        return Ran(done.returncode, done.stdout, done.stderr)
