"""Runs of the ledger in every order, with the bill counted beside them: a state machine for hypothesis."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from cutscore.submit.ledger import Asked, Hold, Ledger, NotHeld, StoredFile

KEYS = ("a" * 64, "b" * 64)
MUSIC = StoredFile("answer", "c" * 64, 5)


def asked(key: str = KEYS[0], paid: bool = True) -> Asked:
    """What a new row says."""
    return Asked(key, "studio", "music_v1", paid, "film from 0", "cutscore score --resend")


class Runs(RuleBasedStateMachine):
    """Runs that claim, send, get answers, die and are taken over, in every order; the bill is counted beside them.

    The model knows nothing of SQL: for each key the true attempt, its state, and what may have been billed.
    """

    holds = Bundle("holds")

    def new_ledger(self) -> Ledger:
        """An empty ledger."""
        return Ledger("sqlite://", Path("nowhere"))

    @initialize()
    def open(self) -> None:
        self.ledger = self.new_ledger()
        self.state: dict[str, tuple[str, int]] = {}
        self.billed: dict[str, int] = dict.fromkeys(KEYS, 0)
        self.allowed: dict[str, int] = dict.fromkeys(KEYS, 1)

    def teardown(self) -> None:
        self.ledger.close()

    @rule(key=st.sampled_from(KEYS))
    def ask(self, key: str) -> None:
        entry = self.ledger.ask(asked(key))
        self.state.setdefault(key, ("asked", 0))
        assert (entry.state, entry.attempt) == self.state[key]

    @rule(target=holds, key=st.sampled_from(KEYS), resend=st.booleans(), dead=st.booleans())
    def claim(self, key: str, resend: bool, dead: bool) -> Hold:
        """As `acquire` does: what is free, what the user sends again, what a dead run held before sending."""
        entry = self.ledger.entry(key)
        nothing = Hold(key, -1)
        if entry is None:
            return nothing
        free = entry.state in ("asked", "failed") or (entry.state == "intent" and dead)
        if not free and not (entry.state == "unknown" and resend):
            return nothing
        if entry.state == "unknown":
            self.allowed[key] += 1
        hold = self.ledger.claim(entry, "me")
        assert hold == Hold(key, self.state[key][1] + 1)
        self.state[key] = ("intent", hold.attempt)
        return hold

    @rule(key=st.sampled_from(KEYS))
    def late_claim(self, key: str) -> None:
        """A run that looked before another one claimed is told so."""
        entry = self.ledger.entry(key)
        if entry is None:
            return
        stale = dataclasses.replace(entry, attempt=entry.attempt - 1)
        assert self.ledger.claim(stale, "late") is None

    def step(self, hold: Hold, allowed: tuple[str, ...], to: str) -> bool:
        """Whether the model lets the step through; the ledger must agree."""
        state, attempt = self.state.get(hold.key, ("", -2))
        may = hold.attempt == attempt and state in allowed
        act = {
            "sent": lambda: self.ledger.sending(hold),
            "intent": lambda: self.ledger.refused(hold),
            "received": lambda: self.ledger.received(hold, [MUSIC], {"song-id": "1"}),
            "failed": lambda: self.ledger.failed(hold, "no"),
            "unknown": lambda: self.ledger.park(hold, "who knows"),
        }[to]
        if may:
            act()
            self.state[hold.key] = (to, attempt)
        else:
            with pytest.raises(NotHeld):
                act()
        return may

    @rule(hold=holds, billed=st.booleans())
    def send(self, hold: Hold, billed: bool) -> None:
        if self.step(hold, ("intent",), "sent") and billed:
            self.billed[hold.key] += 1

    @rule(hold=holds)
    def receive(self, hold: Hold) -> None:
        self.step(hold, ("intent", "sent", "unknown"), "received")

    @rule(hold=holds)
    def park(self, hold: Hold) -> None:
        self.step(hold, ("intent", "sent"), "unknown")

    @rule(hold=consumes(holds))
    def refuse_before_sending(self, hold: Hold) -> None:
        """Failing is for what was certainly not billed: here only before sending."""
        if self.state.get(hold.key, ("", 0))[0] == "intent":
            self.step(hold, ("intent", "sent"), "failed")

    @rule(key=st.sampled_from(KEYS))
    def find_dead(self, key: str) -> None:
        """A watcher parks what a dead run had sent, and nothing else."""
        entry = self.ledger.entry(key)
        if entry is None:
            return
        assert self.ledger.park_dead(entry, "died") == (entry.state == "sent")
        if entry.state == "sent":
            self.state[key] = ("unknown", entry.attempt)

    @rule(hold=holds)
    def beat(self, hold: Hold) -> None:
        state, attempt = self.state.get(hold.key, ("", -2))
        assert self.ledger.beat(hold) == (attempt == hold.attempt and state in ("intent", "sent"))

    @invariant()
    def never_billed_more_often_than_allowed(self) -> None:
        """One purchase, and one more for each time that the user said so."""
        for key in KEYS:
            assert getattr(self, "billed", {key: 0})[key] <= getattr(self, "allowed", {key: 1})[key]

    @invariant()
    def the_ledger_says_what_is_so(self) -> None:
        for key, (state, attempt) in getattr(self, "state", {}).items():
            entry = self.ledger.entry(key)
            assert entry is not None
            assert (entry.state, entry.attempt) == (state, attempt)
            assert self.ledger.history(key)[-1][:2] == (attempt, state)
            assert bool(entry.files) == (state == "received") or state == "intent"
