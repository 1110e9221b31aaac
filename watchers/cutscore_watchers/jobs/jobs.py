"""Jobs: everything together, as the watcher uses it."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from cutscore.config import Settings
from cutscore_watchers.jobs.alone import Alone
from cutscore_watchers.jobs.crew import Crew
from cutscore_watchers.jobs.database import is_shared, jobs_url, open_jobs
from cutscore_watchers.jobs.facts import OPEN
from cutscore_watchers.jobs.peers import Peers, check_store
from cutscore_watchers.jobs.register import Register, new_job
from cutscore_watchers.jobs.steps import Steps
from cutscore_watchers.jobs.wanted import job_id, queue_of, wanted_for
from cutscore_watchers.ready import ReadyFile

if TYPE_CHECKING:
    from cutscore_watchers.jobs.app import App
    from cutscore_watchers.jobs.feeder import Feeder

LOG = logging.getLogger("cutscore.jobs")
LOCAL_EXECUTOR = "local"
"""The one worker on a database file: what it had begun is its own at the next start."""


class Jobs:
    """The durable jobs of a watcher; one at most in a process. Usable from several threads.

    >>> with Jobs(settings, config_file) as jobs:          # doctest: +SKIP
    ...     jobs.start()
    ...     jobs.enqueue(ready)
    """

    def __init__(self, settings: Settings, config_file: Path | None = None) -> None:
        """Open the database. Raises ConfigError when it cannot be used, or another watcher uses it."""
        self._settings = settings
        self.config_file = config_file
        self._stopping = threading.Event()
        self._url = jobs_url(settings)
        self._alone: Alone | None = None
        if not is_shared(self._url):
            file = Path(self._url.database or "")
            file.parent.mkdir(parents=True, exist_ok=True)
            self._alone = Alone(file)
        with contextlib.ExitStack() as undone:
            if self._alone is not None:
                undone.callback(self._alone.close)
            self._register = Register(open_jobs(self._url))
            undone.callback(self._register.engine.dispose)
            if is_shared(self._url):
                check_store(self._register.engine, settings.ledger.store_folder)
            undone.pop_all()
        self._crew = Crew(self._stopping)
        self._steps = Steps(self._register, self._crew, lambda: self._settings, self._stopping, self._freed)
        self._running = contextlib.ExitStack()
        self._app: App | None = None
        self._feeder: Feeder | None = None
        self._peers: Peers | None = None
        self._closed = False

    def __enter__(self) -> Jobs:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to work: first on what was under way when the watcher last stopped. Raises ConfigError."""
        from cutscore_watchers.jobs.app import App
        from cutscore_watchers.jobs.feeder import Feeder
        from cutscore_watchers.jobs.flow import worked_by

        self._running.enter_context(worked_by(self._steps))
        executor = LOCAL_EXECUTOR
        if is_shared(self._url):
            self._peers = Peers(
                self._url,
                self._stopping,
                lambda: self._app.workers() if self._app is not None else (),
                lambda names: self._app.take_over(names) if self._app is not None else 0,
            )
            executor = self._peers.name_here
        self._app = App(self._url, self._register.engine, executor)
        for engine in self._engines():
            self._app.open_queue(engine, self._settings)
        self._feeder = Feeder(self._register, self._app, self._crew, lambda: self._settings, self._stopping)
        self._feeder.start()
        if self._peers is not None:
            self._peers.start()

    def use(self, settings: Settings) -> None:
        """Go on with a changed configuration; the databases stay those that it was started with."""
        fixed = {"jobs": settings.jobs.model_copy(update={"database": self._settings.jobs.database})}
        self._settings = settings.model_copy(update={**fixed, "ledger": self._settings.ledger})
        self._freed()

    def enqueue(self, ready: ReadyFile) -> str:
        """Make a job of a finished file; on disk when this returns. Gives its name; the same file again, the same job.

        Raises ConfigError for a profile or engine that is not configured, OutputFailed when it cannot be written.
        """
        return self.enqueue_many([ready])[0]

    def enqueue_many(self, files: Sequence[ReadyFile]) -> list[str]:
        """Like `enqueue` for many files at once, which is much quicker."""
        settings = self._settings
        jobs = {}
        for ready in files:
            wanted = wanted_for(ready, settings)
            name, queue = job_id(ready), queue_of(wanted["engine"])
            jobs[name] = new_job(
                name, ready.path, ready.size, ready.mtime_ns, queue=queue, engine=wanted["engine"], wanted=wanted
            )
        if jobs:
            self._register.add(list(jobs.values()))
            self._freed()
        return [job_id(ready) for ready in files]

    def known(self, path: str, size: int, mtime_ns: int) -> bool:
        """Whether this very version of a file has, or had, a job."""
        return self._register.known(path, size, mtime_ns)

    def known_many(self, rows: Iterable[tuple[str, int, int]]) -> set[tuple[str, int, int]]:
        """Those of (path, size, mtime_ns) that have, or had, a job."""
        return self._register.known_many(rows)

    def counts(self) -> Mapping[str, int]:
        """How many jobs are in each state (see facts.STATES); those without any are left out.

        One that has ended counts as running too as long as its hooks run.
        """
        found = self._register.counts()
        if self._steps.telling:
            found["running"] = found.get("running", 0) + self._steps.telling
        return found

    @property
    def open(self) -> int:
        """How many jobs are not at their end."""
        found = self.counts()
        return sum(found.get(state, 0) for state in OPEN)

    def stop(self, seconds: float = 5.0) -> None:
        """Stop within about so many seconds; what was under way is taken up at the next start. May be called twice."""
        if self._closed:
            return
        self._closed = True
        self._stopping.set()
        self._freed()
        if self._feeder is not None:
            self._feeder.join(timeout=seconds)
        if self._app is not None:
            self._app.close()
        if self._peers is not None:
            self._peers.close()
        self._crew.close()
        self._running.close()
        self._register.engine.dispose()
        if self._alone is not None:
            self._alone.close()

    def _engines(self) -> set[str]:
        """Every engine that a watched folder's files go to."""
        profiles = self._settings.profiles
        chosen = {profiles[w.profile].engine for w in self._settings.watch if w.profile in profiles}
        return {self._settings.engine, *(engine for engine in chosen if engine)}

    def _freed(self) -> None:
        if self._feeder is not None:
            self._feeder.wake()
