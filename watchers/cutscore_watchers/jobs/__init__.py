"""Jobs: every finished file becomes one durable job, which ends with the music in the project.

>>> from cutscore_watchers.jobs import Jobs
>>> with Jobs(settings, config_file) as jobs:          # doctest: +SKIP
...     jobs.start()
...     jobs.enqueue(ready)
...     jobs.stop(5)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cutscore_watchers.jobs.facts import Job, State
    from cutscore_watchers.jobs.jobs import Jobs
    from cutscore_watchers.jobs.register import Register

_HOMES = {"Job": "facts", "State": "facts", "Jobs": "jobs", "Register": "register"}

__all__ = ["Job", "Jobs", "Register", "State"]


def __getattr__(name: str) -> Any:
    # The database and workflow libraries are loaded when something of them is used.
    if name in _HOMES:
        return getattr(import_module(f"cutscore_watchers.jobs.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'cutscore_watchers.jobs' has no attribute {name!r}")
