"""Wanted: the settings that hold for one file, kept with its job as they were when it was found."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cutscore.config import Settings, override
from cutscore.config.model import MusicSettings, OutputSettings, PlaceSettings
from cutscore.config.watching import WatchFolder
from cutscore.engines import LOCAL
from cutscore_composer.errors import ConfigError
from cutscore_watchers.ready import ReadyFile

PLACES = "places"
"""The queue on which music is laid into projects, one piece at a time in each."""


def wanted_for(ready: ReadyFile, settings: Settings) -> dict[str, Any]:
    """What is wanted for a file, as JSON values: engine, music, place, output and the watched folder. Never a secret.

    Raises ConfigError for a profile or an engine that is not configured.
    """
    watch = ready.watch
    if watch.profile is not None:
        try:
            settings = settings.with_profile(watch.profile)
        except KeyError:
            known = ", ".join(sorted(settings.profiles)) or "none"
            raise ConfigError(f"There is no profile {watch.profile!r} for {ready.path}; there are: {known}.") from None
    said: dict[str, Any] = {"description": watch.description, "tags": watch.tags, "style": watch.style}
    settings = override(settings, **{name: value for name, value in said.items() if value is not None})
    if watch.engine is not None:
        settings = settings.model_copy(update={"engine": watch.engine})
    problem = settings.engine_problem(settings.engine)
    if problem is not None:
        raise ConfigError(f"{problem[0].upper()}{problem[1:]}.")
    output = settings.output
    if watch.output is not None:
        output = output.model_copy(update={"folder": watch.output})
    return {
        "engine": settings.engine,
        "music": settings.music.model_dump(mode="json"),
        "place": settings.place.model_dump(mode="json"),
        "output": output.model_dump(mode="json"),
        "watch": watch.model_dump(mode="json"),
    }


def settings_of(wanted: Mapping[str, Any], settings: Settings) -> Settings:
    """This machine's settings with what is wanted laid over them."""
    return settings.model_copy(
        update={
            "engine": wanted["engine"],
            "music": MusicSettings.model_validate(wanted["music"]),
            "place": PlaceSettings.model_validate(wanted["place"]),
            "output": OutputSettings.model_validate(wanted["output"]),
        }
    )


def watch_of(wanted: Mapping[str, Any]) -> WatchFolder:
    """The watched folder that a file was found in."""
    return WatchFolder.model_validate(wanted["watch"])


def job_id(ready: ReadyFile) -> str:
    """The name of the job of a version of a file: the same whoever sees it, and however often."""
    where = [ready.watch.project, str(ready.watch.output or "")]
    material = json.dumps([str(ready.path), ready.size, ready.mtime_ns, where])
    return hashlib.sha256(material.encode("ascii")).hexdigest()[:16]


def queue_of(engine: str) -> str:
    """The queue of an engine's jobs."""
    return f"engine {engine}"


def window_of(engine: str, settings: Settings) -> int:
    """How many jobs of an engine run at once: of ours on each machine, of a server on all machines together."""
    if engine == LOCAL:
        return settings.jobs.concurrency
    known = settings.engines.get(engine)
    return known.concurrency if known is not None else 2
