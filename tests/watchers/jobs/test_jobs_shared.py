"""Several workers on one PostgreSQL: what a dead one had begun goes on elsewhere, and nothing is done twice."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cutscore.config import load_settings
from cutscore_composer.errors import ConfigError
from cutscore_watchers.jobs import Jobs
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


def test_workers_that_are_thought_dead(database_server: str, tmp_path: Path) -> None:
    """Their locks are taken from them again and again while they work: each takes over what the others are doing."""
    import psycopg

    chance = random.Random(7)
    films = small_films(tmp_path / "watch", 30)
    server = MisbehavingServer(faulty(encoded("mp3_44100_128", 1), chance))
    url = new_database(database_server, "zombies")
    config = written_config(tmp_path / "cutscore.yaml", server, tmp_path / "watch", database=url)
    workers = [Worker(config, tmp_path / "watch", tmp_path / f"log{number}") for number in range(2)]
    taken = 0
    is_settled = settled(config)
    try:
        for worker in workers:
            worker.wait_for("started")
        deadline = time.monotonic() + 90
        with psycopg.connect(url, autocommit=True) as connection:
            while not is_settled():
                assert time.monotonic() < deadline, "not every job ends"
                # The library has a lock of its own, which is not that of a worker.
                held = "SELECT pid FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory'"
                held += " AND query LIKE '%SELECT 1%'"
                for (pid,) in connection.execute(held).fetchall():
                    connection.execute("SELECT pg_terminate_backend(%s)", [pid])
                    taken += 1
                time.sleep(0.3)
        log = "".join((tmp_path / f"log{number}").read_text() for number in range(2))
    finally:
        for worker in workers:
            worker.kill()
        server.close()
    assert taken > 2
    assert "go on here" in log, "nobody was ever thought dead"
    found = outcome(config, server)
    print(f"{found.states}, billed {sum(found.billed.values())}, locks taken {taken} times")
    check_nothing_lost_or_twice(found, films)


def test_a_store_that_the_others_do_not_reach_is_told(database_server: str, tmp_path: Path) -> None:
    """The second machine's folder is another one: one sentence with what to set, before any work."""
    films = small_films(tmp_path / "watch", 1)
    server = MisbehavingServer(faulty(b"", random.Random(1)))
    url = new_database(database_server, "stores")
    (tmp_path / "other").mkdir()
    for folder in (tmp_path, tmp_path / "other"):
        written_config(folder / "cutscore.yaml", server, films[0].parent, database=url)
    try:
        with Jobs(load_settings(tmp_path / "cutscore.yaml")), Jobs(load_settings(tmp_path / "cutscore.yaml")):
            pass
        with pytest.raises(ConfigError, match=r"other/store .* not the one that the other workers .* ledger\.store"):
            Jobs(load_settings(tmp_path / "other" / "cutscore.yaml"))
    finally:
        server.close()
