"""An answer that is a file: sent piece by piece, and let go when it is sent or never will be."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_PIECE_BYTES = 1 << 18


@dataclass(slots=True)
class FileAnswer:
    """A 200 whose body is a file."""

    path: Path
    headers: dict[str, str]
    release: Callable[[], None] = field(default=lambda: None)
    """What is done when it is sent, or never will be."""

    async def send(self, send: Send, disk: Executor) -> None:
        """Send it."""
        loop = asyncio.get_running_loop()
        try:
            with self.path.open("rb") as file:
                length = self.path.stat().st_size
                headers = {**self.headers, "content-length": str(length)}
                rows = [(name.encode("ascii"), value.encode("latin-1")) for name, value in headers.items()]
                await send({"type": "http.response.start", "status": 200, "headers": rows})
                left = length
                while left > 0:
                    piece = await loop.run_in_executor(disk, file.read, _PIECE_BYTES)
                    left -= len(piece)
                    await send({"type": "http.response.body", "body": piece, "more_body": left > 0})
        finally:
            self.release()
