"""Carries Cutscore's tracks from one text of an MLT project into another, as they stand there.

Ids and Kdenlive's numbers of bin clips may be taken in the other text by now: everything that is carried
over gets new ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cutscore.placers.byte_edits import Edit
from cutscore.placers.mlt_edits import MltEdits
from cutscore.placers.mlt_shape import Shape, Track
from cutscore.placers.xml_write import Node, elements_in
from cutscore.readers.mlt_values import Element


def grafted(onto: MltEdits, scored: Shape) -> list[Edit]:
    """The edits that bring all tracks of ours, with their media, from `scored`."""
    if not scored.own:
        return []
    ids: dict[str, str] = {}
    numbers: dict[str, str] = {}
    in_bin = list(_bin_media(onto.shape, scored))
    played = [element for track in scored.own for element in _in_order(scored, track)]
    for element in [*in_bin, *dict.fromkeys(played)]:
        if element.get("id"):
            ids[element.get("id", "")] = onto.parts.new_id()
    for element in in_bin:
        numbers[scored.project.properties(element).get("kdenlive:id", "")] = onto.parts.new_bin_id()
    edits = onto.into_bin([_copied(element, ids, numbers) for element in in_bin])
    copies = [_copied(element, ids, numbers) for element in dict.fromkeys(played)]
    edits += [onto.writer.before(onto.shape.timeline, node) for node in copies]
    tracks = [(ids[track.key], track.element.get("hide", "video")) for track in scored.own]
    ends = [item.end for track in scored.own for item in track.items]
    return [*edits, *onto.tracks_added(tracks), *onto.lengthened(max(ends, default=0), None)]


def _in_order(scored: Shape, track: Track) -> Iterator[Element]:
    """A track's media, then its playlists, then the track: each before what uses it."""
    for item in track.items:
        if item.played.getparent() is scored.root:
            yield item.played
    yield from track.playlists
    if track.played not in track.playlists:
        yield track.played


def _bin_media(onto: Shape, scored: Shape) -> Iterator[Element]:
    """The bin clips that the tracks need: ours, and the user's that the other text does not have."""
    there = set(onto.project.bin_clips)
    used = {scored.book.bin_id(item) for track in scored.own for item in track.items}
    wanted = set(scored.book.in_bin)
    for entry in scored.project.bin.iterfind("entry") if scored.project.bin is not None else ():
        element = scored.project.played_by(entry)
        if element is None or element.getparent() is not scored.root or element.tag not in ("producer", "chain"):
            continue
        name = scored.project.properties(element).get("kdenlive:id", "")
        if element in wanted or (scored.is_kdenlive and name in used and name not in there):
            yield element


def _copied(element: Element, ids: Mapping[str, str], numbers: Mapping[str, str]) -> Node:
    """An element with other ids."""
    attributes = {str(name): str(value) for name, value in element.attrib.items()}
    for name in ("id", "producer"):
        if attributes.get(name) in ids:
            attributes[name] = ids[attributes[name]]
    text = element.text or ""
    if element.tag == "property" and element.get("name") == "kdenlive:id":
        text = numbers.get(text.strip(), text)
    children = [_copied(child, ids, numbers) for child in elements_in(element)]
    return Node(str(element.tag), attributes, children, text="" if children else text)
