"""What an error means for a job: later, failed, parked, cancelled; and how long later is."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from cutscore.config import Settings
from cutscore.config.watching import WatchFolder
from cutscore.submit.paid import TryLater, Unclear
from cutscore_composer.errors import (
    Cancelled,
    ConfigError,
    CutscoreError,
    EngineFailed,
    InputRefused,
    OutcomeUnknown,
    OutputFailed,
)
from cutscore_watchers.jobs.ending import LONGEST_DELAY_SECONDS, MOST_REFUSALS, ending_of, failure_of
from cutscore_watchers.jobs.register import new_job
from cutscore_watchers.jobs.wanted import job_id, queue_of, settings_of, wanted_for, watch_of, window_of
from cutscore_watchers.ready import ReadyFile

JOB = new_job("a", Path("a.mp4"), 1, 1, queue="q", engine="e", wanted={})
SETTINGS = Settings.model_validate({"jobs": {"attempts": 3}})


@pytest.mark.parametrize(
    ("error", "tries", "state", "counts"),
    [
        (OutcomeUnknown("sent"), 0, "parked", ""),
        (Unclear("sent"), 0, "parked", ""),
        (EngineFailed("broken"), 0, "waiting", "tries"),
        (EngineFailed("broken"), 1, "waiting", "tries"),
        (EngineFailed("broken"), 2, "failed", "tries"),
        (OutputFailed("full"), 1, "waiting", "tries"),
        (OutputFailed("full"), 2, "failed", "tries"),
        (ValueError("ours"), 0, "waiting", "tries"),
        (ValueError("ours"), 2, "failed", "tries"),
        (InputRefused("dark"), 0, "failed", "tries"),
        (ConfigError("no key"), 0, "failed", "tries"),
        (TryLater("busy"), 2, "waiting", "refusals"),
        (Cancelled("stopped"), 0, "cancelled", ""),
    ],
)
def test_what_an_error_means(error: Exception, tries: int, state: str, counts: str) -> None:
    """Only what may be better next time is tried again; what may have been billed never by itself."""
    ending = ending_of(failure_of(error), replace(JOB, tries=tries), SETTINGS)
    assert (state, counts) == (ending.state, ending.counts)
    if isinstance(error, CutscoreError):
        assert str(error) in ending.message


def test_later_is_what_the_server_asked_for() -> None:
    """No earlier than asked and not much later; without a time, longer each time up to ten minutes."""
    for seconds in (1.0, 30.0, 3600.0):
        wait = ending_of(failure_of(TryLater("busy", seconds)), JOB, SETTINGS).delay_seconds
        assert seconds <= wait <= seconds * 1.1
    waits = [
        ending_of(failure_of(TryLater("off")), replace(JOB, refusals=n), SETTINGS).delay_seconds for n in range(60)
    ]
    assert all(later > 1.5 * earlier for earlier, later in pairwise(waits[:6]))
    assert max(waits) <= LONGEST_DELAY_SECONDS * 1.1
    assert min(waits[8:]) >= LONGEST_DELAY_SECONDS


def test_a_server_that_is_never_there_is_given_up_after_a_day() -> None:
    """Not earlier than a day of asking."""
    last = replace(JOB, refusals=MOST_REFUSALS - 1)
    assert ending_of(failure_of(TryLater("off")), last, SETTINGS).state == "failed"
    waits = [
        ending_of(failure_of(TryLater("off")), replace(JOB, refusals=n), SETTINGS).delay_seconds
        for n in range(MOST_REFUSALS - 1)
    ]
    assert sum(waits) > 86_400


def ready(**watch: object) -> ReadyFile:
    folder = WatchFolder.model_validate({"path": "/films", **watch})
    return ReadyFile(Path("/films/a.mp4"), 10, 1, folder)


def test_settings_of_a_file() -> None:
    """Profile over configuration, folder and side-car over profile; back from JSON they are the same."""
    base = Settings.model_validate(
        {
            "engine": "local",
            "engines": {"studio": {"url": "http://127.0.0.1:1", "concurrency": 5}},
            "music": {"tags": ["base"], "seed": 3, "loudness": "R128"},
            "profiles": {"trailer": {"engine": "studio", "music": {"description": "dark", "style": "horror"}}},
            "output": {"folder": "/out"},
        }
    )
    wanted = wanted_for(ready(profile="trailer", description="light", tags=["x"], output="/own"), base)
    found = settings_of(wanted, base)
    assert ("studio", "light", ("x",), "horror", 3, -23.0) == (
        found.engine, found.music.description, found.music.tags, found.music.style, found.music.seed,
        found.music.loudness,
    )  # fmt: skip
    assert found.output.folder == Path("/own")
    assert watch_of(wanted).profile == "trailer"
    assert (5, 1, 2) == tuple(window_of(name, base) for name in ("studio", "local", "http://elsewhere:1"))
    assert wanted_for(ready(engine="local", profile="trailer"), base)["engine"] == "local"
    for wrong in (ready(profile="nobody"), ready(engine="nobody")):
        with pytest.raises(ConfigError, match="nobody"):
            wanted_for(wrong, base)


@pytest.mark.parametrize(
    ("jobs", "ledger", "expected"),
    [
        ("postgresql://studio/cutscore", None, "postgresql://studio/cutscore"),
        ("postgresql://studio/cutscore", "sqlite:////l.sqlite", "sqlite:////l.sqlite"),
        ("sqlite:////j.sqlite", None, "ledger.sqlite"),
        (None, None, "ledger.sqlite"),
    ],
)
def test_the_ledger_lies_where_the_machines_share_their_jobs(
    jobs: str | None, ledger: str | None, expected: str
) -> None:
    """In their PostgreSQL, unless it is said otherwise; a file of jobs is no place for it."""
    settings = Settings.model_validate({"jobs": {"database": jobs}, "ledger": {"database": ledger}})
    assert settings.ledger_url.endswith(expected)


def test_the_name_of_a_job_is_that_of_its_file_and_place() -> None:
    """The same for the same version in the same place, whatever words are wanted; another for any other."""
    names = {job_id(ready()), job_id(ready(description="other")), job_id(ready(profile=None))}
    assert len(names) == 1
    others = [ready(project="p.otio"), ready(output="/o"), replace(ready(), size=11), replace(ready(), mtime_ns=2)]
    assert len({job_id(other) for other in others} | names) == 5
    assert queue_of("studio") != queue_of("local")
