"""The system as installing sees it: which one, where the home and its folders are, which programs are found."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class System:
    """One machine; tests make others than this one."""

    platform: str
    """As sys.platform: "linux", "darwin", "win32"."""
    home: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    script: Path | None = None
    """The cutscore command as a program, where pip made one."""

    @classmethod
    def this(cls) -> System:
        """This machine, with the command that runs now."""
        name = "cutscore.exe" if sys.platform == "win32" else "cutscore"
        script = Path(sys.executable).with_name(name)
        return cls(sys.platform, Path.home(), dict(os.environ), script if script.is_file() else None)

    @property
    def command(self) -> tuple[str, ...]:
        """How the cutscore command is called, as a list of words."""
        return (str(self.script),) if self.script is not None else (sys.executable, "-m", "cutscore.cli.main")

    @property
    def windows(self) -> bool:
        """Whether it is Windows."""
        return self.platform == "win32"

    @property
    def mac(self) -> bool:
        """Whether it is macOS."""
        return self.platform == "darwin"

    def roaming(self) -> Path:
        """Where programs keep what belongs to a user: Windows' AppData/Roaming, Application Support, ~/.config."""
        if self.windows:
            return self._named("APPDATA", self.home / "AppData" / "Roaming")
        if self.mac:
            return self.home / "Library" / "Application Support"
        return self._named("XDG_CONFIG_HOME", self.home / ".config")

    def shared(self) -> Path:
        """Where programs keep a user's data: the same, but ~/.local/share on Linux."""
        if self.windows or self.mac:
            return self.roaming()
        return self._named("XDG_DATA_HOME", self.home / ".local" / "share")

    def local(self) -> Path:
        """Where Cutscore keeps its own data."""
        if self.windows:
            return self._named("LOCALAPPDATA", self.home / "AppData" / "Local") / "cutscore"
        return self.shared() / "cutscore"

    def program(self, *names: str, places: tuple[Path, ...] = ()) -> Path | None:
        """A program by name on the PATH, or at one of its usual places."""
        for name in names:
            if found := shutil.which(name, path=self.environ.get("PATH")):
                return Path(found)
        return next((place for place in places if place.exists()), None)

    def under_programs(self, *parts: str) -> tuple[Path, ...]:
        """A place below each of Windows' program folders."""
        folders = (self.environ.get(name) for name in ("ProgramFiles", "ProgramW6432", "ProgramFiles(x86)"))
        return tuple(dict.fromkeys(Path(folder, *parts) for folder in folders if folder))

    def _named(self, name: str, otherwise: Path) -> Path:
        value = self.environ.get(name, "")
        # A relative path in such a variable is to be ignored, says its specification.
        return Path(value) if value and Path(value).is_absolute() else otherwise
