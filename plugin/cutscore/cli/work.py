"""Work that can be watched and stopped: progress on standard error, and Ctrl-C that leaves nothing half-written."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Literal

from cutscore_composer.engine import Progress, ProgressEvent

ProgressMode = Literal["auto", "bar", "json", "none"]
Listener = Callable[[ProgressEvent], None]

STAGES = {
    "read": "Reading the edit",
    "look": "Looking at the picture",
    "spot": "Spotting",
    "plan": "Planning",
    "write": "Writing",
    "play": "Playing",
    "mix": "Mixing",
    "deliver": "Delivering",
    "reel": "Making the reel",
    "upload": "Uploading",
    "wait": "Waiting for the engine",
    "download": "Downloading",
    "place": "Placing",
    "preview": "Making the preview",
    "draw": "Drawing the film",
}
JSON_INTERVAL_SECONDS = 0.1


@contextlib.contextmanager
def working(mode: ProgressMode) -> Iterator[Progress]:
    """A Progress that is shown, and that Ctrl-C, SIGTERM or a closed terminal cancels; the second Ctrl-C kills."""
    with _listener(mode) as listener:
        progress = Progress(listener)
        with _stopped_by_signals(progress):
            yield progress


@contextlib.contextmanager
def _stopped_by_signals(progress: Progress) -> Iterator[None]:
    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in (getattr(signal, name) for name in names)}

    def stop(number: int, _frame: FrameType | None) -> None:
        progress.cancel()
        for each in before:
            signal.signal(each, signal.SIG_DFL)
        with contextlib.suppress(OSError):
            if os.isatty(2):
                # Shows the cursor again too, should the second one kill while bars are drawn.
                os.write(2, b"\x1b[?25h\rStopping cleanly; Ctrl-C again ends it at once.\n")

    for number, handler in before.items():
        if handler is not signal.SIG_IGN:
            signal.signal(number, stop)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _listener(mode: ProgressMode) -> Iterator[Listener | None]:
    if mode == "auto":
        mode = "bar" if sys.stderr.isatty() else "none"
    if mode == "json":
        yield JsonLines()
    elif mode == "bar":
        with _bars() as listener:
            yield listener
    else:
        yield None


class JsonLines:
    """Progress as one JSON object a line: `{"stage": "mix", "fraction": 0.5, "note": ""}`.

    At most ten lines a second for a stage, but always its first and its last.
    """

    def __init__(self) -> None:
        self._stage = ""
        self._told = 0.0

    def __call__(self, event: ProgressEvent) -> None:
        now = time.monotonic()
        if event.stage == self._stage and event.fraction != 1.0 and now - self._told < JSON_INTERVAL_SECONDS:
            return
        self._stage, self._told = event.stage, now
        line = {"stage": event.stage, "fraction": event.fraction, "note": event.note}
        sys.stderr.write(json.dumps(line) + "\n")
        sys.stderr.flush()


@contextlib.contextmanager
def _bars() -> Iterator[Listener]:
    from rich.console import Console
    from rich.progress import BarColumn, TaskID, TaskProgressColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description:<24}", markup=False),
        BarColumn(bar_width=32),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}", markup=False),
    )
    tasks: dict[str, TaskID] = {}
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:

        def show(event: ProgressEvent) -> None:
            from cutscore.cli.screen import printable

            if event.stage not in tasks:
                # A stage is over when the next begins, said or not; only playing and mixing go hand in hand.
                for stage, task in tasks.items():
                    if stage != "play":
                        bars.update(task, total=1.0, completed=1.0, note="")
                tasks[event.stage] = bars.add_task(STAGES.get(event.stage, event.stage), total=1.0, note="")
            fraction = event.fraction
            note = "" if fraction == 1.0 else printable(event.note)[:60]
            if fraction is None:
                bars.update(tasks[event.stage], total=None, note=note)
            else:
                bars.update(tasks[event.stage], total=1.0, completed=min(1.0, fraction), note=note)

        yield show
