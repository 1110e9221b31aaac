"""Child: a process that does the heavy steps of jobs, one after another, so that the watcher itself stays awake.

Lines of JSON come in (an order, "cancel", "stop") and go out (how far it is, what came of it). When the watcher
goes away, the child stops too; but a paid call that is under way is brought to its end and written into the ledger.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
import time
import warnings
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any

from cutscore_composer.engine import Progress, ProgressEvent
from cutscore_composer.errors import CutscoreError

PAID_STAGES = ("upload", "wait", "download")
"""While a request is with a server, stopping could leave a paid call without its music."""
_TELL_SECONDS = 0.25
_NICENESS = 5
"""The editor on the same machine goes first."""


class Worker:
    """The work of one order after another, and whoever wants to stop it."""

    def __init__(self, out: IO[str]) -> None:
        self._out = out
        self._lock = threading.Lock()
        self._orders: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        self._progress = Progress()
        self._stage = ""
        self._told = 0.0
        self._leaving = False

    def listen(self, lines: IO[str]) -> None:
        """Take orders until the watcher goes away."""
        # A watcher that is killed leaves half a line.
        with contextlib.suppress(OSError, ValueError):
            for line in lines:
                said = json.loads(line)
                if said.get("cancel"):
                    self._progress.cancel()
                else:
                    self._orders.put(said)
        self.leave()
        self._orders.put(None)

    def leave(self, *_: object) -> None:
        """Stop as soon as nothing that costs money is under way."""
        self._leaving = True
        if self._stage not in PAID_STAGES:
            self._progress.cancel()

    def work(self) -> None:
        """Do what is ordered until there is nothing more."""
        while (order := self._orders.get()) is not None:
            if not self._leaving:
                self._say(self._done(order))

    def _done(self, said: dict[str, Any]) -> dict[str, Any]:
        from cutscore.config import Settings
        from cutscore_watchers.jobs.ending import failure_of
        from cutscore_watchers.jobs.work import WORK, Order

        self._stage, self._progress = "", Progress(self._heard)
        order = Order(
            said["job"], Path(said["path"]), said["wanted"], said["facts"], said["resend"],
            Settings.model_validate(said["settings"]),
        )  # fmt: skip
        try:
            with warnings.catch_warnings(record=True) as noted:
                warnings.simplefilter("always")
                result = WORK[said["do"]](order, self._progress)
        except Exception as error:
            if not isinstance(error, CutscoreError):
                from cutscore.cli.failure import write_details

                log = write_details(error, [said["do"], said["path"]])
                return {"failed": failure_of(error) | ({"details": str(log)} if log else {})}
            return {"failed": failure_of(error)}
        told = [str(one.message) for one in noted if one.category.__module__.startswith("cutscore")]
        return {"done": result | ({"notes": told} if told else {})}

    def _heard(self, event: ProgressEvent) -> None:
        clock, new = time.monotonic(), event.stage != self._stage
        self._stage = event.stage
        if self._leaving and event.stage not in PAID_STAGES:
            self._progress.cancel()
        if new or clock - self._told > _TELL_SECONDS:
            self._told = clock
            self._say({"stage": event.stage, "fraction": event.fraction})

    def _say(self, said: dict[str, Any]) -> None:
        # Nobody listens any more: what is under way is brought to its end all the same.
        with self._lock, contextlib.suppress(OSError, ValueError):
            self._out.write(json.dumps(said) + "\n")
            self._out.flush()


def main() -> None:
    """Work for the watcher that started this process."""
    # What a library prints must not get between the lines of the protocol.
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with contextlib.suppress(AttributeError, OSError):
        os.nice(_NICENESS)
    worker = Worker(out)
    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), worker.leave)
    lines = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 (lives as long as the process)
    threading.Thread(target=worker.listen, args=(lines,), name="cutscore-orders", daemon=True).start()
    worker.work()
    sys.stderr.flush()
    # Threads of libraries that still wait for something must not keep it.
    os._exit(0)


if __name__ == "__main__":
    main()
