"""AVI: finished when its RIFF chunks, whose lengths are written last, sum exactly to the size of the file."""

from __future__ import annotations

from cutscore_watchers.finished.reading import Bytes
from cutscore_watchers.finished.verdict import THERE, Verdict, missing


def is_riff(head: bytes) -> bool:
    """Whether a file that begins so is AVI."""
    return head[:4] == b"RIFF" and head[8:12] == b"AVI "


def riff_end(data: Bytes) -> Verdict:
    """Whether all chunks are there."""
    place = 0
    for _ in range(10_000):
        if place == data.size:
            return THERE
        head = data.at(place, 12)
        length = int.from_bytes(head[4:8], "little")
        if len(head) < 12 or head[:4] != b"RIFF" or length < 4:
            return missing("breaks off where a RIFF chunk should be")
        place += 8 + length + length % 2
        if place > data.size + 1:
            return missing(f"lacks {place - data.size} bytes of a RIFF chunk")
        place = min(place, data.size)
    return missing("has too many RIFF chunks")
