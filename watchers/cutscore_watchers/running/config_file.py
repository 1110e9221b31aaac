"""The configuration while the watcher runs: read again when its file changes; a wrong one changes nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from cutscore.config import Settings
from cutscore_composer.errors import ConfigError

log = logging.getLogger(__name__)


class ConfigFile:
    """The file that the settings came from; `load` reads it and raises ConfigError."""

    def __init__(self, path: Path, load: Callable[[], Settings]) -> None:
        self.path = path
        self.trouble = ""
        """What is wrong with the file as it is now, while the settings of before still count."""
        self._load = load
        self._read = self._seen = self._signature()

    def changed(self, *, asked: bool = False) -> Settings | None:
        """New settings, when the file changed and is right; it must be the same at two looks, as editors write slowly.

        `asked`: read it now.
        """
        now = self._signature()
        steady, self._seen = now == self._seen, now
        if not asked and (now == self._read or not steady):
            return None
        self._read = now
        try:
            settings = self._load()
        except ConfigError as error:
            self.trouble = str(error)
            log.warning(
                "The configuration was changed and is wrong; the one of before still counts. %s", error,
                extra={"event": "config_wrong", "facts": {"config": str(self.path), "reason": str(error)}},
            )  # fmt: skip
            return None
        self.trouble = ""
        return settings

    def _signature(self) -> tuple[int, int, int] | None:
        try:
            facts = self.path.stat()
        except OSError:
            return None
        return facts.st_mtime_ns, facts.st_size, facts.st_ino
