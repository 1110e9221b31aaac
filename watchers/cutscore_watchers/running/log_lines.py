"""Log lines: for a person a time and a sentence, for a machine one JSON object a line.

    17:50:03  film.mp4 is whole: job 3f2a91c0.
    {"time": "2026-11-30T17:50:03.120+00:00", "level": "info", "event": "queued", "message": "…", "path": "…", …}

What a line is about stands in the record: `extra={"event": NAME, "facts": {…}}`.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any

from cutscore.cli.failure import redacted
from cutscore.cli.screen import printable

LOGGERS = ("cutscore_watchers", "cutscore.jobs")
_PRIORITIES = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3}


class PersonLines(logging.Formatter):
    """Lines for a person; under systemd without the time, which the journal knows, but with the priority."""

    def __init__(self, journal: bool = False) -> None:
        super().__init__()
        self._journal = journal

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        said = printable(redacted(record.getMessage()))
        if record.exc_info and record.exc_info[1] is not None:
            said += f" ({type(record.exc_info[1]).__name__}: {printable(redacted(str(record.exc_info[1])))})"
        if self._journal:
            return f"<{_PRIORITIES.get(record.levelno, 6)}>{said}"
        sign = "" if record.levelno < logging.WARNING else "! "
        return f"{time.strftime('%H:%M:%S', time.localtime(record.created))}  {sign}{said}"


class MachineLines(logging.Formatter):
    """One JSON object a line, in ASCII."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": getattr(record, "event", record.name.rpartition(".")[2]),
            "message": redacted(record.getMessage()),
            **getattr(record, "facts", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["error"] = redacted(f"{type(record.exc_info[1]).__name__}: {record.exc_info[1]}")
        return json.dumps(line, default=str)


class _Lines(logging.Handler):
    """Writes to standard output at once; a reader that went away does not stop the watching."""

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError, ValueError):
            encoding = sys.stdout.encoding or "utf-8"
            text = self.format(record) + "\n"
            sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
            sys.stdout.flush()


@contextmanager
def logged(*, as_json: bool, debug: bool = False) -> Iterator[None]:
    """Lines go to standard output while this lasts."""
    handler = _Lines()
    handler.setFormatter(MachineLines() if as_json else PersonLines(journal="JOURNAL_STREAM" in os.environ))
    before = []
    for name in LOGGERS:
        logger = logging.getLogger(name)
        before.append((logger, logger.level, logger.propagate))
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG if debug else logging.INFO)
        logger.propagate = False
    try:
        yield
    finally:
        for logger, level, propagate in before:
            logger.removeHandler(handler)
            logger.setLevel(level)
            logger.propagate = propagate
