"""Buying: one purchase with the ledger around it.

Whatever happens between "sent" on disk and the audio in the store, the row says so: received, failed (certainly
not billed) or unknown, parked with what came of the answer.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cutscore.submit.holding import Heart, Resend, acquire, parked_sentence
from cutscore.submit.ledger import Asked, Entry, Hold, Ledger, NotHeld, StoredFile
from cutscore.submit.owner import this_owner
from cutscore.submit.paid import PaidEngine, Received, Till, Unclear
from cutscore.submit.store import Lost
from cutscore_composer.engine import Progress, Request
from cutscore_composer.errors import (
    Cancelled,
    ConfigError,
    CutscoreError,
    EngineFailed,
    InputRefused,
    OutcomeUnknown,
    OutputFailed,
)

_MOST_BYTES_A_SECOND = 200_000
"""Of the largest format, 48 kHz stereo PCM."""
_CERTAIN = (EngineFailed, InputRefused, ConfigError, Cancelled)
"""Errors by which an engine says that nothing was billed."""


@dataclass(frozen=True, slots=True)
class Bought:
    """What was received, now or at an earlier time."""

    received: Received
    entry: Entry
    reused: bool


def buy_part(
    engine: PaidEngine,
    request: Request,
    asked: Asked,
    ledger: Ledger,
    *,
    rescue: Path,
    resend: Resend,
    progress: Progress,
    before_sending: Callable[[], None],
) -> Bought:
    """The audio of one part: from the store if it was bought before, else bought now.

    `before_sending` is called when the reel is made and nothing is sent; what it raises ends the attempt.
    What was received and does not fit into the store is left in the folder `rescue`.
    Raises what the engine raises; OutcomeUnknown when it is, or was before, parked.
    """
    got = acquire(ledger, asked, this_owner(), resend=resend, progress=progress)
    if isinstance(got, Entry):
        file = request.folder / "answer"
        try:
            ledger.store.get(got.files[0].sha256, file)
        except Lost as error:
            raise OutputFailed(f"The store {ledger.store.folder} lost a file while it was read: {error}.") from error
        return Bought(Received(file, got.facts), got, reused=True)
    with Heart(ledger, got):
        received = _Purchase(ledger, got, asked, rescue, before_sending).buy(engine, request, progress)
    entry = ledger.entry(asked.key)
    assert entry is not None
    return Bought(received, entry, reused=False)


class _Purchase:
    """One attempt, from the hold on its row to its end."""

    def __init__(
        self, ledger: Ledger, hold: Hold, asked: Asked, rescue: Path, before_sending: Callable[[], None]
    ) -> None:
        self._ledger = ledger
        self._hold = hold
        self._asked = asked
        self._rescue = rescue
        self._before_sending = before_sending
        self._sent = False

    def buy(self, engine: PaidEngine, request: Request, progress: Progress) -> Received:
        try:
            # Where there is no room for what would come, nothing is bought.
            self._ledger.store.prepare(math.ceil(request.picture.seconds) * _MOST_BYTES_A_SECOND)
            received = engine.buy(request, progress, Till(self._sending, self._refused))
            stored = self._kept(received)
            self._ledger.received(self._hold, [stored], received.facts)
        except NotHeld:
            raise self._taken_over() from None
        except BaseException as error:
            self._settle(error)
            raise
        return received

    def _kept(self, received: Received) -> StoredFile:
        """The audio in the store; where that fails, beside the results, for it was paid for."""
        try:
            return self._stored("answer", received.file)
        except OutputFailed as error:
            target = self._rescue / f"received-{self._asked.key[:16]}{received.file.suffix}"
            try:
                received.file.rename(target)
            except OSError:
                raise error from None
            raise Unclear(f"{error} The music was received; it lies in {target}.", facts=received.facts) from error

    def _sending(self) -> None:
        self._before_sending()
        self._ledger.sending(self._hold)
        self._sent = True

    def _refused(self) -> None:
        self._ledger.refused(self._hold)
        self._sent = False

    def _settle(self, error: BaseException) -> None:
        """Write down how the attempt ended; raises OutcomeUnknown in place of `error` when that is not known."""
        try:
            if not self._sent or isinstance(error, _CERTAIN):
                with suppress(OutputFailed):
                    self._ledger.failed(self._hold, str(error) if isinstance(error, CutscoreError) else _kind(error))
                return
            kept: list[StoredFile] = []
            facts: Mapping[str, str] = {}
            message = str(error) if isinstance(error, CutscoreError) else f"The run was ended by {_kind(error)}."
            if isinstance(error, Unclear):
                facts = error.facts
                if error.kept is not None:
                    with suppress(OutputFailed):
                        kept = [self._stored("partial", error.kept)]
                        message += f" What came of the answer is kept in {self._ledger.store.path(kept[0].sha256)}."
            self._ledger.park(self._hold, message, kept, facts)
        except NotHeld:
            raise self._taken_over() from None
        entry = self._ledger.entry(self._asked.key)
        assert entry is not None
        raise OutcomeUnknown(parked_sentence(entry, self._asked.command)) from error

    def _stored(self, role: str, path: Path) -> StoredFile:
        return StoredFile(role, self._ledger.store.put(path), path.stat().st_size)

    def _taken_over(self) -> CutscoreError:
        """Another run took this one for dead."""
        sentence = f"{self._asked.title}: another run took this work over while this one stood still."
        return OutcomeUnknown(f"{sentence} See cutscore parked.") if self._sent else EngineFailed(sentence)


def _kind(error: BaseException) -> str:
    return "Ctrl-C" if isinstance(error, KeyboardInterrupt) else type(error).__name__
