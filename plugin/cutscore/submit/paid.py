"""Paid engines: what the shared door needs of an engine whose every call may cost money.

A piece for a long edit may take several purchases, one for each part. Buying (the POST) and finishing
(the audio that came, made into files for one place in one project) are two steps: what was bought once
is finished as often as it is placed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from cutscore_composer.engine import Engine, Progress, Request
from cutscore_composer.errors import EngineFailed, OutcomeUnknown
from cutscore_composer.music import Music
from cutscore_composer.picture import Picture


@dataclass(frozen=True, slots=True)
class Received:
    """What a server sent for one purchase."""

    file: Path
    """Its bytes, untouched."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """What its headers said: song-id, request-id, character-cost, content-type, licence."""


class Unclear(OutcomeUnknown):
    """Like OutcomeUnknown, with what came of the answer."""

    def __init__(self, sentence: str, kept: Path | None = None, facts: Mapping[str, str] | None = None) -> None:
        super().__init__(sentence)
        self.kept = kept
        self.facts = dict(facts or {})


class TryLater(EngineFailed):
    """Nothing was billed, and the same request may well succeed later: the server is busy or cannot be reached."""

    def __init__(self, sentence: str, seconds: float | None = None) -> None:
        super().__init__(sentence)
        self.seconds = seconds
        """How long the server asks to wait; None: it does not say."""


@dataclass(frozen=True, slots=True)
class Till:
    """Written down around every POST, on disk before the call returns; both may raise to stop the purchase."""

    sending: Callable[[], None]
    """From here on a request may be billed."""
    refused: Callable[[], None]
    """The last request was certainly not billed; it may be sent again."""


NO_TILL = Till(lambda: None, lambda: None)
"""For calls that are not written down."""


@runtime_checkable
class PaidEngine(Engine, Protocol):
    """An engine that sells music part by part."""

    @property
    def settings_facts(self) -> Mapping[str, Any]:
        """Everything in its settings that changes the music, as JSON values; never a secret."""

    @property
    def listens(self) -> bool:
        """Whether it hears the edit's own sound."""

    def check(self, request: Request) -> None:
        """Raise InputRefused or ConfigError for what can be seen to be wrong before any work."""

    def parts(self, picture: Picture, progress: Progress) -> tuple[tuple[int, int], ...]:
        """The ranges of frames that are bought one by one; together they cover the picture in order."""

    def buy(self, request: Request, progress: Progress, till: Till = NO_TILL) -> Received:
        """Send one part and receive its audio into `request.folder`. Raises EngineFailed (not billed) or Unclear."""

    def finish(self, request: Request, received: Received, progress: Progress) -> Music:
        """Make the files of one part from what was received. Costs nothing; may be done again."""

    def join(self, request: Request, parts: Sequence[Music], progress: Progress) -> Music:
        """Join the finished parts of a divided picture into one piece."""
