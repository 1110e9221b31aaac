"""A worker: what one process of the server holds while it serves, from its first request to its last."""

from __future__ import annotations

import math
import os
import shutil
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from cutscore_composer.server.counters import Counters
from cutscore_composer.server.cue_shelf import CueShelf
from cutscore_composer.server.door import NOBODY, let_in
from cutscore_composer.server.grounds import worker_ground
from cutscore_composer.server.places import Places
from cutscore_composer.server.settings import MEGABYTE, KeyEntry, ServerSettings
from cutscore_composer.server.studios import Studios

PARENT_POLL_SECONDS = 1.0
DISK_THREADS = 8


class Worker:
    """One process of the server."""

    def __init__(self, settings: ServerSettings, server_folder: Path) -> None:
        """Must be made where the event loop runs."""
        self.settings = settings
        self._ground = worker_ground(server_folder)
        self.folder = self._ground.folder
        self.places = Places(server_folder / "places", composing=settings.composing_at_once, queue=settings.queue)
        self.shelf = CueShelf(server_folder / "cues", settings.cue_minutes * 60)
        self.counters = Counters(server_folder / "counters")
        self.disk = ThreadPoolExecutor(DISK_THREADS, "cutscore-disk")
        setup = {"engine": settings.engine, "folder": str(self.folder)}
        self.probing = Studios({**setup, "megabytes": settings.probe_megabytes}, keep=2)
        self.composing = Studios(
            {**setup, "megabytes": settings.compose_megabytes, "warm": True},
            # All workers together keep about as many as may work at once.
            keep=math.ceil(settings.composing_at_once / settings.workers),
        )
        self.usual_seconds = 5.0
        """How long a request took lately: what a client that is turned away is told to wait."""
        self._stopping = threading.Event()

    def open(self, parent: int | None) -> None:
        """Have children ready; when the process `parent` ends, so does this one."""
        self.probing.open()
        self.composing.open()
        self.counters.add("cutscore_workers_started_total")
        self.counters.save()
        if parent is not None:
            threading.Thread(target=self._end_with, args=(parent,), daemon=True).start()

    def close(self) -> None:
        """End all children; leave nothing behind."""
        self._stopping.set()
        self.probing.close()
        self.composing.close()
        self.disk.shutdown(wait=True, cancel_futures=True)
        self.counters.save()
        self._ground.close()

    def knows(self, key: str | None) -> KeyEntry:
        """Whose key it is. Raises Refusal."""
        return let_in(key, self.settings.keys)

    def job_folder(self, song_id: str) -> Path:
        """The folder of one request."""
        return self.folder / f"job-{song_id}"

    def remove_job_folder(self, folder: Path) -> None:
        """Remove it soon; large files take a while, so it is not waited for."""
        with suppress(RuntimeError):  # closing: then everything is removed
            self.disk.submit(shutil.rmtree, folder, ignore_errors=True)

    def has_room(self, size: int) -> bool:
        """Whether the disk takes so many bytes and still leaves to others what is theirs."""
        return shutil.disk_usage(self.folder).free > size + self.settings.keep_free_megabytes * MEGABYTE

    def _end_with(self, parent: int) -> None:
        while not self._stopping.wait(PARENT_POLL_SECONDS):
            if os.getppid() != parent:
                # Without the process that watches over it, nobody could stop it.
                signal.raise_signal(signal.SIGTERM)
                return


def owner_of(entry: KeyEntry) -> str:
    """What a key's cue files are known by."""
    return "open" if entry is NOBODY else entry.digest.hex()[:32]
