"""OTIO as a notation: what a placing needs of an OTIO text (see `notation`)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from pathlib import Path

from cutscore.placers.byte_edits import apply
from cutscore.placers.json_text import Raw
from cutscore.placers.json_write import appended, with_member
from cutscore.placers.notation import Mention, Timeline
from cutscore.placers.otio_document import OUR_MARK, Document, document_of, reread, rest_digest
from cutscore.placers.otio_edit import place_in_text, without_stems
from cutscore.placers.otio_own import own_clips
from cutscore.placers.otio_style import media_references, style_of
from cutscore.placers.own_music import MUSIC, OwnClip
from cutscore.placers.piece import Edited, Piece

_EMPTY = re.compile(rb'"children"\s*:\s*\[\s*\]')


@dataclass(frozen=True, slots=True)
class OtioTimeline:
    """One timeline in an OTIO text."""

    document: Document
    rate: Fraction

    @property
    def has_ours(self) -> bool:
        """Whether any track is Cutscore's."""
        return bool(self.document.own)

    def rest_digest(self) -> str:
        """Hash of the text without Cutscore's tracks."""
        return rest_digest(self.document)

    def own_clips(self) -> Sequence[OwnClip]:
        """Every clip of ours with its notes."""
        return own_clips(self.document, self.rate)

    def placed(self, piece: Piece) -> Edited:
        """The text with a piece and its stems laid into it."""
        edited = place_in_text(self.document, piece)
        changed = edited.text != self.document.doc.data
        text = edited.text
        stems: list[tuple[Path, str]] = []
        for stem in piece.stems:
            laid = place_in_text(reread(self.document, text), piece.of_stem(stem))
            text = laid.text
            stems.append((stem.audio, laid.url))
        if changed and any(clip.role != MUSIC for clip in self.own_clips()):
            text = without_stems(reread(self.document, text), piece, {MUSIC, *(stem.name for stem in piece.stems)})
        edited = replace(edited, text=text, stems=tuple(stems))
        wanted = piece.gain_db or piece.fade_in_frames or piece.fade_out_frames or piece.duck
        if not changed or not wanted or style_of(self.document.doc, piece.rate).resolve:
            return edited
        said = "OpenTimelineIO has no field for gain and fades; set them in the editor."
        return replace(edited, warnings=(*edited.warnings, said))


def timeline_of(text: bytes, where: str, name: str | None, rate: Fraction) -> OtioTimeline:
    """Find the timeline in an OTIO text. Raises InputRefused."""
    return OtioTimeline(document_of(text, where, name), rate)


def rest_of_original(text: bytes, where: str, name: str | None, rate: Fraction) -> tuple[str, bool]:
    """Digest of the original without Cutscore's tracks, and whether it has any; quick where it plainly has none."""
    if OUR_MARK not in text and not _EMPTY.search(text):
        return hashlib.sha256(text).hexdigest(), False
    found = timeline_of(text, where, name, rate)
    return found.rest_digest(), found.has_ours


def grafted(original: bytes, where: str, scored: Timeline, name: str | None, rate: Fraction) -> bytes:
    """The original with the music tracks of an earlier scored version, as they stand there."""
    assert isinstance(scored, OtioTimeline)
    document, earlier = document_of(original, where, name), scored.document
    for index in earlier.own:
        track = earlier.doc.text(earlier.tracks[index])
        layout = style_of(document.doc, rate).layout
        if document.children is None:
            edit = with_member(document.doc, document.stack, layout, "children", [Raw(track.decode())])
        else:
            edit = appended(document.doc, document.children, layout, partial(_as_is, track))
        document = reread(document, apply(document.doc.data, [edit]))
    return document.doc.data


def media(text: bytes) -> Sequence[Mention]:
    """Every media reference in the text, with its quotes."""
    return [Mention(where.start, where.end, url) for where, url in media_references(text)]


def named(media: Path, like: Mention) -> bytes:
    """A file's URL, in quotes; that of a folder ends in a slash as before."""
    return f'"{media.as_uri()}{"/" if like.url.endswith("/") else ""}"'.encode()


def _as_is(text: bytes, indent: str) -> bytes:
    return text
