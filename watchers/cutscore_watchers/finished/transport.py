"""Transport streams (.ts, .m2ts): they never tell where they end; what is seen is whether the last packet is whole."""

from __future__ import annotations

from cutscore_watchers.finished.reading import Bytes
from cutscore_watchers.finished.verdict import Verdict, missing, untold

_SYNC = 0x47
_LAYOUTS = ((188, 0), (192, 4), (204, 0))
"""Bytes a packet and where in it the sync byte stands: plain, with time stamps (Blu-ray, AVCHD), with parity."""


def is_transport(head: bytes) -> bool:
    """Whether a file that begins so is a transport stream."""
    return _layout(head) is not None


def transport_end(data: Bytes) -> Verdict:
    """Never told; a last packet that is not whole is a sign that more comes."""
    found = _layout(data.at(0, 204 * 5))
    if found is None:
        return missing("does not begin with packets")
    length, sync = found
    if data.size % length:
        return missing(f"breaks off inside a packet ({data.size % length} of {length} bytes)")
    last = data.at(data.size - length, length)
    if last[sync] != _SYNC:
        return missing("ends in something that is no packet")
    return untold("is a transport stream, which never tells its end")


def _layout(head: bytes) -> tuple[int, int] | None:
    for length, sync in _LAYOUTS:
        marks = head[sync : sync + 5 * length : length]
        if len(head) >= min(2 * length, sync + 1) and len(marks) >= 2 and set(marks) == {_SYNC}:
            return length, sync
    return None
