"""Container: what a format's module offers to a placing, be the timeline's text in a file, a zip or a folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cutscore.placers.media_url import Spelling


@dataclass(frozen=True, slots=True)
class Saving:
    """A timeline to write."""

    text: bytes
    source: Path
    """The file whose other members (in a bundle) are taken over."""
    target: Path
    sounds: tuple[tuple[Path, str], ...]
    """The music (and its stems), and how the text names each."""
    dropped: tuple[str, ...]
    """References to earlier music; in a bundle, a file of ours that nothing names any more is left out."""
    more: Path | None
    """A further file (in a bundle) whose music is taken over, where the text names it."""
    check: Callable[[], None]
    """Asked at the last moment; may raise to leave all as it was."""


class Container(Protocol):
    """One module a format."""

    MEDIA_OUTSIDE: bool
    """Whether media lie outside the file, so that relative ones depend on its folder."""

    def read_text(self, path: Path) -> bytes:
        """The timeline's text. Raises InputRefused."""

    def digest(self, path: Path) -> str:
        """Hash by which a changed project is known."""

    def url_in(self, audio: Path, source: Path, target: Path) -> Callable[[Spelling], str]:
        """How the timeline at `target`, made from `source`, will name a music file."""

    def keep(self, path: Path) -> Path:
        """Keep a copy of what is there before it is changed; where it is."""

    def save(self, saving: Saving) -> None:
        """Write the timeline, whole or not at all. Raises OutputFailed, and what `check` raises."""
