"""Places, leftovers and cue files: what the processes of a machine share as files."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cutscore_composer.server.counters import Counters
from cutscore_composer.server.cue_shelf import CueShelf
from cutscore_composer.server.file_lock import take
from cutscore_composer.server.grounds import server_ground, worker_ground
from cutscore_composer.server.places import Entry, Places

HOLDER = """
import sys
from pathlib import Path
from cutscore_composer.server.places import Places
places = Places(Path(sys.argv[1]), composing=1, queue=5)
entry = places.enter("a", 4)
ticket = places.ticket()
place = places.first_in_line(ticket)
print(place is not None, flush=True)
sys.stdin.read()
"""


def entered(places: Places, key: str, most: int) -> Entry:
    found = places.enter(key, most)
    assert isinstance(found, Entry)
    return found


def test_places_are_counted_over_processes_and_free_when_one_dies(tmp_path: Path) -> None:
    """Another process holds one of each; killed, it holds nothing."""
    places = Places(tmp_path, composing=1, queue=5)
    other = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert other.stdout
        assert other.stdout.readline().strip() == b"True"
        counts = places.counts()
        assert (1, 1, 1) == (counts.open, counts.composing, counts.waiting)
        mine = entered(places, "a", 2)
        assert 2 == mine.current
        assert "key" == places.enter("a", 2)
        assert places.first_in_line(places.ticket()) is None
    finally:
        other.kill()
        other.communicate()
    assert 1 == places.counts().open
    mine.leave()
    assert 0 == places.counts().open


def test_who_came_first_composes_first(tmp_path: Path) -> None:
    """In the order of their tickets, one at a time; who goes away is passed over."""
    places = Places(tmp_path, composing=1, queue=9)
    order: list[int] = []

    async def piece(number: int) -> None:
        entry = entered(places, "a", 9)
        try:
            await entry.turn()
            order.append(number)
            assert 1 == places.counts().composing
            await asyncio.sleep(0)
        finally:
            entry.leave()

    async def all_of_them() -> None:
        first = entered(places, "a", 9)
        await first.turn()
        tasks = []
        for number in range(5):
            tasks.append(asyncio.create_task(piece(number)))
            while places.counts().waiting <= number:
                await asyncio.sleep(0)
        tasks[2].cancel()
        first.leave()
        await asyncio.gather(*tasks, return_exceptions=True)

    asyncio.run(all_of_them())
    assert [0, 1, 3, 4] == order
    assert 0 == places.counts().open


def test_a_full_machine_is_another_reason_than_a_full_key(tmp_path: Path) -> None:
    """With composing + queue requests open, no key gets in; each key has its own count."""
    places = Places(tmp_path, composing=1, queue=1)
    first, second = entered(places, "a", 9), entered(places, "b", 1)
    assert (1, 1) == (first.current, second.current)
    assert ("machine", "key") == (places.enter("c", 9), places.enter("b", 1))
    first.leave()
    assert isinstance(places.enter("c", 9), Entry)


def test_leftovers_are_those_whose_process_is_gone(tmp_path: Path) -> None:
    """A new server removes the folder of a dead one; not a living one's, not a stranger's, nor a link's target."""
    living = server_ground(tmp_path)
    dead = tmp_path / "cutscore-serve-1-dead"
    (dead / "workers" / "worker-9" / "job-x").mkdir(parents=True)
    (dead / "workers" / "worker-9" / "job-x" / "video0.mp4").write_bytes(b"x")
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "film.mov").write_bytes(b"x")
    (dead / "link").symlink_to(precious)
    (tmp_path / "cutscore-serve-2-trap").symlink_to(precious)
    new = server_ground(tmp_path)
    (tmp_path / "cutscore-serve-2-trap").unlink()
    assert {living.folder.name, new.folder.name, "precious"} == {path.name for path in tmp_path.iterdir()}
    assert ["film.mov"] == [path.name for path in precious.iterdir()]
    worker = worker_ground(new.folder)
    leftover = new.folder / "workers" / "worker-1-dead"
    leftover.mkdir()
    worker_ground(new.folder)
    assert not leftover.exists()
    assert worker.folder.exists()
    living.close()
    new.close()
    assert ["precious"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.skipif(os.name == "nt", reason="rights are lists there")
def test_folders_are_for_the_server_alone(tmp_path: Path) -> None:
    """Nobody else on the machine reads what clients send."""
    ground = server_ground(tmp_path)
    assert 0o700 == ground.folder.stat().st_mode & 0o777
    ground.close()


def test_a_lock_is_held_by_one(tmp_path: Path) -> None:
    """Until it is released; a released one may be released again."""
    first = take(tmp_path / "lock")
    assert first is not None
    assert take(tmp_path / "lock") is None
    first.release()
    first.release()
    second = take(tmp_path / "lock")
    assert second is not None
    second.release(remove=True)
    assert [] == list(tmp_path.iterdir())


def test_cue_files_are_for_their_owner_and_for_a_while(tmp_path: Path) -> None:
    """What is too old is not given and removed; a song-id that is a path is none."""
    shelf = CueShelf(tmp_path / "cues", seconds=100)
    (tmp_path / "cues").mkdir()
    (tmp_path / "secret.json").write_text("{}")
    cue = tmp_path / "cue.json"
    cue.write_text('{"a": 1}')
    song = "A" * 20
    shelf.keep(song, "owner", cue)
    found = shelf.find(song, "owner")
    assert found is not None
    assert '{"a": 1}' == found.read_text()
    for asked in (("B" * 20, "owner"), (song, "other"), ("../secret", "owner"), (f"../cues/{song}", "owner")):
        assert shelf.find(*asked) is None
    old = time.time() - 101
    os.utime(found, (old, old))
    assert shelf.find(song, "owner") is None
    shelf.keep("C" * 20, "owner", cue)
    assert not found.exists()


def test_counters_are_the_sum_of_all_workers(tmp_path: Path) -> None:
    """Labels apart, in the text format of Prometheus; what a worker that is gone had counted stays."""
    one, two = Counters(tmp_path), Counters(tmp_path)
    one.add("cutscore_requests_total", labels='status="200"')
    two.add("cutscore_requests_total", labels='status="200"')
    two.add("cutscore_requests_total", labels='status="422"')
    two.add("cutscore_sent_bytes_total", 2.5e9)
    one.save()
    two.save()
    lines = Counters(tmp_path).text({"cutscore_waiting": ("Waiting.", 3)}).splitlines()
    for wanted in (
        'cutscore_requests_total{status="200"} 2', 'cutscore_requests_total{status="422"} 1',
        "cutscore_sent_bytes_total 2500000000", "cutscore_waiting 3", "# TYPE cutscore_requests_total counter",
        "cutscore_received_bytes_total 0", "# TYPE cutscore_waiting gauge",
    ):  # fmt: skip
        assert wanted in lines
