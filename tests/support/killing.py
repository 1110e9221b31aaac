"""Workers that are killed, the server they buy from, and what must be true of everything afterwards."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from cutscore.config import Settings, load_settings
from cutscore.engines import ledger_of
from cutscore_watchers.jobs.database import jobs_url, open_jobs
from cutscore_watchers.jobs.facts import Job
from cutscore_watchers.jobs.register import Register
from support.films import film
from support.misbehaving_server import Behaviour, Exchange, MisbehavingServer, plays

TESTS = Path(__file__).parents[1]


def small_films(folder: Path, count: int) -> list[Path]:
    """So many films of a second, each with a name and a length of its own."""
    folder.mkdir(parents=True)
    kinds = [film(folder / f"kind{n}.mp4", frames=10 + n, rate=Fraction(10), size=(64, 36)) for n in range(3)]
    made = []
    for number in range(count):
        path = folder / f"film{number:03}.mp4"
        path.write_bytes(kinds[number % 3].read_bytes())
        made.append(path)
    for kind in kinds:
        kind.unlink()
    return made


def written_config(path: Path, server: MisbehavingServer, folder: Path, *, database: str = "", more: str = "") -> Path:
    """A configuration whose engine is the server; the database is an SQLite file unless another is named."""
    here = path.parent
    ledger = "" if database else f"database: 'sqlite:///{here}/ledger.sqlite', "
    database = database or f"sqlite:///{here}/jobs.sqlite"
    path.write_text(
        f"engine: studio\n"
        f"engines: {{studio: {{url: '{server.url}', concurrency: 12}}}}\n"
        f"ledger: {{{ledger}store: '{here}/store'}}\n"
        f"watch: [{{path: '{folder}'}}]\n"
        f"jobs: {{database: '{database}', attempts: 20, hooks: {{desktop: false}}}}\n{more}",
        encoding="utf-8",
    )
    return path


def faulty(music: bytes, chance: random.Random) -> Behaviour:
    """Mostly plays, after a moment; one in six asks to come back at once, one in thirty bills and breaks off."""
    good = plays(music)

    def behave(exchange: Exchange) -> None:
        with exchange.server.lock:
            dice, pause = chance.random(), chance.uniform(0.0, 1.0)
        if dice < 1 / 6:
            exchange.read_all(bill=False)
            exchange.answer(429, b'{"detail": {"message": "busy"}}', "application/json", Retry_After="0")
        elif dice < 1 / 6 + 1 / 30:
            exchange.read_all()
            exchange.reset()
        else:
            exchange.server.release.wait(pause)
            good(exchange)

    return behave


class Worker:
    """A worker in a process of its own."""

    def __init__(self, config: Path, folder: Path, log: Path, *, until_done: bool = False) -> None:
        command = [sys.executable, "-m", "support.jobs_worker", str(config), str(folder)]
        self._log = log.open("ab")
        self.process = subprocess.Popen(
            [*command, *(["--until-done"] if until_done else [])],
            cwd=TESTS, stdout=subprocess.PIPE, stderr=self._log, text=True,
        )  # fmt: skip

    def wait_for(self, word: str) -> None:
        """Wait until it says a word."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.strip() == word:
                return
        raise AssertionError(f"it ended without {word!r}: see the log")

    def kill(self, *, alone: bool = False) -> None:
        """As a power cut: it and everything that it started; `alone`, and what it started outlives it."""
        # Stopped first, so that it starts nothing more.
        os.kill(self.process.pid, signal.SIGSTOP)
        for pid in [] if alone else below(self.process.pid):
            _kill(pid)
        self.process.kill()
        self.process.wait()
        self.close()

    def end(self, seconds: float) -> int:
        """Wait until it ends by itself; its exit code."""
        code = self.process.wait(seconds)
        self.close()
        return code

    def close(self) -> None:
        """Let go of its pipes."""
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._log.close()


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def below(pid: int) -> list[int]:
    """Every process that a process started, and theirs."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = [int(word) for word in task.read_text().split()]
        except OSError:
            continue
        for child in children:
            found += [child, *below(child)]
    return found


@dataclass(frozen=True)
class Outcome:
    """What is true at the end."""

    jobs: dict[str, Job]
    """By the name of the film."""
    billed: Counter[str]
    """How often the server billed each film."""
    placements: dict[str, tuple[str, ...]]
    parked: set[str]
    """Keys of purchases that are parked."""

    @property
    def states(self) -> Counter[str]:
        return Counter(job.state for job in self.jobs.values())


def outcome(config: Path, server: MisbehavingServer) -> Outcome:
    """Everything that was written down, by the programs and by the server."""
    settings = load_settings(config)
    register = Register(open_jobs(jobs_url(settings)))
    jobs = {job.path.stem: job for job in register.jobs(limit=100_000)}
    register.engine.dispose()
    billed: Counter[str] = Counter()
    for seen in server.requests:
        said = dict(seen.fields)
        if seen.billed:
            billed[said["description"]] += 1
    with ledger_of(settings) as ledger:
        placements = {name: ledger.placements(job.facts["key"]) for name, job in jobs.items() if "key" in job.facts}
        parked = {entry.key for entry in ledger.parked()}
    return Outcome(jobs, billed, placements, parked)


def settled(config: Path) -> Callable[[], bool]:
    """Whether every job has ended."""
    settings: Settings = load_settings(config)
    register = Register(open_jobs(jobs_url(settings)))

    def look() -> bool:
        try:
            counts = register.counts()
        finally:
            # Between two looks no connection stays open.
            register.engine.dispose()
        return bool(counts) and not counts.get("waiting") and not counts.get("running")

    return look


def wait_until(true: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait for a condition, for so many seconds at most."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"not within {seconds:g} s: {what}"
        time.sleep(0.1)


def music_clips(project: Path) -> list[Any]:
    """The clips on Cutscore's music tracks of a timeline, read as plain JSON."""
    said = json.loads(project.read_text(encoding="utf-8"))
    tracks = [track for track in said["tracks"]["children"] if str(track["name"]).startswith("Music (Cutscore)")]
    return [item for track in tracks for item in track["children"] if str(item["OTIO_SCHEMA"]).startswith("Clip")]


def check_nothing_lost_or_twice(found: Outcome, films: Sequence[Path]) -> None:
    """No film without a job that ended, none placed or paid for twice, every unknown outcome parked."""
    assert set(found.jobs) == {film.stem for film in films}, "a film without a job"
    assert set(found.states) <= {"done", "parked"}, found.states
    assert {name: n for name, n in found.billed.items() if n > 1} == {}, "paid twice"
    for name, job in found.jobs.items():
        folder = job.path.with_name(f"{name}.cutscore")
        music = sorted(path.name for path in folder.glob("*.wav")) if folder.is_dir() else []
        if job.state == "done":
            assert found.billed[name] == 1, f"{name} has music that nobody sold"
            assert music == [f"{name}_00-00-00-00_v1.wav"], "music twice"
            assert len(music_clips(Path(job.facts["project"]))) == 1, "placed twice"
            assert len(set(found.placements[name])) == len(found.placements[name]), "placed twice"
        else:
            assert music == [], f"{name} is parked and has music"
            assert job.facts["keys"][0] in found.parked
    # A parked purchase may have been billed or not: that is what is unknown.
    assert sum(found.billed.values()) <= found.states["done"] + found.states["parked"]
