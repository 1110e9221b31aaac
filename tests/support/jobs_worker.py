"""A worker in a process of its own: makes a job of every film of a folder and works on them until it is killed.

python -m support.jobs_worker CONFIG FOLDER [--until-done]
"""

from __future__ import annotations

import logging
import signal
import sys
import threading
from pathlib import Path

from cutscore.config import Settings, load_settings
from cutscore_watchers.jobs import Jobs
from cutscore_watchers.ready import ReadyFile


def ready(path: Path, settings: Settings) -> ReadyFile:
    """A film as the first watched folder finds it; what it is to be like tells one film's request from another's."""
    watch = settings.watch[0].model_copy(update={"description": path.stem})
    facts = path.stat()
    return ReadyFile(path, facts.st_size, facts.st_mtime_ns, watch)


def main() -> None:
    """Work."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    settings = load_settings(Path(sys.argv[1]))
    until_done = "--until-done" in sys.argv
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    with Jobs(settings) as jobs:
        jobs.start()
        print("started", flush=True)
        films = [ready(path, settings) for path in sorted(Path(sys.argv[2]).glob("*.mp4"))]
        known = jobs.known_many((str(film.path), film.size, film.mtime_ns) for film in films)
        jobs.enqueue_many([film for film in films if (str(film.path), film.size, film.mtime_ns) not in known])
        print("enqueued", flush=True)
        while not over.wait(0.2):
            if until_done and jobs.open == 0:
                break
    print("stopped", flush=True)


if __name__ == "__main__":
    main()
