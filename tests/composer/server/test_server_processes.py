"""The server's processes: killed, stopped, started again; nothing is left and nobody gets a wrong answer."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import pytest

from support.served import QUICK, Served
from support.tone_engine import tone

pytestmark = [
    pytest.mark.program,  # a server of several processes is started and stopped for each
    pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals"),
]

PCM = {"output_format": "pcm_48000"}


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Served]:
    """A server of two workers."""
    with Served(tmp_path / "two", replace(QUICK, workers=2)) as running:
        running.eventually(lambda: len(running.workers()) == 2)
        yield running


def heard(said: httpx.Response) -> bool:
    """Whether an answer is the tone of its own seed."""
    samples = np.frombuffer(said.content, "<i2").reshape(-1, 2) / 32768
    return bool(np.abs(samples - tone(int(said.headers["seed"]), len(samples))).max() < 3 / 32768)


def test_a_killed_worker_is_replaced_and_leaves_nothing(two: Served, small: Path) -> None:
    """kill -9 in the middle of a piece: its client sees the connection end, another worker is started, its
    children are gone, what it had on disk too, and its place is free again."""
    with ThreadPoolExecutor(1) as pool:
        broken = pool.submit(two.post, small, description="hang")
        two.eventually(lambda: bool(two.jobs()))
        worker = int(two.jobs()[0].parent.name.split("-")[1])
        os.kill(worker, signal.SIGKILL)
        with pytest.raises(httpx.TransportError):
            broken.result(30)
    two.eventually(lambda: len(two.workers()) == 2 and worker not in two.workers())
    assert [] == two.jobs()
    answers = [two.post(small, query=PCM) for _ in range(4)]
    assert [200] * 4 == [said.status_code for said in answers]
    assert all(map(heard, answers))
    assert {"status": "ok", "composing": 0, "waiting": 0} == two.client.get("/health").json()
    assert "cutscore_workers_started_total 3" in two.client.get("/metrics").text


def test_a_killed_child_costs_its_own_request_alone(tmp_path: Path, small: Path) -> None:
    """The child that composes is killed: 500 for that one; the next gets its music."""
    with Served(tmp_path / "s", QUICK) as served, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(served.post, small, description="hang")
        served.eventually(lambda: served.client.get("/health").json()["composing"] == 1)
        # Which of the children it is, is nobody's business: all are killed.
        for child in children_of(served.process.pid):
            os.kill(child, signal.SIGKILL)
        said = asked.result(30)
        assert (500, "internal_error") == (said.status_code, said.json()["detail"]["status"])
        assert heard(served.post(small, query=PCM))
        served.eventually(lambda: [] == served.jobs())


def children_of(pid: int) -> list[int]:
    """Child processes (Linux)."""
    if not Path("/proc/self/task").exists():
        pytest.skip("this system does not tell children")
    return [
        int(child)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for child in (task / "children").read_text().split()
    ]  # fmt: skip


def running(pid: int) -> bool:
    """Whether there is such a process that is not dead already."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("workers", [1, 2])
def test_stopping_lets_a_piece_end_and_leaves_nothing(tmp_path: Path, small: Path, workers: int) -> None:
    """SIGTERM: who waits for music still gets it; then no file and no child is left."""
    with Served(tmp_path / "s", replace(QUICK, workers=workers)) as served, ThreadPoolExecutor(1) as pool:
        served.eventually(lambda: len(served.workers()) == workers)
        asked = pool.submit(served.post, small, description="wait 1", query=PCM)
        served.eventually(lambda: served.client.get("/health").json()["composing"] == 1)
        children = children_of(served.process.pid)
        assert 0 == served.stop()
        said = asked.result()
        assert (200, True) == (said.status_code, heard(said))
        assert [] == list(served.root.iterdir())
        served.eventually(lambda: not any(map(running, children)))


def test_stopping_has_its_limit(tmp_path: Path, small: Path) -> None:
    """A piece that takes longer than the server may take to stop is given up; nothing is left."""
    with Served(tmp_path / "s", replace(QUICK, stop_seconds=1.0)) as served, ThreadPoolExecutor(1) as pool:
        asked = pool.submit(served.post, small, description="hang")
        served.eventually(lambda: served.client.get("/health").json()["composing"] == 1)
        assert 0 == served.stop()
        assert [] == list(served.root.iterdir())
        with pytest.raises((httpx.TransportError, AssertionError)):
            assert 200 == asked.result().status_code


def test_a_killed_server_s_leftovers_are_cleared_at_the_next_start(tmp_path: Path, small: Path) -> None:
    """kill -9 of the process that was started, with workers: they end by themselves, the next start clears up; a
    server that still runs in the same folder keeps what is its own, and so do strangers."""
    root = tmp_path / "shared"
    with Served(root, replace(QUICK, workers=2, stop_seconds=1.0)) as first, Served(root, QUICK) as bystander:
        first.eventually(lambda: len(first.workers()) == 3)
        (root / "stranger").mkdir()
        workers = children_of(first.process.pid)
        with ThreadPoolExecutor(1) as pool:
            asked = pool.submit(first.post, small, description="hang")
            first.eventually(lambda: bool(first.jobs()))
            os.kill(first.process.pid, signal.SIGKILL)
            first.eventually(lambda: not any(map(running, workers)), seconds=60)
            assert asked.exception() is not None or asked.result().status_code != 200
        assert 2 == len(list(root.glob("cutscore-serve-*")))
        with Served(root, QUICK) as again:
            assert heard(again.post(small, query=PCM))
            assert heard(bystander.post(small, query=PCM))
            assert 2 == len(list(root.glob("cutscore-serve-*")))
            assert {"stranger"} == {path.name for path in root.iterdir() if not path.name.startswith("cutscore-serve-")}


def test_workers_count_together(two: Served, small: Path) -> None:
    """Places and counters are those of the machine, whichever worker is asked."""
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: two.post(small, description="wait 1/5", query=PCM), range(4)))
        assert [200] * 4 == [said.status_code for said in answers]
        assert all(map(heard, answers))
        assert {"1", "2", "3", "4"} >= {said.headers["current-concurrent-requests"] for said in answers}
    two.eventually(lambda: 'cutscore_requests_total{status="200"} 4' in two.client.get("/metrics").text)
