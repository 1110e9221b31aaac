"""What is said of an error: one sentence for those we know; for a fault of ours, where the details were written."""

from __future__ import annotations

import os
import re
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from cutscore.cli.screen import tell
from cutscore_composer.errors import CutscoreError

_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL", re.IGNORECASE)
_SECRET_TEXT = re.compile(r"\bsk[_-][A-Za-z0-9_-]{8,}|(?<=://)[^/\s@]+(?=@)|(?i:(?<=xi-api-key)['\": ]+[^\s'\",]+)")


def exit_code_for(error: Exception, argv: Sequence[str]) -> int:
    """Tell the error in one sentence and give its exit code."""
    if isinstance(error, CutscoreError):
        tell(str(error))
        return error.exit_code
    if _is_usage(error):
        tell(f"{_sentence(error.format_message())} See `cutscore {argv[0]} --help`.")  # type: ignore[attr-defined]
        return 2
    if type(error).__name__ in ("Abort", "Exit"):
        return int(getattr(error, "exit_code", 130))
    if isinstance(error, MemoryError):
        tell("This machine has too little free memory for that.")
        return 1
    log = write_details(error, argv)
    kept = f"; the details are in {log}" if log else " (run again with --debug to see it)"
    tell(f"Something went wrong inside Cutscore ({type(error).__name__}){kept}.")
    return 1


def write_details(error: Exception, argv: Sequence[str]) -> Path | None:
    """Write the traceback to the user's log folder, without anything that looks like a secret."""
    import platformdirs

    from cutscore import __version__

    lines = [f"cutscore {__version__}, Python {sys.version.split()[0]} on {sys.platform}", f"command: {list(argv)!r}"]
    text = redacted("\n".join(lines) + "\n\n" + "".join(traceback.format_exception(error)))
    name = f"cutscore-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.log"
    for folder in (Path(platformdirs.user_log_dir("cutscore", appauthor=False)), Path(tempfile.gettempdir())):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / name
            path.write_text(text, encoding="utf-8", errors="backslashreplace")
        except OSError:
            continue
        return path
    return None


def redacted(text: str) -> str:
    """The text without secrets: values of variables with a telling name, and what looks like a key."""
    for name, value in os.environ.items():
        if _SECRET_NAME.search(name) and len(value) >= 6:
            text = text.replace(value, "[secret]")
    return _SECRET_TEXT.sub("[secret]", text)


def _is_usage(error: Exception) -> bool:
    return hasattr(error, "format_message") and getattr(error, "exit_code", None) == 2


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "?")) else text + "."
