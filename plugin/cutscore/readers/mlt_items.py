"""The items of an MLT playlist in their places, and two playlists of a Kdenlive track joined at their mixes.

Shotcut keeps a dissolve as a small tractor between two entries, Kdenlive lets clips of a track's two
playlists overlap under a transition that says where the cut lies. Both become two clips that meet at a
cut with a transition over it.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from itertools import pairwise

from cutscore.readers.mlt_project import Project
from cutscore.readers.mlt_values import Element, flag, is_on
from cutscore_composer.errors import InputRefused

MAX_ITEMS = 500_000
"""Clips that all uses of all nested sequences may come to."""
_DISSOLVES = frozenset({"", "luma", "mix", "dissolve", "crossfade", "frei0r.cairoblend", "qtblend", "composite"})
Over = tuple[str, int, int]
"""A transition: its name, frames before and after the cut."""


@dataclass(frozen=True, slots=True)
class Item:
    """A use of something playable, in frames of the timeline from the start of its track."""

    start: int
    end: int
    played: Element
    entry: Element
    """The <entry> or <track> that holds its filters."""
    first: int
    """Position in what is played, at `start`."""
    over: Over | None = None
    """The transition over the cut at `start`."""
    fade_in: int = 0
    fade_out: int = 0
    """Frames of fading from and to what lies below, where no transition does it."""

    def from_frame(self, frame: int) -> Item:
        """The item beginning later, or earlier with more of what is played."""
        return replace(self, start=frame, first=self.first + frame - self.start)


def length_of(project: Project, played: Element) -> int | None:
    """Frames that an element can play; None where it does not say."""
    if played not in project.lengths:
        project.lengths[played] = _length(project, played)
    return project.lengths[played]


def _length(project: Project, played: Element) -> int | None:
    if played.tag == "playlist":
        return _walked(project, played, 0)[1]
    if played.tag == "tractor":
        out = project.times.frames(played.get("out"), played.sourceline)
        return None if out is None else out + 1
    said = project.times.frames(project.properties(played).get("length"), played.sourceline)
    if said is not None and said > 0:
        return said
    out = project.times.frames(played.get("out"), played.sourceline)
    return None if out is None else out + 1


def playlist_items(project: Project, playlist: Element) -> list[Item]:
    """The clips of a playlist, Shotcut's transitions as cuts with a transition over them."""
    return _walked(project, playlist, 0)[0]


def one_item(project: Project, track: Element, played: Element) -> list[Item]:
    """A producer or tractor that is a track by itself: one clip."""
    first, last = range_of(project, track, played)
    return [Item(0, last - first + 1, played, track, first)]


def _walked(project: Project, playlist: Element, position: int) -> tuple[list[Item], int]:
    items: list[Item] = []
    for child in playlist:
        if child.tag == "blank":
            position += max(0, project.times.frames(child.get("length"), child.sourceline) or 0)
        if child.tag != "entry":
            continue
        played = project.played_by(child)
        if played is None:
            raise InputRefused(
                f"{project.path}, line {child.sourceline}: an entry plays '{child.get('producer')}', which the "
                "file does not hold; save the project again."
            )
        first, last = range_of(project, child, played)
        length = last - first + 1
        for _ in range(_repeats(project, child)):
            _add(project, items, Item(position, position + length, played, child, first))
            position += length
            if len(items) > MAX_ITEMS:
                raise InputRefused(f"{project.path} comes to more than {MAX_ITEMS} clips.")
    return items, position


def _repeats(project: Project, entry: Element) -> int:
    times = project.times.frames(entry.get("repeat"), entry.sourceline) or 1
    return min(max(1, times), MAX_ITEMS)


def range_of(project: Project, use: Element, played: Element) -> tuple[int, int]:
    """First and last position that a use plays; kept within the length of what is played, as MLT does."""
    times = project.times
    first, last = times.frames(use.get("in"), use.sourceline), times.frames(use.get("out"), use.sourceline)
    if first is None:
        first = times.frames(played.get("in"), played.sourceline) if played.tag != "playlist" else 0
    length = length_of(project, played) if last is None or played.tag in ("producer", "chain") else None
    if last is None:
        own = times.frames(played.get("out"), played.sourceline) if played.tag != "playlist" else None
        last = own if own is not None else None if length is None else length - 1
    if last is None:
        raise InputRefused(
            f"{project.path}, line {use.sourceline}: a clip says neither its end nor the length of its media; "
            "save the project again."
        )
    first = max(0, first or 0)
    if length is not None and length > 0:
        first, last = min(first, length - 1), min(last, length - 1)
    return first, max(first, last)


def _add(project: Project, items: list[Item], item: Item) -> None:
    """Add an item, joining what a transition divided."""
    parts = _transition_parts(project, item) if item.played.tag == "tractor" else None
    if parts is None:
        parts = [item]
    for part in parts:
        before = items[-1] if items else None
        if before is not None and part.over is None and _goes_on(project, before, part):
            items[-1] = replace(before, end=part.end)
        else:
            items.append(part)


def _goes_on(project: Project, before: Item, after: Item) -> bool:
    """Whether one of the two is a half of a transition that goes on in the other."""
    if before.end != after.start or before.first + before.end - before.start != after.first:
        return False
    in_transition = any(item.entry.tag == "track" for item in (before, after))
    return in_transition and _source(project, before.played) == _source(project, after.played)


def _source(project: Project, played: Element) -> tuple[str, ...]:
    """What two copies of one producer have in common."""
    if played.tag in ("playlist", "tractor"):
        return (played.get("id", ""),)
    properties = project.properties(played)
    return tuple(properties.get(key, "") for key in ("mlt_service", "resource", "warp_speed", "shotcut:caption"))


def _transition_parts(project: Project, item: Item) -> list[Item] | None:
    """The two halves of one of Shotcut's transitions, None for another tractor."""
    if "shotcut:transition" not in project.properties(item.played):
        return None
    tracks = item.played.findall("track") or item.played.findall("multitrack/track")
    played = [project.played_by(track) for track in tracks]
    if len(tracks) != 2 or played[0] is None or played[1] is None:
        return None
    cut = item.start + (item.end - item.start) // 2
    begins = [project.times.frames(track.get("in"), track.sourceline) or 0 for track in tracks]
    left = Item(item.start, cut, played[0], tracks[0], begins[0] + item.first)
    right = Item(item.start, item.end, played[1], tracks[1], begins[1] + item.first).from_frame(cut)
    over = (_transition_name(project, item.played), cut - item.start, item.end - cut)
    parts = [left, replace(right, over=over)]
    return [part for part in parts if part.end > part.start]


def _transition_name(project: Project, tractor: Element) -> str:
    """ "Dissolve", or what the picture's transition is called."""
    return next(
        (
            name_of(project, element)
            for element in tractor.iterfind("transition")
            if project.properties(element).get("mlt_service") != "mix"
        ),
        "Dissolve",
    )


def name_of(project: Project, transition: Element) -> str:
    """ "Dissolve", "Wipe" for one with a picture of its own, or the service's name."""
    properties = project.properties(transition)
    service = properties.get("mlt_service", "")
    if service == "luma" and properties.get("resource", "").strip():
        return "Wipe"
    return "Dissolve" if service in _DISSOLVES else properties.get("kdenlive_id", service)


def mixed(project: Project, tractor: Element, playlists: list[list[Item]]) -> list[Item]:
    """The clips of a Kdenlive track's playlists in one row, mixes as transitions over their cuts."""
    items = sorted((item for items in playlists for item in items), key=lambda item: (item.start, item.end))
    mixes = {
        project.times.frames(e.get("in"), e.sourceline) or 0: e for e in tractor.iterfind("transition") if is_on(e)
    }
    for index, (before, after) in enumerate(pairwise(items)):
        before = items[index]
        overlap = min(before.end, after.end) - after.start
        if overlap <= 0:
            continue
        mix = next((mixes[at] for at in _near(after.start) if at in mixes), None)
        if mix is None:
            project.warnings.append(f"Two clips overlap at frame {after.start} without a mix; the later one is shown.")
            items[index] = replace(before, end=after.start)
            continue
        said = project.times.frames(project.properties(mix).get("kdenlive:mixcut"), mix.sourceline)
        tail = overlap // 2 if said is None else min(max(0, said), overlap)
        cut = after.start + overlap - tail
        items[index] = replace(before, end=max(before.start, cut))
        over = (name_of(project, mix), overlap - tail, tail)
        items[index + 1] = replace(after.from_frame(cut), over=over)
    return [item for item in items if item.end > item.start]


def with_compositions(project: Project, tractor: Element, tracks: list[list[Item]]) -> None:
    """Give the clips that a luma of the user's own fades over the track below their fades (Kdenlive's dissolves)."""
    for element in tractor.iterfind("transition"):
        properties = project.properties(element)
        if properties.get("mlt_service") != "luma" or flag(properties, "internal_added") or not is_on(element):
            continue
        index = project.times.frames(properties.get("b_track"))
        first, last = (project.times.frames(element.get(name), element.sourceline) for name in ("in", "out"))
        if index is None or not 0 <= index < len(tracks) or first is None or last is None or last <= first:
            continue
        frames, row = last - first + 1, tracks[index]
        if flag(properties, "reverse"):
            at = bisect_left(row, last, key=lambda item: item.end)
            if at < len(row) and row[at].end in _near(last + 1):
                row[at] = replace(row[at], fade_out=min(frames, row[at].end - row[at].start))
        else:
            at = bisect_left(row, first - 1, key=lambda item: item.start)
            if at < len(row) and row[at].start in _near(first):
                row[at] = replace(row[at], fade_in=min(frames, row[at].end - row[at].start))


def _near(frame: int) -> tuple[int, int, int]:
    """A frame and its neighbours: Kdenlive counts ends sometimes in, sometimes out."""
    return frame, frame - 1, frame + 1
