"""`cutscore jobs`: what a person is told, what a script gets, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from cutscore.cli.main import run
from cutscore_watchers.jobs.database import open_jobs
from cutscore_watchers.jobs.facts import Ending, State
from cutscore_watchers.jobs.register import Register, new_job
from support.command import Ran

Command = Callable[..., Ran]


@pytest.fixture
def cutscore(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The command in a folder with a configuration."""
    database = tmp_path / "jobs.sqlite"
    (tmp_path / "cutscore.yaml").write_text(f"jobs: {{database: 'sqlite:///{database.as_posix()}'}}\n")
    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> Ran:
        code = run(list(arguments))
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return call


def written(folder: Path, *jobs: tuple[str, State]) -> None:
    """Jobs of these names, in these states."""
    with Register(open_jobs(sa.make_url(f"sqlite:///{folder / 'jobs.sqlite'}"))) as register:
        for name, state in jobs:
            film = folder / f"{name}\x1b[31m.mp4"
            register.add([new_job(name, film, 10, 1, queue="engine local", engine="local", wanted={})])
            if state != "waiting":
                facts = {"music": str(folder / "m.wav"), "project": "p.otio", "warnings": ["look at it"], "how": "name"}
                register.end(name, 1, Ending(state, f"it is {state}", facts))


def test_an_empty_home_has_no_jobs(cutscore: Command) -> None:
    """Nothing was ever dropped."""
    assert cutscore("jobs", "list").out == "There are no jobs yet.\n"
    assert cutscore("jobs", "list", "--json").json == {"counts": {}, "jobs": []}


def test_jobs_are_listed(cutscore: Command, tmp_path: Path) -> None:
    """The latest changed first, with how many there are of each; by state; names that cannot take over a terminal."""
    written(tmp_path, ("aaaa1111", "done"), ("bbbb2222", "failed"), ("cccc3333", "waiting"))
    said = cutscore("jobs", "list").out.splitlines()
    assert [line[:8] for line in said if line[0] != " "][:3] == ["cccc3333", "bbbb2222", "aaaa1111"]
    assert "1 waiting, 1 done, 1 failed" in said[-1]
    assert "it is failed" in "\n".join(said)
    assert "\x1b" not in "".join(said)
    found = cutscore("jobs", "list", "--state", "failed", "--json").json
    assert ["bbbb2222"] == [job["job"] for job in found["jobs"]]
    wrong = cutscore("jobs", "list", "--state", "lost")
    assert (3, 1) == (wrong.code, wrong.err.count("\n"))
    assert "There is no state 'lost'" in wrong.err


def test_a_job_is_shown(cutscore: Command, tmp_path: Path) -> None:
    """By the beginning of its name: where its music is, what was said, how its attempts ended."""
    written(tmp_path, ("aaaa1111", "done"), ("aaaa2222", "failed"))
    said = cutscore("jobs", "show", "AAAA1").out
    assert f"music        {tmp_path / 'm.wav'}" in said
    assert "warnings     look at it" in said
    assert "attempt 1: done: it is done" in said
    shown = cutscore("jobs", "show", "aaaa1111", "--json").json
    assert ("done", "name", [{"attempt": 1, "state": "done"}]) == (
        shown["state"],
        shown["match"],
        [{name: row[name] for name in ("attempt", "state")} for row in shown["history"]],
    )
    for name, why in (("aaaa", "Several jobs"), ("zzzz", "There is no job"), ("a", "too short")):
        ran = cutscore("jobs", "show", name)
        assert (3, "", 1) == (ran.code, ran.out, ran.err.count("\n"))
        assert why in ran.err


def test_a_failed_job_is_tried_again_and_a_waiting_one_cancelled(cutscore: Command, tmp_path: Path) -> None:
    """The register says so at once, for the watcher to see."""
    written(tmp_path, ("aaaa1111", "failed"), ("bbbb2222", "waiting"), ("cccc3333", "done"))
    assert "is tried again" in cutscore("jobs", "retry", "aaaa1111").out
    assert "is cancelled" in cutscore("jobs", "cancel", "bbbb2222").out
    states = {job["job"]: (job["state"], job["attempt"]) for job in cutscore("jobs", "list", "--json").json["jobs"]}
    assert {"aaaa1111": ("waiting", 2), "bbbb2222": ("cancelled", 1), "cccc3333": ("done", 1)} == states
    for word in ("retry", "cancel"):
        refused = cutscore("jobs", word, "cccc3333")
        assert (3, 1) == (refused.code, refused.err.count("\n"))
        assert "is done: there is nothing to" in refused.err


def test_old_jobs_are_forgotten(cutscore: Command, tmp_path: Path) -> None:
    """All that ended, with --days 0; parked and failed ones stay."""
    written(tmp_path, ("aaaa1111", "done"), ("bbbb2222", "failed"), ("cccc3333", "parked"))
    assert {"pruned": 1} == cutscore("jobs", "prune", "--days", "0", "--json").json
    assert {"bbbb2222", "cccc3333"} == {job["job"] for job in cutscore("jobs", "list", "--json").json["jobs"]}
    assert "0 jobs were forgotten" in cutscore("jobs", "prune", "--days", "0").out


def test_a_word_is_needed(cutscore: Command) -> None:
    """`cutscore jobs` alone and a word that there is not: one sentence, exit code 2."""
    for arguments in (["jobs"], ["jobs", "lost"], ["jobs", "show"]):
        ran = cutscore(*arguments)
        assert (2, 1) == (ran.code, ran.err.count("\n")), ran.err
        assert "cutscore jobs --help" in ran.err
