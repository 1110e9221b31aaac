"""An MLT project as an XML project to place music in: the shape and the edits of one text of it."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any

from cutscore.placers.byte_edits import Edit
from cutscore.placers.laid_music import LaidMusic
from cutscore.placers.media_url import Spelling, is_relative
from cutscore.placers.mlt_edits import MltEdits
from cutscore.placers.mlt_filters import Filters
from cutscore.placers.mlt_graft import grafted
from cutscore.placers.mlt_own import lying, own_tracks, take_all_out
from cutscore.placers.mlt_playlist import has_room
from cutscore.placers.mlt_shape import shape_of
from cutscore.placers.mlt_text import MltText
from cutscore.placers.mlt_times import style_of
from cutscore.placers.notation import Mention
from cutscore.placers.own_music import Lying, OwnClip
from cutscore.placers.xml_project import OwnTrack
from cutscore.placers.xml_text import Element, XmlText
from cutscore.placers.xml_write import escaped

_RESOURCE = re.compile(
    rb"""<property\s+name\s*=\s*["'](?:resource|warp_resource|kdenlive:originalurl|shotcut:resource)["']\s*>"""
    rb"([^<]+)</property\s*>"
)
_WINDOWS = re.compile(r"[A-Za-z]:[\\/]|\\\\")
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&apos;": "'", "&amp;": "&"}


class MltProject:
    """One timeline of a Kdenlive, Shotcut or melt project."""

    EMPTY: Sequence[str] = ()
    first_frame = 0

    def __init__(self, xml: XmlText, name: str | None, rate: Fraction) -> None:
        self.xml = MltText(xml)
        self._name = name
        self.shape = shape_of(self.xml.root, xml.where, name, rate)
        self.rate = self.shape.project.times.exact
        self.filters = Filters(style_of(self.xml.root, self.shape.project.times), self.shape.is_kdenlive)

    @cached_property
    def edits(self) -> MltEdits:
        """What can be done to it."""
        return MltEdits(self.xml, self.shape, self.filters)

    @cached_property
    def SPELLING(self) -> Spelling:  # noqa: N802 - a constant of the protocol
        """Bare paths: relative where the file has such, and they count from its own folder."""
        root = self.shape.root.get("root", "")
        here = Path(self.xml.where).parent
        counted = not root or not Path(root).is_dir() or _same(Path(root), here)
        relative = any(is_relative(mention.url) and "." in mention.url for mention in media(self.xml.data))
        return "path" if counted and relative else "absolute path"

    def spelled(self, url: str) -> str:
        """A path as MLT takes it: with slashes, absolute where a colon would look like a protocol."""
        if _WINDOWS.match(url):
            return url.replace("\\", "/")
        if ":" in url and not url.startswith(("/", "file:")):
            return os.path.normpath(Path(self.xml.where).parent / url)
        return url

    def lying(self, track_name: str) -> list[Lying]:
        """Every clip of ours, with its notes or on a track of our name."""
        return lying(self.shape, self.filters, track_name)

    def own_tracks(self) -> list[OwnTrack]:
        """The tracks that are ours."""
        return own_tracks(self.shape)

    def has_room(self, track: Any, start: int, end: int, leaving: Collection[Any]) -> bool:
        """Whether nothing but what leaves lies on an own track between two frames."""
        return has_room(self.shape.track_of(track), start, end, list(leaving))

    def with_new(self, old: OwnClip, laid: LaidMusic) -> list[Edit]:
        """The new music in the place of an untouched clip."""
        return self.edits.replaced(old, laid)

    def with_more(self, laid: LaidMusic, track: Any | None, like: OwnClip | None) -> list[Edit]:
        """One more clip on an own track, or on a new one."""
        return self.edits.more(laid, track, like)

    def muted(self, clip: OwnClip) -> list[Edit]:
        """A clip that no longer sounds."""
        return self.edits.muted(clip)

    def without(self, clip: OwnClip) -> list[Edit]:
        """A clip taken away."""
        return self.edits.without(clip)

    def with_music_of(self, other: Any) -> list[Edit]:
        """Everything that is ours in another text of the same project."""
        return grafted(self.edits, other.shape)

    def take_out(self, root: Element) -> None:
        """Take everything that is ours out of a tree of this text."""
        take_all_out(shape_of(root, self.xml.where, self._name, self.rate))


def open_project(xml: XmlText, name: str | None, rate: Fraction) -> MltProject:
    """Find the timeline in a text. Raises InputRefused."""
    return MltProject(xml, name, rate)


def media(text: bytes) -> list[Mention]:
    """Every place where a text names a media file."""
    return [Mention(found.start(1), found.end(1), _plain(found[1])) for found in _RESOURCE.finditer(text)]


def named(file: Path, like: Mention) -> bytes:
    """An absolute path as it stands in XML."""
    return escaped(str(file)).encode()


def _plain(text: bytes) -> str:
    found = text.decode("utf-8", "replace").strip()
    for entity, character in _ENTITIES.items():
        found = found.replace(entity, character)
    return found


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
