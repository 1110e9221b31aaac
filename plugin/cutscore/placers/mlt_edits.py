"""The edits of one MLT project: music laid down, replaced, muted, taken away. Every other byte stays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

from cutscore.placers.byte_edits import Edit
from cutscore.placers.laid_music import LaidMusic
from cutscore.placers.mlt_filters import Filters
from cutscore.placers.mlt_lengths import ends_before
from cutscore.placers.mlt_markers import MARKERS, group_of, hits_in, next_number, shotcut_markers
from cutscore.placers.mlt_media import MediaMaker
from cutscore.placers.mlt_numbers import Renumbering, of_track, renumbered
from cutscore.placers.mlt_own import Uses
from cutscore.placers.mlt_parts import Parts
from cutscore.placers.mlt_playlist import Laid, as_it_lies, laid_out, playlist_with
from cutscore.placers.mlt_shape import Item, Shape, Track
from cutscore.placers.mlt_text import MltText
from cutscore.placers.own_music import OwnClip
from cutscore.placers.xml_write import Node, XmlWriter
from cutscore.readers.mlt_values import Element

TRACK_HEIGHT = "75"
"""Of a sound track in Kdenlive, where the project has none to go by."""


class MltEdits:
    """Edits of one text; every method gives what is to be done to it as it is."""

    def __init__(self, xml: MltText, shape: Shape, filters: Filters) -> None:
        self.xml = xml
        self.shape = shape
        self.style = filters.style
        self.filters = filters

    @cached_property
    def writer(self) -> XmlWriter:
        """Writes in the manner of the file."""
        return XmlWriter(self.xml)

    @cached_property
    def parts(self) -> Parts:
        """Makes elements."""
        return Parts(self.shape, self.style)

    @cached_property
    def media(self) -> MediaMaker:
        """Makes clips."""
        return MediaMaker(self.xml, self.shape, self.parts, self.filters)

    def replaced(self, old: OwnClip, laid: LaidMusic) -> list[Edit]:
        """New music in the place of an untouched clip."""
        item: Item = old.handle
        track = self.shape.track_of(old.track)
        media = self.media.new(laid, old, same_ids=True)
        edits = [self.writer.replaced(item.played, media.timeline)]
        in_bin = self.media.bin_element(old)
        if in_bin is not None:
            edits.append(self.writer.replaced(in_bin, media.bin))
            entry = self._bin_entry(in_bin)
            if entry is not None:
                edits.append(self.writer.with_attribute(entry, "out", media.bin.attributes["out"]))
        others = [as_it_lies(self.xml, one) for one in self._of(track, item.playlist) if one.entry is not item.entry]
        edits.append(self._playlist(item.playlist, [*others, Laid(laid.start, laid.end, media.entry)]))
        return [*edits, *self._markers(media.laid, old), *self.lengthened(laid.end, track)]

    def more(self, laid: LaidMusic, key: str | None, like: OwnClip | None) -> list[Edit]:
        """One more clip, on a track of ours or a new one."""
        media = self.media.new(laid, like)
        edits = self.into_bin([media.bin])
        clip = Laid(laid.start, laid.end, media.entry)
        if key is not None:
            track = self.shape.track_of(key)
            playlist = track.playlists[0]
            lies = [as_it_lies(self.xml, one) for one in self._of(track, playlist)]
            edits.append(self.writer.before(self._first_of(track), media.timeline))
            edits.append(self._playlist(playlist, [*lies, clip]))
            return [*edits, *self._markers(media.laid, None), *self.lengthened(laid.end, track)]
        name, made = self._new_track(laid, clip)
        edits += [self.writer.before(self.shape.timeline, node) for node in [media.timeline, *made]]
        edits += self.tracks_added([(name, "both" if laid.muted else "video")])
        return [*edits, *self._markers(media.laid, None), *self.lengthened(laid.end, None)]

    def muted(self, clip: OwnClip) -> list[Edit]:
        """A clip that no longer sounds: disabled in Kdenlive, with the filter "Mute" in Shotcut."""
        played: Element = clip.handle.played
        if not self.shape.is_kdenlive:
            return [self.writer.last_in(played, self.filters.mute())]
        for found in played.iterfind("property"):
            if found.get("name") == "set.test_audio":
                return [self.writer.with_text(found, "1")]
        return [self.writer.last_in(played, Node("property", {"name": "set.test_audio"}, text="1"))]

    def without(self, clip: OwnClip) -> list[Edit]:
        """A clip taken away, with its media where nothing else plays them, and with a track of ours left empty."""
        item: Item = clip.handle
        track, uses = self.shape.track_of(clip.track), Uses(self.shape)
        gone: list[Element] = []
        if uses.of_producer(item.played.get("id", "")) == 1:
            gone.append(item.played)
        in_bin = self.media.bin_element(clip)
        if in_bin is not None and (not self.shape.is_kdenlive or uses.of_bin(self.shape.book.bin_id(item)) == 1):
            gone += [one for one in (in_bin, self._bin_entry(in_bin)) if one is not None]
        if not self.shape.is_kdenlive:
            gone += list(hits_in(self.shape, item.start, item.end))
        edits: list[Edit] = []
        if len(track.items) == 1 and track.own_role is not None:
            number = track.index
            gone += [*track.playlists, track.element, *of_track(self.shape, number)]
            gone += [track.played] if track.played not in track.playlists else []
            edits += self._renumbered(Renumbering(number, -1), gone)
        else:
            lies = [as_it_lies(self.xml, o) for o in self._of(track, item.playlist) if o.entry is not item.entry]
            edits.append(self._playlist(item.playlist, lies))
        return [*edits, *(self.writer.removed(element) for element in dict.fromkeys(gone))]

    def tracks_added(self, tracks: Sequence[tuple[str, str]]) -> list[Edit]:
        """The timeline with further tracks, each with its id and what it hides.

        Kdenlive's lie right above the black one, and hide by their playlists; Shotcut's lie behind all others.
        """
        elements = self.shape.track_elements
        first = 1 if self.shape.is_kdenlive else len(elements)
        place = elements[first - 1]
        edits = []
        for name, hide in tracks:
            said = {"producer": name} if self.shape.is_kdenlive else {"producer": name, "hide": hide}
            edits.append(self.writer.after(place, Node("track", said)))
        mixes = [self.parts.mix(first + number) for number in range(len(tracks))]
        transitions = self.shape.timeline.findall("transition")
        if self.shape.is_kdenlive and transitions:
            edits += [self.writer.before(transitions[0], mix) for mix in mixes]
        elif transitions:
            edits += [self.writer.after(transitions[-1], mix) for mix in mixes]
        else:
            behind = elements[-1] if elements[-1].getparent() is self.shape.timeline else elements[-1].getparent()
            assert behind is not None
            edits += [self.writer.after(behind, mix) for mix in mixes]
        return [*edits, *self._renumbered(Renumbering(first, len(tracks)), [])]

    def _new_track(self, laid: LaidMusic, clip: Laid) -> tuple[str, list[Node]]:
        parts = self.parts
        clips = laid_out(parts, [clip])
        if not self.shape.is_kdenlive:
            name = parts.new_id()
            return name, [parts.shotcut_track(laid, name, clips)]
        first, second, name = parts.new_id(), parts.new_id(), parts.new_id()
        heights = [
            self.shape.project.properties(track.played).get("kdenlive:trackheight", "")
            for track in self.shape.tracks
            if track.is_audio
        ]
        height = next(filter(None, heights), TRACK_HEIGHT)
        track = parts.kdenlive_track(laid, name, (first, second), height)
        return name, [parts.kdenlive_playlist(first, clips), parts.kdenlive_playlist(second), track]

    def into_bin(self, media: Iterable[Node]) -> list[Edit]:
        """Media among those of the project: each before the playlist that names them."""
        playlist = self.shape.project.bin
        if playlist is None:
            return []
        edits = []
        for node in media:
            frames = (self.style.times.frames(node.attributes["out"]) or 0) + 1
            edits.append(self.writer.before(playlist, node))
            edits.append(self.writer.last_in(playlist, self.parts.bin_entry(node.attributes["id"], frames)))
        return edits

    def _bin_entry(self, medium: Element) -> Element | None:
        playlist = self.shape.project.bin
        entries = playlist.iterfind("entry") if playlist is not None else ()
        return next((entry for entry in entries if entry.get("producer") == medium.get("id")), None)

    def _playlist(self, playlist: Element, clips: Sequence[Laid]) -> Edit:
        return self.writer.replaced(playlist, playlist_with(self.parts, self.xml, playlist, clips))

    def _of(self, track: Track, playlist: Element) -> list[Item]:
        return [item for item in track.items if item.playlist is playlist]

    def _first_of(self, track: Track) -> Element:
        """What of a track stands first in the file: what it plays has to stand before it."""
        elements = [track.played, *track.playlists]
        order = {element: number for number, element in enumerate(self.shape.root)}
        return min(elements, key=lambda element: order.get(element, 0))

    def _markers(self, laid: LaidMusic, old: OwnClip | None) -> list[Edit]:
        """The hits on Shotcut's timeline; Kdenlive's lie on the bin clip."""
        if self.shape.project.writer != "shotcut":
            return []
        gone = [] if old is None else list(hits_in(self.shape, old.handle.start, old.handle.end))
        edits = [self.writer.removed(marker) for marker in gone]
        group = group_of(self.shape)
        new = shotcut_markers(laid, 0 if group is None else next_number(group), self.style)
        if not new:
            return edits
        if group is not None:
            return [*edits, *(self.writer.last_in(group, marker) for marker in new)]
        node = Node("properties", {"name": MARKERS}, new)
        return [*edits, self.writer.before(self.shape.track_elements[0], node)]

    def lengthened(self, end: int, track: Track | None) -> list[Edit]:
        """What says an end before the music's, made longer."""
        edits = []
        if track is not None and track.played.tag == "tractor":
            out = self.style.times.frames(track.played.get("out"))
            if out is None or out < end - 1:
                edits.append(self.writer.with_attribute(track.played, "out", self.style.of(end - 1)))
        for element, attribute in dict.fromkeys(ends_before(self.shape, end)):
            if attribute is None:
                edits.append(self.writer.with_text(element, self._like(element.text or "", end)))
            else:
                edits.append(self.writer.with_attribute(element, attribute, self.style.of(end - 1)))
        return edits

    def _like(self, text: str, frames: int) -> str:
        return self.style.of(frames) if ":" in text else str(frames)

    def _renumbered(self, change: Renumbering, gone: Sequence[Element]) -> list[Edit]:
        edits = []
        for said in renumbered(self.shape, change):
            if any(said.element is one or said.element.getparent() is one for one in gone):
                continue
            if said.attribute is None:
                edits.append(self.writer.with_text(said.element, said.text))
            else:
                edits.append(self.writer.with_attribute(said.element, said.attribute, said.text))
        return edits
