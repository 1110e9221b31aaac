"""Fades and volume of a music clip as MLT filters, as Kdenlive or Shotcut has them, and what the user made of them.

Both programs fade and set levels with MLT's volume filter, and know their own by a property: Kdenlive by
`kdenlive_id`, Shotcut by `shotcut:filter`. Every filter of ours carries a note of what was written, so
that a second run tells the user's changes from ours: both programs keep unknown properties of filters.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cutscore.placers.laid_music import LaidMusic, Level, fitting_fades
from cutscore.placers.mlt_times import TimeStyle
from cutscore.placers.notes import KEY
from cutscore.placers.xml_text import XmlText
from cutscore.placers.xml_write import Node, Verbatim
from cutscore.readers.mlt_values import Element, flag, number, properties_of
from cutscore_composer.errors import InputRefused

FADE_IN, FADE_OUT, VOLUME, MUTE = "fade_in", "fade_out", "volume", "mute"
_KDENLIVE = {"fadein": FADE_IN, "fadeout": FADE_OUT, "volume": VOLUME}
_SHOTCUT = {"fadeInVolume": FADE_IN, "fadeOutVolume": FADE_OUT, "muteVolume": MUTE, "": VOLUME, "audioGain": VOLUME}
_KEYFRAME = re.compile(r"\s*([\d:.,-]+?)\s*([!|~$a-zA-Z-]{0,2}=)(.*)", re.DOTALL)
_SILENT_DB = -60
"""Where Shotcut's fades begin and end."""
NEAR_DB = 0.005


@dataclass(frozen=True, slots=True)
class Old:
    """The filters of a clip that gives way, and which part of its file it plays."""

    filters: tuple[Element, ...]
    first: int
    last: int
    facts: Mapping[str, Any]

    @property
    def noted(self) -> list[str]:
        """What filters were laid with it."""
        return str(self.facts.get("filters", "")).split()


@dataclass(frozen=True, slots=True)
class Filters:
    """Writes and reads the filters of one kind of project."""

    style: TimeStyle
    is_kdenlive: bool

    def made(self, laid: LaidMusic) -> dict[str, Node]:
        """The filters of a new clip by what they do."""
        found = {}
        fade_in, fade_out = fitting_fades(laid)
        # A fade of one frame is a cut, and Shotcut knows none shorter than two.
        if fade_in > 1:
            found[FADE_IN] = self._fade_in(laid, fade_in)
        if fade_out > 1:
            found[FADE_OUT] = self._fade_out(laid, fade_out)
        levels = laid.levels()
        if levels or laid.gain_db:
            found[VOLUME] = self._volume(laid, levels)
        return found

    def carried(self, laid: LaidMusic, old: Old, shift: int, xml: XmlText) -> list[Node | Verbatim]:
        """The filters of a clip that takes the place of another: the user's as they are, ours made anew.

        `shift` says how many frames later in the new file the same moment of the music lies.
        """
        made = self.made(laid)
        kept: list[Node | Verbatim] = []
        seen = set()
        for element in old.filters:
            kind = self.kind(element)
            if kind is not None:
                seen.add(kind)
            if kind in (FADE_IN, FADE_OUT, VOLUME) and self._is_as_written(element, kind):
                if kind in made:
                    kept.append(made[kind])
                continue
            moved = self._moved(element, kind, old, laid, shift)
            kept.append(Verbatim(xml.text(element)) if moved is None else moved)
        # What was noted and is no longer there the user took away.
        return [*kept, *(node for kind, node in made.items() if kind not in seen and kind not in old.noted)]

    def kind(self, element: Element) -> str | None:
        """What a filter does to the volume; None for any other."""
        said = properties_of(element)
        if said.get("mlt_service") != "volume" or flag(said, "internal_added"):
            return None
        if self.is_kdenlive:
            return _KDENLIVE.get(said.get("kdenlive_id", ""))
        return _SHOTCUT.get(said.get("shotcut:filter", ""))

    def mute(self) -> Node:
        """Shotcut's filter that silences a clip."""
        return self._filter(MUTE, {"gain": "0", "shotcut:filter": "muteVolume"}, None, "")

    def _fade_in(self, laid: LaidMusic, frames: int) -> Node:
        first = laid.source
        if self.is_kdenlive:
            said = {"kdenlive_id": "fadein", "gain": "0", "end": "1", "kdenlive:collapsed": "0"}
            return self._filter(FADE_IN, said, (first, first + frames - 1), str(frames))
        level = self._keyframes([Level(0, _SILENT_DB), Level(max(1, frames - 1), 0)])
        said = {"level": level, "shotcut:filter": "fadeInVolume", "shotcut:animIn": self.style.of(frames)}
        return self._filter(FADE_IN, said, (first, first + laid.frames - 1), str(frames))

    def _fade_out(self, laid: LaidMusic, frames: int) -> Node:
        last = laid.source + laid.frames - 1
        if self.is_kdenlive:
            said = {"kdenlive_id": "fadeout", "gain": "1", "end": "0", "kdenlive:collapsed": "0"}
            return self._filter(FADE_OUT, said, (last - frames + 1, last), str(frames))
        level = self._keyframes([Level(laid.frames - frames, 0), Level(laid.frames - 1, _SILENT_DB)])
        said = {"level": level, "shotcut:filter": "fadeOutVolume", "shotcut:animOut": self.style.of(frames)}
        return self._filter(FADE_OUT, said, (laid.source, last), str(frames))

    def _volume(self, laid: LaidMusic, levels: Sequence[Level]) -> Node:
        # Kdenlive counts keyframes from the source's first frame, Shotcut from the filter's beginning.
        first, end = laid.source, laid.source + laid.frames
        origin = 0 if self.is_kdenlive else first
        placed = [Level(level.frame - origin, level.db) for level in levels or [Level(first, laid.gain_db)]]
        written = self._keyframes(placed) if levels or self.is_kdenlive else _decimal(laid.gain_db)
        note = ";".join(f"{level.frame}={_decimal(level.db)}" for level in placed)
        if self.is_kdenlive:
            return self._filter(
                VOLUME, {"level": written, "kdenlive_id": "volume", "kdenlive:collapsed": "0"}, None, note
            )
        return self._filter(VOLUME, {"level": written, "channel_mask": "-1"}, (first, end - 1), note)

    def _filter(self, kind: str, said: Mapping[str, str], span: tuple[int, int] | None, note: str) -> Node:
        attributes = {} if span is None else {"in": self.style.of(span[0]), "out": self.style.of(span[1])}
        properties = {
            "window": "75",
            "max_gain": "20dB",
            "mlt_service": "volume",
            **said,
            KEY: f"{kind} {note}".strip(),
        }
        return Node("filter", attributes, [prop(name, value) for name, value in properties.items()])

    def _is_as_written(self, element: Element, kind: str) -> bool:
        """Whether a filter of ours is still as it was written."""
        said = properties_of(element)
        note = said.get(KEY, "")
        if not note.startswith(f"{kind} ") or flag(said, "disable"):
            return False
        written = note.removeprefix(f"{kind} ")
        if kind == VOLUME:
            return _same_levels(self._levels(said.get("level", "")), self._levels(written))
        frames = self._fade_frames(element, said, kind)
        return frames is not None and str(frames) == written

    def _fade_frames(self, element: Element, said: Mapping[str, str], kind: str) -> int | None:
        if not self.is_kdenlive:
            return self._frame(said.get("shotcut:animIn" if kind == FADE_IN else "shotcut:animOut"))
        last = self._frame(element.get("out"))
        return None if last is None else last - (self._frame(element.get("in")) or 0) + 1

    def _levels(self, text: str) -> list[tuple[int, float]] | None:
        """Straight keyframes of a level as frames and dB; None for what is something else."""
        constant = number(text)
        if constant is not None:
            return [(0, float(constant))]
        found = []
        for part in filter(None, (part.strip() for part in text.split(";"))):
            keyframe = _KEYFRAME.fullmatch(part)
            db = number(keyframe[3]) if keyframe is not None else None
            if keyframe is None or keyframe[2] != "=" or db is None:
                return None
            found.append((self._frame(keyframe[1]) or 0, float(db)))
        return found

    def _keyframes(self, levels: Sequence[Level]) -> str:
        return ";".join(f"{self.style.of(level.frame)}={_decimal(level.db)}" for level in levels)

    def _moved(self, element: Element, kind: str | None, old: Old, laid: LaidMusic, shift: int) -> Node | None:
        """The user's filter where the new clip begins or ends elsewhere in its file; None where nothing changes."""
        first, last = laid.source, laid.source + laid.frames - 1
        longer = (last - first) - (old.last - old.first)
        if not shift and first == old.first and last == old.last:
            return None
        attributes = {str(name): str(value) for name, value in element.attrib.items()}
        begin, end = (self._frame(attributes.get(name)) for name in ("in", "out"))
        at_end = end == old.last
        if end is not None:
            attributes["out"] = self.style.of(last if at_end else end + shift)
        if begin is not None:
            spans = begin == old.first
            attributes["in"] = self.style.of(
                first if spans else max(first, begin + last - old.last) if at_end else begin + shift
            )
        later = shift if self.is_kdenlive else longer if kind == FADE_OUT else 0
        children = [
            prop(str(child.get("name", "")), self._moved_keyframes(child.text or "", later))
            for child in element.iterfind("property")
        ]
        return Node(str(element.tag), attributes, children)

    def _frame(self, text: str | None) -> int | None:
        try:
            return self.style.times.frames(text)
        except InputRefused:
            return None

    def _moved_keyframes(self, text: str, shift: int) -> str:
        """An animated value with its keyframes later."""
        if not shift or "=" not in text:
            return text
        parts = [_KEYFRAME.fullmatch(part) for part in text.split(";")]
        if any(part is None for part in parts):
            return text
        try:
            return ";".join(f"{self._later(part[1], shift)}{part[2]}{part[3]}" for part in parts if part is not None)
        except InputRefused:
            return text

    def _later(self, text: str, shift: int) -> str:
        frames = self.style.times.frames(text)
        return text if frames is None else self.style.of(max(0, frames + shift))


def prop(name: str, value: object = "") -> Node:
    """A property of anything in MLT."""
    return Node("property", {"name": name}, text=str(value))


def _decimal(value: float) -> str:
    """A number as MLT reads it: without an exponent."""
    return f"{value:.3f}".rstrip("0").rstrip(".")


def _same_levels(one: list[tuple[int, float]] | None, other: list[tuple[int, float]] | None) -> bool:
    if one is None or other is None or not one or not other:
        return False
    if {round(db, 3) for _, db in one} == {round(db, 3) for _, db in other} and len({db for _, db in one}) == 1:
        return True
    return len(one) == len(other) and all(
        a == b and math.isclose(x, y, abs_tol=NEAR_DB) for (a, x), (b, y) in zip(one, other, strict=True)
    )
