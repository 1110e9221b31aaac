"""Notify: tells systemd that the watcher is ready, alive, reloading, stopping (sd_notify(3)); elsewhere nothing."""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress

READY, STOPPING, ALIVE = "READY=1", "STOPPING=1", "WATCHDOG=1"


class Notify:
    """What the service manager is told; does nothing where there is none."""

    def __init__(self, environment: dict[str, str] | None = None) -> None:
        said = dict(os.environ) if environment is None else environment
        self._address = said.get("NOTIFY_SOCKET", "")
        micros = said.get("WATCHDOG_USEC", "")
        mine = said.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self.every_seconds = int(micros) / 2_000_000 if micros.isdigit() and mine else None
        """How often it wants to hear that all is well; None: it does not."""
        self._last = 0.0

    def tell(self, *said: str) -> None:
        """Send lines such as READY."""
        if not self._address or not hasattr(socket, "AF_UNIX"):
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sender:
            sender.sendto("\n".join(said).encode(), address)

    def reloading(self) -> None:
        """The configuration is being read again; READY follows."""
        self.tell("RELOADING=1", f"MONOTONIC_USEC={time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000}")

    def alive(self) -> None:
        """All is well; sent as often as it is wanted."""
        if self.every_seconds is not None and time.monotonic() - self._last >= self.every_seconds / 2:
            self._last = time.monotonic()
            self.tell(ALIVE)
