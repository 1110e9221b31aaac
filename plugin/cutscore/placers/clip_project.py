"""What music is laid into, clip by clip: a project whose clips say where they lie (XML, edit lists).

A format's module tells how our clips lie in its text and gives the edits that add, change, mute or take
away one of them; `clip_placing` decides which. Handles live as long as the text that they were found in.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol, Self

from cutscore.placers.byte_edits import Edit
from cutscore.placers.laid_music import LaidMusic
from cutscore.placers.media_url import Spelling
from cutscore.placers.own_music import Lying, OwnClip


@dataclass(frozen=True, slots=True)
class OwnTrack:
    """A track that Cutscore made."""

    key: Any
    """The format's own name of it, as in `Lying.track`."""
    name: str
    role: str = "music"
    sounds: bool = True
    locked: bool = False


class ClipProject(Protocol):
    """One timeline in a text, as a format's module sees it; it is never changed."""

    @property
    def rate(self) -> Fraction:
        """The timeline's rate."""

    @property
    def SPELLING(self) -> Spelling:  # noqa: N802 - a constant of the class
        """How it names media (see `media_url`)."""

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


class ClipTimeline(Protocol):
    """A timeline with such a project in it."""

    @property
    def text(self) -> bytes:
        """The whole file."""

    @property
    def project(self) -> ClipProject:
        """The project in it."""

    @property
    def warnings(self) -> list[str]:
        """What is to be said when music is placed into it."""

    def rest_digest(self) -> str:
        """Hash of what is not Cutscore's."""

    def own_clips(self) -> list[OwnClip]:
        """Every clip of ours with its notes."""

    def edited(self, edits: list[Edit]) -> Self:
        """The timeline after edits."""
