"""Look: one pass over the picture, to cuts, motion, light, colour and speech."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cutscore_composer.engine import Progress
    from cutscore_composer.look.seen import Seen
    from cutscore_composer.picture import Picture


def look(picture: Picture, progress: Progress, *, listen: bool = True) -> Seen:
    """Look at a picture once, and listen to its own sound for speech if `listen`.

    Media that cannot be read are black or silent, with a warning by name. Memory stays flat however
    long the picture is. Raises InputRefused when a file changes while it is read, and Cancelled.
    """
    from cutscore_composer.look.eye import look_at  # FFmpeg and OpenCV load only when there is something to look at

    return look_at(picture, progress, listen=listen)
