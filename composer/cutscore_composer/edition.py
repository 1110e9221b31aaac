"""The edition of the composer: its version and what its code, styles and sounds really are.

A result is only reused while the same request would give the same music. A version number that a
person raises is forgotten sooner or later; a digest of the package is not.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from cutscore_composer import __version__

_SUFFIXES = frozenset({".py", ".yaml", ".sfz", ".ogg"})
_AFTER_THE_MUSIC = frozenset({"server", "encode", "signing", "contract.py", "error_bodies.py"})
"""What hands the music on and cannot change it."""


@cache
def edition() -> str:
    """ "0.1.0+1f2e3d4c5b6a": changes with every byte of code, style or sound that makes music. About 0.1 s, once."""
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*"), key=lambda p: p.relative_to(root).as_posix()):
        within = path.relative_to(root)
        if path.suffix in _SUFFIXES and path.is_file() and within.parts[0] not in _AFTER_THE_MUSIC:
            digest.update(within.as_posix().encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return f"{__version__}+{digest.hexdigest()[:12]}"
