"""Edit lists (CMX 3600): music as events on sound tracks of its own.

A list knows no levels, fades, markers or muted tracks, and how many sound tracks a program takes from
it varies: where more is wanted, the .otio or an XML of the same edit serves better.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from cutscore.placers import Placed, PlaceOrder, plain_file
from cutscore.placers.byte_edits import Edit, apply
from cutscore.placers.clip_placing import place_in_project
from cutscore.placers.edl_project import EdlProject
from cutscore.placers.edl_text import EdlText
from cutscore.placers.notation import Mention, Timeline
from cutscore.placers.own_music import OwnClip, judged
from cutscore.placers.piece import Edited, Piece
from cutscore.placers.placing import place_timeline


class EdlTimeline:
    """One edit list, for `placing`."""

    def __init__(self, text: EdlText) -> None:
        self.list = text
        self.project = EdlProject(text)
        self.warnings: list[str] = []

    @property
    def text(self) -> bytes:
        """The whole file."""
        return self.list.original

    @property
    def has_ours(self) -> bool:
        """Whether any event is Cutscore's."""
        return any(block.facts for block in self.list.blocks)

    def rest_digest(self) -> str:
        """Hash of the list without Cutscore's events."""
        ours = [self.list.removed(block) for block in self.list.blocks if block.facts]
        return hashlib.sha256(apply(self.list.data, ours)).hexdigest()

    def own_clips(self) -> list[OwnClip]:
        """Every clip of ours with its notes."""
        return judged([one for one in self.project.lying("") if one.facts], self.list.rate)

    def edited(self, edits: list[Edit]) -> EdlTimeline:
        """The list after edits."""
        return EdlTimeline(EdlText(self.list.edited(edits), self.list.where, self.list.rate))

    def placed(self, piece: Piece) -> Edited:
        """The text with a piece laid into it; the stems have no place in a list, where nothing can be muted."""
        edited = place_in_project(self, replace(piece, stems=(), markers=False))
        if edited.text == self.text:
            return edited
        said = []
        if piece.gain_db or piece.fade_in_frames or piece.fade_out_frames or piece.duck:
            said.append("An edit list has no levels and fades; set them in the editor.")
        if piece.stems:
            said.append("An edit list has no muted tracks; the stems were not laid into it.")
        return replace(edited, warnings=(*edited.warnings, *said))


class EdlNotation:
    """Edit lists as a notation (see `notation`)."""

    def timeline_of(self, text: bytes, where: str, name: str | None, rate: Fraction) -> EdlTimeline:
        """The list. Raises InputRefused."""
        return EdlTimeline(EdlText(text, where, rate))

    def rest_of_original(self, text: bytes, where: str, name: str | None, rate: Fraction) -> tuple[str, bool]:
        """`rest_digest` and `has_ours` of a text."""
        found = self.timeline_of(text, where, name, rate)
        return found.rest_digest(), found.has_ours

    def grafted(self, original: bytes, where: str, scored: Timeline, name: str | None, rate: Fraction) -> bytes:
        """The original with the music events of an earlier scored version behind its own."""
        assert isinstance(scored, EdlTimeline)
        found = self.timeline_of(original, where, name, rate)
        lines = [line for block in scored.list.blocks if block.facts for line in scored.list.text_of(block)]
        return found.list.edited([found.list.appended(lines)])

    def media(self, text: bytes) -> Sequence[Mention]:
        """Nothing: a list names reels, and files by their whole paths."""
        return ()

    def named(self, media: Path, like: Mention) -> bytes:
        """A path."""
        return str(media).encode()


def place_into(order: PlaceOrder) -> Placed:
    """Lay music into a project of this format."""
    return place_timeline(plain_file, EdlNotation(), order)
