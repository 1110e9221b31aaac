"""Writes JSON in the manner of the file that it goes into: its line ends, indentation and spacing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from cutscore.placers.byte_edits import Edit
from cutscore.placers.json_text import JsonText, Raw, Value

_BLANK = re.compile(rb"[ \t]*")


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is laid out. `newline` is empty for a file on one line."""

    newline: str = "\n"
    unit: str = "    "
    """One step of indentation."""
    comma: str = ","
    """Between elements on one line."""
    colon: str = ": "


def layout_of(doc: JsonText) -> Layout:
    """The layout that a document shows in its first lines."""
    head = doc.data[doc.root.start + 1 : doc.root.start + 500]
    gap = head[: len(head) - len(head.lstrip())].decode("ascii")
    colon = ": " if re.search(rb'"\s*:\s', head) else ":"
    if "\n" not in gap:
        return Layout("", "", ", " if re.search(rb",\s", head) else ",", colon)
    outer = _line_indent(doc, doc.root.start)
    unit = gap.rpartition("\n")[2]
    return Layout("\r\n" if "\r\n" in gap else "\n", unit.removeprefix(outer), ",", colon)


def dump(value: Any, layout: Layout, indent: str = "") -> bytes:
    """`value` as JSON whose first line already stands at `indent`."""
    return _dump(value, layout, indent).encode("utf-8", "replace")


def appended(doc: JsonText, array: Value, layout: Layout, write: Callable[[str], bytes]) -> Edit:
    """The insertion of one more element at the end of an array; `write(indent)` gives its text.

    White space is taken from the array's own last element, so that the new one looks like it.
    """
    elements = doc.elements(array)
    if elements:
        last = elements[-1]
        space = doc.space_before(last.start)
        between = doc.data[elements[-2].end : last.start] if len(elements) > 1 else b"," + space
        indent = _after_newline(space) if b"\n" in space else _line_indent(doc, last.start)
        return Edit(last.end, last.end, between + write(indent))
    if not layout.newline:
        return Edit(array.start + 1, array.start + 1, write(""))
    outer = _line_indent(doc, array.start)
    inner = outer + layout.unit
    tail = "" if b"\n" in doc.data[array.start : array.end] else layout.newline + outer
    new = f"{layout.newline}{inner}".encode() + write(inner) + tail.encode()
    return Edit(array.start + 1, array.start + 1, new)


def with_elements(doc: JsonText, array: Value, layout: Layout, writes: Sequence[Callable[[str], bytes]]) -> Edit:
    """The array written anew with these elements, laid out as the file is."""
    outer = _line_indent(doc, array.start) if layout.newline else ""
    inner = outer + layout.unit
    rows = [write(inner) for write in writes]
    if not rows:
        return Edit(array.start, array.end, b"[]")
    if not layout.newline:
        return Edit(array.start, array.end, b"[" + layout.comma.encode().join(rows) + b"]")
    between = f",{layout.newline}{inner}".encode()
    first = f"[{layout.newline}{inner}".encode()
    return Edit(array.start, array.end, first + between.join(rows) + f"{layout.newline}{outer}]".encode())


def with_member(doc: JsonText, owner: Value, layout: Layout, key: str, value: Any) -> Edit:
    """A member of an object set to `value`: replaced where it stands, else added after the first member."""
    there = doc.member(owner, key)
    if there is not None:
        return Edit(there.start, there.end, dump(value, layout, _line_indent(doc, there.start)))
    members = list(doc.members(owner))
    if not members:
        text = dump({key: value}, layout, _line_indent(doc, owner.start))
        return Edit(owner.start, owner.end, text)
    first = members[0][1]
    space = _space_after(doc, owner.start + 1)
    text = space + json.dumps(key).encode() + layout.colon.encode() + dump(value, layout, _after_newline(space))
    return Edit(first.end, first.end, b"," + text)


def _space_after(doc: JsonText, at: int) -> bytes:
    rest = doc.data[at : at + 4096]
    return rest[: len(rest) - len(rest.lstrip())]


def _dump(value: Any, layout: Layout, indent: str) -> str:
    if isinstance(value, Raw):
        return str(value)
    inner = indent + layout.unit
    if isinstance(value, dict):
        rows = [f"{_quoted(key)}{layout.colon}{_dump(item, layout, inner)}" for key, item in value.items()]
        return _block("{}", rows, layout, indent)
    if isinstance(value, list | tuple):
        return _block("[]", [_dump(item, layout, inner) for item in value], layout, indent)
    return _quoted(value)


def _block(brackets: str, rows: list[str], layout: Layout, indent: str) -> str:
    if not rows:
        return brackets
    if not layout.newline:
        return brackets[0] + layout.comma.join(rows) + brackets[1]
    line = layout.newline + indent
    body = ("," + line + layout.unit).join(rows)
    return f"{brackets[0]}{line}{layout.unit}{body}{line}{brackets[1]}"


def _quoted(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _after_newline(space: bytes) -> str:
    return space.rpartition(b"\n")[2].decode("ascii") if b"\n" in space else ""


def _line_indent(doc: JsonText, at: int) -> str:
    blank = _BLANK.match(doc.data, doc.data.rfind(b"\n", 0, at) + 1, at)
    assert blank is not None
    return blank[0].decode("ascii")
