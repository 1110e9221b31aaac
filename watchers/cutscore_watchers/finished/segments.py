"""mkv and webm: finished when the Segment, whose length is written last, ends where the file ends, clusters and all.

Layout: RFC 8794 (EBML) and RFC 9559 (Matroska).
"""

from __future__ import annotations

from cutscore_watchers.finished.reading import Bytes
from cutscore_watchers.finished.verdict import THERE, Verdict, missing, untold

_EBML = b"\x1a\x45\xdf\xa3"
_SEGMENT = 0x18538067
MOST_ELEMENTS = 200_000
"""At one level; a film of a day has fewer clusters."""


def is_segments(head: bytes) -> bool:
    """Whether a file that begins so is mkv or webm."""
    return head[:4] == _EBML


def segments_end(data: Bytes) -> Verdict:
    """Whether the elements of the top level sum to the file, and those in the Segment to the Segment."""
    place, found = 0, False
    while place < data.size:
        name, after = _number(data, place, keep_marker=True)
        length, inside = _number(data, after, keep_marker=False)
        if name is None or after == inside:
            return missing("breaks off inside an element")
        if name == 0:
            return missing("ends in zeros where an element should be")
        if length is None:
            # Written so until the renderer closes the file, and for ever by one that streams.
            return untold("does not say how long its Segment is")
        if inside + length > data.size:
            return missing(f"lacks {inside + length - data.size} bytes of its Segment")
        if name == _SEGMENT:
            found = True
            told = _clusters_end(data, inside, inside + length)
            if told is not THERE:
                return told
        place = inside + length
    return THERE if found else missing("has no Segment yet")


def _clusters_end(data: Bytes, place: int, end: int) -> Verdict:
    """Whether the elements of a Segment are there one after another: zeros where one should begin are a copy's rest."""
    for _ in range(MOST_ELEMENTS):
        if place == end:
            return THERE
        name, after = _number(data, place, keep_marker=True)
        length, inside = _number(data, after, keep_marker=False)
        if not name:
            return missing("has zeros where an element of its Segment should be")
        if length is None or inside + length > end:
            # A cluster of unknown length in a Segment of known length: its end cannot be found without reading it.
            return THERE if length is None and inside > after else missing("has a Segment that breaks off")
        place = inside + length
    return THERE


def _number(data: Bytes, place: int, *, keep_marker: bool) -> tuple[int | None, int]:
    """A number of variable length and the place after it; None: all its bits are set (unknown) or it is cut off."""
    first = data.number(place, 1)
    if first is None:
        return None, place
    if first == 0:
        return 0, place + 1
    width = 9 - first.bit_length()
    value = data.number(place, width)
    if value is None:
        return None, place
    if keep_marker:
        return value, place + width
    value &= (1 << 7 * width) - 1
    return (None if value == (1 << 7 * width) - 1 else value), place + width
