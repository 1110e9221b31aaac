"""Own files: what Cutscore itself wrote, and what has no picture; a watched folder never takes them for new work."""

from __future__ import annotations

import re
from pathlib import Path

from cutscore.results import SCRATCH

RESULTS = ".cutscore"
"""Ending of the folders that results go to."""
_SOUNDS = """
.wav .mp3 .aif .aiff .flac .ogg .oga .opus .m4a .aac .wma .caf .w64 .bwf .mid .midi
"""
SOUNDS = frozenset(_SOUNDS.split())
_PREVIEW = re.compile(r".+\.preview\.mp4(?:\..+)?", re.IGNORECASE)


def is_our_own(path: Path) -> str | None:
    """Why a file in a watched folder is no new work, by its name and place alone; None when it may be."""
    if any(folder.name.casefold().endswith(RESULTS) or folder.name.startswith(SCRATCH) for folder in path.parents):
        return f"{path.name} lies in a folder of Cutscore's results."
    if _PREVIEW.fullmatch(path.name):
        return f"{path.name} is a preview that Cutscore made."
    if path.suffix.casefold() in SOUNDS:
        return f"{path.name} is sound without a picture."
    return None
