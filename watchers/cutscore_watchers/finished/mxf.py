"""MXF: finished when it is closed: a footer partition that lies where the header says, and nothing missing after it.

A Random Index Pack, where there is one, is the last thing in the file and ends with its own length.
Layout: SMPTE ST 377-1, 7 (partition packs) and 12 (random index pack).
"""

from __future__ import annotations

from cutscore_watchers.finished.reading import Bytes
from cutscore_watchers.finished.verdict import THERE, Verdict, missing

_PARTITION = bytes.fromhex("060e2b34020501010d01020101")
_HEADER, _FOOTER = 0x02, 0x04
_OPEN_INCOMPLETE, _CLOSED_COMPLETE = 0x01, 0x04
_RANDOM_INDEX = bytes.fromhex("060e2b34020501010d01020101110100")
MOST_RUN_IN = 65_536
MOST_INDEX_BYTES = 1 << 20


def is_mxf(head: bytes) -> bool:
    """Whether a file that begins so (it may have a run-in first) is MXF."""
    return head[: len(_PARTITION)] == _PARTITION or _PARTITION + b"\x02" in head[:MOST_RUN_IN]


def mxf_end(data: Bytes) -> Verdict:
    """Whether the file is closed and whole."""
    start = data.at(0, MOST_RUN_IN).find(_PARTITION)
    if start < 0 or data.number(start + 13, 1) != _HEADER:
        return missing("has no header partition yet")
    status = data.number(start + 14, 1)
    footer = _footer_of(data, start)
    if footer is None:
        return missing("breaks off in its header")
    index = _random_index(data)
    if index is not None:
        last = start + index[-1]
        closed = data.at(last, 14) == _PARTITION + bytes([_FOOTER])
        if not closed:
            return missing("has an index whose last partition is no footer")
        if _CLOSED_COMPLETE in (status, data.number(last + 14, 1)):
            return THERE
        return missing("has partitions that are not complete")
    if footer == 0:
        return missing("is open: it has no footer yet" if status != _CLOSED_COMPLETE else "has no index at its end yet")
    if data.at(start + footer, 14) != _PARTITION + bytes([_FOOTER]):
        return missing("breaks off before its footer")
    # No random index: the standard allows it. The pieces from the footer on must then end with the file.
    return THERE if _pieces_end(data, start + footer) else missing("breaks off in its footer")


def _footer_of(data: Bytes, start: int) -> int | None:
    """The footer's place that the header tells, from the header's start; 0: not told, None: the header is cut off."""
    value, _ = _value(data, start + 16)
    return data.number(value + 24, 8)


def _value(data: Bytes, place: int) -> tuple[int, int | None]:
    """Where a value begins whose BER length stands at `place`, and the length."""
    first = data.number(place, 1)
    if first is None:
        return place + 1, None
    if first < 0x80:
        return place + 1, first
    count = first & 0x7F
    return place + 1 + count, data.number(place + 1, count) if count <= 8 else None


def _random_index(data: Bytes) -> list[int] | None:
    """The partitions' places by the index at the end of the file; None when there is none that holds."""
    length = data.number(data.size - 4, 4)
    if length is None or not 16 + 1 + 12 + 4 <= length <= min(MOST_INDEX_BYTES, data.size):
        return None
    place = data.size - length
    value, said = _value(data, place + 16)
    if data.at(place, 16) != _RANDOM_INDEX or said is None or value + said != data.size or (said - 4) % 12:
        return None
    raw = data.at(value, said - 4)
    places = [int.from_bytes(raw[at + 4 : at + 12], "big") for at in range(0, len(raw), 12)]
    return places if places == sorted(places) and places[-1] < place else None


def _pieces_end(data: Bytes, place: int) -> bool:
    """Whether the key-length-value pieces from a place on sum exactly to the rest of the file."""
    for _ in range(100_000):
        if place == data.size:
            return True
        value, length = _value(data, place + 16)
        if length is None or data.at(place, 4) != _PARTITION[:4]:
            return False
        place = value + length
    return False
