"""Readiness: the last look at a film before anything is made of it: there, as it was, and whole."""

from __future__ import annotations

from pathlib import Path

from cutscore_watchers.finished import judge
from cutscore_watchers.jobs.ending import LONGEST_DELAY_SECONDS, UNREADY_SECONDS
from cutscore_watchers.jobs.facts import Ending, Job
from cutscore_watchers.jobs.housekeeping import is_gone


def unready(job: Job) -> Ending | None:
    """Why the file cannot be used now, as the ending of the attempt; None: it is whole and as it was."""
    path: Path = job.path
    try:
        facts = path.stat()
    except OSError as error:
        if is_gone(path):
            return Ending("gone", f"{path.name} is not there any more.")
        said = f"{path} cannot be read now: {error.strerror or error}."
        return _looked_at_later(job, said)
    if (facts.st_size, facts.st_mtime_ns) != (job.size, job.mtime_ns):
        return Ending("replaced", f"{path.name} was changed; its new version is a job of its own.")
    verdict = judge(path)
    if verdict.missing:
        return _looked_at_later(job, f"{path.name} {verdict.why}.")
    return None


def _looked_at_later(job: Job, said: str) -> Ending:
    """Never given up, but looked at more and more rarely."""
    delay = min(UNREADY_SECONDS * 2.0 ** min(job.refusals, 20), LONGEST_DELAY_SECONDS)
    return Ending("waiting", said, delay_seconds=delay, counts="refusals")
