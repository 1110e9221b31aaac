"""Connections that nobody can hold for nothing: heads, answers and what follows a refusal have their time.

uvicorn itself waits for ever for the head of a request, for a client that takes nothing of its answer, and for
the rest of an upload that was refused. The upload itself is timed where it is received.
"""

from __future__ import annotations

import asyncio
from typing import Any

import h11
from h11._readers import ContentLengthReader
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.h11_impl import H11Protocol

from cutscore_composer.contract import MOST_BYTES
from cutscore_composer.server.settings import ServerSettings

DRAIN_BYTES = MOST_BYTES + MOST_BYTES // 4
"""What follows a refusal is read and thrown away up to here, so that clients that send first and read later
get to read it."""
DRAIN_SECONDS = 120.0
CONNECTIONS = 512
"""Most connections of one worker."""


class TimedProtocol(H11Protocol):
    """The protocol of a server's connections; the application of its configuration knows the settings."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        settings: ServerSettings = self.config.app.settings  # type: ignore[union-attr]
        self._header_seconds = settings.header_seconds
        self._answer_idle_seconds = settings.answer_idle_seconds
        self._deadline: asyncio.TimerHandle | None = None
        self._drained = 0
        self._draining: Any = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._within(self._header_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        before = self.cycle
        if before is not None and before.response_complete and before.more_body:
            self._drain(before, len(data))
        elif (before is None or before.response_complete) and self._deadline is None:
            self._within(self._header_seconds)  # the next head on a kept connection
        if self._passes_by(data):
            return
        super().data_received(data)
        if self.cycle is not before:
            self._stop_clock()

    def _passes_by(self, data: bytes) -> bool:
        """Hand a piece from the middle of an upload on without h11, which would only count and copy it.

        Copying is most of what an upload costs. The first piece, the last one and every body whose length is
        not told go through h11; so does everything when its insides are not as they are known here.
        """
        reader = getattr(self.conn, "_reader", None)
        if not isinstance(reader, ContentLengthReader) or self.conn.trailing_data[0]:
            return False
        cycle = self.cycle
        if self.conn.their_state is not h11.SEND_BODY or cycle.response_complete or reader._remaining <= len(data):
            return False
        self._unset_keepalive_if_required()
        reader._remaining -= len(data)
        cycle.body = cycle.body + data if cycle.body else data  # type: ignore[assignment]
        if len(cycle.body) > HIGH_WATER_LIMIT:
            self.flow.pause_reading()
        cycle.message_event.set()
        return True

    def pause_writing(self) -> None:
        super().pause_writing()
        self._within(self._answer_idle_seconds)

    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_clock()

    def _drain(self, cycle: Any, size: int) -> None:
        """Count what is thrown away of a refused upload."""
        if self._draining is not cycle:
            self._draining, self._drained = cycle, 0
            self._within(DRAIN_SECONDS)
        self._drained += size
        if self._drained > DRAIN_BYTES:
            self.transport.abort()

    def _within(self, seconds: float) -> None:
        self._stop_clock()
        self._deadline = self.loop.call_later(seconds, self._over)

    def _stop_clock(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _over(self) -> None:
        self._deadline = None
        self.transport.abort()
