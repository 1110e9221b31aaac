"""Asking: one request for music, sent again only while that is certainly free, an error for each way it can end."""

from __future__ import annotations

import mmap
import threading
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

from cutscore.keys import ApiKey
from cutscore.submit.answer import licence_facts, problem
from cutscore.submit.exchange import Answer, Call, ExchangeError, Stopped, exchange
from cutscore.submit.outcome import meaning, retry_after_seconds, sentence
from cutscore.submit.paid import Till, TryLater, Unclear
from cutscore.submit.server import RemoteSettings
from cutscore_composer import contract
from cutscore_composer.engine import Progress
from cutscore_composer.errors import Cancelled, EngineFailed

MOST_RETRY_WAIT_SECONDS = 300.0
"""A server that wants a longer pause is told of to the user instead of being waited for."""


def ask_for_music(
    settings: RemoteSettings,
    call: Call,
    form: contract.OutputFormat,
    key: ApiKey | None,
    progress: Progress,
    till: Till,
) -> dict[str, str]:
    """POST `call` until music lies in its target; gives what the answer's headers tell of it.

    Raises EngineFailed (TryLater where waiting may help) or Cancelled when nothing was billed, Unclear when that is
    not known.
    """
    errors = _Errors(settings, call, key)
    answer = _answered(settings, call, errors, progress, till)
    trouble = problem(call.target, answer.headers.get("content-type", ""), form)
    if trouble is not None:
        raise errors.no_music(answer, trouble)
    return errors.facts(answer.headers)


def _answered(settings: RemoteSettings, call: Call, errors: _Errors, progress: Progress, till: Till) -> Answer:
    """The answer of 200."""
    for attempt in range(1, settings.attempts + 1):
        last = attempt == settings.attempts
        pause = settings.retry_seconds * 2 ** (attempt - 1)
        till.sending()
        try:
            answer = exchange(call, progress)
        except ExchangeError as error:
            failure = errors.broken(error)
            if error.connected or error.lasting or isinstance(failure, Cancelled):
                raise failure from error.__cause__
            if last:
                raise TryLater(str(failure)) from error.__cause__
        else:
            if answer.status == 200:
                return answer
            failure = errors.refusal(answer)
            wanted = retry_after_seconds(answer.headers)
            if meaning(answer.status, answer.headers, contract.server_error(answer.body)) != "again":
                raise failure
            if last:
                raise TryLater(str(failure), wanted)
            pause = pause if wanted is None else wanted
            if pause > MOST_RETRY_WAIT_SECONDS:
                raise TryLater(f"{failure} It asks to wait {pause:.0f} s.", pause)
        till.refused()
        _wait(pause, progress, f"{failure} Asking again in {pause:.0f} s.")
    raise AssertionError("the last attempt returns or raises")


class _Errors:
    """Errors that name the server, tell whether it may have billed, and never hold the key."""

    def __init__(self, settings: RemoteSettings, call: Call, key: ApiKey | None) -> None:
        self._name, self._url = settings.name, settings.url
        self._target = call.target
        self._key = key

    def broken(self, error: ExchangeError) -> EngineFailed | Unclear | Cancelled:
        """For an exchange without a whole answer."""
        if not error.sent:
            if isinstance(error, Stopped):
                return Cancelled("Stopped before the request was sent whole; nothing was billed.")
            upload = "the upload broke off" if error.connected else "nothing was sent"
            return EngineFailed(f"{self._name} ({self._url}): {error}; {upload}, nothing was billed.")
        part = self._target.with_name(self._target.name + ".part")
        kept = part if error.partial and part.exists() and not self._quoted_in(part) else None
        how = "stopped by you" if isinstance(error, Stopped) else str(error)
        said = f"The request to {self._name} was sent whole, then: {how}. It may have been billed."
        return Unclear(said, kept, self.facts(error.headers))

    def refusal(self, answer: Answer) -> EngineFailed | Unclear:
        """For an answer other than 200."""
        said = self._scrubbed(sentence(self._name, answer.status, answer.headers, answer.body))
        if meaning(answer.status, answer.headers, contract.server_error(answer.body)) == "unknown":
            return Unclear(f"{said} It may have been billed.", facts=self.facts(answer.headers))
        return EngineFailed(said)

    def no_music(self, answer: Answer, trouble: str) -> EngineFailed | Unclear:
        """For a 200 that is no music."""
        size = self._target.stat().st_size
        body = self._target.read_bytes() if size <= 1 << 16 else b""
        if meaning(200, answer.headers, contract.server_error(body)) == "refused":
            return EngineFailed(self._scrubbed(sentence(self._name, 200, answer.headers, body)))
        said = self._scrubbed(f"{self._name} answered 200 with {trouble}. It may have been billed.")
        kept = self._target if size and not self._quoted_in(self._target) else None
        return Unclear(said, kept, self.facts(answer.headers))

    def facts(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers that are recorded."""
        names = (contract.SONG_ID, contract.REQUEST_ID, contract.CHARACTER_COST, "content-type")
        found = {name: headers[name][:500] for name in names if name in headers} | licence_facts(headers)
        return {name: self._scrubbed(value) for name, value in found.items()}

    def _quoted_in(self, file: Path) -> bool:
        """Whether a file holds the key: such a one is not kept, for a key is written nowhere."""
        if self._key is None:
            return False
        with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as held:
            return held.find(self._key.reveal().encode("ascii")) >= 0

    def _scrubbed(self, text: str) -> str:
        return self._key.scrub(text) if self._key else text


def _wait(seconds: float, progress: Progress, note: str) -> None:
    """Wait, telling so, until it is over or cancelled."""
    pause = threading.Event()
    left = Fraction(seconds)
    step = Fraction(1, 5)
    while left > 0:
        progress.report("wait", None, note)
        pause.wait(float(min(step, left)))
        left -= step
