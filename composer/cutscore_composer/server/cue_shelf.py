"""The cue shelf: cue files of recent answers, fetched by their song-id for a while, on the machine that made them."""

from __future__ import annotations

import re
import shutil
import time
from contextlib import suppress
from pathlib import Path

MOST_CUES = 2000
_SONG_ID = re.compile(r"[A-Za-z0-9]{16,40}")


class CueShelf:
    """Cue files in a folder that all workers of a machine share."""

    def __init__(self, folder: Path, seconds: float) -> None:
        self._folder = folder
        self._seconds = seconds

    def keep(self, song_id: str, owner: str, cue: Path) -> None:
        """Put a cue file on the shelf; only its owner (the digest of a key) can take it."""
        self._throw_out()
        place = self._place(song_id, owner)
        if place is not None:
            part = place.with_suffix(".part")
            shutil.copyfile(cue, part)
            part.replace(place)

    def find(self, song_id: str, owner: str) -> Path | None:
        """The cue file of a song, if it is its owner who asks and it is still there."""
        place = self._place(song_id, owner)
        if place is None or not place.is_file() or time.time() - place.stat().st_mtime > self._seconds:
            return None
        return place

    def _place(self, song_id: str, owner: str) -> Path | None:
        # What is asked for is a name from outside: anything but a song-id is none.
        return self._folder / f"{song_id}-{owner}.json" if _SONG_ID.fullmatch(song_id) else None

    def _throw_out(self) -> None:
        """Remove what is too old, or too much."""
        known = []
        for path in self._folder.iterdir():
            with suppress(OSError):
                known.append((path.stat().st_mtime, path))
        known.sort()
        old = time.time() - self._seconds
        for number, (made, path) in enumerate(known):
            if made < old or number < len(known) - MOST_CUES:
                path.unlink(missing_ok=True)
