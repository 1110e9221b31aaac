"""Admitting: whether a film that has been quiet may become a job, and if not, why and until when it waits."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cutscore.config import Settings
from cutscore.config.watching import WatchFolder
from cutscore_composer.errors import ConfigError
from cutscore_watchers.finished import End, Verdict
from cutscore_watchers.folders.candidates import Candidate
from cutscore_watchers.folders.sidecar import sidecar_of, with_sidecar
from cutscore_watchers.folders.temporary_names import STILL_COMING
from cutscore_watchers.ready import ReadyFile


@dataclass(frozen=True, slots=True)
class Wait:
    """The film is not ready."""

    reason: str
    """The rest of a sentence that begins with its name."""
    until: float | None = None
    """When to look again on the steady clock; None: after a while that grows."""


def admit(
    candidate: Candidate, now: float, watch: WatchFolder, settings: Settings, look: Callable[[Path], Verdict]
) -> ReadyFile | Wait:
    """Look into a film that has been quiet for `quiet_seconds`; `now` is the steady clock's."""
    found = candidate.found
    path = Path(found.path)
    if found.size == 0:
        return Wait("is empty (0 bytes)")
    beside = next((ending for ending in STILL_COMING if os.path.lexists(found.path + ending)), None)
    if beside is not None:
        return Wait(f"is still being downloaded, by {path.name}{beside} beside it")
    sidecar = sidecar_of(path)
    if watch.sidecars == "required" and not os.path.isfile(sidecar):  # noqa: PTH113 (a name too long is no file)
        return Wait(f"has no side-car yet: {sidecar.name} is awaited beside it")
    try:
        wanted = with_sidecar(path, watch, settings)
    except ConfigError as error:
        return Wait(f"has a side-car that is wrong: {str(error).rstrip('.')}")
    verdict = look(path)
    if verdict.missing:
        return Wait(verdict.why)
    stable = max(settings.jobs.stable_seconds, settings.jobs.quiet_seconds)
    if verdict.end is End.UNTOLD and candidate.quiet_until(stable) > now:
        return Wait(f"{verdict.why}; it must not change for {stable:g} seconds", candidate.quiet_until(stable))
    return ReadyFile(path, found.size, found.mtime_ns, wanted)
