"""One POST: the form goes up in small pieces, the answer comes down to a file, and the phase is known at every moment.

The HTTP library works in a thread of its own, so that the caller can show progress and stop at any time:
stopping shuts the socket, which wakes whatever the thread waits for. Whether the server can have the whole
request is read off the body (`last_piece_out`): before that, nothing can have been billed.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from cutscore.submit.multipart import MultipartBody
from cutscore_composer.engine import Progress
from cutscore_composer.errors import Cancelled

MOST_ANSWER_BYTES = 1 << 30
"""An answer longer than this is no music for 600 s: ten times the largest format."""
_MOST_ERROR_BYTES = 64 * 1024
_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds that each phase may take without anything happening, and all of it together."""

    connect: float = 10.0
    upload: float = 60.0
    wait: float = 900.0
    """From the last byte sent to the first byte received."""
    download: float = 60.0
    total: float = 7200.0


@dataclass(frozen=True, slots=True)
class Call:
    """Everything that one POST sends."""

    url: str
    query: Sequence[tuple[str, str]]
    headers: Mapping[str, str] = field(repr=False)
    """They hold the key."""
    fields: Sequence[tuple[str, str]]
    files: Sequence[tuple[str, Path]]
    target: Path
    """Where the body of a 200 goes."""
    timeouts: Timeouts
    trust_env: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whole."""

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes
    """The (beginning of the) body when it is not 200; a 200's body lies in the target file."""


class ExchangeError(Exception):
    """No whole answer came."""

    def __init__(
        self, sentence: str, *, sent: bool, connected: bool, partial: bool, headers: Mapping[str, str]
    ) -> None:
        super().__init__(sentence)
        self.sent = sent
        """Whether the server may have the whole request."""
        self.connected = connected
        """Whether there was a connection to the server at all."""
        self.partial = partial
        """Whether the target's `.part` holds the beginning of an answer."""
        self.headers = headers
        """The headers of the answer that began, names in lower case."""
        self.lasting = "CERTIFICATE_VERIFY_FAILED" in sentence
        """Whether it would be the same next time."""


class Stopped(ExchangeError):
    """The user stopped it."""


def exchange(call: Call, progress: Progress) -> Answer:
    """Send `call` and receive its answer. Raises ExchangeError, OSError when a file to send cannot be read."""
    worker = _Worker(call)
    worker.start()
    started = time.monotonic()
    try:
        while worker.is_alive():
            progress.report(*worker.news())
            if time.monotonic() - started > call.timeouts.total:
                worker.stop()
                raise worker.error(ExchangeError, f"no whole answer within {call.timeouts.total:g} s")
            worker.done.wait(_POLL_SECONDS)
            if worker.done.is_set():
                worker.join()
    except ExchangeError:
        raise
    except BaseException as interruption:
        # Cancelled by the listener, Ctrl-C, or an error of the listener: all end the request.
        worker.stop()
        # An answer that was whole before the stop is kept: it may have been paid for.
        if worker.answer is None:
            ended = worker.error(Stopped, "stopped")
            if not ended.sent and not isinstance(interruption, Cancelled | KeyboardInterrupt):
                raise
            raise ended from interruption
    return worker.outcome()


class _Worker(threading.Thread):
    def __init__(self, call: Call) -> None:
        super().__init__(name="cutscore-exchange", daemon=True)
        self._call = call
        self._body = MultipartBody(call.fields, call.files, "video/mp4")
        self._part = call.target.with_name(call.target.name + ".part")
        self._stopping = threading.Event()
        self._socket: socket.socket | None = None
        self._connected = False
        self._expected: int | None = None
        self._received = 0
        self._answering = False
        self._headers: Mapping[str, str] = {}
        self._failure: BaseException | None = None
        self.answer: Answer | None = None
        self.done = threading.Event()

    def news(self) -> tuple[str, float | None, str]:
        """Stage, fraction and note for the progress."""
        body = self._body
        if self._answering:
            return "download", (self._received / self._expected if self._expected else None), ""
        if body.last_piece_out:
            return "wait", None, "the server is at work"
        return "upload", body.handed_out / body.length, "" if self._connected else "connecting"

    def stop(self) -> None:
        """End the request now; nothing is sent any more when this returns."""
        self._stopping.set()
        connection = self._socket
        if connection is not None:
            with suppress(OSError):
                # The plain socket's own method: SSLSocket.shutdown would pull the TLS object from under the thread.
                socket.socket.shutdown(connection, socket.SHUT_RDWR)
        self.join(timeout=5.0)

    def error(self, kind: type[ExchangeError], sentence: str) -> ExchangeError:
        """An error with how far the exchange came."""
        partial = self._answering and self._received > 0
        sent = self._body.last_piece_out
        return kind(sentence, sent=sent, connected=self._connected, partial=partial, headers=self._headers)

    def outcome(self) -> Answer:
        """The answer, or the reason why there is none."""
        failure = self._failure
        if isinstance(failure, httpx.HTTPError | httpx.InvalidURL | httpx.StreamError):
            # Without the original: its text may quote what was sent.
            raise self.error(ExchangeError, self._reason(failure)) from None
        if isinstance(failure, OSError) and self._answering:
            raise self.error(ExchangeError, f"the answer could not be written ({failure.strerror})") from failure
        if failure is not None:
            raise failure
        assert self.answer is not None
        return self.answer

    def run(self) -> None:
        try:
            self.answer = self._exchange()
        except BaseException as error:
            self._failure = error
        finally:
            self.done.set()

    def _exchange(self) -> Answer:
        call, times = self._call, self._call.timeouts
        timeout = httpx.Timeout(connect=times.connect, write=times.upload, read=times.wait, pool=times.connect)
        with httpx.Client(timeout=timeout, trust_env=call.trust_env, follow_redirects=False) as client:
            request = client.build_request(
                "POST",
                call.url,
                params=list(call.query),
                content=self._pieces(),
                headers={
                    **call.headers,
                    "content-type": self._body.content_type,
                    "content-length": str(self._body.length),
                    "accept-encoding": "identity",
                },
                extensions={"trace": self._trace},
            )
            response = client.send(request, stream=True)
            with closing(response):
                # The same mapping reaches the connection, which looks the read timeout up again for the body.
                request.extensions["timeout"]["read"] = times.download
                self._answering = True
                headers = {name.lower(): value for name, value in response.headers.items()}
                self._headers = headers
                if response.status_code != 200:
                    return Answer(response.status_code, headers, _beginning(response, self._check))
                self._expected = _length(headers)
                self._download(response)
                return Answer(200, headers, b"")

    def _download(self, response: httpx.Response) -> None:
        with self._part.open("wb") as file:
            for piece in response.iter_bytes():
                self._check()
                self._received += len(piece)
                if self._received > MOST_ANSWER_BYTES:
                    raise httpx.StreamError(f"the answer is longer than {MOST_ANSWER_BYTES} bytes")
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        self._part.replace(self._call.target)

    def _pieces(self) -> Any:
        for piece in self._body:
            self._check()
            yield piece

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        if event.endswith((".connect_tcp.started", "send_request_headers.started")):
            # Only where the library closes its own socket after an error.
            self._check()
        if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self._socket = info["return_value"].get_extra_info("socket")
        if event.endswith("send_request_headers.started"):
            self._connected = True

    def _check(self) -> None:
        if self._stopping.is_set():
            raise httpx.StreamError("stopped")

    def _reason(self, error: Exception) -> str:
        """Why there is no answer, in words."""
        times = self._call.timeouts
        if isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout):
            return f"no connection within {times.connect:g} s"
        if isinstance(error, httpx.WriteTimeout):
            return f"it took nothing of the upload for {times.upload:g} s"
        if isinstance(error, httpx.ReadTimeout):
            if self._answering:
                return f"the answer stopped for {times.download:g} s"
            return f"no answer within {times.wait:g} s"
        if isinstance(error, httpx.ConnectError):
            return f"it cannot be reached ({_plain(error)})"
        if isinstance(error, httpx.ProxyError):
            return f"the proxy refused the way to it ({_plain(error)})"
        if isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError):
            return "the answer was cut off" if self._answering else "it closed the connection"
        if isinstance(error, httpx.StreamError):
            return str(error)
        return f"the request could not be made ({type(error).__name__})"


def _plain(error: Exception) -> str:
    """The system's own words for a failed connection; they hold host names and numbers only."""
    text = " ".join(str(error).split())
    return text[:200] or type(error).__name__


def _length(headers: Mapping[str, str]) -> int | None:
    text = headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _beginning(response: httpx.Response, check: Callable[[], None]) -> bytes:
    """The first bytes of an error body; a body that breaks off is still an answer."""
    body = b""
    with suppress(httpx.HTTPError):
        for piece in response.iter_bytes():
            check()
            body += piece
            if len(body) >= _MOST_ERROR_BYTES:
                break
    return body[:_MOST_ERROR_BYTES]
