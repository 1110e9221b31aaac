"""Reference: the picture's own sound heard as music, so that new music can follow its tempo, key, loudness, brightness.

Listening is one pass in flat memory; what is not clear enough to follow is told in a warning and left to the picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cutscore_composer.engine import Progress
    from cutscore_composer.look.seen import Seen
    from cutscore_composer.picture import Picture
    from cutscore_composer.reference.heard import Heard


def listen(picture: Picture, seen: Seen, progress: Progress) -> Heard:
    """What the picture's own sound is as music: its music track where it has one, else all that sounds.

    Raises InputRefused when a file changes while it is read, and Cancelled.
    """
    from cutscore_composer.reference.listening import listen_to  # scipy loads only when there is something to hear

    return listen_to(picture, seen, progress)
