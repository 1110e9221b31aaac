"""One job for one piece of music in one place: films dropped twice, renamed, changed, gone, for two projects."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from cutscore.engines import ledger_of
from support.misbehaving_server import Exchange

if TYPE_CHECKING:
    from watchers.jobs.conftest import Studio

pytestmark = pytest.mark.program


def test_a_film_dropped_twice_is_one_job(studio: Studio) -> None:
    """A copy beside it, under another name: paid once, placed once, and the copy says whose music it shares."""
    studio.start()
    first = studio.enqueue(studio.drop("a.mp4"))
    assert studio.wait(first).state == "done"
    second = studio.wait(studio.enqueue(studio.drop("b.mp4")))
    assert (second.state, second.same_as, studio.server.billed) == ("joined", first, 1)
    assert "a.mp4" in second.message
    assert not (studio.watch / "b.cutscore").exists()


def test_copies_that_come_at_once_are_one_job(studio: Studio) -> None:
    """Eight copies in the same moment: one is done, the others join it, and there is one bill."""
    jobs = studio.start()
    names = jobs.enqueue_many([studio.ready(studio.drop(f"copy{n}.mp4")) for n in range(8)])
    states = sorted(studio.wait(name).state for name in names)
    assert states == ["done", *["joined"] * 7]
    assert studio.server.billed == 1


def test_the_same_version_of_a_file_is_the_same_job(studio: Studio) -> None:
    """Enqueued again and again, also after a restart: one name, one job; known by path, size and time."""
    jobs = studio.start()
    path = studio.drop("a.mp4")
    ready = studio.ready(path)
    assert not jobs.known(str(path), ready.size, ready.mtime_ns)
    name = studio.enqueue(path)
    assert studio.enqueue(path) == name
    studio.wait(name)
    studio.stop()
    jobs = studio.start()
    assert studio.enqueue(path) == name
    assert jobs.known(str(path), ready.size, ready.mtime_ns)
    assert jobs.known_many([(str(path), ready.size, ready.mtime_ns), (str(path), ready.size + 1, 0)]) == {
        (str(path), ready.size, ready.mtime_ns)
    }
    assert jobs.counts() == {"done": 1}
    assert studio.server.billed == 1


def test_the_same_film_for_another_place_is_a_second_placement_of_one_purchase(studio: Studio) -> None:
    """Two folders with outputs of their own: two pieces, one bill, one ledger row with both placements."""
    studio.start()
    first = studio.wait(studio.enqueue(studio.drop("a.mp4"), output=studio.root / "one"))
    second = studio.wait(studio.enqueue(studio.drop("a.mp4", into=studio.root / "other"), output=studio.root / "two"))
    assert (first.state, second.state, studio.server.billed) == ("done", "done", 1)
    assert (first.facts["reused"], second.facts["reused"]) == (False, True)
    assert first.facts["key"] == second.facts["key"]
    with ledger_of(studio.settings()) as ledger:
        placed = ledger.placements(first.facts["key"])
    assert {first.facts["project"], second.facts["project"]} <= set(placed)


def test_a_film_whose_music_was_deleted_gets_it_again_for_nothing(studio: Studio) -> None:
    """Dropped again after its results were thrown away: from the store."""
    studio.start()
    studio.wait(studio.enqueue(studio.drop("a.mp4")))
    shutil.rmtree(studio.watch / "a.cutscore")
    again = studio.wait(studio.enqueue(studio.drop("again.mp4")))
    assert (again.state, again.facts["reused"], studio.server.billed) == ("done", True, 1)
    assert (studio.watch / "again.cutscore").is_dir()


def test_a_film_that_is_changed_is_a_job_of_its_own(studio: Studio) -> None:
    """The old version's job says so and asks for nothing; the new version's job makes the music."""
    path = studio.drop("a.mp4")
    old = studio.ready(path)
    path.unlink()
    studio.drop("a.mp4", more=b"\0\0\0\x08free")
    jobs = studio.start()
    replaced = studio.wait(jobs.enqueue(old))
    assert (replaced.state, studio.server.billed) == ("replaced", 0)
    assert studio.wait(studio.enqueue(path)).state == "done"


def test_a_film_that_is_gone_comes_back(studio: Studio) -> None:
    """A share that is not mounted: its job waits; a file that was deleted: it has ended, and comes back with it."""
    jobs = studio.start()
    path = studio.drop("a.mp4")
    ready = studio.ready(path)
    kept = path.rename(studio.root / "kept.mp4")
    name = jobs.enqueue(ready)
    # An empty folder is what is left of a share that went away.
    studio.wait_for(name, lambda job: job.attempt >= 2)
    assert "cannot be read now" in studio.job(name).message
    studio.drop("other.mp4")
    assert studio.wait(name).state == "gone"
    assert not jobs.known(str(path), ready.size, ready.mtime_ns)
    kept.rename(path)
    assert jobs.enqueue(studio.ready(path)) == name
    assert studio.wait(name, "done").state == "done"


def test_whoever_joined_a_job_that_came_to_nothing_is_made_after_all(studio: Studio) -> None:
    """The first fails while its copy counts on it; then the copy asks for itself."""

    def refuses_when_told(exchange: Exchange) -> None:
        exchange.read_all(bill=False)
        exchange.server.release.wait(30)
        exchange.answer(400, b'{"detail": {"message": "too dark"}}', "application/json")

    studio.server.script = [refuses_when_told]
    studio.options["jobs"] = {"attempts": 1}
    studio.start()
    first = studio.enqueue(studio.drop("a.mp4"))
    studio.wait(first, "running")
    second = studio.enqueue(studio.drop("b.mp4"))
    assert studio.wait(second, "joined").same_as == first
    studio.server.release.set()
    failed = studio.wait(first, "failed")
    assert "too dark" in failed.message
    assert studio.wait(second, "done").state == "done"
    assert studio.server.billed == 1
