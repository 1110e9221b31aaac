"""An edit list (CMX 3600) as text: which lines belong to which event, and which of them are Cutscore's.

Our notes stand in comments behind our events, in lines of at most 80 characters:

    004  AX       AA    C        01:00:00:00 01:00:02:00 01:00:00:07 01:00:02:07
    * FROM CLIP NAME: edit.wav
    * SOURCE FILE: /films/edit.cutscore/edit.wav
    * CUTSCORE: Music by Cutscore (local 0.1.0 2026-11-22). {"schema":"cutscore.p
    * CUTSCORE: lace/1", …
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

from cutscore.placers.byte_edits import Edit, apply
from cutscore.placers.notes import as_text, from_text, valid_facts
from cutscore.readers.edl import tracks_of
from cutscore.readers.edl_events import OUR_COMMENT, EditList, Event, parse
from cutscore_composer.errors import InputRefused
from cutscore_composer.timebase import DROP_FRAME_RATES, timecode

MAX_BYTES = 1 << 28
KEPT = "CUTSCORE KEPT:"
"""Begins the lines of an event of ours that the user touched and that is superseded: a list cannot mute."""
_TIMES = re.compile(r"(\d{1,2}[:;.,]\d{2}[:;.,]\d{2}[:;.,]\d{2,3}\s+){3}\d{1,2}[:;.,]\d{2}[:;.,]\d{2}[:;.,]\d{2,3}")
_MODE = re.compile(r"^\s*FCM:\s*(NON)?.*DROP")
_WIDE = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Block:
    """An event with the comments behind it; lines count from 0."""

    event: Event
    first: int
    last: int
    """The line behind the last one."""
    facts: Mapping[str, Any]
    """Of our notes; empty for an event of the user's."""

    @property
    def channels(self) -> tuple[int, ...]:
        """The sound tracks that it is recorded on."""
        return tuple(tracks_of(self.event.track, "A"))


class EdlText:
    """The text of an edit list. Raises InputRefused for what is none."""

    def __init__(self, data: bytes, where: str, rate: Fraction) -> None:
        if len(data) > MAX_BYTES:
            raise InputRefused(f"{where} is larger than {MAX_BYTES >> 20} MiB and is not read.")
        self.original = data
        self.where = where
        self.rate = rate
        self.wide = _WIDE.get(data[:2])
        self.data = data if self.wide is None else data[2:].decode(self.wide, "replace").encode()
        self.encoding = "utf-8"
        try:
            text = self.data.decode("utf-8")
        except UnicodeDecodeError:
            self.encoding = "cp1252"
            text = self.data.decode("cp1252", "replace")
        self.lines = text.splitlines(keepends=True)
        self.list: EditList = parse(Path(where), text.removeprefix("\ufeff"), rate)

    @cached_property
    def starts(self) -> list[int]:
        """Where each line begins in `data`; one more for the end."""
        starts = [0]
        for line in self.lines:
            starts.append(starts[-1] + len(self.encoded(line)))
        return starts

    @cached_property
    def blocks(self) -> list[Block]:
        """The events in the order of the list."""
        begins = [event.line - 1 for event in self.list.events]
        return [
            Block(event, first, last, self._facts(first, last))
            for event, first, last in zip(
                self.list.events, begins, [*begins[1:], self._behind(begins[-1])], strict=True
            )
        ]

    @property
    def newline(self) -> str:
        """The end of a line."""
        return "\r\n" if self.lines and self.lines[0].endswith("\r\n") else "\n"

    def encoded(self, text: str) -> bytes:
        """A text in the list's encoding."""
        return text.encode(self.encoding, "replace")

    def edited(self, edits: list[Edit]) -> bytes:
        """The whole file with edits of `data` made."""
        data = apply(self.data, edits)
        return data if self.wide is None else self.original[:2] + data.decode().encode(self.wide)

    def timecode(self, frame: int, *, source: bool = False) -> str:
        """A timecode as this list writes them."""
        punctuated = re.search(r"\d\d[:;.,]\d\d[:;.,]\d\d[;.,]\d\d", "".join(self.lines)) is not None
        drops = self.list.drop_frame
        if source and not punctuated:
            # A list of colons says by its last FCM line how the sources after it count.
            modes = [match for match in map(_MODE.match, self.lines) if match]
            drops = bool(modes) and modes[-1][1] is None and self.rate in DROP_FRAME_RATES
        text = timecode(max(0, frame), self.rate, drops)
        return text if punctuated else text.replace(";", ":")

    def appended(self, lines: list[str]) -> Edit:
        """Lines behind everything that is written."""
        at = len(self.data.rstrip())
        return Edit(at, at, self.encoded("".join(self.newline + line for line in lines)))

    def replaced(self, block: Block, lines: list[str]) -> Edit:
        """Other lines in the place of an event and its comments."""
        start, end = self.starts[block.first], self._end(block)
        return Edit(start, end, self.encoded(self.newline.join(lines)))

    def removed(self, block: Block) -> Edit:
        """An event taken away with its comments and the line end before it."""
        start, end = self.starts[block.first], self._end(block)
        before = self.data[:start]
        for newline in (b"\r\n", b"\n"):
            if before.endswith(newline):
                start -= len(newline)
                break
        return Edit(start, end, b"")

    def text_of(self, block: Block) -> list[str]:
        """The lines of an event without their ends; blank ones behind it are left out."""
        lines = [line.rstrip("\r\n") for line in self.lines[block.first : block.last]]
        while len(lines) > 1 and not lines[-1].strip():
            lines.pop()
        return lines

    def _end(self, block: Block) -> int:
        count = len(self.text_of(block))
        last = self.lines[block.first + count - 1]
        return self.starts[block.first + count - 1] + len(self.encoded(last.rstrip("\r\n")))

    def _behind(self, begin: int) -> int:
        """The line behind the comments of the last event."""
        return next((n for n in range(len(self.lines), begin, -1) if self.lines[n - 1].strip()), begin + 1)

    def _facts(self, first: int, last: int) -> Mapping[str, Any]:
        said = [line.strip() for line in self.lines[first + 1 : last]]
        ours = [line.removeprefix(OUR_COMMENT)[1:] for line in said if line.startswith(OUR_COMMENT)]
        return valid_facts(from_text("".join(ours))) if ours else {}


def with_times(line: str, times: list[str]) -> str:
    """An event's line with other timecodes."""
    return _TIMES.sub(" ".join(times), line, count=1)


def notes_lines(notes: dict[str, Any]) -> list[str]:
    """The notes as comments, none longer than a list's line may be."""
    text, room = as_text(notes), _CHARACTERS - len(OUR_COMMENT) - 1
    lines = []
    while text:
        # A space at the end of a line would be lost in the first editor.
        end = len(text[:room].rstrip()) if len(text) > room else len(text)
        lines.append(f"{OUR_COMMENT} {text[:end]}")
        text = text[end:]
    return lines


def kept_lines(lines: list[str]) -> list[str]:
    """The lines of an event as comments that no program takes for an event."""
    return [f"* {KEPT} {line.lstrip('* ')}" for line in lines]
