"""The ledger on a real PostgreSQL, as several machines share it: one winner, and a dead run holds nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from cutscore.submit import database
from cutscore.submit.holding import acquire
from cutscore.submit.ledger import Hold, Ledger, NotHeld
from cutscore_composer.engine import Progress
from cutscore_composer.errors import OutcomeUnknown
from support.ledger_runs import KEYS, MUSIC, Runs, asked
from support.postgresql import new_database, postgresql

pytestmark = pytest.mark.program


@pytest.fixture(scope="module")
def database_url() -> Iterator[str]:
    """An empty database of a PostgreSQL of this file's own."""
    with postgresql() as url:
        yield new_database(url, "ledger")


@pytest.fixture
def ledger(database_url: str, tmp_path: Path) -> Iterator[Ledger]:
    """An empty ledger."""
    with Ledger(database_url, tmp_path / "store") as opened:
        emptied(opened)
        yield opened


def emptied(ledger: Ledger) -> Ledger:
    with ledger._engine.begin() as connection:
        for table in database.META.sorted_tables:
            connection.execute(sa.delete(table))
    return ledger


def test_runs_in_every_order(database_url: str) -> None:
    """The same statements and the same steps as on SQLite."""

    class OnPostgresql(Runs):
        def new_ledger(self) -> Ledger:
            return emptied(Ledger(database_url, Path("nowhere")))

    run_state_machine_as_test(OnPostgresql, settings=settings(max_examples=15, stateful_step_count=25, deadline=None))


def test_one_of_many_claims_wins(ledger: Ledger) -> None:
    """Sixteen threads with the same view, twenty times: one hold each time."""
    for number in range(20):
        seen = ledger.ask(asked(f"{number:064d}"))
        won: list[Hold | None] = []
        threads = [
            threading.Thread(target=lambda seen=seen, won=won: won.append(ledger.claim(seen, "x"))) for _ in range(16)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [hold for hold in won if hold] == [Hold(f"{number:064d}", 1)]


def test_one_row_of_many_that_ask_at_once(ledger: Ledger) -> None:
    """A row is made once, and everybody gets it."""
    found = []
    threads = [threading.Thread(target=lambda: found.append(ledger.ask(asked()))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {entry.key for entry in found} == {KEYS[0]}
    assert len(found) == 16
    assert [state for _, state, _ in ledger.history(KEYS[0])] == ["asked"]


def test_a_run_that_was_thought_dead_writes_nothing_over_the_new_one(ledger: Ledger) -> None:
    """Its attempt number is its token: when another run has claimed the row, it can neither send, deliver nor park."""
    old = ledger.claim(ledger.ask(asked()), "machine one")
    assert old is not None
    seen = ledger.entry(KEYS[0])
    assert seen is not None
    new = ledger.claim(seen, "machine two")
    assert new is not None
    ledger.sending(new)
    for act in (
        lambda: ledger.sending(old),
        lambda: ledger.refused(old),
        lambda: ledger.received(old, [MUSIC], {}),
        lambda: ledger.failed(old, "late"),
        lambda: ledger.park(old, "late"),
    ):
        with pytest.raises(NotHeld):
            act()
    assert ledger.beat(old) is False
    assert ledger.beat(new) is True
    entry = ledger.entry(KEYS[0])
    assert entry is not None
    assert (entry.state, entry.attempt, entry.owner) == ("sent", 2, "machine two")


def test_a_row_that_lives_is_not_taken_with_an_old_view(ledger: Ledger) -> None:
    """A beat between looking and claiming: whoever looked finds that he saw a living run."""
    hold = ledger.claim(ledger.ask(asked()), "machine one")
    assert hold is not None
    seen = ledger.entry(KEYS[0])
    assert seen is not None
    assert ledger.beat(hold)
    assert ledger.claim(seen, "machine two") is None
    assert ledger.park_dead(seen, "thought dead", "intent") is False


def test_one_word_of_the_user_sends_once(ledger: Ledger) -> None:
    """A word for one parked attempt does not cover the next: what is repeated after a crash is parked again."""
    hold = ledger.claim(ledger.ask(asked()), "machine one")
    assert hold is not None
    ledger.sending(hold)
    ledger.park(hold, "no answer")
    word = {KEYS[0]: 1}
    again = acquire(ledger, asked(), "machine two", resend=word, progress=Progress())
    assert again == Hold(KEYS[0], 2)
    ledger.sending(again)
    ledger.park(again, "no answer again")
    with pytest.raises(OutcomeUnknown, match="no answer again"):
        acquire(ledger, asked(), "machine three", resend=word, progress=Progress())
