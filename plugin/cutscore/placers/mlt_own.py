"""Cutscore's clips and tracks in an MLT project: how they lie, and the project as it would be without them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction

from cutscore.placers.mlt_filters import MUTE, Filters
from cutscore.placers.mlt_lengths import lengths
from cutscore.placers.mlt_markers import group_of, hits_in
from cutscore.placers.mlt_numbers import Renumbering, apply_to_tree, of_track, renumbered, view_properties
from cutscore.placers.mlt_shape import Item, Shape, Track
from cutscore.placers.notes import valid_facts
from cutscore.placers.own_music import Lying
from cutscore.placers.xml_project import OwnTrack
from cutscore.placers.xml_write import take_out
from cutscore.readers.mlt_media import name_of, resource_of
from cutscore.readers.mlt_values import Element, flag, is_on


def lying(shape: Shape, filters: Filters, track_name: str) -> list[Lying]:
    """Every clip of ours, and what lies without notes on a sound track called by the given name."""
    found = []
    uses: Uses | None = None
    for track in shape.tracks:
        named = bool(track_name) and track.is_audio and track.name.startswith(track_name)
        if not track.plays_ours and not named:
            continue
        uses = uses or (Uses(shape) if shape.mentions_ours else None)
        for item in track.items:
            if named or shape.book.medium(item) is not None:
                found.append(_lying(shape, filters, track, item, uses))
    return [one for one in found if one.facts or track_name]


def own_tracks(shape: Shape) -> list[OwnTrack]:
    """The tracks that are ours, those of the music first."""
    found = [OwnTrack(track.key, track.name, track.own_role or "", track.sounds, track.locked) for track in shape.own]
    return sorted(found, key=lambda track: track.role != "music")


class Uses:
    """How often each medium is used in a whole document: on tracks, in other sequences, in transitions."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        bin_id = shape.project.bin.get("id") if shape.project.bin is not None else None
        self._entries: Counter[str] = Counter()
        self._bin_ids: Counter[str] = Counter()
        for element in shape.root.iter("entry", "track"):
            parent = element.getparent()
            if parent is None or parent.get("id") == bin_id:
                continue
            self._entries[element.get("producer", "")] += 1
            if element.tag == "entry" and shape.book.bin_media:
                said = shape.project.properties(element).get("kdenlive:id", "")
                self._bin_ids[said] += 1

    def of_producer(self, name: str) -> int:
        """Uses of what the timeline plays."""
        return self._entries[name]

    def of_bin(self, name: str) -> int:
        """Uses of a clip of Kdenlive's bin."""
        return self._bin_ids[name]


def take_all_out(shape: Shape) -> None:
    """Take everything that is ours out of a tree, and what no two savings of one edit have in common."""
    # What changes by itself with the tracks goes first: it is found by the present numbers.
    for element, attribute in list(lengths(shape)):
        if attribute is None:
            element.text = None
        else:
            element.attrib.pop(attribute, "")
    for element in view_properties(shape):
        element.text = None
    for marker in list(hits_in(shape)) if shape.own else []:
        take_out(marker)
    group = group_of(shape)
    if group is not None and not len(group):
        take_out(group)
    numbers = [track.index for track in shape.own]
    gone = [element for track in shape.own for element in _belongings(shape, track)]
    gone += list(_media(shape))
    for number in reversed(numbers):
        for element in of_track(shape, number):
            take_out(element)
        apply_to_tree(renumbered(shape, Renumbering(number, -1)))
    for element in dict.fromkeys(gone):
        if element.getparent() is not None:
            take_out(element)


def _belongings(shape: Shape, track: Track) -> Iterator[Element]:
    """A track of ours with its playlists and what only they play."""
    yield track.element
    yield track.played
    yield from track.playlists
    uses = Uses(shape)
    for item in track.items:
        if item.played.getparent() is shape.root and uses.of_producer(item.played.get("id", "")) == 1:
            yield item.played


def _media(shape: Shape) -> Iterator[Element]:
    """Our media in the bin with their entries; those that play on a track of the user's too stay."""
    elsewhere = {
        shape.book.bin_id(item) if shape.is_kdenlive else item.played.get("id", "")
        for track in shape.tracks
        if track.plays_ours and track.own_role is None
        for item in track.items
        if shape.book.medium(item) is not None
    }
    for element in shape.book.in_bin:
        name = shape.project.properties(element).get("kdenlive:id", "")
        if name in elsewhere and shape.is_kdenlive:
            continue
        yield element
        for entry in shape.project.bin.iterfind("entry") if shape.project.bin is not None else ():
            if entry.get("producer") == element.get("id"):
                yield entry


def _lying(shape: Shape, filters: Filters, track: Track, item: Item, uses: Uses | None) -> Lying:
    said = shape.project.properties(item.played)
    facts = valid_facts(shape.book.notes(item))
    medium = shape.book.medium(item)
    if shape.is_kdenlive:
        enabled = not flag(said, "set.test_audio")
        single = uses is not None and uses.of_bin(shape.book.bin_id(item)) == 1 and medium in shape.book.in_bin
    else:
        enabled = not any(is_on(e) and filters.kind(e) == MUTE for e in item.played.iterfind("filter"))
        single = uses is not None and uses.of_producer(item.played.get("id", "")) == 1
    plain = item.played.tag in ("producer", "chain") and item.played.getparent() is shape.root
    mixed = track.played.tag == "tractor" and track.played.find("transition") is not None
    repeated = item.entry.get("repeat", "1") != "1"
    return Lying(
        handle=item,
        track=track.key,
        name=name_of(shape.project, item.played),
        url=resource_of(shape.project, said),
        facts=facts,
        start=Fraction(item.start),
        source=Fraction(item.first),
        frames=Fraction(item.end - item.start),
        enabled=enabled,
        track_sounds=track.sounds,
        locked=track.locked,
        on_own_track=track.own_role is not None,
        retimed=said.get("mlt_service") == "timewarp" or item.played.find("link") is not None,
        replaceable=plain and single and not mixed and not repeated,
    )
