"""Several workers on one PostgreSQL: what a dead one had begun goes on elsewhere, and nothing is done twice."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.killing import (
    Worker,
    check_nothing_lost_or_twice,
    faulty,
    outcome,
    settled,
    small_films,
    wait_until,
    written_config,
)
from support.misbehaving_server import MisbehavingServer
from support.postgresql import new_database, postgresql
from support.sounds import encoded

pytestmark = pytest.mark.program


@pytest.fixture(scope="module")
def database_server() -> Iterator[str]:
    """A PostgreSQL for this file."""
    with postgresql() as url:
        yield url


@pytest.mark.parametrize("count", [2, 3])
def test_one_of_several_workers_is_killed(count: int, database_server: str, tmp_path: Path) -> None:
    """All but one are killed in mid-work, one after another; the last one ends everything by itself."""
    chance = random.Random(count)
    films = small_films(tmp_path / "watch", 30)
    server = MisbehavingServer(faulty(encoded("mp3_44100_128", 1), chance))
    url = new_database(database_server, f"killed{count}")
    config = written_config(tmp_path / "cutscore.yaml", server, tmp_path / "watch", database=url)
    workers: list[Worker] = []
    try:
        for number in range(count):
            workers.append(Worker(config, tmp_path / "watch", tmp_path / f"log{number}"))
        for worker in workers:
            worker.wait_for("started")
        for worker in workers[:-1]:
            before = len(server.requests)
            wait_until(lambda before=before: len(server.requests) > before + 2, 60, "the server is asked")
            time.sleep(chance.uniform(0.0, 0.5))
            worker.kill()
        wait_until(settled(config), 90, "every job ends")
        workers[-1].kill()
    finally:
        server.close()
        for worker in workers:
            if worker.process.poll() is None:
                worker.kill()
    found = outcome(config, server)
    print(f"{found.states}, billed {sum(found.billed.values())}, asked {len(server.requests)} times")
    check_nothing_lost_or_twice(found, films)
