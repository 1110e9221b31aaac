"""What a person or a program reads: lines on standard output, sentences on standard error, JSON.

Names of media and projects are untrusted: control characters are shown escaped, and what the
console's encoding lacks is shown as an escape, so that nothing that is printed can fail or take
over a terminal.
"""

from __future__ import annotations

import json
import sys
from typing import Any, TextIO


def printable(text: str) -> str:
    r"""The text on one line without control characters: a line break in a name becomes `\n`."""
    return "".join(c if c.isprintable() or c == " " else _escaped(c) for c in text)


def say(text: str = "") -> None:
    """A line on standard output. Line breaks in `text` are ours; pass names through `printable`."""
    _write(sys.stdout, text + "\n")


def tell(text: str) -> None:
    """A sentence on standard error, on one line."""
    _write(sys.stderr, printable(text) + "\n")


def say_json(data: Any) -> None:
    """Data as JSON on standard output, in ASCII: it comes through every pipe and console."""
    _write(sys.stdout, json.dumps(data, indent=2) + "\n")


def _write(stream: TextIO, text: str) -> None:
    encoding = stream.encoding or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
