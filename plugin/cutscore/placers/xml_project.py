"""Projects in XML: what a format's module offers beyond a `ClipProject`, and XML formats as notations.

NOTATION = XmlNotation(open_project, "xmeml")

def place_into(order: PlaceOrder) -> Placed:
    return place_timeline(plain_file, NOTATION, order)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from cutscore.placers.byte_edits import Edit
from cutscore.placers.clip_placing import place_in_project
from cutscore.placers.clip_project import ClipProject, OwnTrack
from cutscore.placers.notation import Mention, Timeline
from cutscore.placers.own_music import OwnClip, judged
from cutscore.placers.piece import Edited, Piece
from cutscore.placers.xml_text import Element, XmlText
from cutscore.placers.xml_write import canonical


class XmlProject(ClipProject, Protocol):
    """One timeline in an XML text."""

    @property
    def xml(self) -> XmlText:
        """The text."""

    @property
    def EMPTY(self) -> Sequence[str]:  # noqa: N802 - a constant of the class
        """Names of elements that music may be the only thing in: they count the same empty and with white space."""

    def with_music_of(self, other: Any) -> list[Edit]:
        """Everything that is ours in another text of the same project, as it stands there."""

    def take_out(self, root: Element) -> None:
        """Take everything that is ours out of a tree of this text (`xml.tree()`); see `xml_write.take_out`."""


Opener = Callable[[XmlText, str | None, Fraction], XmlProject]
"""Finds the timeline (the named one, else the one that the reader takes) in a text. Raises InputRefused."""


class XmlTimeline:
    """One timeline in an XML text, for `placing`."""

    def __init__(self, notation: XmlNotation, project: XmlProject, name: str | None) -> None:
        self.notation = notation
        self.project = project
        self.name = name

    @property
    def text(self) -> bytes:
        """The whole file."""
        return self.project.xml.original

    @property
    def warnings(self) -> list[str]:
        """What is to be said when music is placed into it."""
        return self.project.xml.warnings

    @property
    def has_ours(self) -> bool:
        """Whether any track or clip of Cutscore's is in it."""
        return bool(self.project.own_tracks()) or any(one.facts for one in self.project.lying(""))

    def rest_digest(self) -> str:
        """Hash of the canonical form without what is Cutscore's."""
        root = self.project.xml.tree()
        self.project.take_out(root)
        return hashlib.sha256(canonical(root, self.project.EMPTY)).hexdigest()

    def own_clips(self) -> list[OwnClip]:
        """Every clip of ours with its notes."""
        return judged([one for one in self.project.lying("") if one.facts], self.project.rate)

    def placed(self, piece: Piece) -> Edited:
        """The text with a piece laid into it."""
        return place_in_project(self, piece)

    def edited(self, edits: list[Edit]) -> XmlTimeline:
        """The timeline after edits."""
        return self.notation.timeline_of(
            self.project.xml.edited(edits), self.project.xml.where, self.name, self.project.rate
        )


class XmlNotation:
    """One XML format as a notation (see `notation`)."""

    def __init__(
        self,
        opener: Opener,
        *roots: str,
        media: Callable[[bytes], Sequence[Mention]] = lambda text: (),
        named: Callable[[Path, Mention], bytes] = lambda file, like: file.as_uri().replace("&", "&amp;").encode(),
    ) -> None:
        """`roots` are the names of root elements; `media` and `named` as in `Notation`, for relative names."""
        self.opener = opener
        self.roots = roots
        self.media = media
        self.named = named

    def timeline_of(self, text: bytes, where: str, name: str | None, rate: Fraction) -> XmlTimeline:
        """Find the timeline in a text. Raises InputRefused."""
        return XmlTimeline(self, self.opener(XmlText(text, where, *self.roots), name, rate), name)

    def rest_of_original(self, text: bytes, where: str, name: str | None, rate: Fraction) -> tuple[str, bool]:
        """`rest_digest` and `has_ours` of a text."""
        found = self.timeline_of(text, where, name, rate)
        return found.rest_digest(), found.has_ours

    def grafted(self, original: bytes, where: str, scored: Timeline, name: str | None, rate: Fraction) -> bytes:
        """The original text with the music of an earlier scored version, as it stands there."""
        assert isinstance(scored, XmlTimeline)
        found = self.timeline_of(original, where, name, rate)
        return found.project.xml.edited(found.project.with_music_of(scored.project))


__all__ = ["OwnTrack", "XmlNotation", "XmlProject", "XmlTimeline"]
