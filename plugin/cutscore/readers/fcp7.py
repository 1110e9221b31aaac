"""Reading FCP7 XML (xmeml; Premiere, Resolve, Hiero): our own reader, as the public adapter loses speeds and
nested sequences, trusts stale durations and joins stereo pairs.

Every <track> becomes one OTIO track. Lengths come from the clips, never from <duration>.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
from lxml import etree

from cutscore.readers import safe_xml
from cutscore.readers.fcp7_items import Placed, placed_items, speed_of
from cutscore.readers.fcp7_values import flag, number, rate_of, text_of
from cutscore.readers.files import TimelineFile
from cutscore.readers.loaded import Loaded
from cutscore.readers.sounds import OUR_KEY
from cutscore.readers.timeline import SEALED
from cutscore_composer.errors import InputRefused

Element = etree._Element
MAX_DEPTH = 40
"""Deepest nesting of sequences."""
MAX_ITEMS = 500_000
"""Clips that all uses of all nested sequences may come to."""


def load(file: TimelineFile) -> Loaded:
    """Read an FCP7 XML file. Raises InputRefused with one sentence."""
    path = file.path
    root = safe_xml.parse(path, file.data, "xmeml")
    sequence = main_sequence(path, root)
    rate = rate_of(sequence) or rate_of(sequence.find("timecode"))
    if rate is None:
        raise InputRefused(f"{path}: the sequence '{text_of(sequence, 'name')}' names no rate; export it again.")
    builder = _Builder(path, root)
    timeline = otio.schema.Timeline(text_of(sequence, "name") or path.stem)
    start = number(sequence.find("timecode"), "frame") or Fraction(0)
    timeline.global_start_time = _time(start, rate)
    tracks = [*builder.tracks(sequence, "video", rate, 0), *builder.tracks(sequence, "audio", rate, 0)]
    if not tracks:
        raise InputRefused(f"{path}: the sequence '{timeline.name}' holds no tracks; export the sequence again.")
    timeline.tracks.extend(tracks)
    for marker in _markers(sequence, rate):
        timeline.tracks.markers.append(marker)
    return Loaded(
        timeline,
        path.parent,
        list(dict.fromkeys(builder.warnings)),
        rate=rate,
        in_out=_in_out(sequence),
        drop_frame=text_of(sequence.find("timecode"), "displayformat").upper() == "DF",
    )


def main_sequence(path: Path, root: Element, name: str | None = None) -> Element:
    """The one sequence of the file that no other sequence uses; of several the one that is called `name`."""
    defined = [s for s in root.iter("sequence") if s.find("media") is not None]
    outer = [s for s in defined if not any(a.tag == "clipitem" for a in s.iterancestors())]
    used = {s.get("id") for s in root.iter("sequence") if any(a.tag == "clipitem" for a in s.iterancestors())}
    free = [s for s in outer if s.get("id") is None or s.get("id") not in used] or outer
    if len(free) > 1 and name is not None:
        free = [s for s in free if text_of(s, "name") == name] or free
    if len(free) == 1:
        return free[0]
    if not free:
        raise InputRefused(f"{path} holds no sequence; export a sequence as Final Cut Pro XML.")
    names = ", ".join(f"'{text_of(s, 'name')}'" for s in free[:10])
    raise InputRefused(f"{path} holds {len(free)} sequences ({names}); export one sequence a file.")


@dataclass(slots=True)
class _Builder:
    """Builds OTIO tracks; knows the files and sequences that the XML defines once and names by id."""

    path: Path
    files: dict[str, Element]
    sequences: dict[str, Element]
    warnings: list[str]
    items: int

    def __init__(self, path: Path, root: Element) -> None:
        self.path = path
        self.files = {f.get("id", ""): f for f in root.iter("file") if len(f)}
        self.sequences = {s.get("id", ""): s for s in root.iter("sequence") if s.find("media") is not None}
        self.warnings = []
        self.items = 0

    def tracks(self, sequence: Element, kind: str, rate: Fraction, depth: int) -> Iterator[Any]:
        """The OTIO tracks of one kind ("video", "audio")."""
        if depth > MAX_DEPTH:
            raise InputRefused(f"{self.path} nests sequences more than {MAX_DEPTH} deep or in a circle; repair it.")
        for index, element in enumerate(sequence.iterfind(f"media/{kind}/track"), start=1):
            yield self._track(element, f"{kind[0].upper()}{index}", kind, rate, depth)

    def _track(self, element: Element, default: str, kind: str, rate: Fraction, depth: int) -> Any:
        name = text_of(element, "name") or element.get("MZ.TrackName") or default
        track = otio.schema.Track(name, kind=kind.capitalize())
        track.enabled = flag(element, "enabled", True)
        position = Fraction(0)
        for placed in placed_items(self.path, element, rate):
            self.items += 1
            if self.items > MAX_ITEMS:
                raise InputRefused(f"{self.path} comes to more than {MAX_ITEMS} clips through nested sequences.")
            if placed.start > position:
                track.append(_gap(placed.start - position, rate))
                position = placed.start
            if placed.transition_before is not None:
                track.append(_transition(*placed.transition_before, rate))
            if placed.element is not None:
                track.append(self._item(placed, kind, rate, depth))
                position = placed.end
        return track

    def _item(self, placed: Placed, kind: str, rate: Fraction, depth: int) -> Any:
        element = placed.element
        assert element is not None
        name = text_of(element, "name")
        own_rate = placed.rate
        speed = speed_of(element, name, self.warnings)
        source_range = otio.opentime.TimeRange(
            _time(_source_start(placed, speed, own_rate, rate), own_rate), _time(placed.end - placed.start, rate)
        )
        nested = element.find("sequence")
        if nested is not None:
            item = self._nested(nested, name, kind, own_rate, depth)
        else:
            item = otio.schema.Clip(name, self._reference(element))
        item.source_range = source_range
        item.enabled = flag(element, "enabled", True)
        if "cutscore.place/" in text_of(element.find("logginginfo"), "lognote"):
            item.metadata[OUR_KEY] = {}
        if speed == 0:
            item.effects.append(otio.schema.FreezeFrame())
        elif speed != 1:
            item.effects.append(otio.schema.LinearTimeWarp(time_scalar=float(speed)))
        for marker in _markers(element, own_rate, abs(speed) or Fraction(1)):
            item.markers.append(marker)
        return item

    def _nested(self, named: Element, name: str, kind: str, rate: Fraction, depth: int) -> Any:
        sequence = named if named.find("media") is not None else self.sequences.get(named.get("id", ""))
        stack = otio.schema.Stack(name)
        stack.metadata["cutscore_reader"] = SEALED
        if sequence is None:
            self.warnings.append(f"The nested sequence '{name}' is not in the file; it is shown as black.")
            return stack
        stack.extend(self.tracks(sequence, kind, rate_of(sequence) or rate, depth + 1))
        return stack

    def _reference(self, element: Element) -> Any:
        """The media of a clip. Its positions count from the media's first frame, whatever the timecode."""
        if element.tag == "generatoritem":
            kind = text_of(element.find("effect"), "effectid") or text_of(element.find("effect"), "name")
            return otio.schema.GeneratorReference(text_of(element, "name"), kind)
        named = element.find("file")
        file = named if named is None or len(named) else self.files.get(named.get("id", ""), named)
        if file is None:
            return otio.schema.MissingReference(name=text_of(element, "name"))
        url = text_of(file, "pathurl")
        if not url and file.find("mediaSource") is not None:
            return otio.schema.GeneratorReference(text_of(file, "name"), text_of(file, "mediaSource"))
        rate = rate_of(file) or rate_of(element) or Fraction(25)
        available = otio.opentime.TimeRange(
            _time(Fraction(0), rate), _time(number(file, "duration") or Fraction(0), rate)
        )
        if not url:
            return otio.schema.MissingReference(
                name=text_of(file, "name") or text_of(element, "name"), available_range=available
            )
        return otio.schema.ExternalReference(url, available)


def _source_start(placed: Placed, speed: Fraction, own_rate: Fraction, rate: Fraction) -> Fraction:
    """First source frame (at `own_rate`, the clip's) that is used, the lowest for a clip that runs backwards.

    <in> counts in frames of the clip at its speed: frame 100 of a clip at 50 % is source frame 50. What a
    transition hides of the clip's beginning (`skipped`) counts in frames of the sequence.
    """
    first = placed.source_in + placed.skipped * own_rate / rate
    size = abs(speed)
    if speed == 0:
        return first
    if speed > 0:
        return first * size
    frames = (placed.end - placed.start) * own_rate / rate
    total = placed.duration or first + frames
    return max(Fraction(0), (total - first - frames) * size)


def _transition(name: str, is_dissolve: bool, before: Fraction, after: Fraction, rate: Fraction) -> Any:
    kinds = otio.schema.TransitionTypes
    return otio.schema.Transition(
        name, kinds.SMPTE_Dissolve if is_dissolve else kinds.Custom, _time(before, rate), _time(after, rate)
    )


def _markers(element: Element, rate: Fraction, speed: Fraction = Fraction(1)) -> Iterator[Any]:
    for marker in element.iterfind("marker"):
        first, last = number(marker, "in"), number(marker, "out")
        if first is None or first < 0:
            continue
        length = last - first if last is not None and last > first else Fraction(0)
        found = otio.schema.Marker(
            text_of(marker, "name"),
            otio.opentime.TimeRange(_time(first * speed, rate), _time(length * speed, rate)),
        )
        found.comment = text_of(marker, "comment")
        yield found


def _in_out(sequence: Element) -> tuple[int, int] | None:
    """The sequence's in and out points; −1 is an open end."""
    first, last = number(sequence, "in"), number(sequence, "out")
    if (first is None or first < 0) and (last is None or last < 0):
        return None
    return (
        int(first) if first is not None and first >= 0 else 0,
        int(last) if last is not None and last >= 0 else 1 << 60,
    )


def _gap(frames: Fraction, rate: Fraction) -> Any:
    return otio.schema.Gap(source_range=otio.opentime.TimeRange(_time(Fraction(0), rate), _time(frames, rate)))


def _time(frames: Fraction, rate: Fraction) -> Any:
    return otio.opentime.RationalTime(float(frames), float(rate))
