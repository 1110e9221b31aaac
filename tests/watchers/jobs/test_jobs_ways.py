"""The ways a job can go: a busy server, a broken one, a call whose outcome nobody knows, the user's word, a stop."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cutscore.engines import ledger_of
from cutscore_composer.errors import ConfigError, InputRefused
from cutscore_watchers.jobs import Jobs
from support.misbehaving_server import Exchange, answers, resets_after_upload

if TYPE_CHECKING:
    from watchers.jobs.conftest import Studio

pytestmark = pytest.mark.program


def test_a_busy_server_is_asked_again_when_it_says(studio: Studio) -> None:
    """429 with Retry-After: a new attempt, no earlier than the server asked; it counts as no failure."""
    studio.server.script = [answers(429, {"detail": {"message": "busy"}}, Retry_After="2")]
    studio.start()
    name = studio.enqueue(studio.drop("a.mp4"))
    waits = studio.wait_for(name, lambda job: job.attempt == 2 and job.handed == 1)
    since = time.monotonic()
    assert "busy" in waits.message
    assert waits.not_before - time.time() > 0.5
    done = studio.wait(name, "done")
    assert time.monotonic() - since > 0.9
    assert (done.attempt, done.refusals, done.tries, studio.server.billed) == (2, 1, 0, 1)


def test_a_wait_outlives_a_restart_and_a_clock_that_is_set_back(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time is on disk; a clock set back by a day does not make it a day longer."""
    studio.server.script = [answers(429, {"detail": {"message": "busy"}}, Retry_After="3")]
    studio.start()
    name = studio.enqueue(studio.drop("a.mp4"))
    studio.wait_for(name, lambda job: job.attempt == 2)
    studio.stop()
    real = time.time
    monkeypatch.setattr("cutscore_watchers.jobs.register.time.time", lambda: real() - 86_400)
    studio.start()
    assert studio.wait(name, "done", seconds=30).attempt == 2


def test_a_broken_server_is_tried_as_often_as_it_is_set(studio: Studio) -> None:
    """500 with JSON says that nothing was billed: three attempts with longer and longer pauses, then it is kept."""
    studio.server.usual = answers(500, {"detail": {"message": "out of order"}}, bill=False)
    studio.start()
    name = studio.enqueue(studio.drop("a.mp4"))
    failed = studio.wait(name)
    assert (failed.state, failed.attempt, len(studio.server.requests)) == ("failed", 3, 3)
    assert "out of order" in failed.message
    with studio.desk() as desk:
        assert [(a, s) for a, s, _, _ in desk.history(name)] == [(1, "waiting"), (2, "waiting"), (3, "failed")]


def test_a_failed_job_is_a_new_attempt_when_the_user_asks(studio: Studio) -> None:
    """Not the old failure again: the server is well now, and the job is done."""
    studio.options["jobs"] = {"attempts": 1}
    studio.server.script = [answers(400, {"detail": {"message": "too dark"}}, bill=False)]
    studio.start()
    name = studio.enqueue(studio.drop("a.mp4"))
    assert "too dark" in studio.wait(name, "failed").message
    with studio.desk() as desk:
        desk.retry(desk.one(name), studio.settings(), resend=False)
    assert studio.wait(name, "done").attempt == 2


def test_a_call_whose_outcome_is_not_known_waits_for_the_user(studio: Studio) -> None:
    """Parked, and stays so; without --resend it is refused with the command; with it, it is sent once more."""
    studio.server.script = [resets_after_upload, resets_after_upload]
    studio.start()
    name = studio.enqueue(studio.drop("a.mp4"))
    parked = studio.wait(name)
    assert (parked.state, studio.server.billed) == ("parked", 1)
    assert f"cutscore jobs retry {name} --resend" in parked.message
    with studio.desk() as desk:
        with pytest.raises(InputRefused, match=f"cutscore jobs retry {name} --resend"):
            desk.retry(desk.one(name), studio.settings(), resend=False)
        desk.retry(desk.one(name), studio.settings(), resend=True)
    # The second call is lost too: the word was for one call.
    studio.wait_for(name, lambda job: job.state == "parked" and job.attempt == 2)
    assert studio.server.billed == 2
    with studio.desk() as desk:
        desk.retry(desk.one(name), studio.settings(), resend=True)
    assert studio.wait(name, "done").state == "done"
    assert studio.server.billed == 3


def test_a_resent_call_is_not_sent_again_by_a_crash(studio: Studio) -> None:
    """The user's word is for the attempt that was parked: the same job's step done again finds the row moved on."""
    studio.server.script = [resets_after_upload, resets_after_upload]
    studio.start()
    name = studio.enqueue(studio.drop("a.mp4"))
    parked = studio.wait(name, "parked")
    with studio.desk() as desk:
        again = desk.retry(desk.one(name), studio.settings(), resend=True)
    studio.wait_for(name, lambda job: job.state == "parked" and job.attempt == 2)
    # What a recovered step would do.
    from cutscore_composer.engine import Progress
    from cutscore_composer.errors import OutcomeUnknown
    from cutscore_watchers.jobs.work import Order, compose

    order = Order(name, parked.path, parked.wanted, parked.facts, again.resend, studio.settings())
    with pytest.raises(OutcomeUnknown):
        compose(order, Progress())
    assert studio.server.billed == 2


def test_cancelling(studio: Studio) -> None:
    """One that waits ends at once; one at work within seconds: parked where its call was sent and may be billed."""
    studio.server.usual = _silent
    studio.options["engines"] = {"studio": {"url": studio.server.url, "concurrency": 1}}
    studio.start()
    at_work = studio.enqueue(studio.drop("a.mp4"))
    studio.wait_for(at_work, lambda job: job.stage == "wait")
    waits = studio.enqueue(studio.drop("b.mp4"), description="another")
    with studio.desk() as desk:
        desk.cancel(desk.one(waits))
        desk.cancel(desk.one(at_work))
    since = time.monotonic()
    ended = studio.wait(at_work)
    assert time.monotonic() - since < 10
    assert ended.state == "parked"
    assert "stopped by you" in ended.message
    assert studio.wait(waits).state == "cancelled"
    with studio.desk() as desk, pytest.raises(InputRefused, match="nothing to cancel"):
        desk.cancel(desk.one(waits))


def test_cancelling_our_own_composer(studio: Studio) -> None:
    """Nothing was paid: it is cancelled, leaves nothing half-made, and can be asked for again."""
    studio.options["engine"] = "local"
    studio.source = long_film(studio.root)
    studio.start()
    name = studio.enqueue(studio.drop("a.mp4"))
    studio.wait_for(name, lambda job: job.state == "running" and job.stage not in ("", "read"))
    with studio.desk() as desk:
        desk.cancel(desk.one(name))
    assert studio.wait(name).state == "cancelled"
    folder = studio.watch / "a.cutscore"
    assert not folder.exists() or not list(folder.iterdir())
    with studio.desk() as desk:
        assert desk.retry(desk.one(name), studio.settings(), resend=False).state == "waiting"


def test_a_stop_takes_seconds_and_loses_nothing(studio: Studio) -> None:
    """A call that was sent is brought to its end by itself; after the next start its music is there, paid once."""

    def slow(exchange: Exchange) -> None:
        exchange.read_all()
        exchange.server.release.wait(60)
        plays_now(exchange)

    def plays_now(exchange: Exchange) -> None:
        exchange.answer(200, music, "audio/mpeg")

    music = _music_of(studio)
    studio.server.script = [slow]
    studio.start()
    name = studio.enqueue(studio.drop("a.mp4"))
    studio.wait_for(name, lambda job: job.stage == "wait")
    since = time.monotonic()
    studio.stop(5.0)
    assert time.monotonic() - since < 5.0
    assert studio.job(name).state == "running"
    studio.server.release.set()
    studio.start()
    assert studio.wait(name, "done").attempt == 1
    assert studio.server.billed == 1


def test_a_stop_while_composing(studio: Studio) -> None:
    """Our own composer stops at once and begins anew at the next start; nothing half-made stays."""
    studio.options["engine"] = "local"
    studio.source = long_film(studio.root)
    studio.start()
    name = studio.enqueue(studio.drop("a.mp4"))
    studio.wait_for(name, lambda job: job.state == "running" and job.stage not in ("", "read"))
    since = time.monotonic()
    studio.stop(5.0)
    assert time.monotonic() - since < 5.0
    studio.start()
    done = studio.wait(name, "done", seconds=120)
    assert done.attempt == 1
    assert sorted(path.suffix for path in (studio.watch / "a.cutscore").glob("*.wav")) == [".wav"]


def test_small_films_go_first(studio: Studio) -> None:
    """One at a time: whatever order they are dropped in, the small ones are scored before the large ones."""
    studio.options["engines"] = {"studio": {"url": studio.server.url, "concurrency": 1}}
    jobs = Jobs(studio.settings())
    studio.jobs = jobs
    large = [studio.drop(f"large{n}.mp4", more=b"\x7f\xff\xff\xfffree" + bytes(30_000_000)) for n in range(2)]
    for n, path in enumerate(large):
        with path.open("rb+") as file:
            file.seek(studio.source.stat().st_size)
            file.write((30_000_008).to_bytes(4, "big"))
        jobs.enqueue(studio.ready(path, description=f"large{n}"))
    for n in range(3):
        jobs.enqueue(studio.ready(studio.drop(f"small{n}.mp4"), description=f"small{n}"))
    jobs.start()
    for job in jobs._register.jobs():
        assert studio.wait(job.id).state == "done", job.message
    order = [dict(seen.fields)["description"][:5] for seen in studio.server.requests]
    assert order == ["small"] * 3 + ["large"] * 2


def test_a_second_watcher_on_the_same_database_says_so(studio: Studio) -> None:
    """One sentence with the first one's process; when that has ended, there is room."""
    studio.start()
    with pytest.raises(ConfigError, match=rf"already works with .*jobs\.sqlite \(process {os.getpid()}\)"):
        Jobs(studio.settings())
    studio.stop()
    Jobs(studio.settings()).stop()


def test_nothing_that_is_kept_holds_a_secret(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server's key goes into its header and nowhere else: not into the jobs, the ledger or the files."""
    monkeypatch.setenv("STUDIO_KEY", "sk_test_very_secret_0123456789")
    engine = {"url": studio.server.url, "concurrency": 4, "api_key": {"env": "STUDIO_KEY"}}
    studio.options["engines"] = {"studio": engine}
    studio.start()
    studio.wait(studio.enqueue(studio.drop("a.mp4")), "done")
    assert studio.server.requests[0].headers["xi-api-key"] == "sk_test_very_secret_0123456789"
    studio.stop()
    held = [path for path in studio.root.rglob("*") if path.is_file() and b"very_secret" in path.read_bytes()]
    assert held == []


def test_the_rows_of_the_ledger_are_all_at_their_end(studio: Studio) -> None:
    """After ten jobs at once, no purchase is left open."""
    jobs = studio.start()
    films = [studio.ready(studio.drop(f"{n}.mp4"), description=f"film {n}") for n in range(10)]
    for name in jobs.enqueue_many(films):
        assert studio.wait(name).state == "done"
    with ledger_of(studio.settings()) as ledger:
        assert ledger.unfinished() == ()
        assert ledger.parked() == ()
    assert studio.server.billed == 10


def _silent(exchange: Exchange) -> None:
    exchange.read_all()
    exchange.server.release.wait()


def _music_of(studio: Studio) -> bytes:
    from support.sounds import encoded

    return encoded("mp3_44100_128", 1)


def long_film(folder: Path) -> Path:
    """A film of twelve seconds, for which composing takes a while."""
    from support.films import film

    return film(folder / "long.mp4", frames=300, cuts=(60, 120, 200), size=(64, 36))
