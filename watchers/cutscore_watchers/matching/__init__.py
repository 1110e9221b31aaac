"""Matching: which project, and which frames of its timeline, a rendered video shows.

>>> place = find_place(Path("reel_v3.mp4"), watch, settings, Progress())      # doctest: +SKIP
>>> place.project, place.record_in, place.record_out, place.how               # doctest: +SKIP
(PosixPath('edits/reel.otio'), 100, 340, 'content')
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cutscore_watchers.matching.render_place import RenderPlace

if TYPE_CHECKING:
    from cutscore.config import Settings
    from cutscore.config.watching import WatchFolder
    from cutscore_composer.engine import Progress


def find_place(render: Path, watch: WatchFolder, settings: Settings, progress: Progress) -> RenderPlace:
    """Where a render belongs; see `finding.find_place`."""
    from cutscore_watchers.matching import finding  # loads FFmpeg and OpenCV

    return finding.find_place(render, watch, settings, progress)


__all__ = ["RenderPlace", "find_place"]
