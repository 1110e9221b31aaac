"""Finished: whether a file that a program writes or copies is whole.

>>> from pathlib import Path
>>> judge(Path("render.mp4")).why                                       # doctest: +SKIP
'has no index (moov) yet'
"""

from __future__ import annotations

from cutscore_watchers.finished.judging import judge
from cutscore_watchers.finished.verdict import End, Verdict
from cutscore_watchers.ready import ReadyFile

__all__ = ["End", "Verdict", "judge", "why_changed"]


def why_changed(ready: ReadyFile) -> str | None:
    """Why a file is not any more what it was when it was found ready, in one sentence; None: it is the same, and whole.

    The last look before anything is asked of an engine.
    """
    try:
        now = ready.path.stat()
    except OSError as error:
        return f"{ready.path.name} cannot be read any more ({error.strerror or error})."
    if (now.st_size, now.st_mtime_ns) != (ready.size, ready.mtime_ns):
        return f"{ready.path.name} has been changed since it was found ready; the new version becomes a job of its own."
    verdict = judge(ready.path)
    return f"{ready.path.name} {verdict.why}." if verdict.missing else None
