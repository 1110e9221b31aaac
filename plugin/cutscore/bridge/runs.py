"""Runs: scorings that panels asked for, each the command in the background; a few at once, ended ones for a while."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cutscore.editors.resolve.cutscore_resolve.command import Scoring, Wishes
from cutscore.editors.resolve.cutscore_resolve.connection import Trouble
from cutscore.readers import TIMELINES
from cutscore.results import output_folder
from cutscore_composer.errors import InputRefused

MOST_AT_ONCE = 2
KEEP_SECONDS = 3600.0
_TEXTS = ("description", "engine", "seed")
_LONGEST_TEXT = 4100


@dataclass
class _Run:
    scoring: Scoring
    state: str = "running"
    said: dict[str, Any] = field(default_factory=dict)
    ended: float = 0.0


class Runs:
    """All runs of one bridge; safe from any thread."""

    def __init__(self, command: Sequence[str]) -> None:
        """`command` is how cutscore is called, as a list of words."""
        self._command = tuple(command)
        self._runs: dict[str, _Run] = {}
        self._lock = threading.Lock()

    def start(self, asked: Mapping[str, Any]) -> str:
        """Begin one; its id. Raises InputRefused for what cannot be scored, or when too many run."""
        timeline, wishes = timeline_of(asked), wishes_of(asked)
        with self._lock:
            self._forget_old()
            if sum(run.state == "running" for run in self._runs.values()) >= MOST_AT_ONCE:
                raise InputRefused(f"{MOST_AT_ONCE} timelines are being scored already: wait until one is done.")
            try:
                scoring = Scoring(self._command, str(timeline), str(output_folder([timeline])), wishes)
            except Trouble as trouble:
                raise InputRefused(str(trouble)) from None
            name = uuid.uuid4().hex
            self._runs[name] = _Run(scoring)
        return name

    def told(self, name: str) -> dict[str, Any] | None:
        """How far a run is, or how it ended; None when there is none of that id."""
        with self._lock:
            run = self._runs.get(name)
            if run is None:
                return None
            if run.state == "running" and run.scoring.poll():
                self._take(run)
            if run.state == "running":
                return {"state": "running", "stage": run.scoring.stage, "fraction": run.scoring.fraction}
            return {"state": run.state, **run.said}

    def cancel(self, name: str) -> bool:
        """Stop a run; False when there is none of that id."""
        with self._lock:
            run = self._runs.get(name)
            if run is None:
                return False
            if run.state == "running":
                run.state, run.ended = "cancelled", time.monotonic()
                run.scoring.cancel()
        return True

    def close(self) -> None:
        """Stop everything."""
        for name in list(self._runs):
            self.cancel(name)

    @staticmethod
    def _take(run: _Run) -> None:
        run.ended = time.monotonic()
        try:
            report = run.scoring.report()
            run.said = {"report": {**report, "cue_facts": _cue_facts(report.get("cue"))}}
            run.state = "done"
        except Trouble as trouble:
            run.said, run.state = {"error": str(trouble)}, "failed"

    def _forget_old(self) -> None:
        now = time.monotonic()
        for name, run in list(self._runs.items()):
            if run.state == "running" and run.scoring.poll():
                self._take(run)
            if run.ended and now - run.ended > KEEP_SECONDS:
                del self._runs[name]


def _cue_facts(cue: object) -> dict[str, Any]:
    """What a panel needs of the cue file, which it cannot read itself: length and hits."""
    try:
        said = json.loads(Path(str(cue)).read_text(encoding="utf-8"))
        return {"frames": said["frames"], "hits": said["hits"]}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def timeline_of(asked: Mapping[str, Any]) -> Path:
    """The timeline that is asked for. Raises InputRefused."""
    said = asked.get("timeline")
    if not isinstance(said, str) or "\0" in said or not Path(said).is_absolute():
        raise InputRefused("The field `timeline` must be the whole path of a timeline file.")
    path = Path(said)
    if path.suffix.lower() not in TIMELINES or not path.is_file():
        raise InputRefused(f"{said} is no timeline that can be read.")
    return path


def wishes_of(asked: Mapping[str, Any]) -> Wishes:
    """What is wished. Raises InputRefused for a field of a wrong kind."""
    texts = {name: "" if asked.get(name) is None else asked[name] for name in _TEXTS}
    for name, value in texts.items():
        if isinstance(value, int) and not isinstance(value, bool):
            texts[name] = str(value)
        elif not isinstance(value, str) or len(value) > _LONGEST_TEXT or value.startswith("--"):
            raise InputRefused(f"The field `{name}` must be a text.")
    tags = asked.get("tags") or []
    if not isinstance(tags, list) or not all(isinstance(tag, str) and not tag.startswith("-") for tag in tags):
        raise InputRefused("The field `tags` must be a list of texts.")
    return Wishes(tags=tuple(tags), **texts)
