"""Crew: the processes that do the heavy work; one is started when it is needed and goes when it is not any more."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from cutscore_composer.errors import OutputFailed
from cutscore_watchers.jobs.interrupted import Interrupted

IDLE_SECONDS = 60.0
"""A process that had nothing to do for so long is let go."""
MOST_ORDERS = 100
"""After so many orders a process is replaced: whatever it had piled up goes with it."""
_LOOK_SECONDS = 1.0

Heard = Callable[[str, float | None], bool]
"""Told the stage and how far it is, every second at least; False: the work is to be cancelled."""


class Crew:
    """Any number of threads may order work at once; each order has a process to itself."""

    def __init__(self, stopping: threading.Event) -> None:
        """When `stopping` is set, orders under way raise Interrupted."""
        self._stopping = stopping
        self._lock = threading.Lock()
        self._idle: list[_Hand] = []
        self._leaving: list[_Hand] = []

    def do(self, what: str, order: Mapping[str, Any], heard: Heard) -> dict[str, Any]:
        """What came of an order: {"done": result} or {"failed": failure}. Raises Interrupted."""
        hand = self._hired()
        try:
            answer = hand.do({"do": what, **order}, heard, self._stopping)
        except BaseException:
            self._let_go(hand)
            raise
        if hand.worn:
            self._let_go(hand)
        else:
            with self._lock:
                self._idle.append(hand)
        return answer

    def tidy(self, idle_seconds: float = IDLE_SECONDS) -> None:
        """Let go of those that have had nothing to do, and forget those that went."""
        clock = time.monotonic()
        with self._lock:
            old = [hand for hand in self._idle if clock - hand.free_since >= idle_seconds]
            self._idle = [hand for hand in self._idle if hand not in old]
            self._leaving = [hand for hand in self._leaving if not hand.gone]
        for hand in old:
            self._let_go(hand)

    def close(self) -> None:
        """Let everybody go; who has a paid call under way stays until it is over."""
        self.tidy(idle_seconds=0.0)

    def _hired(self) -> _Hand:
        with self._lock:
            while self._idle:
                # The one that worked last: its memory is warm, and the others may go.
                hand = self._idle.pop()
                if not hand.gone:
                    return hand
                hand.let_go()
        return _Hand()

    def _let_go(self, hand: _Hand) -> None:
        hand.let_go()
        with self._lock:
            self._leaving.append(hand)


class _Hand:
    """One process."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "cutscore_watchers.jobs.child"]
        own_group: dict[str, Any] = {"start_new_session": True}
        if os.name == "nt":
            own_group = {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
        try:
            # In a group of its own: Ctrl-C in the watcher's terminal is the watcher's to answer.
            self._process = subprocess.Popen(  # noqa: S603 (this Python, our own module)
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env=_environment(), encoding="utf-8", **own_group,
            )  # fmt: skip
        except OSError as error:
            raise OutputFailed(f"The process for a job cannot be started: {error.strerror or error}.") from error
        self._said: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._orders = 0
        self.free_since = time.monotonic()
        threading.Thread(target=self._listen, name="cutscore-hand", daemon=True).start()

    @property
    def gone(self) -> bool:
        """Whether the process has ended."""
        return self._process.poll() is not None

    @property
    def worn(self) -> bool:
        """Whether it has done enough."""
        return self.gone or self._orders >= MOST_ORDERS

    def do(self, order: Mapping[str, Any], heard: Heard, stopping: threading.Event) -> dict[str, Any]:
        """See Crew.do."""
        self._orders += 1
        self._send(order)
        stage: str = ""
        fraction: float | None = None
        next_look = time.monotonic() + _LOOK_SECONDS
        while True:
            if stopping.is_set():
                raise Interrupted
            try:
                said = self._said.get(timeout=0.1)
            except queue.Empty:
                said = {}
            if said is None:
                return {"failed": {"kind": "Fault", "message": self._ended()}}
            if "done" in said or "failed" in said:
                self.free_since = time.monotonic()
                return said
            stage, fraction = said.get("stage", stage), said.get("fraction", fraction)
            if time.monotonic() >= next_look:
                next_look = time.monotonic() + _LOOK_SECONDS
                if not heard(stage, fraction):
                    self._send({"cancel": True})

    def let_go(self) -> None:
        """Let it go; it leaves by itself when it hears that nobody is there."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def _send(self, said: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        # Of a process that is gone, the end of its lines tells.
        with contextlib.suppress(OSError, ValueError):
            self._process.stdin.write(json.dumps(said) + "\n")
            self._process.stdin.flush()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        # A process that is killed leaves half a line.
        with contextlib.suppress(OSError, ValueError):
            for line in self._process.stdout:
                self._said.put(json.loads(line))
        self._said.put(None)
        self._process.stdout.close()
        # Otherwise it stays in the system's table.
        self._process.wait()

    def _ended(self) -> str:
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return "The process that did this job stopped answering."
        how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
        return f"The process that did this job ended {how}, as it does when the machine has too little memory."


def _environment() -> dict[str, str]:
    """The watcher's own, with its import paths: it may have been started from a folder that holds the packages."""
    paths = [path for path in sys.path if path]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1"}
