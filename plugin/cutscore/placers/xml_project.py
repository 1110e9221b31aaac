"""Projects in XML: what a format's module offers, and how music is laid into any of them.

A format's module makes an `XmlProject` of a text: it says how our clips lie in it and gives the edits
that add, change, mute or take away one clip. Everything else is the same for all of them: which earlier
music gives way, what the user touched, on which track the new clip lies.

    NOTATION = XmlNotation(open_project, "xmeml")

    def place_into(order: PlaceOrder) -> Placed:
        return place_timeline(plain_file, NOTATION, order)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Protocol

from cutscore.placers.byte_edits import Edit
from cutscore.placers.laid_music import LaidMusic
from cutscore.placers.media_url import Spelling
from cutscore.placers.notation import Mention, Timeline
from cutscore.placers.own_music import Lying, OwnClip, judged
from cutscore.placers.piece import Edited, Piece
from cutscore.placers.xml_text import Element, XmlText
from cutscore.placers.xml_write import canonical


@dataclass(frozen=True, slots=True)
class OwnTrack:
    """A track that Cutscore made."""

    key: Any
    """The format's own name of it, as in `Lying.track`."""
    name: str
    role: str = "music"
    sounds: bool = True
    locked: bool = False


class XmlProject(Protocol):
    """One timeline in an XML text, as a format's module sees it; it is never changed."""

    @property
    def xml(self) -> XmlText:
        """The text."""

    @property
    def rate(self) -> Fraction:
        """The timeline's rate."""

    @property
    def SPELLING(self) -> Spelling:  # noqa: N802 - a constant of the class
        """How it names media (see `media_url`)."""

    @property
    def EMPTY(self) -> Sequence[str]:  # noqa: N802 - a constant of the class
        """Names of elements that music may be the only thing in: they count the same empty and with white space."""

    @property
    def first_frame(self) -> int:
        """Frame of the tracks at which the timeline begins; almost always 0."""

    def spelled(self, url: str) -> str:
        """A media name as this file spells them ("file://localhost/…")."""

    def lying(self, track_name: str) -> list[Lying]:
        """Every clip of ours, with its notes or on a track of our name; one item for the clips of a stereo pair."""

    def own_tracks(self) -> list[OwnTrack]:
        """The tracks that are ours, in the order in which they are to be filled."""

    def has_room(self, track: Any, start: int, end: int, leaving: Collection[Any]) -> bool:
        """Whether nothing lies on an own track between two frames, but what is `leaving` (handles)."""

    def with_new(self, old: OwnClip, laid: LaidMusic) -> list[Edit]:
        """The new music in the place of an untouched clip, with all that the user gave to that one."""

    def with_more(self, laid: LaidMusic, track: Any | None, like: OwnClip | None) -> list[Edit]:
        """One more clip on an own track, or (None) on a new one; with what the user gave to the clip `like`."""

    def muted(self, clip: OwnClip) -> list[Edit]:
        """A clip that no longer sounds."""

    def without(self, clip: OwnClip) -> list[Edit]:
        """A clip taken away."""

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
        from cutscore.placers.xml_placing import place_in_project

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
