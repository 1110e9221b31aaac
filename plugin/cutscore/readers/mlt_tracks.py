"""The tracks of an MLT timeline: which are picture and which sound, which are hidden or muted, and their items."""

from __future__ import annotations

from dataclasses import dataclass

from cutscore.readers.mlt_items import Item, mixed, one_item, playlist_items, with_compositions
from cutscore.readers.mlt_project import Project
from cutscore.readers.mlt_values import Element, flag
from cutscore_composer.errors import InputRefused

_HIDES = {"": 0, "none": 0, "video": 1, "audio": 2, "both": 3, "0": 0, "1": 1, "2": 2, "3": 3}
_BACKGROUNDS = frozenset({"background", "black_track", "black"})


@dataclass(frozen=True, slots=True)
class MltTrack:
    """One track as the program shows it."""

    name: str
    items: list[Item]
    is_audio: bool
    """A track of sound alone."""
    is_seen: bool
    is_heard: bool
    carries_sound: bool
    """Whether its clips' sound belongs to it: of Kdenlive's two kinds only sound tracks."""

    @property
    def end(self) -> int:
        """The end of its last item, in frames; 0 for a track that is neither seen nor heard."""
        return self.items[-1].end if self.items and (self.is_seen or self.is_heard) else 0


def tracks_of(project: Project, timeline: Element) -> list[MltTrack]:
    """The tracks of a tractor, lowest first; a playlist or producer alone is one track."""
    if timeline.tag != "tractor":
        items = (
            playlist_items(project, timeline) if timeline.tag == "playlist" else one_item(project, timeline, timeline)
        )
        return [MltTrack("V1", items, False, True, True, True)] if items else []
    elements = [*timeline.iterfind("track"), *timeline.iterfind("multitrack/track")]
    pairs = []
    for index, element in enumerate(elements):
        played = project.played_by(element)
        if played is None:
            raise InputRefused(
                f"{project.path}, line {element.sourceline}: a track shows '{element.get('producer')}', which the file "
                "does not hold; save the project again."
            )
        pairs.append((element, None if _is_background(project, index, played) else played))
    rows = [_items(project, element, played) if played is not None else [] for element, played in pairs]
    with_compositions(project, timeline, rows)
    found: list[MltTrack] = []
    for (element, played), row in zip(pairs, rows, strict=True):
        if played is not None:
            found.append(_track(project, element, played, row, found))
    return found


def _is_background(project: Project, index: int, played: Element) -> bool:
    """Whether a track is the black one that Kdenlive and Shotcut lay below all others."""
    if index > 0 or project.writer == "melt":
        return False
    properties = project.properties(played)
    named = played.get("id", "") in _BACKGROUNDS or properties.get("kdenlive:playlistid") == "black_track"
    return named or (played.tag == "producer" and properties.get("mlt_service") in ("color", "colour"))


def _items(project: Project, element: Element, played: Element) -> list[Item]:
    if played.tag == "playlist":
        return playlist_items(project, played)
    if played.tag == "tractor" and (playlists := _playlists(project, played)):
        return mixed(project, played, [playlist_items(project, playlist) for playlist in playlists])
    return one_item(project, element, played)


def _playlists(project: Project, tractor: Element) -> list[Element]:
    """The playlists of a Kdenlive track; empty for a tractor that is a sequence of its own."""
    if project.writer != "kdenlive" or project.properties(tractor).get("kdenlive:uuid"):
        return []
    played = [project.played_by(track) for track in tractor.iterfind("track")]
    return [p for p in played if p is not None] if all(p is not None and p.tag == "playlist" for p in played) else []


def _track(project: Project, element: Element, played: Element, items: list[Item], below: list[MltTrack]) -> MltTrack:
    properties = project.properties(played)
    playlists = _playlists(project, played) if played.tag == "tractor" else []
    hidden = _hidden(project, element, played, playlists)
    is_audio = flag(properties, "shotcut:audio") or any(
        flag(project.properties(p), "kdenlive:audio_track") for p in (played, *playlists)
    )
    if not is_audio and not playlists and not flag(properties, "shotcut:video"):
        is_audio = hidden == 1
    count = 1 + sum(1 for track in below if track.is_audio == is_audio)
    name = properties.get("kdenlive:track_name") or properties.get("shotcut:name") or f"{'VA'[is_audio]}{count}"
    return MltTrack(
        name,
        items,
        is_audio,
        is_seen=not is_audio and not hidden & 1,
        is_heard=not hidden & 2,
        carries_sound=is_audio or (not playlists and played.tag != "tractor") or not hidden & 2,
    )


def _hidden(project: Project, element: Element, played: Element, playlists: list[Element]) -> int:
    """What a track does not show: 1 picture, 2 sound, 3 both, as MLT counts.

    Kdenlive says it of the playlists inside, in their <track> or as a property.
    """
    hidden = _HIDES.get(element.get("hide", "").casefold(), 0) | _HIDES.get(
        project.properties(played).get("hide", ""), 0
    )
    inside = 3 if playlists else 0
    for track, playlist in zip(played.iterfind("track"), playlists, strict=False):
        said = _HIDES.get(track.get("hide", "").casefold(), 0)
        inside &= said | _HIDES.get(project.properties(playlist).get("hide", ""), 0)
    return hidden | inside
