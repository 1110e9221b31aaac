"""JSON as text: finds where values stand, so that a file is edited without touching its other bytes.

    >>> doc = JsonText(b'{"a": [1, 2.50], "b": null}')
    >>> a = doc.member(doc.root, "a")
    >>> doc.data[a.start : a.end]
    b'[1, 2.50]'

The text is checked as a whole once (fast, without keeping its values); after that only brackets
and strings are looked at, and the ends of long values are remembered.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cutscore_composer.errors import InputRefused

BOM = b"\xef\xbb\xbf"
MAX_BYTES = 1 << 30
"""Texts longer than this (1 GiB) are refused."""

_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.)*+")*+([\[\]{}])', re.DOTALL)
"""The next bracket outside of strings, as group 1."""
_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
_SCALAR = re.compile(rb"[^\s,\]}:]+")
_SPACE = re.compile(rb"[ \t\r\n]*")
_LONG = 4096


class Raw(str):
    """A number or constant exactly as the file spells it ("24.0", "1e3", "NaN")."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Value:
    """Where a value stands: `data[start:end]`."""

    start: int
    end: int


class JsonText:
    """A JSON document and where its values stand.

    Raises InputRefused, naming `where` (the file), for what is not JSON in UTF-8.
    """

    def __init__(self, data: bytes, where: str = "the text") -> None:
        check(data, where)
        self.data = data
        self.where = where
        self._ends: dict[int, int] = {}
        start = self._skip_space(len(BOM) if data.startswith(BOM) else 0)
        self.root = Value(start, self._end_of(start))

    def value_at(self, start: int) -> Value:
        """The value that begins at `start`."""
        return Value(start, self._end_of(start))

    def kind(self, value: Value) -> str:
        """First character of the value: "{", "[", '"', or of a number or constant."""
        return chr(self.data[value.start])

    def members(self, value: Value) -> Iterator[tuple[str, Value]]:
        """Keys and values of an object in order; nothing for any other value."""
        if self.kind(value) != "{":
            return
        at = self._skip_space(value.start + 1)
        while self.data[at] != 0x7D:  # }
            key = _STRING.match(self.data, at)
            assert key is not None
            start = self._skip_space(self._skip_space(key.end()) + 1)
            member = Value(start, self._end_of(start))
            yield json.loads(key[0], strict=False), member
            at = self._next(member.end)

    def elements(self, value: Value) -> list[Value]:
        """The elements of an array; none for any other value."""
        found: list[Value] = []
        if self.kind(value) != "[":
            return found
        at = self._skip_space(value.start + 1)
        while self.data[at] != 0x5D:  # ]
            element = Value(at, self._end_of(at))
            found.append(element)
            at = self._next(element.end)
        return found

    def member(self, value: Value, key: str) -> Value | None:
        """The value under a key, None where there is none; a key that stands twice is refused."""
        found = [member for name, member in self.members(value) if name == key]
        if len(found) > 1:
            raise InputRefused(f'{self.where} has the field "{key}" twice in one object; it cannot be edited safely.')
        return found[0] if found else None

    def load(self, value: Value) -> Any:
        """The value as Python data; numbers and constants stay `Raw` text."""
        return load(self.data[value.start : value.end])

    def text(self, value: Value) -> bytes:
        """The value's bytes."""
        return self.data[value.start : value.end]

    def space_before(self, at: int) -> bytes:
        """The white space that ends at `at`."""
        start = at
        while start > 0 and self.data[start - 1] in b" \t\r\n":
            start -= 1
        return self.data[start:at]

    def _next(self, at: int) -> int:
        at = self._skip_space(at)
        return self._skip_space(at + 1) if self.data[at] == 0x2C else at  # ,

    def _skip_space(self, at: int) -> int:
        match = _SPACE.match(self.data, at)
        assert match is not None
        return match.end()

    def _end_of(self, start: int) -> int:
        known = self._ends.get(start)
        if known is not None:
            return known
        first = self.data[start : start + 1]
        if first in b"{[":
            return self._end_of_container(start)
        pattern = _STRING if first == b'"' else _SCALAR
        match = pattern.match(self.data, start)
        assert match is not None
        return match.end()

    def _end_of_container(self, start: int) -> int:
        open_at: list[int] = []
        for found in _BRACKET.finditer(self.data, start):
            end = found.end()
            if self.data[end - 1] in b"{[":
                open_at.append(end - 1)
                continue
            began = open_at.pop()
            if end - began > _LONG:
                self._ends[began] = end
            if not open_at:
                return end
        raise AssertionError("a checked text closes its brackets")


def check(data: bytes, where: str) -> None:
    """Raise InputRefused unless `data` is one JSON value in UTF-8 (NaN and Infinity as OTIO writes them)."""
    if len(data) > MAX_BYTES:
        raise InputRefused(f"{where} is larger than 1 GiB and is not read.")
    try:
        json.loads(data.decode("utf-8-sig"), object_pairs_hook=_nothing, strict=False)
    except UnicodeDecodeError as error:
        raise InputRefused(f"{where} is not UTF-8 text at byte {error.start}; it cannot be edited.") from error
    except RecursionError as error:
        raise InputRefused(f"{where} is nested too deeply to be read.") from error
    except json.JSONDecodeError as error:
        raise InputRefused(
            f"{where} is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}."
        ) from error
    except ValueError as error:
        raise InputRefused(f"{where} is not valid JSON: {error}.") from error


def load(data: bytes) -> Any:
    """JSON as Python data; numbers and constants stay `Raw` text."""
    return json.loads(data.decode("utf-8-sig"), parse_float=Raw, parse_int=Raw, parse_constant=Raw, strict=False)


def _nothing(pairs: list[tuple[str, Any]]) -> None:
    """Drops every object as soon as it was read, so that checking a large text needs little memory."""
