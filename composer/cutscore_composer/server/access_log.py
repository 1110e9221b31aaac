"""The access log: one JSON line for each request, and for each event of the server; no key and no path of a file.

{"time": "2026-11-30T12:00:00.123Z", "event": "request", "request_id": "…", "method": "POST", "path": "/v1/…",
 "status": 200, "seconds": 4.2, "received": 1000, "sent": 2000, …}
"""

from __future__ import annotations

import json
import logging
import sys
import threading
import time
import traceback
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any

from cutscore_composer.contract import PATH, REQUEST_ID
from cutscore_composer.error_bodies import detail_body
from cutscore_composer.server.counters import Counters

Message = MutableMapping[str, Any]
App = Callable[[Message, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]

FACTS = "cutscore_facts"
"""Where in a request's scope is kept what the log will say of it."""
CLIENT_GONE = 499
_LONGEST_PATH = 200


def log(event: str, **facts: Any) -> None:
    """Write one line to standard error."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    line = json.dumps({"time": now, "event": event, **{k: v for k, v in facts.items() if v is not None}})
    with _WRITING:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()


_WRITING = threading.Lock()


class JsonLines(logging.Handler):
    """The lines of uvicorn and other libraries, in the same form."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        fault = None
        if record.exc_info and record.exc_info[1] is not None:
            fault = "".join(traceback.format_exception(record.exc_info[1]))[-4000:]
        log("server", level=record.levelname.lower(), message=record.getMessage(), fault=fault)


class AccessLog:
    """Around the whole application: gives each request its request-id, counts, logs, and answers faults with JSON."""

    def __init__(self, app: App, counters: Callable[[], Counters]) -> None:
        self._app = app
        self._counters = counters

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = uuid.uuid4().hex
        facts: dict[str, Any] = {}
        scope[FACTS] = facts
        status, sent = CLIENT_GONE, 0
        started = time.monotonic()

        async def send_on(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", []), (REQUEST_ID.encode(), request_id.encode())]
            elif message["type"] == "http.response.body":
                sent += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, send_on)
        except Exception:
            facts["fault"] = traceback.format_exc()[-4000:]
            if status != CLIENT_GONE:
                raise
            await _internal_error(send_on)
        finally:
            self._told(scope, request_id, facts, status, sent, time.monotonic() - started)

    def _told(
        self, scope: Message, request_id: str, facts: dict[str, Any], status: int, sent: int, seconds: float
    ) -> None:
        client = scope.get("client")
        log(
            "request",
            request_id=request_id,
            client=client[0] if client else None,
            method=scope["method"],
            path=scope["path"][:_LONGEST_PATH],
            status=status,
            seconds=round(seconds, 4),
            sent=sent,
            **facts,
        )
        if scope["path"] == PATH:
            counters = self._counters()
            counters.add("cutscore_requests_total", labels=f'status="{status}"')
            counters.add("cutscore_request_seconds_total", seconds)
            counters.add("cutscore_received_bytes_total", facts.get("received", 0))
            counters.add("cutscore_sent_bytes_total", sent)
            counters.save()


async def _internal_error(send: Callable[[Message], Awaitable[None]]) -> None:
    body = json.dumps(detail_body("internal_error", "Something went wrong inside the server; its log says what."))
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode()})
