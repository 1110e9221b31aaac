"""Jobs a second: the watcher's jobs against bare DBOS with the same steps and the same settings, in one run.

    python benchmarks/jobs_against_bare_dbos.py [--films 48] [--empty 400] [--rounds 3]

Bare DBOS is the same workflows with the same step functions, the same processes for the heavy work, the same queues,
SQLite in WAL with synchronous FULL, JSON, and nothing else: no register, no identity, no ledger's word on duplicates
beyond what the shared door itself does. Each run is a process of its own, the two in turns. Twice: with real steps (a
film of a second, music from an HTTP server on this machine, eight at once), and with steps that do nothing, 64 at once
and ten looks a second, which leaves only what the jobs themselves cost. Prints jobs a second and the ratio of medians.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

AT_ONCE = {"real": 8, "empty": 64}
NOTHING: dict[str, Any] = {
    "identify": {"identity": "", "key": "k", "keys": ["k"], "project": None, "record_in": 0, "record_out": 0,
                 "how": "none", "warnings": [], "title": "t", "seconds": 1.0},
    "compose": {"music": "m", "cue": "c", "rights": "r", "takes": ["m"], "preview": None, "piece_key": "k",
                "reused": False, "music_warnings": []},
    "place": {"project": "p", "message": "done", "warnings": [], "placed_warnings": [], "placed_changed": True},
}  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--films", type=int, default=48, help="jobs with real steps")
    parser.add_argument("--empty", type=int, default=400, help="jobs with steps that do nothing")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--run", nargs=4, metavar=("WHO", "STEPS", "COUNT", "URL"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        run(*options.run)
        return
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from support.misbehaving_server import MisbehavingServer, plays
    from support.sounds import encoded

    server = MisbehavingServer(plays(encoded("mp3_44100_128", 1)))
    said: dict[str, Any] = {}
    for steps, count in (("real", options.films), ("empty", options.empty)):
        rates: dict[str, list[float]] = {"jobs": [], "bare": []}
        for number in range(options.rounds):
            for who in ("jobs", "bare") if number % 2 else ("bare", "jobs"):
                command = [sys.executable, __file__, "--run", who, steps, str(count), server.url]
                done = subprocess.run(command, capture_output=True, text=True, check=False)
                if done.returncode:
                    sys.exit(done.stderr)
                rates[who].append(count / json.loads(done.stdout.splitlines()[-1])["seconds"])
        medians = {who: statistics.median(found) for who, found in rates.items()}
        said[steps] = {
            "jobs": count,
            "jobs_a_second": round(medians["jobs"], 2),
            "bare_dbos_a_second": round(medians["bare"], 2),
            "ratio": round(medians["jobs"] / medians["bare"], 3),
            "all": {who: [round(one, 2) for one in found] for who, found in rates.items()},
        }
    server.close()
    print(json.dumps(said, indent=2))


def run(who: str, steps: str, count: str, url: str) -> None:
    """One run in this process; prints the seconds from the first enqueue to the last job's end."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from cutscore_watchers.jobs import app

    if steps == "empty":
        app.POLL_SECONDS, app._MOST_PLACING = 0.1, AT_ONCE[steps]
    with tempfile.TemporaryDirectory() as folder:
        films = _films(Path(folder) / "watch", int(count))
        seconds = (_jobs if who == "jobs" else _bare)(Path(folder), films, url, real=steps == "real")
    print(json.dumps({"seconds": seconds}), flush=True)
    os._exit(0)


def _films(folder: Path, count: int) -> list[Path]:
    from support.films import film

    folder.mkdir()
    kind = film(folder / "kind.mov", frames=10, rate=Fraction(10), size=(64, 36)).read_bytes()
    paths = [folder / f"film{number:04}.mov" for number in range(count)]
    for path in paths:
        path.write_bytes(kind)
    return paths


def _settings(folder: Path, url: str, *, real: bool) -> Any:
    from cutscore.config import Settings

    return Settings.model_validate(
        {
            "engine": "studio",
            "engines": {"studio": {"url": url, "concurrency": AT_ONCE["real" if real else "empty"]}},
            "ledger": {"database": f"sqlite:///{folder}/ledger.sqlite", "store": f"{folder}/store"},
            "jobs": {"database": f"sqlite:///{folder}/jobs.sqlite", "hooks": {"desktop": False}},
            "watch": [{"path": str(folder / "watch")}],
        }
    )


def _ready(path: Path, settings: Any) -> Any:
    from cutscore_watchers.ready import ReadyFile

    facts = path.stat()
    watch = settings.watch[0].model_copy(update={"description": path.stem})
    return ReadyFile(path, facts.st_size, facts.st_mtime_ns, watch)


def _nothing(what: str, path: str) -> dict[str, Any]:
    return {"done": {**NOTHING[what], "identity": path}}


def _jobs(folder: Path, films: list[Path], url: str, *, real: bool) -> float:
    from cutscore_watchers.jobs import Jobs

    settings = _settings(folder, url, real=real)
    jobs = Jobs(settings)
    if not real:
        jobs._crew.do = lambda what, order, heard: _nothing(what, order["path"])  # type: ignore[method-assign]
    jobs.start()
    started = time.perf_counter()
    jobs.enqueue_many([_ready(path, settings) for path in films])
    while jobs.counts().get("done", 0) < len(films):
        time.sleep(0.1)
    seconds = time.perf_counter() - started
    jobs.stop()
    return seconds


def _bare(folder: Path, films: list[Path], url: str, *, real: bool) -> float:
    import threading

    from dbos import DBOS, SetEnqueueOptions, SetWorkflowID

    from cutscore_watchers.finished import judge
    from cutscore_watchers.jobs.app import App
    from cutscore_watchers.jobs.crew import Crew
    from cutscore_watchers.jobs.database import jobs_url, open_jobs
    from cutscore_watchers.jobs.wanted import PLACES, queue_of, wanted_for

    settings = _settings(folder, url, real=real)
    ended = []
    crew = Crew(threading.Event())
    said = settings.model_dump(mode="json")

    def work(what: str, path: str, facts: dict[str, Any]) -> dict[str, Any]:
        if not real:
            return dict(_nothing(what, path)["done"])
        wanted = wanted_for(_ready(Path(path), settings), settings)
        order = {"job": path, "path": path, "wanted": wanted, "facts": facts, "resend": {}, "settings": said}
        answer = crew.do(what, order, lambda stage, fraction: True)
        return dict(answer["done"])

    @DBOS.step(name="bare check")
    def check(path: str) -> bool:
        return Path(path).stat().st_size > 0 and not judge(Path(path)).missing

    @DBOS.step(name="bare identify")
    def identify(path: str) -> dict[str, Any]:
        return work("identify", path, {})

    @DBOS.step(name="bare compose")
    def compose(path: str, found: dict[str, Any]) -> dict[str, Any]:
        return {**found, **work("compose", path, found)}

    @DBOS.step(name="bare place")
    def place(path: str, found: dict[str, Any]) -> dict[str, Any]:
        return work("place", path, found)

    @DBOS.workflow(name="bare deliver")
    def deliver(path: str, found: dict[str, Any]) -> None:
        place(path, found)
        ended.append(path)

    @DBOS.workflow(name="bare score")
    def score(path: str) -> None:
        check(path)
        found = compose(path, identify(path))
        with SetWorkflowID(f"{path}.place"), SetEnqueueOptions(queue_partition_key=path):
            DBOS.enqueue_workflow(PLACES, deliver, path, found)

    where = jobs_url(settings)
    app = App(where, open_jobs(where), "local")
    app.open_queue("studio", settings)
    started = time.perf_counter()
    for path in films:
        with SetWorkflowID(str(path)), SetEnqueueOptions(priority=1):
            DBOS.enqueue_workflow(queue_of("studio"), score, str(path))
    while len(ended) < len(films):
        time.sleep(0.1)
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
