"""Edits of a text by byte offsets: what is not edited stays, byte for byte.

>>> apply(b"one two", [Edit(3, 3, b" and a half"), Edit(4, 7, b"three")])
b'one and a half three'
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace `data[start:end]` with `new`."""

    start: int
    end: int
    new: bytes


def apply(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The text with all edits made; edits must not overlap (two insertions at one place keep their order)."""
    parts: list[bytes] = []
    at = 0
    for edit in sorted(edits, key=lambda e: (e.start, e.end)):
        assert edit.start >= at
        parts += [data[at : edit.start], edit.new]
        at = edit.end
    return b"".join([*parts, data[at:]])
