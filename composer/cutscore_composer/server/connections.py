"""Connections that nobody can hold for nothing: heads, answers and what follows a refusal have their time.

uvicorn itself waits for ever for the head of a request, for a client that takes nothing of its answer, and for
the rest of an upload that was refused. The upload itself is timed where it is received.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

from cutscore_composer.contract import MOST_BYTES
from cutscore_composer.server.settings import ServerSettings

DRAIN_BYTES = MOST_BYTES + MOST_BYTES // 4
"""What follows a refusal is read and thrown away up to here, so that clients that send first and read later
get to read it."""
DRAIN_SECONDS = 120.0
CONNECTIONS = 512
"""Most connections of one worker."""


def protocol_for(settings: ServerSettings) -> type[asyncio.Protocol]:
    """The protocol class of a server's connections."""

    class TimedProtocol(_Timed):
        header_seconds = settings.header_seconds
        answer_idle_seconds = settings.answer_idle_seconds

    return TimedProtocol


class _Timed(H11Protocol):
    header_seconds = 20.0
    answer_idle_seconds = 60.0

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._deadline: asyncio.TimerHandle | None = None
        self._drained = 0
        self._draining: Any = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._within(self.header_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        before = self.cycle
        if before is not None and before.response_complete and before.more_body:
            self._drain(before, len(data))
        elif (before is None or before.response_complete) and self._deadline is None:
            self._within(self.header_seconds)  # the next head on a kept connection
        super().data_received(data)
        if self.cycle is not before:
            self._stop_clock()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._within(self.answer_idle_seconds)

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
