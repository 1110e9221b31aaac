"""Multipart: a form with files as a stream of small pieces that knows its length and how far it was handed out."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

PIECE = 256 * 1024
"""Bytes of a file in memory at a time."""


class MultipartBody:
    """The body of one POST; iterated once, by the HTTP library, from its own thread."""

    def __init__(self, fields: Sequence[tuple[str, str]], files: Sequence[tuple[str, Path]], media_type: str) -> None:
        """`fields` are (name, value), `files` (field name, path), all sent in order. Raises OSError."""
        self._boundary = secrets.token_hex(16)
        self._head = b"".join(self._field(name, value) for name, value in fields)
        self._files = [
            (self._part(name, f'; filename="{_quoted(path.name)}"', f"Content-Type: {media_type}\r\n"), path, size)
            for name, path in files
            for size in (path.stat().st_size,)
        ]
        self._tail = f"--{self._boundary}--\r\n".encode()
        self.length = len(self._head) + sum(len(head) + size + 2 for head, _, size in self._files) + len(self._tail)
        """Bytes of the whole body."""
        self.handed_out = 0
        """Bytes that the HTTP library has taken so far."""
        self.last_piece_out = False
        """Whether the library has been given the end: from here on the server may have the whole request."""

    @property
    def content_type(self) -> str:
        """The header's value."""
        return f"multipart/form-data; boundary={self._boundary}"

    def __iter__(self) -> Iterator[bytes]:
        yield from self._count(self._head)
        for head, path, size in self._files:
            yield from self._count(head)
            yield from self._file(path, size)
            yield from self._count(b"\r\n")
        self.last_piece_out = True
        yield from self._count(self._tail)

    def _file(self, path: Path, size: int) -> Iterator[bytes]:
        left = size
        with path.open("rb") as file:
            while left > 0:
                piece = file.read(min(PIECE, left))
                if not piece:
                    raise OSError(f"{path.name} became shorter while it was sent")
                left -= len(piece)
                yield from self._count(piece)

    def _count(self, piece: bytes) -> Iterator[bytes]:
        if piece:
            yield piece
            # Only once the library asks for more has it written this piece.
            self.handed_out += len(piece)

    def _field(self, name: str, value: str) -> bytes:
        return self._part(name, "", "") + value.encode("utf-8") + b"\r\n"

    def _part(self, name: str, more: str, header: str) -> bytes:
        line = f'Content-Disposition: form-data; name="{_quoted(name)}"{more}\r\n'
        return f"--{self._boundary}\r\n{line}{header}\r\n".encode()


def _quoted(name: str) -> str:
    """A name inside a quoted header value, as browsers write it."""
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
