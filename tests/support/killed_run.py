"""A run of the shared door in a process of its own, which kills itself without warning at a chosen moment.

python -m support.killed_run URL FOLDER MOMENT
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from cutscore.results import ResultFolder
from cutscore.submit import Ledger, RemoteEngine, RemoteSettings, Submission, submit
from cutscore.submit.exchange import Timeouts
from cutscore.submit.store import Store
from cutscore_composer.engine import Progress, ProgressEvent, Request
from cutscore_composer.picture import Picture, PictureSpan
from cutscore_composer.wishes import Wishes


@dataclass(frozen=True)
class _Reel:
    files: tuple[Path, ...]
    warnings: tuple[str, ...] = ()


def _reel(picture: Picture, folder: Path, **_: Any) -> _Reel:
    path = folder / "reel.mp4"
    path.write_bytes(bytes(20_000_000))
    return _Reel((path,))


def run(url: str, folder: Path, *, resend: bool = False, progress: Progress | None = None) -> tuple[Submission, ...]:
    """Score two seconds with the server at `url`; everything lies in `folder`."""
    media = folder / "shot.mov"
    if not media.exists():
        media.write_bytes(b"media")
    picture = Picture("film", Fraction(24), 48, (PictureSpan(0, 48, "clip", "a", media),))
    settings = RemoteSettings("studio", url, timeouts=Timeouts(10, 10, 10, 10, 60), retry_seconds=0.0)
    with Ledger(f"sqlite:///{folder / 'ledger.sqlite'}", folder / "store") as ledger:
        return submit(
            Request(picture, Wishes(), "film", folder),
            RemoteEngine(settings, make_reel=_reel),
            ledger,
            folder=folder / "out",
            resend=resend,
            progress=progress,
        )


def die() -> None:
    """As `kill -9` does."""
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def before(owner: type, name: str) -> None:
    """Die when a method is called."""
    setattr(owner, name, lambda *_, **__: die())


def after(owner: type, name: str) -> None:
    """Die when a method has done its work."""
    method: Callable[..., Any] = getattr(owner, name)

    def act(*arguments: Any, **named: Any) -> None:
        method(*arguments, **named)
        die()

    setattr(owner, name, act)


def second_rename() -> None:
    """Die when the first of several files has its final name."""
    rename, count = Path.rename, [0]

    def act(path: Path, target: Path) -> Path:
        count[0] += 1
        if count[0] == 2:
            die()
        return rename(path, target)

    Path.rename = act  # type: ignore[method-assign, assignment]


MOMENTS: dict[str, Callable[[], None]] = {
    "after asking": lambda: after(Ledger, "ask"),
    "after intent": lambda: after(Ledger, "claim"),
    "before sent is written": lambda: before(Ledger, "sending"),
    "after sent is written": lambda: after(Ledger, "sending"),
    "before the store": lambda: before(Store, "put"),
    "before received is written": lambda: before(Ledger, "received"),
    "after received is written": lambda: after(Ledger, "received"),
    "while files get their names": second_rename,
    "after delivery": lambda: after(ResultFolder, "deliver"),
}
STAGES = {"in the upload": "upload", "while waiting": "wait", "in the download": "download"}


def main() -> None:
    """Run and die."""
    url, folder, moment = sys.argv[1:]
    stage = STAGES.get(moment)
    if stage is None:
        MOMENTS[moment]()

    def listen(event: ProgressEvent) -> None:
        if event.stage == stage and (event.fraction is None or event.fraction > 0):
            die()

    run(url, Path(folder), progress=Progress(listen))


if __name__ == "__main__":
    main()
