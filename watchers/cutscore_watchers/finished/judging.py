"""Judging: whether a file is whole, by its container, its writer and its last second; never by its duration alone."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

from cutscore_watchers.finished.boxes import boxes_end, is_boxes
from cutscore_watchers.finished.mxf import MOST_RUN_IN, is_mxf, mxf_end
from cutscore_watchers.finished.picture import why_not_shown
from cutscore_watchers.finished.reading import Bytes
from cutscore_watchers.finished.riff import is_riff, riff_end
from cutscore_watchers.finished.segments import is_segments, segments_end
from cutscore_watchers.finished.transport import is_transport, transport_end
from cutscore_watchers.finished.verdict import Verdict, missing, untold
from cutscore_watchers.finished.writer import open_for_writing

_CONTAINERS: tuple[tuple[str, Callable[[bytes], bool], Callable[[Bytes], Verdict]], ...] = (
    ("mov", is_boxes, boxes_end),
    ("matroska", is_segments, segments_end),
    ("avi", is_riff, riff_end),
    ("mpegts", is_transport, transport_end),
    ("mxf", is_mxf, mxf_end),
)
"""FFmpeg's name of each container, how it is recognised, and its rule; told apart by content, not by name."""


def end_of(path: Path) -> tuple[str | None, Verdict]:
    """The container of a file (None: one that we do not know) and what its bytes say of its end. Raises OSError."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    with open(handle, "rb", buffering=0) as file:  # noqa: PTH123 (a handle, opened so that a pipe cannot block)
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode):
            return None, missing("is no file")
        if facts.st_size == 0:
            return None, missing("is empty (0 bytes)")
        data = Bytes(file, facts.st_size)
        head = data.at(0, MOST_RUN_IN)
        for name, is_it, end in _CONTAINERS:
            if is_it(head):
                return name, end(data)
        if not any(head):
            return None, missing("begins with zeros: its space is laid out, its content is to come")
        return None, untold("is in a container whose end is not known")


def judge(path: Path) -> Verdict:
    """Whether a file is whole: THERE, MISSING with the reason, or UNTOLD (only its quiet can tell).

    Never raises: a file that cannot be read (locked, no permission, gone, a share that hangs up) is MISSING.
    """
    try:
        if open_for_writing(path):
            return missing("is open for writing in another program")
        demuxer, verdict = end_of(path)
        if verdict.missing:
            return verdict
        why = why_not_shown(path, demuxer)
    except OSError as error:
        return missing(f"cannot be read ({error.strerror or error})")
    return verdict if why is None else missing(why)
