"""A crowd: eight clients at once for two minutes while workers are killed; every answer is right or plainly none."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import pytest

from cutscore_composer.contract import PATH
from support.films import film
from support.served import QUICK, Served
from support.tone_engine import tone

pytestmark = [pytest.mark.program, pytest.mark.slow]

SECONDS = 120
CLIENTS = 8
FRAMES = (5, 25, 50)


def family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found, new = [pid], [pid]
    while new:
        new = [child for one in new for child in children.get(one, [])]
        found += new
    return found


def megabytes(pids: list[int]) -> float:
    """What they hold in memory, shared pages counted once for each that shares them by share."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


class Client(threading.Thread):
    """Asks again and again, and checks every sample of what comes."""

    def __init__(self, url: str, number: int, films: list[Path], over: Callable[[], bool]) -> None:
        super().__init__(daemon=True)
        self.url, self.number, self.films, self.over = url, number, films, over
        self.came: Counter[str] = Counter()
        self.wrong: list[str] = []

    def run(self) -> None:
        """Until it is over."""
        turn = 0
        with httpx.Client(trust_env=False, timeout=60) as connections:
            while not self.over():
                turn += 1
                try:
                    self._ask(connections, turn)
                except httpx.TransportError as error:
                    # What a killed worker had in hand is lost, and its client knows.
                    self.came[type(error).__name__] += 1

    def _ask(self, connections: httpx.Client, turn: int) -> None:
        seed, frames = self.number * 1000 + turn, FRAMES[turn % len(FRAMES)]
        with self.films[turn % len(FRAMES)].open("rb") as opened:
            answer = connections.post(
                self.url + PATH,
                params={"output_format": "pcm_48000"},
                data={"seed": str(seed), "description": f"wait {turn % 3}/20"},
                files={"videos": opened},
            )
        self.came[str(answer.status_code)] += 1
        if answer.status_code == 429:
            assert int(answer.headers["retry-after"]) >= 1
            return
        if answer.status_code != 200:
            self.wrong.append(f"{answer.status_code}: {answer.text[:200]}")
            return
        samples = frames * 48000 // 25
        heard = np.frombuffer(answer.content, "<i2").reshape(-1, 2)
        if len(heard) != samples or np.max(np.abs(heard / 2**15 - tone(seed, samples))) > 4 / 2**15:
            self.wrong.append(f"request {seed} got {len(heard)} samples of something else")


def test_a_crowd_for_two_minutes(tmp_path: Path) -> None:
    """No wrong answer, no file left, memory and handles as after the first quarter, killed workers replaced."""
    if not Path("/proc/self/smaps_rollup").exists():
        pytest.skip("this system does not tell a process's memory as Linux does")
    films = [film(tmp_path / f"{frames}.mp4", frames=frames) for frames in FRAMES]
    with Served(tmp_path / "served", replace(QUICK, workers=2, concurrent=16, compositions=2, queue=32)) as server:
        began = time.monotonic()
        crowd = [Client(server.url, n, films, lambda: time.monotonic() - began > SECONDS) for n in range(CLIENTS)]
        for client in crowd:
            client.start()
        memory: list[float] = []
        handles: list[int] = []
        killed: list[int] = []
        beat = threading.Event()
        while any(client.is_alive() for client in crowd):
            beat.wait(0.5)
            passed = time.monotonic() - began
            if len(killed) < 3 and passed > (len(killed) + 1) * SECONDS / 4:
                killed.append(sorted(server.workers())[len(killed) % 2])
                os.kill(killed[-1], signal.SIGKILL)
            memory.append(megabytes(family(server.process.pid)))
            handles.append(len(list(Path(f"/proc/{server.process.pid}/fd").iterdir())))
        for client in crowd:
            client.join()
        came = sum((client.came for client in crowd), Counter[str]())
        print(dict(came), f"{memory[len(memory) // 4]:.0f} → {memory[-1]:.0f} MB", f"{handles[0]} → {handles[-1]} fds")
        assert [] == [sentence for client in crowd for sentence in client.wrong]
        assert came["200"] > 300
        lost = sum(number for name, number in came.items() if not name.isdigit())
        assert lost <= 3 * CLIENTS, came
        assert not set(killed) & set(server.workers())
        assert 2 == len(server.workers())
        server.eventually(lambda: [] == server.jobs())
        quarter = len(memory) // 4
        # Children come and go with the work: what they hold at most is compared.
        assert max(memory[-quarter:]) < 1.15 * max(memory[quarter : 2 * quarter]) + 20
        assert handles[-1] <= handles[quarter] + 4
        assert 0 == server.stop()
    assert [] == list((tmp_path / "served").iterdir()), "nothing of it lies anywhere when it has stopped"
