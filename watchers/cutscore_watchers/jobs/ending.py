"""Endings: what an error means for a job: tried again later, kept with its reason, or parked."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from cutscore.config import Settings
from cutscore_watchers.jobs.facts import Ending, Job

FIRST_DELAY_SECONDS = 5.0
LONGEST_DELAY_SECONDS = 600.0
MOST_REFUSALS = 200
"""How often an engine may ask to come later, or not be there at all, before a job gives up: a day at least."""
UNREADY_SECONDS = 15.0
"""How soon a file is looked at again that was not whole after all, or whose folder is not there."""


def ending_of(failure: Mapping[str, Any], job: Job, settings: Settings) -> Ending:
    """How an attempt ends that failed with `failure` (see `failure_of`)."""
    kind, message = str(failure["kind"]), str(failure["message"])
    if kind == "OutcomeUnknown":
        return Ending("parked", message)
    if kind == "Cancelled":
        return Ending("cancelled", "Cancelled by you." if job.cancelled else message)
    if kind == "TryLater":
        if job.refusals + 1 >= MOST_REFUSALS:
            return Ending("failed", f"{message} It was asked {MOST_REFUSALS} times.", counts="refusals")
        asked = failure.get("seconds")
        wait = float(asked) if asked is not None else _backed_off(job.refusals)
        # Not all at the same moment: who waits for the same server meets it again there.
        return Ending("waiting", message, delay_seconds=wait * random.uniform(1.0, 1.1), counts="refusals")  # noqa: S311
    if kind in ("EngineFailed", "OutputFailed", "Fault") and job.tries + 1 < settings.jobs.attempts:
        wait = _backed_off(job.tries) * random.uniform(1.0, 1.2)  # noqa: S311
        return Ending("waiting", message, delay_seconds=wait, counts="tries")
    return Ending("failed", message, counts="tries")


def failure_of(error: BaseException) -> dict[str, Any]:
    """An error as JSON values."""
    from cutscore_composer.errors import (
        Cancelled,
        ConfigError,
        CutscoreError,
        EngineFailed,
        InputRefused,
        OutcomeUnknown,
        OutputFailed,
    )

    if not isinstance(error, CutscoreError):
        return {"kind": "Fault", "message": f"Something went wrong inside Cutscore ({type(error).__name__})."}
    seconds = getattr(error, "seconds", None)
    if type(error).__name__ == "TryLater":
        return {"kind": "TryLater", "message": str(error), "seconds": seconds}
    kinds = (Cancelled, OutcomeUnknown, OutputFailed, EngineFailed, InputRefused, ConfigError)
    kind = next((kind.__name__ for kind in kinds if isinstance(error, kind)), "Fault")
    return {"kind": kind, "message": str(error)}


def _backed_off(times: int) -> float:
    return min(LONGEST_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2.0 ** min(times, 20))
