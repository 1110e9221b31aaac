"""The types of the Python calls, as a program that uses them sees them; mypy checks this file, nothing runs it."""

from __future__ import annotations

from pathlib import Path
from typing import assert_type

import cutscore
from cutscore.cut import Cut
from cutscore.scoring import ScoreResult
from cutscore.submit import Entry, Ledger, PaidEngine, RemoteEngine, RemoteSettings, Submission, parked, submit
from cutscore_composer.cue import Cue
from cutscore_composer.engine import Engine, Progress, Request
from cutscore_composer.music import Music


def calls(project: Path, progress: Progress) -> None:
    """`cutscore.score`, `cutscore.plan`, `cutscore.read_timeline`."""
    result = cutscore.score(
        project, "more.mp4", description="calm", tags=["piano"], engine="local", seed=7, takes=2,
        range=("01:00:00:00", "20"), output="out", place=False, resend=True, progress=progress,
    )  # fmt: skip
    assert_type(result, ScoreResult)
    assert_type(result.takes[0].music, Music)
    assert_type(cutscore.plan(project), Cue)
    assert_type(cutscore.read_timeline("film.otio", search=["media"], strict=True), Cut)


def the_door(request: Request, engine: Engine) -> None:
    """`cutscore.submit` is the room; the function in it has its name."""
    remote = RemoteEngine(RemoteSettings("studio", "http://studio:8000"))
    sells: PaidEngine = remote
    plays: Engine = remote
    with Ledger("sqlite:///ledger.sqlite", Path("store")) as ledger:
        assert_type(submit(request, engine, ledger, folder=Path("out")), tuple[Submission, ...])
        assert_type(cutscore.submit.submit(request, sells, ledger, folder=Path("out")), tuple[Submission, ...])
        assert_type(parked(ledger), tuple[Entry, ...])
    assert_type(plays.score(request, Progress()), Music)
