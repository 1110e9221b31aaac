"""Jobs inside the test's own process, with a real crew, a real database and a server that misbehaves on request."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from cutscore.config import Settings
from cutscore_watchers.jobs import Job, Jobs, ending, feeder, readiness
from cutscore_watchers.jobs import app as jobs_app
from cutscore_watchers.jobs.desk import Desk
from cutscore_watchers.jobs.facts import ENDED
from cutscore_watchers.ready import ReadyFile
from support.films import film
from support.killing import wait_until
from support.misbehaving_server import MisbehavingServer, plays
from support.sounds import encoded


@pytest.fixture(scope="session")
def mp3() -> bytes:
    """A second of a chord."""
    return encoded("mp3_44100_128", 1)


@pytest.fixture(scope="session")
def second_of_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film of one second, 64 × 36."""
    return film(tmp_path_factory.mktemp("films") / "film.mp4", frames=10, rate=Fraction(10), size=(64, 36))


@dataclass
class Studio:
    """A folder with everything in it, and one watcher's jobs at a time."""

    root: Path
    server: MisbehavingServer
    source: Path
    options: dict[str, Any] = field(default_factory=dict)
    jobs: Jobs | None = None

    @property
    def watch(self) -> Path:
        return self.root / "watch"

    def settings(self) -> Settings:
        said: dict[str, Any] = {
            "engine": "studio",
            "engines": {"studio": {"url": self.server.url, "concurrency": 4}},
            "ledger": {"database": f"sqlite:///{self.root / 'ledger.sqlite'}", "store": str(self.root / "store")},
            "watch": [{"path": str(self.watch)}],
            "jobs": {"database": f"sqlite:///{self.root / 'jobs.sqlite'}", "hooks": {"desktop": False}},
        }
        for name, value in self.options.items():
            said[name] = {**said.get(name, {}), **value} if isinstance(value, dict) else value
        return Settings.model_validate(said)

    def start(self) -> Jobs:
        self.jobs = Jobs(self.settings())
        self.jobs.start()
        return self.jobs

    def stop(self, seconds: float = 5.0) -> None:
        if self.jobs is not None:
            self.jobs.stop(seconds)
        self.jobs = None

    def drop(self, name: str, *, into: Path | None = None, more: bytes = b"") -> Path:
        """A film appears in the watched folder."""
        path = (into or self.watch) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.source, path)
        if more:
            with path.open("ab") as file:
                file.write(more)
        return path

    def ready(self, path: Path, **watch: Any) -> ReadyFile:
        facts = path.stat()
        return ReadyFile(path, facts.st_size, facts.st_mtime_ns, self.settings().watch[0].model_copy(update=watch))

    def enqueue(self, path: Path, **watch: Any) -> str:
        assert self.jobs is not None
        return self.jobs.enqueue(self.ready(path, **watch))

    def desk(self) -> Desk:
        return Desk(self.settings())

    def job(self, name: str) -> Job:
        with self.desk() as desk:
            return desk.one(name)

    def wait(self, name: str, *states: str, seconds: float = 60.0) -> Job:
        """Wait until a job is in one of the states; without any, until it has ended."""
        return self.wait_for(name, lambda job: job.state in (states or ENDED), seconds=seconds)

    def wait_for(self, name: str, true: Callable[[Job], bool], seconds: float = 60.0) -> Job:
        """Wait until something is true of a job."""
        found: list[Job] = []

        def look() -> bool:
            found[:] = [self.job(name)]
            return true(found[0])

        try:
            wait_until(look, seconds, "")
        except AssertionError:
            raise AssertionError(f"not within {seconds:g} s; the job is {found}") from None
        return found[0]


@pytest.fixture
def studio(tmp_path: Path, mp3: bytes, second_of_film: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """Looks for work ten times a second instead of once; everything else is as it is."""
    monkeypatch.setattr(jobs_app, "POLL_SECONDS", 0.1)
    monkeypatch.setattr(feeder, "LOOK_SECONDS", 0.1)
    monkeypatch.setattr(ending, "FIRST_DELAY_SECONDS", 0.2)
    monkeypatch.setattr(readiness, "UNREADY_SECONDS", 0.2)
    server = MisbehavingServer(plays(mp3))
    made = Studio(tmp_path, server, second_of_film)
    made.watch.mkdir()
    try:
        yield made
    finally:
        server.release.set()
        made.stop()
        server.close()
