"""Holding: the right to make a piece, or the piece that another run made: one purchase for any number of runs."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from types import TracebackType

from cutscore.submit.ledger import Asked, Entry, Hold, Ledger
from cutscore.submit.owner import is_gone
from cutscore_composer.engine import Progress
from cutscore_composer.errors import CutscoreError, OutcomeUnknown

BEAT_SECONDS = 3.0
STALE_SECONDS = 20.0
"""A run whose beat stands still for so long, by the watcher's own clock, is taken for dead."""
_POLL_SECONDS = 0.2


Resend = bool | Mapping[str, int]
"""The user's word to send parked purchases again: for all, or for each key the attempt that was parked when it was
said, so that a run that is repeated after a crash never sends twice on one word."""


class Heart:
    """Shows in the ledger that the run lives, as long as the `with` lasts."""

    def __init__(self, ledger: Ledger, hold: Hold) -> None:
        self._ledger = ledger
        self._hold = hold
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cutscore-heart", daemon=True)

    def __enter__(self) -> Heart:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(BEAT_SECONDS):
            try:
                if not self._ledger.beat(self._hold):
                    return
            except CutscoreError:
                # A busy database: the next beat tells.
                continue


class _Watch:
    """Looks at another run's row and tells when nobody stands behind it any more."""

    def __init__(self) -> None:
        self._seen: tuple[int, int, str] | None = None
        self._since = 0.0

    def dead(self, entry: Entry) -> bool:
        """Whether the run that holds the row is dead."""
        if is_gone(entry.owner):
            return True
        seen = (entry.attempt, entry.beat, entry.state)
        if seen != self._seen:
            self._seen, self._since = seen, time.monotonic()
        return time.monotonic() - self._since > STALE_SECONDS


def acquire(ledger: Ledger, asked: Asked, owner: str, *, resend: Resend, progress: Progress) -> Entry | Hold:
    """The row when its music is there, else the hold to make it; waits while another run makes it.

    Raises OutcomeUnknown when the outcome of an earlier purchase is not known and `resend` does not say to
    send it again.
    """
    watch, pause = _Watch(), threading.Event()
    while True:
        entry = ledger.ask(asked)
        taken: Hold | None = None
        if entry.state == "received":
            if all(ledger.store.holds(file.sha256) for file in entry.files):
                return entry
            if entry.paid:
                ledger.park_dead(entry, f"Its audio is gone from the store {ledger.store.folder}.", "received")
                continue
            taken = ledger.claim(entry, owner, asked.command)
        elif entry.state in ("asked", "failed"):
            taken = ledger.claim(entry, owner, asked.command)
        elif entry.state == "unknown":
            if entry.paid and not _may_resend(entry, resend):
                raise OutcomeUnknown(parked_sentence(entry, asked.command))
            taken = ledger.claim(entry, owner, asked.command)
        elif watch.dead(entry):
            if entry.state == "sent" and entry.paid:
                ledger.park_dead(entry, "The run that sent it ended before the answer came.")
                continue
            taken = ledger.claim(entry, owner, asked.command)
        else:
            progress.report("wait", None, f"another run is making {entry.title}")
            pause.wait(_POLL_SECONDS)
        if taken is not None:
            return taken


def _may_resend(entry: Entry, resend: Resend) -> bool:
    return resend if isinstance(resend, bool) else resend.get(entry.key) == entry.attempt


def parked_sentence(entry: Entry, command: str = "") -> str:
    """What a person is told of a parked purchase."""
    how = command or entry.command
    again = (
        f"to send it again knowingly (it may be billed a second time): {how}" if how else "only you can send it again"
    )
    return f"{entry.title} ({entry.engine}): {entry.message} It is parked and is not sent again by itself; {again}"
