"""What is said of a watched folder in the log: once, and again when there is something new to say.

Each line is a sentence for a person; its `event` and `facts` are the same for a program (`--json`).
"""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

from cutscore.config.watching import WatchFolder
from cutscore_watchers.folders.candidates import Candidate
from cutscore_watchers.folders.root import Root
from cutscore_watchers.folders.scan import Looked
from cutscore_watchers.ready import ReadyFile

log = logging.getLogger(__name__)

MOST_KEPT = 10_000


class Said:
    """The lines about one watched folder."""

    def __init__(self, watch: WatchFolder) -> None:
        self._watch = watch
        self._reasons: dict[str, str] = {}
        self._told: set[str] = set()

    def root(self, before: Root, now: Root) -> None:
        """The folder came, went, or is another one."""
        path = str(self._watch.path)
        if now.identity is None:
            if before.trouble != now.trouble:
                _say(logging.WARNING, "folder_away", f"{path} {now.trouble}; it is watched as soon as it comes.",
                     folder=path, reason=now.trouble)  # fmt: skip
        elif before.identity is None and before.trouble and "yet" not in before.trouble:
            _say(logging.INFO, "folder_back", f"{path} is there again.", folder=path)
        elif before.identity not in (None, now.identity):
            _say(logging.INFO, "folder_changed", f"{path} is another folder or drive than before.", folder=path)

    def there_before(self, count: int) -> None:
        """What lay in the folder when it was watched for the first time."""
        path, process = str(self._watch.path), self._watch.existing == "process"
        if count:
            films = "1 film was" if count == 1 else f"{count} films were"
            means = (
                "they get music too (existing: ignore leaves such films alone)"
                if process
                else "they are left alone (existing: process gives them music too)"
            )
            _say(logging.INFO, "there_before", f"{films} in {path} before it was watched: {means}.",
                 folder=path, films=count, existing=self._watch.existing)  # fmt: skip

    def jobs_away(self, error: Exception) -> None:
        """The jobs cannot be asked what they know."""
        _say(logging.WARNING, "jobs_away", f"{error} It is tried again.", folder=str(self._watch.path))

    def troubles(self, looked: Looked) -> None:
        """Folders that cannot be read, links that are not followed."""
        for trouble in looked.troubles:
            self._once("folder_unreadable", trouble, f"{trouble}.")
        for link in looked.links:
            said = f"{Path(link).name} is a link out of the watched folder; it is not followed."
            self._once("link_left_alone", link, said)

    def waits(self, candidate: Candidate) -> None:
        """A film was looked into and is not ready; said again when the reason is another one."""
        path = candidate.found.path
        kind = re.sub(r"\d+", "", candidate.reason)
        if self._reasons.get(path) != kind:
            if len(self._reasons) >= MOST_KEPT:
                self._reasons.clear()
            self._reasons[path] = kind
            name = Path(path).name
            _say(logging.INFO, "waiting", f"{name} waits: it {candidate.reason}.", path=path, reason=candidate.reason)

    def queued(self, ready: ReadyFile, job: str, seconds: float) -> None:
        """A film became a job."""
        self._reasons.pop(str(ready.path), None)
        _say(logging.INFO, "queued", f"{ready.path.name} is whole: job {job}.",
             path=str(ready.path), job=job, bytes=ready.size, seconds=round(seconds, 3))  # fmt: skip

    def gone(self, candidate: Candidate) -> None:
        """A film that waited is not there any more."""
        path = candidate.found.path
        if self._reasons.pop(path, None) is not None:
            _say(logging.INFO, "gone", f"{Path(path).name} is gone; it was not whole.", path=path)

    def fault(self, candidate: Candidate, error: Exception) -> None:
        """Something that should not happen."""
        log.debug("a look into %r failed", candidate.found.path, exc_info=error)

    def late_sidecar(self, path: str, films: list[str]) -> None:
        """A side-car came when its film had a job already."""
        for film in films:
            self._once("sidecar_late", f"{path}:{film}",
                       f"{Path(path).name} came or changed after {Path(film).name} had become a job, which goes on "
                       f"without it; save the film anew (or touch it) to have it done with it.")  # fmt: skip

    def _once(self, event: str, key: str, sentence: str) -> None:
        if key not in self._told and len(self._told) < MOST_KEPT:
            self._told.add(key)
            _say(logging.WARNING, event, sentence, subject=key)


def _say(level: int, event: str, sentence: str, **facts: Any) -> None:
    log.log(level, "%s", sentence, extra={"event": event, "facts": facts})
