"""Flow: an attempt of a job as durable workflows; a step that was finished is never done again after a crash.

    score     JOB.n        check ─> identify ─> compose      on the engine's queue
    deliver   JOB.n.place  place ─> hooks ─> put away        on "places", one at a time for each project
    tell      JOB.n.tell   hooks ─> put away                 when it ended without music

Steps answer with plain values and never raise for what can go wrong with a file, an engine or a disk: how an attempt
ends is written into the register, and another attempt is another workflow.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from dbos import DBOS, SetEnqueueOptions, SetWorkflowID
from dbos._error import DBOSException

from cutscore_watchers.jobs.wanted import PLACES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cutscore_watchers.jobs.steps import Steps

VERSION = "cutscore-1"
"""Of the workflows: jobs begun by a program with another version are not gone on with."""
MOST_PRIORITY = 2**31 - 1
_at_work: list[Steps] = []
"""Whoever does the steps in this process; one at most."""


@contextlib.contextmanager
def worked_by(steps: Steps) -> Iterator[None]:
    """Have the steps of this process's workflows done by `steps`."""
    _at_work.append(steps)
    try:
        yield
    finally:
        _at_work.remove(steps)


def hand_over(job: str, attempt: int, queue: str, rank: int) -> None:
    """Give an attempt to the workers; giving it twice is giving it once."""
    with SetWorkflowID(f"{job}.{attempt}"), SetEnqueueOptions(priority=max(1, min(rank, MOST_PRIORITY))):
        DBOS.enqueue_workflow(queue, score, job, attempt)


def names_of(job: str, attempt: int) -> list[str]:
    """The workflows of an attempt."""
    return [f"{job}.{attempt}", f"{job}.{attempt}.place", f"{job}.{attempt}.tell"]


@DBOS.workflow(name="score")
def score(job: str, attempt: int) -> None:
    """Check the file, find its place, get its music, and pass it on."""
    found: dict[str, Any] = {}
    try:
        if check(job, attempt):
            found = identify(job, attempt)
            found = found and compose(job, attempt, found)
    except DBOSException:
        # The library's own: it knows what to do.
        raise
    except Exception as error:
        found = {}
        _at_work[0].fault(job, attempt, error)
    _, place, told = names_of(job, attempt)
    if found:
        with SetWorkflowID(place), SetEnqueueOptions(queue_partition_key=str(found["turn"])):
            DBOS.enqueue_workflow(PLACES, deliver, job, attempt, found)
    elif _at_work[0].is_to_tell(job, attempt):
        with SetWorkflowID(told), SetEnqueueOptions(queue_partition_key=job):
            DBOS.enqueue_workflow(PLACES, tell, job, attempt)


@DBOS.workflow(name="deliver")
def deliver(job: str, attempt: int, found: dict[str, Any]) -> None:
    """Lay the music into the project and tell whoever wants to know."""
    try:
        place(job, attempt, found)
    except DBOSException:
        raise
    except Exception as error:
        _at_work[0].fault(job, attempt, error)
    if _at_work[0].is_to_tell(job, attempt):
        _tell(job, attempt)


@DBOS.workflow(name="tell")
def tell(job: str, attempt: int) -> None:
    """Tell whoever wants to know how a job ended without music."""
    _tell(job, attempt)


def _tell(job: str, attempt: int) -> None:
    try:
        hooks(job, attempt)
        put_away(job, attempt)
    finally:
        _at_work[0].told(job, attempt)


@DBOS.step(name="check")
def check(job: str, attempt: int) -> bool:
    """Whether the file is still whole and as it was; else the attempt has ended."""
    return _at_work[0].check(job, attempt)


@DBOS.step(name="identify")
def identify(job: str, attempt: int) -> dict[str, Any]:
    """The place and the keys of the music, if this job is the one for both; else the attempt has ended."""
    return _at_work[0].identify(job, attempt)


@DBOS.step(name="compose")
def compose(job: str, attempt: int, found: dict[str, Any]) -> dict[str, Any]:
    """What was found with the music; nothing when the attempt has ended."""
    return _at_work[0].compose(job, attempt, found)


@DBOS.step(name="place")
def place(job: str, attempt: int, found: dict[str, Any]) -> bool:
    """Whether the music lies where it belongs; either way the attempt has ended."""
    return _at_work[0].place(job, attempt, found)


@DBOS.step(name="hooks")
def hooks(job: str, attempt: int) -> bool:
    """Run the hooks for how the job stands."""
    return _at_work[0].hooks(job, attempt)


@DBOS.step(name="put away")
def put_away(job: str, attempt: int) -> bool:
    """Put the source where the folder's settings want it."""
    return _at_work[0].put_away(job, attempt)
