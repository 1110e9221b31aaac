"""A project as one plain file, its media outside of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cutscore.hashing import sha256_of
from cutscore.placers.container import Saving
from cutscore.placers.media_url import Spelling, media_url
from cutscore.placers.names import kept_name
from cutscore.placers.safe_write import keep_copy, read_bytes, write_atomically

MEDIA_OUTSIDE = True
"""Media lie outside the file, so that relative ones depend on its folder."""


def read_text(path: Path) -> bytes:
    """The timeline's text."""
    return read_bytes(path)


def digest(path: Path) -> str:
    """Hash of the file."""
    return sha256_of(path)


def url_in(audio: Path, source: Path, target: Path) -> Callable[[Spelling], str]:
    """How the timeline at `target` will name a music file."""
    return lambda spelling: media_url(audio.absolute(), target.parent.absolute(), spelling)


def save(saving: Saving) -> None:
    """Write the timeline."""
    write_atomically(saving.target, lambda file: file.write(saving.text), saving.check)


def keep(path: Path) -> Path:
    """Keep a copy of the file beside it."""
    return keep_copy(path, kept_name(path))
