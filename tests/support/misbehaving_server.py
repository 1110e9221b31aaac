"""A real HTTP server on this machine that does the wrong thing on request, and counts what it would have billed."""

from __future__ import annotations

import email.parser
import email.policy
import json
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Behaviour = Callable[["Exchange"], None]


@dataclass
class Seen:
    """One request as it arrived."""

    path: str
    headers: Mapping[str, str]
    fields: list[tuple[str, str]] = field(default_factory=list)
    files: list[tuple[str, str, bytes]] = field(default_factory=list)
    """(field name, file name, content)"""
    whole: bool = False
    billed: bool = False
    broken: bool = False
    """Whether the server itself broke the connection off."""


class Exchange:
    """One connection, as a behaviour handles it."""

    def __init__(self, server: MisbehavingServer, connection: socket.socket) -> None:
        self.server = server
        self.socket = connection
        self._rest = b""
        self.seen = self._head()

    def _head(self) -> Seen:
        data = b""
        while b"\r\n\r\n" not in data:
            piece = self.socket.recv(65536)
            if not piece:
                raise ConnectionError
            data += piece
        head, self._rest = data.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {k.strip().lower(): v.strip() for k, v in (line.split(":", 1) for line in lines)}
        return Seen(first.split(" ")[1], headers)

    @property
    def length(self) -> int:
        """Bytes of the whole body."""
        return int(self.seen.headers["content-length"])

    @property
    def early(self) -> int:
        """Bytes of the body that came with the head."""
        return len(self._rest)

    def read_some(self, count: int) -> None:
        """Take a part of the upload only."""
        while count > 0 and (piece := self.socket.recv(min(65536, count))):
            count -= len(piece)

    def read_all(self, bill: bool = True) -> None:
        """Take the whole upload; from here on the work would be billed."""
        parts, left = [self._rest], self.length - len(self._rest)
        while left > 0:
            piece = self.socket.recv(min(1 << 20, left))
            if not piece:
                raise ConnectionError
            parts.append(piece)
            left -= len(piece)
        self.seen.whole = True
        if bill:
            self.seen.billed = True
            with self.server.lock:
                self.server.billed += 1
        head = f"Content-Type: {self.seen.headers['content-type']}\r\n\r\n".encode()
        form: Any = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + b"".join(parts))
        for part in form.iter_parts():
            name = part.get_param("name", header="content-disposition")
            content = part.get_payload(decode=True)
            if part.get_filename() is None:
                self.seen.fields.append((name, content.decode()))
            else:
                self.seen.files.append((name, part.get_filename(), content))

    def answer(self, status: int, body: bytes, content_type: str, *, length: int | None = None, **more: str) -> None:
        """Send an answer; `length` may lie."""
        headers = {"Content-Type": content_type, "Content-Length": str(len(body) if length is None else length)}
        headers |= {"Connection": "close", **{name.replace("_", "-"): value for name, value in more.items()}}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.socket.sendall(f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + body)

    def reset(self) -> None:
        """Close with a reset."""
        self.seen.broken = True
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()


class MisbehavingServer:
    """Takes one behaviour after another from `script`; after the last one it goes on with `usual`."""

    def __init__(self, usual: Behaviour) -> None:
        self.usual = usual
        self.script: list[Behaviour] = []
        self.requests: list[Seen] = []
        self.billed = 0
        self.lock = threading.Lock()
        self.release = threading.Event()
        """Behaviours that hang wait for it."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._threads: list[threading.Thread] = []
        self._closing = False
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def narrow(self) -> None:
        """Let the system take little of an upload that no behaviour reads."""
        self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)

    def close(self) -> None:
        self._closing = True
        self.release.set()
        with socket.socket() as knock:
            knock.connect(self._listener.getsockname())
        self._accepting.join()
        self._listener.close()
        for thread in self._threads:
            thread.join(timeout=10)

    def _accept(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            if self._closing:
                connection.close()
                return
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with connection:
            try:
                exchange = Exchange(self, connection)
                with self.lock:
                    self.requests.append(exchange.seen)
                    behaviour = self.script.pop(0) if self.script else self.usual
                behaviour(exchange)
            except OSError:
                return


def plays(body: bytes, content_type: str = "audio/mpeg", **headers: str) -> Behaviour:
    """Answers 200 with audio."""

    def behave(exchange: Exchange) -> None:
        exchange.read_all()
        more = {"song_id": "song-1", "request_id": "req-1", "character_cost": "1200", **headers}
        exchange.answer(200, body, content_type, **more)

    return behave


def answers(
    status: int, body: bytes | dict[str, Any] | list[Any] = b"", content_type: str = "", bill: bool = False, **more: str
) -> Behaviour:
    """Answers anything, after the whole upload."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    kind = content_type or ("text/plain" if isinstance(body, bytes) else "application/json")

    def behave(exchange: Exchange) -> None:
        exchange.read_all(bill=bill)
        exchange.answer(status, raw, kind, **more)

    return behave


def cuts_off(body: bytes, after: int) -> Behaviour:
    """Bills, then breaks the download off."""

    def behave(exchange: Exchange) -> None:
        exchange.read_all()
        exchange.answer(200, body[:after], "audio/mpeg", length=len(body), song_id="song-1")

    return behave


def resets_mid_upload(exchange: Exchange) -> None:
    """Reads a little of the upload and resets the connection."""
    exchange.read_some(200_000)
    exchange.reset()


def resets_after_upload(exchange: Exchange) -> None:
    """Takes the whole upload, then resets without an answer."""
    exchange.read_all()
    exchange.reset()


def never_answers(exchange: Exchange) -> None:
    """Takes the whole upload and is silent."""
    exchange.read_all()
    exchange.server.release.wait()


def never_reads(exchange: Exchange) -> None:
    """Takes nothing of the upload."""
    exchange.server.release.wait()
