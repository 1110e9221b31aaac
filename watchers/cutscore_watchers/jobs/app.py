"""App: the workflow library as Cutscore uses it: no server of its own, no telemetry, one second between looks."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSConfig
from dbos._serialization import DBOSPortableJSONSerializer

from cutscore.config import Settings
from cutscore.engines import LOCAL
from cutscore_composer.errors import ConfigError
from cutscore_watchers.jobs import flow
from cutscore_watchers.jobs.database import is_shared
from cutscore_watchers.jobs.wanted import PLACES, queue_of, window_of

LOG = logging.getLogger("cutscore.jobs")
POLL_SECONDS = 1.0
_MOST_PLACING = 4
"""Pieces that are laid into different projects at once."""


class App:
    """The workflow library, launched; one at most in a process."""

    def __init__(self, url: sa.URL, engine: sa.Engine, executor: str) -> None:
        """`executor` is the name under which this process's workflows are found again. Raises ConfigError."""
        config: DBOSConfig = {
            "name": "cutscore",
            "system_database_url": url.render_as_string(hide_password=False),
            "application_version": flow.VERSION,
            "executor_id": executor,
            "serializer": _PlainJson(),
            "log_level": "WARNING",
            "enable_otlp": False,
        }
        if not is_shared(url):
            config["system_database_engine"] = engine
        self._queues: dict[str, Mapping[str, Any]] = {}
        _tell_through_our_log()
        try:
            DBOS(config=config)
            DBOS.launch()
        except Exception as error:
            name = url.render_as_string(hide_password=True)
            reason = str(getattr(error, "orig", None) or error).splitlines()[0][:200].rstrip(".")
            raise ConfigError(f"The jobs' database {name} cannot be used: {reason}.") from None
        DBOS.register_queue(
            PLACES,
            partition_concurrency=1,
            worker_concurrency=_MOST_PLACING,
            polling_interval_sec=POLL_SECONDS,
            on_conflict="always_update",
        )

    def close(self) -> None:
        """Stop looking for work; what is under way is taken up again at the next start."""
        DBOS.destroy()

    def open_queue(self, engine: str, settings: Settings) -> None:
        """See that the jobs of an engine are looked for, as many at once as its settings allow."""
        limits: dict[str, Any] = {"worker_concurrency": window_of(engine, settings)}
        known = settings.engines.get(engine)
        if engine != LOCAL:
            # A server's limit is one for the whole studio.
            limits = {"global_concurrency": window_of(engine, settings)}
        if known is not None and known.calls_a_minute is not None:
            limits["limiter"] = {"limit": known.calls_a_minute, "period": 60.0}
        name = queue_of(engine)
        if self._queues.get(name) == limits:
            return
        DBOS.register_queue(name, **limits, polling_interval_sec=POLL_SECONDS, on_conflict="always_update")
        self._queues[name] = limits

    def hand_over(self, job: str, attempt: int, engine: str, rank: int) -> None:
        """Give an attempt to the workers; giving it twice is giving it once."""
        flow.hand_over(job, attempt, queue_of(engine), rank)

    def take_over(self, executors: list[str]) -> int:
        """Take up what dead workers had begun: how many workflows those were."""
        return len(DBOS._recover_pending_workflows(executors))

    def workers(self) -> set[str]:
        """The names of all workers that have something under way."""
        pending = DBOS.list_workflows(status="PENDING", load_input=False, load_output=False)
        return {one.executor_id for one in pending if one.executor_id}

    def statuses(self, attempts: list[tuple[str, int]]) -> dict[str, str]:
        """The status of every workflow that there is of these attempts."""
        names = [name for job, attempt in attempts for name in flow.names_of(job, attempt)]
        found = DBOS.list_workflows(workflow_ids=names, load_input=False, load_output=False) if names else []
        return {one.workflow_id: one.status for one in found}

    def forget(self, attempts: list[tuple[str, int]]) -> None:
        """Remove what the library keeps of attempts that have ended."""
        names = list(self.statuses(attempts))
        if names:
            DBOS.delete_workflows(names)


class _Told(logging.Handler):
    """What the library warns of, in our log, in one line."""

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage().splitlines()[0] if record.getMessage() else record.name
        LOG.log(record.levelno, "%s", text, extra={"event": "library", "facts": {}})


def _tell_through_our_log() -> None:
    logger = logging.getLogger("dbos")
    # The library adds a handler of its own where there is none.
    if not any(isinstance(handler, _Told) for handler in logger.handlers):
        logger.addHandler(_Told())
    logger.propagate = False


class _PlainJson(DBOSPortableJSONSerializer):
    """JSON in ASCII: names of files may hold anything."""

    def name(self) -> str:
        """Not the library's own name, under which it would use its own, whose text is not ASCII."""
        return "cutscore_json"

    def serialize(self, value: Any) -> str:
        return json.dumps(json.loads(super().serialize(value)))
