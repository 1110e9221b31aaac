"""Status: what the watcher does now, in a file that is whole at any moment, and said by `cutscore watch --status`."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cutscore.config import Settings
from cutscore.config.model import data_folder
from cutscore.submit.owner import is_gone, this_owner
from cutscore_watchers.ready import WaitingFile

SCHEMA = "cutscore.watch-status/1"
EVERY_SECONDS = 10.0
"""How often it is written when nothing changes."""
STALE_SECONDS = 60.0
MOST_WAITING = 200
"""Films that are listed; of the others the number is given."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where a watcher keeps what it knows: one for each database of jobs."""

    status: Path
    memory: Path


def places_of(settings: Settings) -> Places:
    """The places of a watcher with these settings. Raises ConfigError."""
    from cutscore_watchers.jobs.database import jobs_url

    url = jobs_url(settings).render_as_string(hide_password=True)
    name = hashlib.sha256(url.encode()).hexdigest()[:12]
    folder = data_folder() / "watch"
    return Places(folder / f"{name}.status.json", folder / f"{name}.memory.sqlite")


class StatusFile:
    """The file; written when something changed, and now and then to show that the watcher lives."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._owner = this_owner()
        self._started = _now()
        self._last: dict[str, Any] = {}
        self._at = float("-inf")

    def write(
        self,
        state: str,
        folders: Sequence[Mapping[str, Any]],
        waiting: Sequence[WaitingFile],
        waiting_count: int,
        jobs: Mapping[str, int],
        config: str | None,
        trouble: str,
    ) -> None:
        """Write it when that is due; a full disk is no reason to stop watching."""
        said = {
            "schema": SCHEMA,
            "state": state,
            "owner": self._owner,
            "pid": os.getpid(),
            "started": self._started,
            "config": config,
            "config_wrong": trouble or None,
            "folders": list(folders),
            "waiting": [_waiting(each) for each in sorted(waiting, key=lambda each: each.since)[:MOST_WAITING]],
            "waiting_count": waiting_count,
            "jobs": dict(jobs),
        }
        now = time.monotonic()
        if said == self._last and now - self._at < EVERY_SECONDS:
            return
        self._last, self._at = said, now
        part = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps({**said, "written": _now()}), encoding="utf-8")
            part.replace(self.path)
        except OSError:
            part.unlink(missing_ok=True)


def read_status(path: Path) -> dict[str, Any] | None:
    """What a watcher last wrote, with `running` (True, False) and `answers`; None when none ever wrote.

    A watcher whose process is there but that has written nothing for a minute does not answer.
    """
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        age = (datetime.now(UTC) - datetime.fromisoformat(said["written"])).total_seconds()
        running = said["state"] != "stopped" and not is_gone(said["owner"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return {**said, "running": running, "answers": running and age < STALE_SECONDS}


def status_lines(said: Mapping[str, Any] | None) -> list[str]:
    """The status for a person."""
    if said is None:
        return ["No watcher has run with this configuration."]
    if not said["running"]:
        lines = [f"The watcher is not running; it last was at {_clock(said['written'])}."]
    else:
        mute = "" if said["answers"] else f" It has not answered since {_clock(said['written'])}."
        lines = [f"Watching since {_clock(said['started'])} (process {said['pid']}).{mute}"]
    if said["config_wrong"]:
        lines.append(f"The configuration is wrong, the one of before counts: {said['config_wrong']}")
    for folder in said["folders"]:
        how = {"events": "watched", "polling": "looked through every few seconds"}.get(folder["mode"], folder["mode"])
        state = f"{folder['path']} {folder['reason']}" if folder["reason"] else f"{folder['path']}: {how}"
        lines.append(f"{state}; {folder['queued']} queued, {folder['waiting']} waiting.")
    for each in said["waiting"][:20]:
        lines.append(f"  {each['reason']} (since {_clock(each['since'])})")
    more = said["waiting_count"] - min(20, len(said["waiting"]))
    if more > 0:
        lines.append(f"  … and {more} more.")
    counts = ", ".join(f"{number} {state}" for state, number in said["jobs"].items())
    lines.append(f"Jobs: {counts or 'none yet'}.")
    return lines


def _waiting(each: WaitingFile) -> dict[str, str]:
    since = datetime.fromtimestamp(each.since, UTC).isoformat(timespec="seconds")
    return {"path": str(each.path), "reason": each.reason, "since": since}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _clock(text: str) -> str:
    return datetime.fromisoformat(text).astimezone().strftime("%Y-%m-%d %H:%M:%S")
