"""A fingerprint of recordings that replace an instrument: another sound, another fingerprint.

Names and places of the folder itself are no part of it; the recordings' sizes and times stand for their content,
since they may be gigabytes.
"""

from __future__ import annotations

import hashlib
from itertools import islice
from pathlib import Path

from cutscore_composer.errors import ConfigError

_MOST_FILES = 50_000


def recordings_fingerprint(path: Path) -> str:
    """Of an SFZ file with what lies in its folder, or of a folder. Raises ConfigError when it cannot be read."""
    folder = path if path.is_dir() else path.parent
    digest = hashlib.sha256(b"" if path.is_dir() else path.name.encode())
    try:
        for file in sorted(islice(folder.rglob("*"), _MOST_FILES)):
            if file.is_file():
                known = file.stat()
                digest.update(f"{file.relative_to(folder).as_posix()}\n{known.st_size}\n".encode())
                digest.update(file.read_bytes() if file.suffix.lower() == ".sfz" else f"{known.st_mtime_ns}".encode())
    except OSError as error:
        raise ConfigError(f"The instrument {path} cannot be read: {error.strerror or error}.") from None
    return digest.hexdigest()
