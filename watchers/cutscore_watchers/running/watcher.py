"""The watcher: folders, jobs, configuration, status and service manager together, until it is told to stop."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Protocol

from cutscore.config import Settings
from cutscore.config.watching import WatchFolder
from cutscore_composer.errors import CutscoreError
from cutscore_watchers.folders.memory import Memory
from cutscore_watchers.folders.watched import WatchedFolder
from cutscore_watchers.ready import ReadyFile, WaitingFile
from cutscore_watchers.running.config_file import ConfigFile
from cutscore_watchers.running.folder_thread import FolderThread
from cutscore_watchers.running.notify import READY, STOPPING, Notify
from cutscore_watchers.running.status import MOST_WAITING, StatusFile

log = logging.getLogger(__name__)

BEAT_SECONDS = 1.0
COUNT_SECONDS = 5.0
"""How often the jobs are counted and the status is written."""
CONFIG_SECONDS = 2.0
STOP_FOLDERS_SECONDS = 1.0
STOP_JOBS_SECONDS = 3.0

DONE, UNFINISHED, FAILED, PARKED = 0, 3, 4, 5
"""What `--once` ends with: all went well; films that are not whole, or folders that are not there; failed jobs; paid
calls whose outcome is not known."""


class Workers(Protocol):
    """What the watcher wants of the jobs."""

    def start(self) -> None:
        """Begin to work."""

    def use(self, settings: Settings) -> None:
        """Go on with a changed configuration."""

    def enqueue_many(self, files: Sequence[ReadyFile]) -> list[str]:
        """Make jobs."""

    def known_many(self, rows: Iterable[tuple[str, int, int]]) -> set[tuple[str, int, int]]:
        """Those files that have a job."""

    def counts(self) -> Mapping[str, int]:
        """How many jobs are in each state."""

    def stop(self, seconds: float = 5.0) -> None:
        """Stop; what was under way is taken up at the next start."""


class Watcher:
    """All of `cutscore watch`."""

    def __init__(
        self,
        settings: Settings,
        jobs: Workers,
        memory: Memory,
        status: StatusFile,
        config: ConfigFile | None = None,
        notify: Notify | None = None,
    ) -> None:
        self.settings, self.jobs = settings, jobs
        self._memory, self._status, self._config = memory, status, config
        self._notify = notify or Notify({})
        self._threads: dict[WatchFolder, FolderThread] = {}
        self._stop = threading.Event()
        self._reload = False
        self._ready = False
        self._counts: Mapping[str, int] = {}
        self._next = {"config": 0.0, "counts": 0.0}

    def stop(self) -> None:
        """End soon; safe in a signal handler."""
        self._stop.set()

    def reload(self) -> None:
        """Read the configuration at the next beat; safe in a signal handler."""
        self._reload = True

    def run(self, *, once: bool = False) -> int:
        """Watch until `stop`, or with `once` until what is there is done. Gives the exit code."""
        code = DONE
        before: Mapping[str, int] = {}
        try:
            before = self.jobs.counts()
            self._follow(self.settings)
            self.jobs.start()
            while not self._stop.wait(BEAT_SECONDS if self._ready else 0.05):
                self._beat()
                if once and self._ready and self._all_done():
                    code = self._outcome(before)
                    break
        finally:
            self._end()
        return code

    def _beat(self) -> None:
        if not self._ready and all(self._looked(thread) for thread in self._threads.values()):
            self._ready = True
            self._say_ready()
        if self._config is not None and (self._reload or self._due("config", CONFIG_SECONDS)):
            self._read_config(self._config)
        if self._due("counts", COUNT_SECONDS):
            with suppress(CutscoreError):
                self._counts = self.jobs.counts()
            self._write_status("running")
        if all(thread.is_alive() for thread in self._threads.values()):
            # A drive that hangs is no reason to be started anew, which would not help: it is told in the status.
            self._notify.alive()

    def _looked(self, thread: FolderThread) -> bool:
        return thread.folder.scans > 0 or (thread.folder.looked and thread.folder.root.identity is None) or thread.hangs

    def _say_ready(self) -> None:
        count = len(self._threads)
        log.info(
            "Watching %s; films to look into: %d.", "1 folder" if count == 1 else f"{count} folders",
            self._candidates(), extra={"event": "ready", "facts": {"folders": count}},
        )  # fmt: skip
        self._notify.tell(READY, f"STATUS=Watching {count} folders")

    # The configuration.

    def _read_config(self, config: ConfigFile) -> None:
        asked, self._reload = self._reload, False
        if asked:
            self._notify.reloading()
        settings = config.changed(asked=asked)
        if settings is not None and settings != self.settings:
            if settings.jobs.database != self.settings.jobs.database:
                log.warning("jobs.database was changed: that counts when the watcher is started anew.")
            self.settings = settings
            self.jobs.use(settings)
            self._follow(settings)
            log.info(
                "The configuration was read again: %d folders.", len(self._threads),
                extra={"event": "config_read", "facts": {"config": str(config.path)}},
            )  # fmt: skip
        if asked:
            self._notify.tell(READY)

    def _follow(self, settings: Settings) -> None:
        """Watch the folders of these settings: those that stay the same go on, others begin or end."""
        wanted = list(dict.fromkeys(settings.watch))
        for watch in [watch for watch in self._threads if watch not in wanted]:
            thread = self._threads.pop(watch)
            thread.stop()
            thread.join(STOP_FOLDERS_SECONDS)
        for watch in wanted:
            if watch in self._threads:
                self._threads[watch].folder.settings = settings
                continue
            self._warn_of_overlap(watch)
            thread = FolderThread(WatchedFolder(watch, settings, self._memory, self.jobs))
            self._threads[watch] = thread
            thread.start()

    def _warn_of_overlap(self, watch: WatchFolder) -> None:
        for other in self._threads:
            inner, outer = sorted((watch, other), key=lambda each: len(each.path.parts), reverse=True)
            if inner.path == outer.path or (outer.recursive and inner.path.is_relative_to(outer.path)):
                log.warning("%s lies in %s, which is watched too: a film there counts for whichever sees it first.",
                            inner.path, outer.path)  # fmt: skip

    # The status.

    def _waiting(self) -> list[WaitingFile]:
        return [each for thread in self._threads.values() for each in thread.folder.waiting(MOST_WAITING)]

    def _candidates(self) -> int:
        return sum(len(thread.folder.candidates) for thread in self._threads.values())

    def _write_status(self, state: str) -> None:
        self._status.write(
            state, [_facts_of(thread) for thread in self._threads.values()], self._waiting(), self._candidates(),
            self._counts,
            None if self._config is None else str(self._config.path),
            "" if self._config is None else self._config.trouble,
        )  # fmt: skip

    # The end.

    def _all_done(self) -> bool:
        settled = all(
            thread.folder.settled or thread.folder.root.identity is None or thread.hangs
            for thread in self._threads.values()
        )
        if not settled:
            return False
        counts = self.jobs.counts()
        return not counts.get("waiting") and not counts.get("running")

    def _outcome(self, before: Mapping[str, int]) -> int:
        """How `--once` went, by the jobs that ended since it began and the films that are left."""
        now = self.jobs.counts()
        more = {state: number - before.get(state, 0) for state, number in now.items()}
        waiting = self._candidates()
        away = [thread.folder.watch.path for thread in self._threads.values() if thread.folder.root.identity is None]
        log.info(
            "Done: %d, failed: %d, parked: %d, not whole: %d.",
            more.get("done", 0) + more.get("joined", 0), more.get("failed", 0), more.get("parked", 0), waiting,
            extra={"event": "once", "facts": {**more, "unfinished": waiting}},
        )  # fmt: skip
        if more.get("parked", 0) > 0:
            return PARKED
        if more.get("failed", 0) > 0:
            return FAILED
        return UNFINISHED if waiting or away else DONE

    def _end(self) -> None:
        self._notify.tell(STOPPING)
        log.info("Stopping; what is under way goes on at the next start.", extra={"event": "stopping", "facts": {}})
        for thread in self._threads.values():
            thread.stop()
        until = time.monotonic() + STOP_FOLDERS_SECONDS
        for thread in self._threads.values():
            thread.join(max(0.0, until - time.monotonic()))
        try:
            self.jobs.stop(STOP_JOBS_SECONDS)
        finally:
            with suppress(CutscoreError):
                self._write_status("stopped")

    def _due(self, what: str, seconds: float) -> bool:
        now = time.monotonic()
        if now < self._next[what]:
            return False
        self._next[what] = now + seconds
        return True


def _facts_of(thread: FolderThread) -> dict[str, Any]:
    folder = thread.folder
    trouble = "does not answer" if thread.hangs else folder.root.trouble if folder.root.identity is None else ""
    return {
        "path": str(folder.watch.path),
        "mode": thread.mode,
        "reason": trouble,
        "queued": folder.queued,
        "waiting": len(folder.candidates),
    }
