"""`cutscore watch` as a process of its own, in a home of its own, whose JSON lines the test reads."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from support.command import Command
from support.waiting import wait_for


class WatchProcess:
    """A home with a configuration and, once started, a watcher."""

    def __init__(self, home: Path, config: str) -> None:
        self.home = home
        self.command = Command(home)
        self.log = home / "watch.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.ready_seconds = 0.0
        self._began = 0.0
        (home / "cutscore.yaml").write_text(config, encoding="utf-8")

    def start(self, *options: str) -> WatchProcess:
        """Start it; lines of this start alone are in `log`."""
        self._began = time.monotonic()
        words = [sys.executable, "-m", "cutscore.cli.main", "watch", "--json", *options]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                words,
                cwd=self.home,
                env=self.command.env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        return self

    def lines(self, event: str) -> list[dict[str, Any]]:
        """The log's lines of one kind."""
        found = []
        for line in self.log.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("{") and line.endswith("}") and f'"event": "{event}"' in line:
                found.append(json.loads(line))
        return found

    def ready(self, seconds: float = 60.0) -> WatchProcess:
        """Wait until it has looked through its folders."""
        wait_for(lambda: self.lines("ready") or self._ended(), seconds, "being ready")
        self.ready_seconds = time.monotonic() - self._began
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        return self

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, float]:
        """End it: its exit code and how many seconds that took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGCONT)
        self.process.send_signal(number)
        code = self.process.wait(30)
        return code, time.monotonic() - began

    def kill(self) -> None:
        """End it without a word, should it run."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)

    def job_table(self) -> str:
        """The name of the jobs' table, by its columns."""
        with closing(self._database()) as database:
            tables = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
            columns = {name: {row[1] for row in database.execute(f"pragma table_info({name})")} for name in tables}
        return next(name for name in tables if {"path", "mtime_ns", "attempt"} <= columns[name])

    def job_paths(self) -> list[str]:
        """The films that have a job, read from the database itself."""
        with closing(self._database()) as database:
            return [str(row[0]) for row in database.execute(f"select path from {self.job_table()}")]

    def _database(self) -> sqlite3.Connection:
        file = self.home / ".local" / "share" / "cutscore" / "jobs.sqlite"
        return sqlite3.connect(f"file:{file}?mode=ro", uri=True)

    def peak_megabytes(self) -> float:
        """The most memory that it ever had at once."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024

    def _ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None


def write_many(folder: Path, film: bytes, count: int, prefix: str) -> None:
    """So many films, each written: two events for each."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        (folder / f"{prefix}{number:06d}.mp4").write_bytes(film)


def link_many(folder: Path, film: bytes, count: int, prefix: str) -> None:
    """So many films without the bytes of so many: names of a few files."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        if number % 20_000 == 0:
            first = folder / f"{prefix}{number:06d}.mp4"
            first.write_bytes(film)
        else:
            os.link(first, folder / f"{prefix}{number:06d}.mp4")
