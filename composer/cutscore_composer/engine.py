"""Engine: one call behind which the composer and every server stand; Request, Progress and cancelling.

>>> music = engine.score(request, Progress(print))          # doctest: +SKIP
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cutscore_composer.errors import Cancelled
from cutscore_composer.music import Music
from cutscore_composer.picture import Picture
from cutscore_composer.wishes import Wishes


@dataclass(frozen=True, slots=True)
class ProgressEvent:
    """How far a stage of the work is."""

    stage: str
    """The trade's name of the stage: read, look, spot, plan, write, play, mix, deliver, reel, upload, wait,
    download, place, preview."""
    fraction: float | None
    """0 to 1, or None while that cannot be known."""
    note: str = ""


class Progress:
    """Tells a listener how far the work is, and stops the work when it is cancelled.

    Every stage calls `report` (or `check`) at least twice a second; both raise Cancelled once
    `cancel` was called, from any thread.
    """

    def __init__(self, listener: Callable[[ProgressEvent], None] | None = None) -> None:
        self._listener = listener
        self._stop = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop at its next report."""
        self._stop.set()

    @property
    def cancelled(self) -> bool:
        """Whether the work was asked to stop."""
        return self._stop.is_set()

    def check(self) -> None:
        """Raise Cancelled if the work was asked to stop."""
        if self._stop.is_set():
            raise Cancelled("Stopped; nothing half-written was left behind.")

    def report(self, stage: str, fraction: float | None = None, note: str = "") -> None:
        """Tell how far `stage` is (0 to 1). Raises Cancelled if the work was asked to stop."""
        self.check()
        if self._listener is not None:
            self._listener(ProgressEvent(stage, fraction, note))

    def part(self, number: int, of: int) -> Progress:
        """For one of several like parts, counted from 0: its fractions are shares of the whole; both stop as one."""

        def told(event: ProgressEvent) -> None:
            share = None if event.fraction is None else (number + event.fraction) / of
            self.report(event.stage, share, event.note)

        part = Progress(told)
        part._stop = self._stop
        return part


@dataclass(frozen=True, slots=True)
class Request:
    """All that an engine needs to make one piece of music."""

    picture: Picture
    wishes: Wishes
    stem: str
    """The name, without extension, that every file of the result begins with."""
    folder: Path
    """An existing folder for the engine's files; the caller moves them to their final place."""
    seed: int = 0
    stems: bool = False
    """Whether the stems are wanted as files of their own."""
    alternates: tuple[str, ...] = ()
    """Other versions wanted, of alternates.ALTERNATES."""
    effects: bool = False
    """Whether sound effects (whooshes, risers, impacts, room tone) are mixed under the music."""
    follow_sound: bool = False
    """Whether the music follows the picture's own sound: its tempo, key, loudness and brightness."""
    handle_frames: tuple[int, int] = (0, 0)
    """Frames of sound wanted in the file before the picture begins (a pick-up) and after it ends (the ring-out)."""


class Engine(Protocol):
    """Makes music for a picture."""

    @property
    def name(self) -> str:
        """What the cue file, the ledger and the user call it: "local", "elevenlabs", a host name."""

    @property
    def version(self) -> str:
        """Changes whenever the same request would give other music."""

    def score(self, request: Request, progress: Progress) -> Music:
        """Make the music, as files in `request.folder`.

        Raises InputRefused, EngineFailed, OutcomeUnknown, OutputFailed or Cancelled.
        """
