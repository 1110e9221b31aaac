"""The ledger: every step compared and set, in any order of runs; and what it tells of a bad database."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings
from sqlalchemy.dialects import postgresql

from cutscore.submit import database
from cutscore.submit.holding import STALE_SECONDS, Heart, acquire
from cutscore.submit.ledger import Entry, Hold, Ledger, NotHeld
from cutscore.submit.owner import is_gone, this_owner
from cutscore.submit.store import Lost, Store
from cutscore_composer.engine import Progress
from cutscore_composer.errors import Cancelled, ConfigError, OutcomeUnknown, OutputFailed
from support.ledger_runs import KEYS, Runs, asked

TestRuns = Runs.TestCase
TestRuns.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)


def test_what_was_committed_is_there_for_another_connection(tmp_path: Path) -> None:
    """WAL and synchronous FULL, as SQLite itself says; a row survives closing."""
    url = f"sqlite:///{tmp_path / 'deep' / 'ledger.sqlite'}"
    with Ledger(url, tmp_path / "store") as ledger:
        ledger.ask(asked())
        with ledger._engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    raw = sqlite3.connect(tmp_path / "deep" / "ledger.sqlite")
    assert raw.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert raw.execute("SELECT state FROM cutscore_entries").fetchall() == [("asked",)]
    raw.close()


def test_one_of_many_claims_wins(tmp_path: Path) -> None:
    """Sixteen threads with the same view: one hold."""
    with Ledger(f"sqlite:///{tmp_path / 'l.sqlite'}", tmp_path) as ledger:
        seen = ledger.ask(asked())
        won: list[Hold | None] = []
        threads = [threading.Thread(target=lambda: won.append(ledger.claim(seen, "x"))) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [hold for hold in won if hold] == [Hold(KEYS[0], 1)]


def test_the_statements_are_written_for_postgresql_too() -> None:
    """Every table can be told to PostgreSQL; the only statements in one system's own words are SQLite's PRAGMAs."""
    for table in database.META.sorted_tables:
        text = str(sa.schema.CreateTable(table).compile(dialect=postgresql.dialect()))
        assert text.strip().startswith(f"CREATE TABLE {table.name}")
    source = Path(str(database.__file__)).read_text(encoding="utf-8")
    assert source.count("PRAGMA") == 2
    assert "exec_driver_sql" not in Path(str(database.__file__)).with_name("ledger.py").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "url",
    ["nonsense", "oracle+nothing://me:pw_secret@host/x", "x://:pw_secret@"],
)
def test_a_database_that_cannot_be_opened_is_one_sentence_without_its_password(url: str) -> None:
    """ConfigError; never the URL's password."""
    with pytest.raises(ConfigError) as caught:
        Ledger(url, Path("store"))
    assert "pw_secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A file in the way."""
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot be opened"):
        Ledger(f"sqlite:///{tmp_path / 'file' / 'ledger.sqlite'}", tmp_path)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    """Somebody's text file is not overwritten."""
    path = tmp_path / "ledger.sqlite"
    path.write_text("my notes, which are long enough to be read as a header by nobody" * 4)
    with pytest.raises(ConfigError, match="not a database"):
        Ledger(f"sqlite:///{path}", tmp_path)
    assert path.read_text().startswith("my notes")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE cutscore_ledger SET version = 2", "a newer Cutscore made it"),
        (
            "ALTER TABLE cutscore_entries ADD COLUMN newer TEXT NOT NULL DEFAULT ''",
            "cutscore_entries is not Cutscore's",
        ),
        ("ALTER TABLE cutscore_entries DROP COLUMN beat", "cutscore_entries is not Cutscore's"),
    ],
)
def test_a_ledger_of_another_version_is_left_alone(statement: str, said: str, tmp_path: Path) -> None:
    """Refused when it is opened, in one sentence; the same version is opened again without a word."""
    path = tmp_path / "l.sqlite"
    for _ in range(2):
        Ledger(f"sqlite:///{path}", tmp_path).close()
    raw = sqlite3.connect(path)
    raw.execute(statement)
    raw.commit()
    raw.close()
    with pytest.raises(ConfigError, match=said):
        Ledger(f"sqlite:///{path}", tmp_path)


def test_a_damaged_database_is_told(tmp_path: Path) -> None:
    """Pages that are noise: one sentence that names the ledger, when it is opened or used."""
    path = tmp_path / "l.sqlite"
    with Ledger(f"sqlite:///{path}", tmp_path) as ledger:
        ledger.ask(asked())
    noise = bytes(range(256)) * ((path.stat().st_size - 4096) // 256)
    path.write_bytes(path.read_bytes()[:4096] + noise)
    with (
        pytest.raises((ConfigError, OutputFailed), match=r"ledger .*l\.sqlite"),
        Ledger(f"sqlite:///{path}", tmp_path) as ledger,
    ):
        ledger.ask(asked())


def test_a_database_that_goes_away_is_an_output_error(tmp_path: Path) -> None:
    """A dropped table or full disk while running: one sentence, no statement, no values."""
    with Ledger(f"sqlite:///{tmp_path / 'l.sqlite'}", tmp_path) as ledger:
        ledger.ask(asked())
        raw = sqlite3.connect(tmp_path / "l.sqlite")
        raw.execute("DROP TABLE cutscore_events")
        raw.commit()
        raw.close()
        with pytest.raises(OutputFailed, match=r"ledger .*cannot be written") as caught:
            ledger.ask(asked(KEYS[1]))
        assert "INSERT" not in str(caught.value)
        assert ledger.entry(KEYS[1]) is None


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with Ledger(f"sqlite:///{tmp_path / 'l.sqlite'}", tmp_path / "store") as opened:
        yield opened


def take(ledger: Ledger, *, paid: bool = True, resend: bool = False, progress: Progress | None = None) -> Entry | Hold:
    return acquire(ledger, asked(paid=paid), this_owner(), resend=resend, progress=progress or Progress())


DEAD = this_owner().split("|")[0] + "|4194999|x"


on_posix = pytest.mark.skipif(os.name != "posix", reason="elsewhere only the beat tells that a run is dead")


@on_posix
def test_a_dead_runs_intent_is_taken_over_and_its_sent_is_parked(ledger: Ledger) -> None:
    """A process of this machine that is gone is seen at once."""
    assert is_gone(DEAD)
    assert not is_gone(this_owner())
    hold = ledger.claim(ledger.ask(asked()), DEAD)
    assert take(ledger) == Hold(KEYS[0], 2)
    assert hold is not None
    with pytest.raises(NotHeld):
        ledger.sending(hold)
    ledger.failed(Hold(KEYS[0], 2), "x")
    entry = ledger.entry(KEYS[0])
    assert entry is not None
    sent = ledger.claim(entry, DEAD)
    assert sent is not None
    ledger.sending(sent)
    with pytest.raises(OutcomeUnknown, match="cutscore score --resend"):
        take(ledger)
    assert take(ledger, resend=True) == Hold(KEYS[0], 4)


@on_posix
def test_a_free_engine_is_never_parked(ledger: Ledger) -> None:
    """A dead local run is simply run again, whatever its state."""
    hold = ledger.claim(ledger.ask(asked(paid=False)), DEAD)
    assert hold is not None
    ledger.sending(hold)
    assert take(ledger, paid=False) == Hold(KEYS[0], 2)


def test_another_machines_run_is_dead_when_its_beat_stands_still(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the watcher's own clock; as long as the beat goes on the watcher waits, and can be stopped."""
    clock = [0.0]
    monkeypatch.setattr("cutscore.submit.holding.time.monotonic", lambda: clock[0])
    hold = ledger.claim(ledger.ask(asked()), "elsewhere|1|x")
    assert hold is not None
    waits = 0

    def listen(event: object) -> None:
        nonlocal waits
        waits += 1
        clock[0] += STALE_SECONDS * 0.6
        if waits < 4:
            ledger.beat(hold)

    assert take(ledger, progress=Progress(listen)) == Hold(KEYS[0], 2)
    assert waits == 5
    progress = Progress(lambda _: progress.cancel())
    with pytest.raises(Cancelled):
        take(ledger, progress=progress)


def test_the_heart_beats_until_the_row_is_lost(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """The beat rises while the run works."""
    monkeypatch.setattr("cutscore.submit.holding.BEAT_SECONDS", 0.01)
    hold = take(ledger)
    assert isinstance(hold, Hold)
    done = threading.Event()
    with Heart(ledger, hold):
        while (entry := ledger.entry(KEYS[0])) is not None and entry.beat < 3:
            done.wait(0.01)
        ledger.received(hold, [], {})
    assert take(ledger) == ledger.entry(KEYS[0])


def test_a_late_answer_of_a_parked_run_is_an_answer(ledger: Ledger) -> None:
    """A run that was taken for dead brings its music after all."""
    hold = ledger.claim(ledger.ask(asked()), "elsewhere|1|x")
    assert hold is not None
    ledger.sending(hold)
    entry = ledger.entry(KEYS[0])
    assert entry is not None
    assert ledger.park_dead(entry, "silent")
    ledger.received(hold, [], {"song-id": "7"})
    assert ledger.parked() == ()
    found = ledger.entry(KEYS[0])
    assert found is not None
    assert (found.state, found.facts) == ("received", {"song-id": "7"})


def test_fingerprints_are_kept_for_the_file_as_it_was(ledger: Ledger) -> None:
    """Another size or time: none."""
    ledger.keep_fingerprint("/a", 1, 2, "f1")
    ledger.keep_fingerprint("/a", 1, 3, "f2")
    found = [ledger.fingerprint("/a", 1, n) for n in (2, 3)] + [ledger.fingerprint("/a", 2, 3)]
    assert found == [None, "f2", None]


def test_the_store_gives_back_what_was_put_in_or_says_that_it_is_lost(tmp_path: Path) -> None:
    """Same content once, whoever puts it; changed or gone content is Lost; nothing half-written stays."""
    store = Store(tmp_path / "store")
    source = tmp_path / "x"
    source.write_bytes(b"music" * 1000)
    hashes: list[str] = []
    threads = [threading.Thread(target=lambda: hashes.append(store.put(source))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (sha256,) = set(hashes)
    assert len(hashes) == 8
    files = [path for path in (tmp_path / "store").rglob("*") if path.is_file()]
    assert files == [store.path(sha256)]
    store.get(sha256, tmp_path / "y")
    assert (tmp_path / "y").read_bytes() == source.read_bytes()
    store.path(sha256).write_bytes(b"rotten")
    assert not store.holds(sha256)
    with pytest.raises(Lost, match="changed"):
        store.get(sha256, tmp_path / "z")
    assert not (tmp_path / "z").exists()
    assert store.put(source) == sha256
    assert store.holds(sha256)
    store.path(sha256).unlink()
    with pytest.raises(Lost, match="gone"):
        store.get(sha256, tmp_path / "z")
    with pytest.raises(ValueError, match="SHA-256"):
        store.path("../../etc/passwd")
