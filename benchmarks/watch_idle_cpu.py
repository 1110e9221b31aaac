"""How much of one processor `cutscore watch` takes while nothing happens, and a Python that only wakes each second.

    python benchmarks/watch_idle_cpu.py [SECONDS] [FILMS]

The folder holds films that are known already. Both run at the same time, over the same seconds.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.films import film
from support.watch_process import WatchProcess, link_many


def used_seconds(process: int) -> float:
    """Processor seconds that a process and its ended children have used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return sum(int(each) for each in fields[11:15]) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print the figures."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 120.0
    films = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        link_many(home / "in", film(home / "film.mp4", frames=12, size=(32, 24)).read_bytes(), films, "old")
        watch = WatchProcess(home, "watch:\n  - {path: in, existing: ignore}\n").start().ready()
        bare = subprocess.Popen([sys.executable, "-c", "import time\nwhile True: time.sleep(1)"])
        try:
            time.sleep(15)
            assert watch.process is not None
            names = {"cutscore watch": watch.process.pid, "a Python that wakes each second": bare.pid}
            before = {name: used_seconds(pid) for name, pid in names.items()}
            began = time.monotonic()
            time.sleep(seconds)
            for name, pid in names.items():
                share = (used_seconds(pid) - before[name]) / (time.monotonic() - began)
                print(f"{name}: {100 * share:.2f} % of one processor")
            memory = watch.peak_megabytes()
            print(f"over {seconds:g} s, {films} films that are known, {memory:.0f} MB (wanted: under 2.5 %)")
        finally:
            bare.kill()
            watch.stop()


if __name__ == "__main__":
    main()
