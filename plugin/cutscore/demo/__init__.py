"""The demo: a short film that Cutscore draws itself, with known cuts, so that anybody can see what it does."""

from __future__ import annotations

from pathlib import Path

from cutscore_composer.engine import Progress
from cutscore_composer.errors import OutputFailed

TIMELINE = "early-train.otio"


def make_demo(folder: Path, progress: Progress) -> Path:
    """Draw the film into `folder`/media and write its timeline; gives the timeline's path.

    What stands there from an earlier demo is replaced.
    """
    from cutscore.demo.film import draw_film
    from cutscore.demo.timeline import write_timeline

    media = folder / "media"
    try:
        media.mkdir(parents=True, exist_ok=True)
        made = draw_film(media, progress)
        write_timeline(folder / TIMELINE, made)
    except OSError as error:
        raise OutputFailed(f"The demo cannot be written to {folder}: {error.strerror or error}.") from error
    return folder / TIMELINE
