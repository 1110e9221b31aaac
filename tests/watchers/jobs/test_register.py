"""The register: every step compared and set, whoever takes it and when; what is known, due, forgotten."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from cutscore_composer.errors import ConfigError
from cutscore_watchers.jobs.database import jobs_url, open_jobs
from cutscore_watchers.jobs.facts import ENDED, OPEN, STATES, Ending, Job
from cutscore_watchers.jobs.housekeeping import prune
from cutscore_watchers.jobs.register import Register, new_job, read, written
from cutscore_watchers.jobs.tables import JOBS, agreed


def memory() -> Register:
    """A register in memory, one connection for all."""
    from cutscore_watchers.jobs.tables import make_tables

    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool, connect_args={"check_same_thread": False})
    make_tables(engine)
    return Register(engine)


@pytest.fixture
def register() -> Iterator[Register]:
    """An empty one."""
    with memory() as made:
        yield made


def job(name: str = "a", size: int = 10, queue: str = "engine local", path: Path | None = None) -> Job:
    return new_job(name, path or Path(f"/films/{name}.mp4"), size, 1, queue=queue, engine="local", wanted={})


class Lives(RuleBasedStateMachine):
    """Attempts that begin, end, are taken over and wake up late, with a model that knows nothing of SQL."""

    @initialize()
    def open(self) -> None:
        self.register = memory()
        self.register.add([job()])
        self.state, self.attempt, self.cancelled = "waiting", 1, False
        self.tries = 0

    def teardown(self) -> None:
        self.register.engine.dispose()

    @rule(attempt=st.integers(1, 6))
    def at_stage(self, attempt: int) -> None:
        mine = attempt == self.attempt and self.state in OPEN and not self.cancelled
        assert self.register.at_stage("a", attempt, "mix", 0.5) == mine
        if mine:
            self.state = "running"

    @rule(attempt=st.integers(1, 6), state=st.sampled_from([*ENDED, "waiting"]))
    def end(self, attempt: int, state: str) -> None:
        mine = attempt == self.attempt and self.state in OPEN
        counts = "tries" if state in ("waiting", "failed") else ""
        ending = Ending(state, "said", {"n": attempt}, delay_seconds=0.0, counts=counts)  # type: ignore[arg-type]
        assert self.register.end("a", attempt, ending) == mine
        if mine:
            self.state = state
            self.tries += bool(counts)
            self.attempt += state == "waiting"

    @precondition(lambda self: self.state == "gone")
    @rule()
    def comes_back(self) -> None:
        self.register.add([job()])
        self.state, self.attempt, self.tries = "waiting", self.attempt + 1, 0

    @precondition(lambda self: self.state != "gone")
    @rule()
    def is_seen_again(self) -> None:
        self.register.add([job()])

    @invariant()
    def the_register_says_what_is_so(self) -> None:
        if not hasattr(self, "register"):
            return
        found = self.register.job("a")
        assert found is not None
        assert (self.state, self.attempt, self.tries) == (found.state, found.attempt, found.tries)
        assert self.register.known("/films/a.mp4", 10, 1) == (self.state != "gone")
        due = [(name, attempt) for name, attempt, _, _ in self.register.due({}, 5)]
        assert due == ([("a", self.attempt)] if self.state == "waiting" else [])


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)


def test_one_of_many_endings_counts(tmp_path: Path) -> None:
    """Sixteen threads end the same attempt in a real file: one does."""
    with Register(open_jobs(sa.make_url(f"sqlite:///{tmp_path / 'j.sqlite'}"))) as register:
        register.add([job()])
        said: list[bool] = []
        threads = [
            threading.Thread(target=lambda: said.append(register.end("a", 1, Ending("waiting", "x", counts="tries"))))
            for _ in range(16)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = register.job("a")
        assert found is not None
        assert (1, 2, 1) == (said.count(True), found.attempt, found.tries)
        assert len(register.history("a")) == 1


def test_one_of_many_has_an_identity(tmp_path: Path) -> None:
    """Sixteen threads claim the same music and place: all hear of the same one; it can be taken over by name only."""
    with Register(open_jobs(sa.make_url(f"sqlite:///{tmp_path / 'j.sqlite'}"))) as register:
        heard: list[str] = []
        threads = [
            threading.Thread(target=lambda n=n: heard.append(register.claim_identity("i", f"job{n}")))
            for n in range(16)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(set(heard)) == 1
        assert register.claim_identity("i", "late", "nobody") == heard[0]
        assert register.claim_identity("i", "late", heard[0]) == "late"


def test_what_is_due_small_first_and_no_more_than_there_is_room(register: Register) -> None:
    """Of each queue by itself; an attempt that was given counts until it has ended."""
    big, small = job("big", 500_000_000), job("small", 10)
    other = job("other", 10, "engine studio")
    register.add([big, small, other])
    assert [row[0] for row in register.due({"engine local": 1}, 1)] == ["small", "other"]
    register.handed([("small", 1), ("other", 1)])
    assert register.due({"engine local": 1}, 1) == []
    assert [row[0] for row in register.due({"engine local": 2}, 1)] == ["big"]
    assert register.end("small", 1, Ending("done"))
    assert [row[0] for row in register.due({"engine local": 1}, 1)] == ["big"]


def test_a_large_film_is_not_left_for_ever(register: Register) -> None:
    """Three gigabytes wait behind what came in the same hour, not behind what comes the day after."""
    register.add([job("large", 3_000_000_000)])
    with register.begin() as connection:
        connection.execute(sa.update(JOBS).values(rank=JOBS.c.rank - 86_400))
    register.add([job("small", 10)])
    assert [row[0] for row in register.due({}, 2)] == ["large", "small"]


@pytest.mark.parametrize("set_back", [0.0, 100_000.0])
def test_a_wait_ends_also_when_the_clock_is_set_back(
    set_back: float, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not before its time; but a clock that was set back by a day does not make it a day longer."""
    register.add([job()])
    register.end("a", 1, Ending("waiting", "busy", delay_seconds=60.0))
    real = time.time
    assert register.due({}, 1) == []
    monkeypatch.setattr("cutscore_watchers.jobs.register.time.time", lambda: real() - set_back)
    assert bool(register.due({}, 1)) == (set_back > 0)
    monkeypatch.setattr("cutscore_watchers.jobs.register.time.time", lambda: real() + 61)
    assert [row[:2] for row in register.due({}, 1)] == [("a", 2)]


def test_facts_are_laid_over_one_another(register: Register) -> None:
    """What an ending brings is added; what a later step learns too; of another attempt nothing."""
    register.add([job()])
    register.end("a", 1, Ending("done", "well", {"music": "m", "warnings": ["w"]}))
    register.learn("a", 1, {"hooks": [{"hook": "x", "message": "y", "ok": True}]})
    register.learn("a", 2, {"music": "other"})
    found = register.job("a")
    assert found is not None
    assert {"music": "m", "warnings": ["w"], "hooks": [{"hook": "x", "message": "y", "ok": True}]} == dict(found.facts)
    report = found.report()
    assert ("done", "m", ["w"], str(Path("/films/a.mp4"))) == (
        report["state"], report["music"], report["warnings"], report["source"],
    )  # fmt: skip


@pytest.mark.skipif(os.name == "nt", reason="names of arbitrary bytes exist on POSIX only")
@pytest.mark.parametrize("raw", [b"/films/bad\xff.mp4", "/films/ü 映画 🎬.mp4".encode(), b"/films/two\nlines.mp4"])
def test_names_of_all_kinds_come_back(raw: bytes, register: Register) -> None:
    """Bytes that are no text too: written down, found, known."""
    path = Path(os.fsdecode(raw))
    assert read(written(str(path))) == str(path)
    register.add([job(path=path)])
    found = register.job("a")
    assert found is not None
    assert found.path == path
    assert register.known(str(path), 10, 1)
    assert not register.known(str(path), 11, 1)


def test_a_hundred_thousand_old_files_are_known_at_once(tmp_path: Path) -> None:
    """They are asked for in one go; only those of the same size and time are known."""
    with Register(open_jobs(sa.make_url(f"sqlite:///{tmp_path / 'j.sqlite'}"))) as register:
        count = 20_000
        register.add([job(f"{n:05d}") for n in range(count)])
        rows = [(str(Path(f"/films/{n:05d}.mp4")), 10, 1 + n % 2) for n in range(count)]
        before = time.process_time()
        found = register.known_many(rows)
        assert {row for row in rows if row[2] == 1} == found
        assert time.process_time() - before < 2.0


def test_twelve_thousand_at_once_are_written_in_one_go(tmp_path: Path) -> None:
    """One transaction: seconds, not minutes; and once more changes nothing."""
    with Register(open_jobs(sa.make_url(f"sqlite:///{tmp_path / 'j.sqlite'}"))) as register:
        jobs = [job(f"{n:05d}") for n in range(12_000)]
        before = time.process_time()
        register.add(jobs)
        assert time.process_time() - before < 5.0
        register.add(jobs[:5])
        assert {"waiting": 12_000} == register.counts()


def test_pruning_forgets_what_ended_long_ago_but_not_that_a_film_was_seen(tmp_path: Path, register: Register) -> None:
    """A film that lies there keeps its row; one that was deleted loses it; parked, failed and fresh ones stay."""
    there, gone, fresh = tmp_path / "there.mp4", tmp_path / "gone.mp4", tmp_path / "fresh.mp4"
    there.touch()
    away = tmp_path / "share" / "away.mp4"
    away.parent.mkdir()
    register.add([job("there", path=there), job("gone", path=gone), job("fresh", path=fresh), job("away", path=away)])
    register.add([job("parked", path=tmp_path / "p.mp4"), job("failed", path=tmp_path / "f.mp4")])
    for name in ("there", "gone", "away"):
        register.claim_identity(f"identity of {name}", name)
    endings = {"there": "done", "gone": "done", "away": "done", "fresh": "done", "parked": "parked", "failed": "failed"}
    for name, state in endings.items():
        register.end(name, 1, Ending(state, "said", {"music": "m", "hooks": [1]}))  # type: ignore[arg-type]
    with register.begin() as connection:
        old = sa.update(JOBS).where(JOBS.c.id != "fresh").values(changed_at="2020-01-01T00:00:00.000000+00:00")
        connection.execute(old)
    assert {("there", 1), ("gone", 1), ("away", 1)} == set(prune(register, 30))
    assert prune(register, 30) == []
    assert {"there", "away", "fresh", "parked", "failed"} == {found.id for found in register.jobs()}
    kept = register.job("there")
    assert kept is not None
    assert (dict(kept.facts), kept.state) == ({"music": "m"}, "done")
    assert register.known(str(there), 10, 1)
    # Of a share that is not mounted, an empty folder is left: that its film was seen is not forgotten.
    assert register.known(str(away), 10, 1)
    assert not register.known(str(gone), 10, 1)


def test_all_workers_agree_on_the_first_proposal(register: Register) -> None:
    """Whoever proposes later gets what is there."""
    assert agreed(register.engine, "store", "one") == "one"
    assert agreed(register.engine, "store", "two") == "one"


def test_tables_of_a_newer_program_are_left_alone(tmp_path: Path) -> None:
    """One sentence; nothing is changed."""
    url = sa.make_url(f"sqlite:///{tmp_path / 'j.sqlite'}")
    engine = open_jobs(url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE cutscore_jobs_about SET value = '2' WHERE name = 'schema'"))
    engine.dispose()
    with pytest.raises(ConfigError, match="a newer Cutscore made them"):
        open_jobs(url)


@pytest.mark.parametrize("database", ["nonsense", "mysql://me:pw_secret@host/x", "sqlite://", "postgresql://host"])
def test_a_database_that_cannot_be_used_is_one_sentence(database: str) -> None:
    """ConfigError without the URL's password."""
    from cutscore.config import Settings

    with pytest.raises(ConfigError, match=r"jobs\.database") as caught:
        jobs_url(Settings.model_validate({"jobs": {"database": database}}))
    assert "pw_secret" not in str(caught.value)


def test_states_are_open_or_ended() -> None:
    """Every state is one of both."""
    assert sorted(STATES) == sorted({*OPEN, *ENDED})
    assert not set(OPEN) & set(ENDED)
    assert replace(job(), state="done").state in ENDED
