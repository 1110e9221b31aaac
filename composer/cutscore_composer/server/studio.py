"""A studio: the child process in which untrusted videos are opened and music is composed, one job after another.

It is told its jobs on standard input and answers on what was its standard output, one JSON object a line:

    → {"engine": "module:name", "megabytes": 8192, "warm": true}
    → {"job": "compose", …}      → {"cancel": true}
    ← {"event": "progress", "stage": "mix", "fraction": 0.5}
    ← {"event": "done", …} | {"event": "refused", …} | {"event": "failed", "kind": …, "message": …}

When its input ends, its server is gone: then it ends too, whatever it does.
"""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any

from cutscore_composer.engine import Progress, ProgressEvent
from cutscore_composer.errors import Cancelled, CutscoreError, InputRefused, OutputFailed
from cutscore_composer.server.limits import end_with_parent, limit_space, limit_time

PROGRESS_SECONDS = 0.5
Job = Callable[[Mapping[str, Any], Progress], dict[str, Any]]


def main() -> None:
    """Work until the input ends."""
    end_with_parent()
    # What a library prints must not get between the lines of the answer.
    answers = os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)
    studio = _Studio(answers)
    threading.Thread(target=studio.listen, daemon=True).start()
    studio.work()


class _Studio:
    def __init__(self, answers: Any) -> None:
        self._answers = answers
        self._jobs: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
        self._progress = Progress()

    def listen(self) -> None:
        """Take in jobs and calls to stop, until the server is gone."""
        for line in sys.stdin.buffer:
            message = json.loads(line)
            if message.get("cancel"):
                self._progress.cancel()
            else:
                self._jobs.put(message)
        os._exit(0)

    def work(self) -> None:
        """One job after another."""
        first = self._jobs.get()
        limit_space(first["megabytes"])
        if first.get("warm"):
            self._warm(first["engine"])
        self._say({"event": "ready"})
        while True:
            job = self._jobs.get()
            self._progress = Progress(_Teller(self._say))
            limit_time(job["core_seconds"])
            self._say(self._outcome(job, first["engine"]))

    def _outcome(self, job: Mapping[str, Any], engine: str) -> dict[str, Any]:
        from cutscore_composer.server.jobs import Unusable, compose_job, probe_job

        try:
            if job["job"] == "probe":
                return {"event": "done", **probe_job(job)}
            return {"event": "done", **compose_job(job, engine, self._progress)}
        except Unusable as error:
            return {"event": "refused", "invalid": error.rows}
        except MemoryError:
            return {"event": "failed", "kind": "memory", "message": ""}
        except Cancelled:
            return {"event": "failed", "kind": "cancelled", "message": ""}
        except OutputFailed as error:
            return {"event": "failed", "kind": "output", "message": str(error)}
        except InputRefused as error:
            return {"event": "refused", "invalid": [{"index": None, "message": str(error)}]}
        except CutscoreError as error:
            return {"event": "failed", "kind": "engine", "message": str(error)}
        except Exception:
            return {"event": "failed", "kind": "fault", "message": traceback.format_exc()[-4000:]}

    def _warm(self, engine: str) -> None:
        """Load what the first piece needs, before somebody waits for it."""
        from cutscore_composer.server.jobs import warm_up

        try:
            warm_up(engine)
        except Exception:
            # The first job will meet it again, and tell it to whoever asked.
            return

    def _say(self, message: dict[str, Any]) -> None:
        try:
            self._answers.write(json.dumps(message).encode() + b"\n")
            self._answers.flush()
        except OSError:
            os._exit(0)


class _Teller:
    """Progress as lines, not more often than anybody can read."""

    def __init__(self, say: Callable[[dict[str, Any]], None]) -> None:
        self._say = say
        self._told = 0.0

    def __call__(self, event: ProgressEvent) -> None:
        now = time.monotonic()
        if now - self._told >= PROGRESS_SECONDS:
            self._told = now
            self._say({"event": "progress", "stage": event.stage, "fraction": event.fraction})


if __name__ == "__main__":
    main()
