"""Notation: what a placing needs of the text of a project, be it OTIO's JSON, an editor's XML or an edit list.

Where the text lies (a file, a zip, a folder) is the container's matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Protocol

from cutscore.placers.own_music import OwnClip
from cutscore.placers.piece import Edited, Piece


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a text names a media file."""

    start: int
    end: int
    url: str


class Timeline(Protocol):
    """One timeline, found in a text."""

    @property
    def has_ours(self) -> bool:
        """Whether any track or clip of Cutscore's is in it."""

    def rest_digest(self) -> str:
        """Hash of the text without what is Cutscore's: the same before music came and after it is taken out."""

    def own_clips(self) -> Sequence[OwnClip]:
        """Every clip of ours with its notes, wherever the user may have put it."""

    def placed(self, piece: Piece) -> Edited:
        """The text with a piece laid into it; the very same text when it lies there already."""


class Notation(Protocol):
    """One module or object a notation."""

    def timeline_of(self, text: bytes, where: str, name: str | None, rate: Fraction) -> Timeline:
        """Find the timeline in a text; `name` says which where there are several. Raises InputRefused."""

    def rest_of_original(self, text: bytes, where: str, name: str | None, rate: Fraction) -> tuple[str, bool]:
        """`rest_digest` and `has_ours` of a text, by a quick way where it plainly holds nothing of ours."""

    def grafted(self, original: bytes, where: str, scored: Timeline, name: str | None, rate: Fraction) -> bytes:
        """The original text with the music of an earlier scored version, as it stands there."""

    def media(self, text: bytes) -> Sequence[Mention]:
        """Every place where the text names a media file."""

    def named(self, media: Path, like: Mention) -> bytes:
        """How the text names a file absolutely, in the place of a mention."""
