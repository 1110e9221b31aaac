"""Hooks: what happens when a job has ended: a program of the user's, a webhook, a notification on the desktop.

    on_done: [/usr/local/bin/tell-the-team, --channel, cutting]

An argument list, never a shell line; the job's facts are in its environment (CUTSCORE_STATE, CUTSCORE_MUSIC, …) and
as JSON on its standard input.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cutscore.config.watching import HookSettings

LOG = logging.getLogger("cutscore.jobs.hooks")


def run_hooks(
    state: str, report: Mapping[str, Any], settings: HookSettings, stopping: threading.Event
) -> list[dict[str, Any]]:
    """Run what is set for jobs that end as `state` (done, failed, parked): what came of each, to be kept with the job.

    A hook that fails is told of and changes nothing about the job. Raises Interrupted when `stopping` is set.
    """
    from cutscore_watchers.hooks.desktop import notify
    from cutscore_watchers.hooks.program import run_program
    from cutscore_watchers.hooks.webhook import send

    said: list[dict[str, Any]] = []
    command = {"done": settings.on_done, "failed": settings.on_failed, "parked": settings.on_parked}.get(state, ())
    if command:
        said.append({"hook": f"on_{state}", **run_program(command, report, settings.timeout_seconds, stopping)})
    if settings.webhook is not None:
        said.append({"hook": "webhook", **send(settings, report, stopping)})
    if settings.desktop:
        notify(report)
    for one in said:
        if not one["ok"]:
            LOG.warning("%s for %s: %s", one["hook"], report["source"], one["message"])
    return said
