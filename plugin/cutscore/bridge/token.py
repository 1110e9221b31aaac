"""The token: who may use the bridge, kept in a file that the user alone can read."""

from __future__ import annotations

import os
import secrets
import uuid
from pathlib import Path

from cutscore_composer.errors import OutputFailed

FILE = "bridge-token"


def bridge_token(folder: Path) -> str:
    """The token in `folder`, made when there is none. Raises OutputFailed.

    Two processes that make it in the same moment end with the one that was there first.
    """
    file = folder / FILE
    try:
        if not file.exists():
            _make(file)
        return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise OutputFailed(f"The token of the bridge, {file}, cannot be used: {error}.") from error


def _make(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{FILE}.{uuid.uuid4().hex[:8]}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as out:
        out.write(secrets.token_urlsafe(32))
    try:
        # A link is made only where there is none: whoever comes second takes what is there.
        os.link(part, file)
    except FileExistsError:
        pass
    except OSError:
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
