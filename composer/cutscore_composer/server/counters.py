"""Counters: what a server has done, summed over its worker processes, as Prometheus reads it.

Each worker keeps its own counts in a file of the server's folder, so that any worker can tell the sum,
and a worker that was killed takes nothing back.
"""

from __future__ import annotations

import json
import os
import uuid
from collections import Counter
from pathlib import Path

from cutscore_composer import __version__

_HELP = {
    "cutscore_requests_total": "Requests for music, by the status of their answer; 499: the client went away.",
    "cutscore_request_seconds_total": "Seconds that they took.",
    "cutscore_received_bytes_total": "Bytes received with them.",
    "cutscore_sent_bytes_total": "Bytes sent as answers to them.",
    "cutscore_composed_seconds_total": "Seconds of music composed.",
    "cutscore_compose_seconds_total": "Seconds that composing took.",
    "cutscore_studios_lost_total": "Child processes that crashed or had to be killed.",
    "cutscore_workers_started_total": "Worker processes started.",
}


class Counters:
    """The counts of one worker, and the sum of all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / f"{os.getpid()}-{uuid.uuid4().hex[:8]}.json"
        self._counts: Counter[str] = Counter()

    def add(self, name: str, amount: float = 1, labels: str = "") -> None:
        """Count; `labels` as Prometheus writes them: 'status="200"'."""
        self._counts[f"{name}{{{labels}}}" if labels else name] += amount  # type: ignore[assignment]

    def save(self) -> None:
        """Let the other workers know."""
        part = self._file.with_suffix(".part")
        part.write_text(json.dumps(self._counts), encoding="utf-8")
        part.replace(self._file)

    def text(self, gauges: dict[str, tuple[str, float]]) -> str:
        """Everything in Prometheus's text format; `gauges` are name → (help, value)."""
        total: Counter[str] = Counter()
        for path in self._folder.glob("*.json"):
            total.update(json.loads(path.read_text(encoding="utf-8")))
        lines = ["# TYPE cutscore_info gauge", f'cutscore_info{{version="{__version__}"}} 1']
        for name, about in _HELP.items():
            lines += [f"# HELP {name} {about}", f"# TYPE {name} counter"]
            rows = sorted(row for row in total if row.split("{")[0] == name)
            lines += [f"{row} {total[row]:.10g}" for row in rows] or ([] if name in _LABELLED else [f"{name} 0"])
        for name, (about, value) in gauges.items():
            lines += [f"# HELP {name} {about}", f"# TYPE {name} gauge", f"{name} {value:.10g}"]
        return "\n".join(lines) + "\n"


_LABELLED = frozenset({"cutscore_requests_total"})
