"""The jobs of the watcher: list, show, retry, cancel, prune; also while it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cutscore.cli import options as o
from cutscore.cli.screen import printable, say, say_json

if TYPE_CHECKING:
    from cutscore.config import Settings
    from cutscore_watchers.jobs.desk import Desk
    from cutscore_watchers.jobs.facts import Job

Names = Annotated[
    list[str], typer.Argument(metavar="JOB...", help="Names of jobs, or how they begin.", show_default=False)
]
_NAME_LETTERS = 8


def list_(
    state: Annotated[
        list[str] | None,
        typer.Option("--state", "-s", metavar="STATE", help="Only jobs in this state; may be given several times."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many, the latest changed first.")] = 50,
    config: o.Config = None,
    json_: o.AsJson = False,
) -> None:
    """List the jobs, the latest changed first, and how many there are in each state."""
    desk, _ = _desk(config)
    with desk:
        jobs, counts = desk.list(state or [], limit), desk.counts()
    if json_:
        say_json({"counts": counts, "jobs": [job.report() for job in jobs]})
        return
    if not jobs:
        say("There are no such jobs." if state else "There are no jobs yet.")
    for job in jobs:
        say(f"{job.id[:_NAME_LETTERS]}  {_state(job):<18} {printable(str(job.path))}")
        if job.message and job.state != "done":
            say(f"{'':{_NAME_LETTERS}}  {printable(job.message)}")
    if counts:
        say(", ".join(f"{number} {name}" for name, number in counts.items()))


def show(
    job: Annotated[str, typer.Argument(metavar="JOB", help="Name of a job, or how it begins.", show_default=False)],
    config: o.Config = None,
    json_: o.AsJson = False,
) -> None:
    """Show everything that is known of a job: where its music lies, its attempts, what its hooks said."""
    desk, _ = _desk(config)
    with desk:
        found = desk.one(job)
        history = desk.history(found.id)
    if json_:
        rows = [{"attempt": a, "state": s, "at": at, "message": m} for a, s, at, m in history]
        say_json({**found.report(), "history": rows})
        return
    for name, value in found.report().items():
        if value in (None, "", [], False):
            continue
        for text in _lines(value):
            say(f"{name:<12} {printable(text)}")
    for attempt, state, at, message in history:
        say(f"{at[:19]}  attempt {attempt}: {state}{f': {printable(message)}' if message else ''}")


def retry(
    jobs: Names,
    resend: Annotated[
        bool, typer.Option("--resend", help="Send parked paid calls again, knowing that they may be billed twice.")
    ] = False,
    config: o.Config = None,
    json_: o.AsJson = False,
) -> None:
    """Try jobs again that failed, were cancelled or are parked; music that was received is not bought again."""
    desk, settings = _desk(config)
    with desk:
        _told([desk.retry(desk.one(job), settings, resend=resend) for job in jobs], "is tried again", json_)


def cancel(jobs: Names, config: o.Config = None, json_: o.AsJson = False) -> None:
    """Stop jobs. One that waits ends at once, one at work within seconds; a call that was sent may be billed."""
    desk, _ = _desk(config)
    with desk:
        _told([desk.cancel(desk.one(job)) for job in jobs], "is cancelled", json_)


def prune(
    days: Annotated[
        float | None,
        typer.Option("--days", metavar="N", min=0, help="Jobs that ended so long ago [jobs.keep_days]."),
    ] = None,
    config: o.Config = None,
    json_: o.AsJson = False,
) -> None:
    """Forget what is kept of jobs that ended long ago. Files that still lie there are not made into jobs again."""
    desk, settings = _desk(config)
    with desk:
        count = desk.prune(settings.jobs.keep_days if days is None else days)
    if json_:
        say_json({"pruned": count})
    else:
        say(f"{count} {'job was' if count == 1 else 'jobs were'} forgotten; failed and parked ones are kept.")


COMMANDS: dict[str, Callable[..., None]] = {
    "list": list_,
    "show": show,
    "retry": retry,
    "cancel": cancel,
    "prune": prune,
}
"""What may follow `cutscore jobs`."""


def _desk(config: Any) -> tuple[Desk, Settings]:
    settings = o.settings_from(config, None)
    from cutscore_watchers.jobs.desk import Desk

    return Desk(settings), settings


def _told(jobs: list[Job], what: str, json_: bool) -> None:
    if json_:
        say_json({"jobs": [job.report() for job in jobs]})
        return
    for job in jobs:
        say(f"{job.id[:_NAME_LETTERS]} {printable(job.path.name)} {what}.")


def _state(job: Job) -> str:
    if job.cancelled and job.state in ("waiting", "running"):
        return "stopping"
    if job.state == "running" and job.stage:
        share = f" {job.fraction:.0%}" if job.fraction is not None else ""
        return f"{job.stage}{share}"
    return job.state


def _lines(value: Any) -> list[str]:
    if isinstance(value, list):
        said = []
        for one in value:
            said.append(f"{one['hook']}: {one['message']}" if isinstance(one, dict) else str(one))
            said += [f"  {line}" for line in str(one.get("output", "")).splitlines()] if isinstance(one, dict) else []
        return said
    return [str(value)]
