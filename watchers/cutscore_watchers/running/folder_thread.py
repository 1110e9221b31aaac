"""The thread of one watched folder: its events and its steps, so that a drive that hangs holds up no other folder."""

from __future__ import annotations

import logging
import threading
import time

from cutscore_watchers.folders.events import Events
from cutscore_watchers.folders.remote import remote_kind
from cutscore_watchers.folders.watched import WatchedFolder

log = logging.getLogger(__name__)

HANGING_SECONDS = 60.0
"""A step that lasts so long is a drive that does not answer."""
AGAIN_SECONDS = 300.0
"""How often it is tried anew to hear of events where that failed."""


class FolderThread(threading.Thread):
    """Steps a watched folder until it is stopped."""

    def __init__(self, folder: WatchedFolder) -> None:
        super().__init__(name=f"folder {folder.watch.path}", daemon=True)
        self.folder = folder
        self.why_polling = ""
        self._wake = threading.Event()
        self._stopping = False
        self._events: Events | None = None
        self._of: tuple[int, int] | None = None
        self._not_before = 0.0
        self._began = time.monotonic()
        self._busy = False

    @property
    def mode(self) -> str:
        """How changes are noticed: "events" or "polling"."""
        return "events" if self._events is not None else "polling"

    @property
    def hangs(self) -> bool:
        """Whether the folder's drive has not answered for a long time."""
        return self._busy and time.monotonic() - self._began > HANGING_SECONDS

    def look_again(self) -> None:
        """Scan soon."""
        self.folder.lost()
        self._wake.set()

    def stop(self) -> None:
        """End after the step that is being done."""
        self._stopping = True
        self._wake.set()

    def run(self) -> None:
        """Step, sleep, step."""
        while not self._stopping:
            self._began, self._busy = time.monotonic(), True
            self._wake.clear()
            try:
                self._listen()
                wanted = self.folder.step()
            except Exception:
                log.exception("A look into %s failed; it is tried again.", self.folder.watch.path)
                wanted = time.monotonic() + 5.0
            self._busy = False
            self._wake.wait(max(0.0, wanted - time.monotonic()))
        if self._events is not None:
            self._events.stop()

    def _listen(self) -> None:
        """Hear of events where there are some, anew when the folder is another one than before."""
        identity = self.folder.root.identity
        if self._events is not None and (identity != self._of or not self._events.alive):
            self._events.stop()
            self._events = None
        if self._events is None and time.monotonic() >= self._not_before:
            self._begin()
        self.folder.told = self._events is not None

    def _begin(self) -> None:
        watch = self.folder.watch
        kind = remote_kind(watch.path) if watch.polling == "auto" else None
        if watch.polling == "always" or kind is not None:
            self._polls("" if kind is None else f"it lies on a network drive ({kind})")
            self._not_before = time.monotonic() + AGAIN_SECONDS
            return
        try:
            self._of = _identity(self.folder)
            if self._of is None:
                return
            self._events = Events(watch.path, watch.recursive, self._hint, self._lost)
            self.why_polling = ""
        except OSError as error:
            self._polls(f"the system tells of no events ({error.strerror or error})")
            self._not_before = time.monotonic() + AGAIN_SECONDS
        # Whatever came before they were heard of is found by a scan.
        self.folder.lost()

    def _polls(self, why: str) -> None:
        if why and why != self.why_polling:
            seconds = self.folder.settings.jobs.poll_seconds
            log.info(
                "%s is looked through every %g seconds: %s.", self.folder.watch.path, seconds, why,
                extra={"event": "polling", "facts": {"folder": str(self.folder.watch.path), "reason": why}},
            )  # fmt: skip
        self.why_polling = why

    def _lost(self) -> None:
        path = self.folder.watch.path
        log.warning("So much happened in %s at once that the system lost count; all of it is looked through.", path,
                    extra={"event": "events_lost", "facts": {"folder": str(path)}})  # fmt: skip
        self.look_again()

    def _hint(self, path: str, is_folder: bool) -> None:
        self.folder.hint(path, is_folder)
        self._wake.set()


def _identity(folder: WatchedFolder) -> tuple[int, int] | None:
    from cutscore_watchers.folders.root import look_at_root

    return look_at_root(str(folder.watch.path)).identity
