"""From the closing of a film to the start of its job, with `cutscore watch` as it is installed.

    python benchmarks/watch_latency.py [FILMS]

Films are dropped one at a time into the folder of a running watcher. The latency is from the moment a film was closed
to the moment its job is at work in the jobs' database. The quiet time, 2 seconds by default, is part of it: the ratio
is latency to quiet time, and 1 could not be beaten.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.films import film
from support.watch_process import WatchProcess

QUIET_SECONDS = 2.0


def state_of(watch: WatchProcess, path: Path) -> str:
    """The state of a film's job; nothing when there is none."""
    file = watch.home / ".local" / "share" / "cutscore" / "jobs.sqlite"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as database:
        row = database.execute(f"select state from {watch.job_table()} where path = ?", [str(path)]).fetchone()
    return row[0] if row else ""


def latency(watch: WatchProcess, path: Path, content: bytes) -> float:
    """Seconds from closing a film to the start of its job; waits until the job is at its end."""
    path.write_bytes(content)
    closed = time.monotonic()
    while state_of(watch, path) in ("", "waiting"):
        time.sleep(0.01)
    started = time.monotonic()
    while state_of(watch, path) == "running":
        time.sleep(0.1)
    return started - closed


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        (home / "in").mkdir()
        watch = WatchProcess(home, "watch:\n  - path: in\n").start().ready()
        try:
            content = film(home / "film.mp4", frames=50, cuts=(25,)).read_bytes()
            seconds = []
            for number in range(count):
                seconds.append(latency(watch, home / "in" / f"film{number}.mp4", content))
                # At any moment of the watcher's second.
                time.sleep((number * 0.37) % 1.0)
        finally:
            watch.stop()
    seconds.sort()
    median = statistics.median(seconds)
    print(f"{count} films, close to job at work: median {median:.2f} s, {seconds[0]:.2f} to {seconds[-1]:.2f} s")
    print(f"median to quiet time: {median / QUIET_SECONDS:.2f} (wanted: under 1.5)")


if __name__ == "__main__":
    main()
