"""kill -9 of real workers at random moments, and a server that misbehaves: nothing lost, placed or paid twice."""

from __future__ import annotations

import random
import time
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
from support.sounds import encoded

JOBS, KILLS = 200, 20


@pytest.mark.program
def test_twenty_kills_of_two_hundred_jobs(tmp_path: Path) -> None:
    """At random moments, now with all that it started, now alone: every film ends done or parked, once at most."""
    chance = random.Random(20)
    films = small_films(tmp_path / "watch", JOBS)
    server = MisbehavingServer(faulty(encoded("mp3_44100_128", 1), chance))
    config = written_config(tmp_path / "cutscore.yaml", server, tmp_path / "watch")
    try:
        for number in range(KILLS):
            worker = Worker(config, tmp_path / "watch", tmp_path / "log")
            worker.wait_for("started")
            if number % 5:
                # In the midst of its work, whatever else this machine does: so many calls from now, and a moment.
                enough = len(server.requests) + chance.randint(1, 10)
                wait_until(lambda enough=enough: len(server.requests) >= enough, 60, "the server is asked")
            time.sleep(chance.uniform(0.0, 0.8))
            worker.kill(alone=number % 4 == 3)
        worker = Worker(config, tmp_path / "watch", tmp_path / "log")
        wait_until(settled(config), 120, "every job ends")
        worker.kill()
    finally:
        server.close()
    found = outcome(config, server)
    print(f"{found.states}, billed {sum(found.billed.values())}, asked {len(server.requests)} times")
    check_nothing_lost_or_twice(found, films)
    assert found.states["done"] > JOBS / 2
    # More is not known of than the server broke off: kills hit calls that were under way.
    broken = sum(1 for seen in server.requests if seen.broken)
    assert found.states["parked"] > broken
