"""Studios as the server sees them: child processes that are kept warm, given jobs, stopped, and replaced."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Literal

CANCEL_SECONDS = 1.5
"""How long a studio that was asked to stop may take before it is killed; work reports twice a second."""
MOST_JOBS = 200
"""A studio that has done so many is replaced, whatever its libraries may have kept."""
START_SECONDS = 120.0
MARGIN_SECONDS = 5.0
CORES_USED = 4
"""Decoding runs on several cores: so many times the time of the clock may be used of the processors."""
_MOST_LINE_BYTES = 1 << 20
_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSW|CREDENTIAL", re.IGNORECASE)

Failure = Literal["time", "memory", "crash", "cancelled", "output", "engine", "fault"]


class JobFailed(Exception):
    """A job did not end well, and not because its videos are of the wrong kind."""

    def __init__(self, kind: Failure, message: str = "") -> None:
        super().__init__(kind, message)
        self.kind = kind
        self.message = message


class JobRefused(Exception):
    """The videos of a job cannot be used."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        super().__init__(rows)
        self.rows = rows
        """For each its number (`index`, or None: all together) and a sentence (`message`)."""


class Studio:
    """One child process."""

    def __init__(self, setup: Mapping[str, Any]) -> None:
        self._loop = asyncio.get_running_loop()
        self._messages: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self.jobs = 0
        self._ready = False
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cutscore_composer.server.studio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(setup["folder"]),
        )
        self._send(setup)
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def alive(self) -> bool:
        """Whether it can be given a job."""
        return self.process.poll() is None

    async def run(self, job: Mapping[str, Any], seconds: float) -> dict[str, Any]:
        """What a job gives. Raises JobRefused, JobFailed; when it is cancelled, the studio is stopped or dead."""
        self.jobs += 1
        await self._start()
        self._send({**job, "core_seconds": seconds * CORES_USED + MARGIN_SECONDS})
        try:
            async with asyncio.timeout(seconds + MARGIN_SECONDS):
                message = await self._outcome()
        except TimeoutError:
            await self.stop_work()
            raise JobFailed("time") from None
        except asyncio.CancelledError:
            await asyncio.shield(self.stop_work())
            raise
        if message is None:
            # Also the way of a child that used up its time of the processor.
            code = await asyncio.get_running_loop().run_in_executor(None, self.process.wait)
            raise JobFailed("time" if _out_of_time(code) else "crash", f"exit code {code}")
        if message["event"] == "refused":
            raise JobRefused(message["invalid"])
        if message["event"] == "failed":
            raise JobFailed(message["kind"], message["message"])
        return message

    async def _start(self) -> None:
        """Wait until it is warm: that is not the job's time. Raises JobFailed when it dies before."""
        if self._ready:
            return
        try:
            async with asyncio.timeout(START_SECONDS):
                message = await self._messages.get()
        except TimeoutError:
            message = None
        if message is None:
            self.kill()
            raise JobFailed("crash", "it did not start")
        self._ready = True

    async def stop_work(self) -> None:
        """End the job: by asking first, which keeps the studio warm, then by force."""
        self._send({"cancel": True})
        try:
            async with asyncio.timeout(CANCEL_SECONDS):
                if await self._outcome() is not None:
                    return
        except TimeoutError:
            pass
        self.kill()
        # Only when it is dead does it write no more.
        await asyncio.get_running_loop().run_in_executor(None, self.process.wait)

    def kill(self) -> None:
        """End the process at once."""
        self.process.kill()
        with suppress(OSError):
            if self.process.stdin is not None:
                self.process.stdin.close()

    async def _outcome(self) -> dict[str, Any] | None:
        """The end of the job; None when the process died."""
        while True:
            message = await self._messages.get()
            if message is None or message["event"] != "progress":
                return message

    def _send(self, message: Mapping[str, Any]) -> None:
        assert self.process.stdin is not None
        # One that died meanwhile is noticed by the end of its answers.
        with suppress(OSError, ValueError):
            self.process.stdin.write(json.dumps(message).encode() + b"\n")
            self.process.stdin.flush()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as answers:
            while line := answers.readline(_MOST_LINE_BYTES):
                try:
                    message = json.loads(line)
                except ValueError:
                    break
                self._hand_on(message)
        self.process.kill()
        self.process.wait()
        self._hand_on(None)

    def _hand_on(self, message: dict[str, Any] | None) -> None:
        with suppress(RuntimeError):  # the server has ended
            self._loop.call_soon_threadsafe(self._messages.put_nowait, message)


class Studios:
    """The studios of one worker for one kind of job."""

    def __init__(self, setup: Mapping[str, Any], *, keep: int) -> None:
        """`keep` are kept when idle; more are opened when more jobs come."""
        self._setup = dict(setup)
        self._keep = keep
        self._idle: list[Studio] = []
        self._all: set[Studio] = set()
        self._closed = False

    def open(self) -> None:
        """Have one ready before the first job comes."""
        self._idle.append(self._new())

    def close(self) -> None:
        """End all of them."""
        self._closed = True
        for studio in self._all:
            studio.kill()
        for studio in self._all:
            studio.process.wait()
        self._idle.clear()
        self._all.clear()

    @asynccontextmanager
    async def studio(self) -> AsyncIterator[Studio]:
        """A studio for one job."""
        while self._idle and not self._idle[-1].alive:
            self._all.discard(self._idle.pop())
        studio = self._idle.pop() if self._idle else self._new()
        try:
            yield studio
        finally:
            fit = studio.alive and studio.jobs < MOST_JOBS and not self._closed
            if fit and len(self._idle) < self._keep:
                self._idle.append(studio)
            else:
                studio.kill()
                self._all.discard(studio)
                if not self._idle and not self._closed:
                    self.open()

    def _new(self) -> Studio:
        studio = Studio(self._setup)
        self._all.add(studio)
        return studio


def _environment(folder: str) -> dict[str, str]:
    """What a studio is told of its surroundings: no secrets, since it opens what strangers send."""
    kept = {name: value for name, value in os.environ.items() if not _SECRET_NAME.search(name)}
    return {**kept, "TMPDIR": folder, "TEMP": folder, "TMP": folder}


def _out_of_time(code: int) -> bool:
    if sys.platform == "win32":
        return False
    import signal

    return code == -signal.SIGXCPU
