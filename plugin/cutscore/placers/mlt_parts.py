"""The MLT elements that Cutscore adds: the music as media and as a clip, its track, and the mix that lets it sound.

They are written as the program that made the project writes its own, because Kdenlive and Shotcut tell by
such properties what a thing is.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from cutscore.placers.laid_music import LaidMusic
from cutscore.placers.mlt_filters import prop
from cutscore.placers.mlt_markers import markers_text
from cutscore.placers.mlt_shape import Shape, texts_at, track_note
from cutscore.placers.mlt_times import TimeStyle
from cutscore.placers.notes import KEY, as_text
from cutscore.placers.xml_write import Node, Verbatim

Where = Literal["bin", "timeline"]
_FOLDER = re.compile(r"kdenlive:folder\.[^.]*\.(\d+)")
_INTERNAL = {"internal_added": "237"}
"""How Kdenlive marks what it adds by itself to every track."""
INTERNAL_FILTERS: Sequence[Mapping[str, str]] = (
    {"window": "75", "max_gain": "20dB", "mlt_service": "volume", **_INTERNAL, "disable": "1"},
    {"channel": "-1", "mlt_service": "panner", **_INTERNAL, "start": "0.5", "disable": "1"},
    {"iec_scale": "0", "mlt_service": "audiolevel", "dbpeak": "1", "disable": "1"},
)


class Parts:
    """Makes elements for one project, with ids that it does not use yet."""

    def __init__(self, shape: Shape, style: TimeStyle) -> None:
        self.shape = shape
        self.style = style
        self.is_kdenlive = shape.is_kdenlive
        self.tag = "chain" if self._has_chains() else "producer"
        self._ids = self._free_ids()
        self._bin_ids: Iterator[int] | None = None

    def new_id(self) -> str:
        """An id for an element."""
        return next(self._ids)

    def new_bin_id(self) -> str:
        """Kdenlive's number for a clip in its bin; folders are counted with the clips."""
        if self._bin_ids is None:
            said = texts_at(self.shape.root, "//property[@name='kdenlive:id']/text()")
            folders = [_FOLDER.fullmatch(name) for name in self.shape.project.properties(self.shape.project.bin)]
            taken = [int(text) for text in said if text.strip().isdecimal()]
            taken += [int(found[1]) for found in folders if found is not None]
            self._bin_ids = iter(range(max(taken, default=1) + 1, 1 << 31))
        return str(next(self._bin_ids))

    def media(
        self,
        laid: LaidMusic,
        where: Where,
        *,
        name: str,
        bin_id: str = "",
        control: str = "",
        filters: Sequence[Node | Verbatim] = (),
        made: Sequence[str] = (),
    ) -> Node:
        """The music file, in the bin or as the timeline plays it; `made` names the filters that were laid with it."""
        frames = max(laid.file_frames, laid.source + laid.frames)
        attributes = {"id": name, "in": self.style.of(0), "out": self.style.of(frames - 1)}
        if self.tag == "chain":
            del attributes["in"]
        validated = self.is_kdenlive and where == "bin"
        notes = as_text(laid.with_note(filters=" ".join(made)).notes)
        said = {
            "length": str(frames) if self.is_kdenlive else self.style.of(frames),
            "eof": "pause",
            "resource": laid.url,
            "mlt_service": "avformat" if validated else "avformat-novalidate",
            "seekable": "1",
            "audio_index": "0",
            "video_index": "-1",
            **(self._kdenlive(laid, bin_id, control) if self.is_kdenlive else self._shotcut(laid, notes)),
        }
        if self.is_kdenlive and where == "bin":
            said |= {"kdenlive:description": words_of(notes), KEY: notes}
            if laid.hits:
                said["kdenlive:markers"] = markers_text(laid.hits, self.shape.project)
        elif self.is_kdenlive:
            said |= {"xml": "was here", "set.test_audio": "0", "set.test_image": "1"}
        return Node(self.tag, attributes, [*(prop(*one) for one in said.items()), *filters])

    def entry(self, laid: LaidMusic, producer: str, bin_id: str = "", inside: Sequence[Node | Verbatim] = ()) -> Node:
        """The clip on a track."""
        span = {"in": self.style.of(laid.source), "out": self.style.of(laid.source + laid.frames - 1)}
        own = [prop("kdenlive:id", bin_id)] if self.is_kdenlive else []
        return Node("entry", {"producer": producer, **span}, [*own, *inside])

    def bin_entry(self, producer: str, frames: int) -> Node:
        """The clip among the project's media."""
        return Node("entry", {"producer": producer, "in": self.style.of(0), "out": self.style.of(frames - 1)})

    def blank(self, frames: int) -> Node:
        """Silence on a track."""
        return Node("blank", {"length": self.style.of(frames)})

    def kdenlive_playlist(self, name: str, children: Sequence[Node | Verbatim] = ()) -> Node:
        """One of the two playlists of a sound track."""
        return Node("playlist", {"id": name}, [prop("kdenlive:audio_track", 1), *children])

    def kdenlive_track(self, laid: LaidMusic, name: str, playlists: tuple[str, str], height: str) -> Node:
        """A sound track; its first filter carries the note that it is ours, because Kdenlive keeps it there."""
        hide = "both" if laid.muted else "video"
        said = {
            "kdenlive:audio_track": "1",
            "kdenlive:trackheight": height,
            "kdenlive:timeline_active": "1",
            "kdenlive:collapsed": "0",
            "kdenlive:track_name": laid.track_name,
            "kdenlive:thumbs_format": "",
            "kdenlive:audio_rec": "",
        }
        filters = [
            Node("filter", {}, [prop(*one) for one in [*inside.items(), *([(KEY, note)] if note else [])]])
            for inside, note in zip(INTERNAL_FILTERS, (track_note(laid.role), "", ""), strict=True)
        ]
        tracks = [Node("track", {"hide": hide, "producer": playlist}) for playlist in playlists]
        span = {"in": self.style.of(0), "out": self.style.of(laid.end - 1)}
        return Node("tractor", {"id": name, **span}, [*(prop(*one) for one in said.items()), *tracks, *filters])

    def shotcut_track(self, laid: LaidMusic, name: str, children: Sequence[Node | Verbatim]) -> Node:
        """A sound track."""
        said = [prop("shotcut:audio", 1), prop("shotcut:name", laid.track_name), prop(KEY, track_note(laid.role))]
        return Node("playlist", {"id": name}, [*said, *children])

    def mix(self, number: int) -> Node:
        """The transition that adds a track's sound to all others'."""
        said = {"a_track": "0", "b_track": str(number), "mlt_service": "mix"}
        if self.is_kdenlive:
            said |= {"kdenlive_id": "mix", **_INTERNAL, "always_active": "1", "accepts_blanks": "1", "sum": "1"}
        else:
            said |= {"always_active": "1", "sum": "1"}
        return Node("transition", {}, [prop(*one) for one in said.items()])

    def new_control(self) -> str:
        """What ties a clip of the timeline to its bin clip in newer Kdenlives; empty in older ones."""
        return f"{{{uuid.uuid4()}}}" if self.shape.has_sequences else ""

    def _kdenlive(self, laid: LaidMusic, bin_id: str, control: str) -> dict[str, str]:
        said = {"kdenlive:clipname": laid.name, "kdenlive:clip_type": "1", "kdenlive:folderid": "-1"}
        return {**said, "kdenlive:id": bin_id, **({"kdenlive:control_uuid": control} if control else {})}

    def _shotcut(self, laid: LaidMusic, notes: str) -> dict[str, str]:
        return {"shotcut:caption": laid.name, "shotcut:comment": words_of(notes), KEY: notes}

    def _has_chains(self) -> bool:
        root = self.shape.root
        if self.shape.has_sequences or root.find("chain") is not None:
            return True
        files = root.xpath("boolean(producer/property[@name='mlt_service' and starts-with(text(), 'avformat')])")
        return not files and self.shape.project.writer == "shotcut"

    def _free_ids(self) -> Iterator[str]:
        taken = set(texts_at(self.shape.root, "//@id"))
        return (name for name in (f"cutscore{number}" for number in range(1 << 31)) if name not in taken)


def words_of(notes: str) -> str:
    """The words for people at the beginning of notes."""
    return notes.partition(" {")[0]
