"""Events: what the system tells of a folder, as hints where to look. They come twice, late or not at all.

None of them is believed: each leads to a look. When the system says that it lost some, everything is looked at.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from watchdog.events import (
    DirCreatedEvent,
    DirMovedEvent,
    FileClosedEvent,
    FileCreatedEvent,
    FileDeletedEvent,
    FileModifiedEvent,
    FileMovedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer

# Where closing is told, modifying is not asked for: a growing film tells it hundreds of times a second.
_ASKED: list[type[FileSystemEvent]] = [
    FileCreatedEvent,
    FileMovedEvent,
    FileDeletedEvent,
    DirCreatedEvent,
    DirMovedEvent,
    FileClosedEvent if sys.platform == "linux" else FileModifiedEvent,
]


class Events(FileSystemEventHandler):
    """Hints from one folder: `hint(path, is_folder)` is called from another thread, `lost()` when some were lost."""

    def __init__(
        self, root: Path, recursive: bool, hint: Callable[[str, bool], None], lost: Callable[[], None]
    ) -> None:
        self._hint = hint
        self._listener = _Overflow(lost)
        self._observer: Any = Observer()
        logger = logging.getLogger("watchdog.observers")
        logger.addHandler(self._listener)
        logger.propagate = False
        try:
            self._observer.schedule(self, str(root), recursive=recursive, event_filter=_ASKED)
            self._observer.start()
        except BaseException:
            self.stop()
            raise

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Passes the event on; of a move, where it went and where it came from."""
        for path in (event.src_path, event.dest_path):
            if path:
                self._hint(os.fsdecode(path), event.is_directory)

    @property
    def alive(self) -> bool:
        """Whether hints can still come."""
        return bool(self._observer.is_alive()) and any(emitter.is_alive() for emitter in self._observer.emitters)

    def stop(self) -> None:
        """No more hints."""
        logging.getLogger("watchdog.observers").removeHandler(self._listener)
        with suppress(Exception):
            self._observer.stop()
            if self._observer.ident is not None:
                self._observer.join(2.0)


class _Overflow(logging.Handler):
    """watchdog tells of a full queue in its log alone (7.1)."""

    def __init__(self, lost: Callable[[], None]) -> None:
        super().__init__(logging.WARNING)
        self._lost = lost

    def emit(self, record: logging.LogRecord) -> None:
        if "overflow" in record.getMessage().lower():
            self._lost()
