"""Limits, hooks and put-away of whole jobs, and a crew member that is killed."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from support.killing import below, wait_until
from support.misbehaving_server import Exchange, answers

if TYPE_CHECKING:
    from watchers.jobs.conftest import Studio

pytestmark = pytest.mark.program


def test_no_more_at_once_than_the_server_allows(studio: Studio, mp3: bytes) -> None:
    """Two at a time of six, counted at the server; and both places are used."""
    at_once: list[int] = []
    present = 0
    lock = threading.Lock()

    def counts(exchange: Exchange) -> None:
        nonlocal present
        exchange.read_all()
        with lock:
            present += 1
            at_once.append(present)
        exchange.server.release.wait(0.5)
        with lock:
            present -= 1
        exchange.answer(200, mp3, "audio/mpeg")

    studio.server.usual = counts
    studio.options["engines"] = {"studio": {"url": studio.server.url, "concurrency": 2}}
    jobs = studio.start()
    films = [studio.ready(studio.drop(f"{n}.mp4"), description=f"film {n}") for n in range(6)]
    for name in jobs.enqueue_many(films):
        assert studio.wait(name).state == "done"
    assert max(at_once) == 2


def test_no_more_in_a_minute_than_the_server_allows(studio: Studio) -> None:
    """Two of four begin; the others wait for the next minute."""
    studio.options["engines"] = {"studio": {"url": studio.server.url, "concurrency": 4, "calls_a_minute": 2}}
    jobs = studio.start()
    films = [studio.ready(studio.drop(f"{n}.mp4"), description=f"film {n}") for n in range(4)]
    jobs.enqueue_many(films)
    wait_until(lambda: jobs.counts().get("done", 0) >= 2, 60, "two are done")
    threading.Event().wait(1.5)
    assert jobs.counts() == {"done": 2, "waiting": 2}
    assert len(studio.server.requests) == 2


def test_hooks_run_and_the_source_is_put_away(studio: Studio) -> None:
    """on_done with the facts of the job, then the film goes to its dated folder; both stand in the job."""
    told = studio.root / "told.json"
    program = f"import sys, time; time.sleep(2); open({str(told)!r}, 'w').write(sys.stdin.read()); print('told')"
    studio.options["jobs"] = {"hooks": {"desktop": False, "on_done": [sys.executable, "-c", program]}}
    studio.options["watch"] = [{"path": str(studio.watch), "source": "move"}]
    studio.start()
    path = studio.drop("a.mp4")
    name = studio.enqueue(path)
    assert studio.jobs is not None
    jobs = studio.jobs
    wait_until(lambda: jobs.open == 0, 60, "the job ends")
    # Whoever waits for the jobs to end waits for their hooks too.
    done = studio.job(name)
    assert "moved_to" in done.facts
    facts = json.loads(told.read_text())
    assert (facts["state"], facts["music"], facts["source"]) == ("done", done.facts["music"], str(path))
    assert [(said["hook"], said["output"]) for said in done.facts["hooks"]] == [("on_done", "told\n")]
    moved = studio.root / done.facts["moved_to"]
    assert moved.is_file()
    assert not path.exists()
    assert moved.read_bytes() == studio.source.read_bytes()


def test_a_hook_of_a_failed_job(studio: Studio) -> None:
    """on_failed gets the reason; the job stays failed, whatever the hook does."""
    told = studio.root / "told.txt"
    program = f"import os; open({str(told)!r}, 'w').write(os.environ['CUTSCORE_MESSAGE']); raise SystemExit(1)"
    studio.options["jobs"] = {"attempts": 1, "hooks": {"desktop": False, "on_failed": [sys.executable, "-c", program]}}
    studio.start()
    studio.server.script = [answers(400, {"detail": {"message": "too dark"}}, bill=False)]
    name = studio.enqueue(studio.drop("a.mp4"))
    failed = studio.wait_for(name, lambda job: "hooks" in job.facts)
    assert failed.state == "failed"
    assert told.read_text() == failed.message
    assert not failed.facts["hooks"][0]["ok"]


def test_a_crew_member_that_is_killed(studio: Studio) -> None:
    """As the system does when memory runs out: the attempt failed, and the next one makes the music."""
    from support.films import film

    studio.options["engine"] = "local"
    studio.source = film(studio.root / "long.mp4", frames=150, cuts=(60, 100), size=(64, 36))
    jobs = studio.start()
    name = studio.enqueue(studio.drop("a.mp4"))
    studio.wait_for(name, lambda job: job.state == "running" and job.stage not in ("", "read"))
    children = below(os.getpid())
    assert children
    for child in children:
        os.kill(child, signal.SIGKILL)
    waits = studio.wait_for(name, lambda job: job.attempt == 2)
    assert waits.tries == 1
    assert "ended by signal 9" in waits.message or waits.state != "waiting"
    assert studio.wait(name, "done", seconds=120).attempt == 2
    assert jobs.counts() == {"done": 1}
