"""Fingerprints: what a media file holds, whatever it is called; taken once and remembered while the file is unchanged.

Files up to WHOLE_BYTES are hashed whole. Of larger ones (camera originals of a feature would take an hour) size
and SAMPLES pieces evenly spread from first to last byte are hashed: an edit of such a file changes its size or
its index, and a copy keeps its fingerprint.
"""

from __future__ import annotations

import hashlib
import os
from fractions import Fraction
from pathlib import Path

from cutscore.submit.ledger import Ledger
from cutscore_composer.engine import Progress
from cutscore_composer.errors import InputRefused

WHOLE_BYTES = 1 << 30
SAMPLES = 512
PIECE = 1 << 20


def media_fingerprint(path: Path, ledger: Ledger, progress: Progress) -> str:
    """The fingerprint of a media file. Raises InputRefused when it cannot be read or changes meanwhile."""
    try:
        before = path.stat()
        name = os.path.realpath(path)
        known = ledger.fingerprint(name, before.st_size, before.st_mtime_ns)
        if known is not None:
            return known
        found = _taken(path, before.st_size, progress)
        after = path.stat()
    except OSError as error:
        raise InputRefused(f"The media file {path} cannot be read: {error.strerror or error}.") from error
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise InputRefused(f"The media file {path} changes while it is read: try again when it is complete.")
    ledger.keep_fingerprint(name, before.st_size, before.st_mtime_ns, found)
    return found


def sequence_fingerprint(
    pattern: Path, first: Fraction, last: Fraction, rate: Fraction, start: int, ledger: Ledger, progress: Progress
) -> str:
    """The fingerprint of the images of a sequence ("a.%04d.png") shown between two source positions in seconds."""
    low, high = sorted((start + int(first * rate), start + int(last * rate)))
    digest = hashlib.sha256()
    for number in range(low, high + 1):
        path = pattern.with_name(_numbered(pattern.name, number))
        held = media_fingerprint(path, ledger, progress) if path.exists() else "missing"
        digest.update(f"{number - low}:{held}\n".encode())
    return "images:" + digest.hexdigest()


def _numbered(pattern: str, number: int) -> str:
    try:
        return pattern % number
    except (TypeError, ValueError) as error:
        raise InputRefused(f"{pattern!r} is no name of an image sequence (like a.%04d.png).") from error


def _taken(path: Path, size: int, progress: Progress) -> str:
    digest = hashlib.sha256()
    whole = size <= WHOLE_BYTES
    with path.open("rb") as file:
        if whole:
            while piece := file.read(PIECE):
                digest.update(piece)
                progress.report("read", min(1.0, file.tell() / size) if size else None, path.name)
        else:
            digest.update(f"{size}\n".encode())
            for number in range(SAMPLES):
                file.seek((size - PIECE) * number // (SAMPLES - 1))
                digest.update(file.read(PIECE))
                progress.report("read", (number + 1) / SAMPLES, path.name)
    return f"{'sha256' if whole else f'sampled{SAMPLES}'}:{digest.hexdigest()}"
