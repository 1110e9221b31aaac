"""mp4 and mov: finished when the boxes of the top level, `moov` among them, sum exactly to the size of the file.

A fragmented file may grow by a fragment at any time: it tells its end only by `mfra`, its last box.
Layout: ISO/IEC 14496-12, 4.2 (box), 8.8 (fragments); QuickTime File Format, atoms.
"""

from __future__ import annotations

from cutscore_watchers.finished.reading import Bytes
from cutscore_watchers.finished.verdict import THERE, Verdict, missing, untold

MOST_BOXES = 200_000
"""Of the top level; a fragmented film of a day has fewer."""

_FIRST = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"uuid", b"moof", b"sidx"}


def is_boxes(head: bytes) -> bool:
    """Whether a file that begins so is mp4 or mov."""
    return head[4:8] in _FIRST


def boxes_end(data: Bytes) -> Verdict:
    """Whether all boxes are there."""
    place, names, fragmented = 0, set(), False
    for _ in range(MOST_BOXES):
        if place == data.size:
            break
        size, name = _box(data, place)
        if size is None:
            return missing("breaks off inside a box")
        if not name.strip(b"\0"):
            return missing("ends in zeros where a box should be")
        if size == 0:
            # "To the end of the file": what is written while the length is not known yet.
            return untold("its last box has no length") if b"moov" in names else missing("has no index (moov) yet")
        if place + size > data.size:
            return missing(f"lacks {place + size - data.size} bytes of its box {_shown(name)}")
        names.add(name)
        fragmented = fragmented or name == b"moof" or (name == b"moov" and _has_fragments(data, place, size))
        place += size
    else:
        return untold("has too many boxes to count")
    if b"moov" not in names:
        return missing("has no index (moov) yet")
    if not fragmented:
        return THERE if b"mdat" in names else missing("has an index (moov) but no picture (mdat) yet")
    if name == b"mfra":
        return THERE
    return untold("is fragmented and may get another fragment")


def _box(data: Bytes, place: int) -> tuple[int | None, bytes]:
    """Size and name of the box at a place; the size is None when the header is cut off or cannot be."""
    head = data.at(place, 16)
    if len(head) < 8:
        return None, b""
    size, name = int.from_bytes(head[:4], "big"), head[4:8]
    if size == 1:
        size = int.from_bytes(head[8:16], "big")
        return (size if len(head) == 16 and size >= 16 else None), name
    return (size if size == 0 or size >= 8 else None), name


def _has_fragments(data: Bytes, place: int, size: int) -> bool:
    """Whether a moov announces fragments by a box `mvex`."""
    inside, end = place + (16 if data.number(place, 4) == 1 else 8), place + size
    for _ in range(1000):
        if inside >= end:
            return False
        step, name = _box(data, inside)
        if name == b"mvex":
            return True
        if not step:
            return False
        inside += step
    return False


def _shown(name: bytes) -> str:
    return "".join(chr(byte) if 32 < byte < 127 else "?" for byte in name)
