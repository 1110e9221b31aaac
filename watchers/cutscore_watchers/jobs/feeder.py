"""Feeder: gives jobs that wait to the workers, the small ones first, and keeps house while nothing is to be done."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from cutscore.config import Settings
from cutscore_composer.errors import OutputFailed
from cutscore_watchers.jobs.app import App
from cutscore_watchers.jobs.crew import Crew
from cutscore_watchers.jobs.facts import Ending, Job
from cutscore_watchers.jobs.housekeeping import prune
from cutscore_watchers.jobs.register import Register
from cutscore_watchers.jobs.wanted import queue_of, window_of

LOG = logging.getLogger("cutscore.jobs")
LOOK_SECONDS = 1.0
"""How soon what another program wrote into the register (`cutscore jobs retry`) is seen."""
_SHORTEST_SECONDS = 0.1
_TIDY_SECONDS = 10.0
_RECONCILE_SECONDS = 60.0
_PRUNE_SECONDS = 3600.0
_LEAST_WINDOW = 16
"""Attempts of a queue that the workers have at least: so many are begun with between two looks."""


class Feeder(threading.Thread):
    """One thread; `wake` makes it look at once."""

    def __init__(
        self, register: Register, app: App, crew: Crew, settings: Callable[[], Settings], stopping: threading.Event
    ) -> None:
        super().__init__(name="cutscore-feeder", daemon=True)
        self._register = register
        self._app = app
        self._crew = crew
        self._settings = settings
        self._stopping = stopping
        self._wake = threading.Event()
        self._next = {"tidy": 0.0, "reconcile": time.monotonic() + 10.0, "prune": time.monotonic() + 60.0}

    def wake(self) -> None:
        """There may be something to give, or room for it."""
        self._wake.set()

    def run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            try:
                self._feed()
                self._keep_house()
            except OutputFailed as error:
                LOG.warning("%s", error)
            except Exception:
                if not self._stopping.is_set():
                    LOG.exception("The jobs could not be given to the workers; it is tried again.")
            # What ends in the same moment is made up for in one go.
            self._stopping.wait(_SHORTEST_SECONDS)
            self._wake.wait(LOOK_SECONDS)

    def _feed(self) -> None:
        settings = self._settings()
        engines = {settings.engine, *settings.engines, *(p.engine for p in settings.profiles.values() if p.engine)}
        window = {queue_of(engine): max(_LEAST_WINDOW, 4 * window_of(engine, settings)) for engine in engines}
        given = []
        for job, attempt, queue, rank in self._register.due(window, _LEAST_WINDOW):
            if self._stopping.is_set():
                break
            engine = queue.removeprefix(queue_of(""))
            self._app.open_queue(engine, settings)
            self._app.hand_over(job, attempt, engine, rank)
            given.append((job, attempt))
        if given:
            self._register.handed(given)

    def _keep_house(self) -> None:
        if self._due("tidy", _TIDY_SECONDS):
            self._crew.tidy()
        if self._due("reconcile", _RECONCILE_SECONDS):
            self._reconcile()
        if self._due("prune", _PRUNE_SECONDS):
            ended = prune(self._register, self._settings().jobs.keep_days)
            self._app.forget(ended)

    def _due(self, what: str, seconds: float) -> bool:
        clock = time.monotonic()
        if clock < self._next[what]:
            return False
        self._next[what] = clock + seconds
        return True

    def _reconcile(self) -> None:
        """End attempts that the library has ended by itself, so that no job is at work for ever."""
        held = [job for job in self._register.jobs(("waiting", "running"), limit=500) if job.handed == job.attempt]
        statuses = self._app.statuses([(job.id, job.attempt) for job in held])
        alive = {name.split(".place")[0] for name, status in statuses.items() if status in _ALIVE}
        for job in held:
            if f"{job.id}.{job.attempt}" not in alive:
                self._give_up(job)

    def _give_up(self, job: Job) -> None:
        now = self._register.job(job.id)
        # It may have ended between the two looks, or been changed a moment ago.
        if now is None or (now.state, now.attempt, now.changed_at) != (job.state, job.attempt, job.changed_at):
            return
        said = "It was begun many times and brought down whoever did it; retry it when the cause is known."
        if self._register.end(job.id, job.attempt, Ending("failed", said)):
            LOG.warning("%s: failed: %s", job.path.name, said)


_ALIVE = ("PENDING", "ENQUEUED", "DELAYED")
