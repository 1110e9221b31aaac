"""Reading .edl (CMX 3600): our own parser, as the public adapter needs the rate and crashes on some dissolves.

A dissolve of a list begins at the record in of its incoming event: the cut lies there and the whole
transition after it. What the list does not say (its rate) is assumed and said.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio

from cutscore.readers.edl_events import EditList, Event, guessed_rate, parse
from cutscore.readers.files import TimelineFile
from cutscore.readers.loaded import Loaded
from cutscore.readers.sounds import OUR_KEY
from cutscore_composer.errors import InputRefused

BLACK = frozenset({"BL", "BLACK", "BLK"})
BARS = frozenset({"BARS", "COLORBARS", "SLATE", "TONE"})
MAX_TRACKS = 99


def load(file: TimelineFile) -> Loaded:
    """Read an EDL at the rate named for it, or at the rate that its frame numbers allow. Raises InputRefused."""
    path = file.path
    text = _text(path, file.data)
    used = file.rate or guessed_rate(text)
    edits = parse(path, text, used)
    warnings = edits.warnings
    if file.rate is None:
        warnings.append(f"An EDL names no frame rate; {float(used):.6g} is assumed, name it if it is another.")
    start = min(event.record_in for event in edits.events)
    timeline = otio.schema.Timeline(edits.title or path.stem)
    timeline.global_start_time = _time(start, used)
    for kind, tracks in (("Video", _by_track(edits, "V")), ("Audio", _by_track(edits, "A"))):
        for number, events in sorted(tracks.items()):
            timeline.tracks.append(_track(f"{kind[0]}{number}", kind, events, start, used, warnings))
    for locator in edits.locators:
        timeline.tracks.markers.append(
            otio.schema.Marker(
                locator.text, otio.opentime.TimeRange(_time(locator.frame - start, used), _time(0, used)), locator.color
            )
        )
    return Loaded(timeline, path.parent, warnings, rate=used, drop_frame=edits.drop_frame)


def _text(path: Path, data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    if b"\0" in data[:4096]:
        raise InputRefused(f"{path} is no text and so no EDL; export the timeline as EDL (CMX 3600).")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _by_track(edits: EditList, kind: str) -> dict[int, list[Event]]:
    """The events of all picture ("V") or sound ("A") tracks by their number."""
    found: dict[int, list[Event]] = {}
    for event in edits.events:
        for number in tracks_of(event.track, kind):
            # The foreground of a key lies over its background.
            above = 1 if event.how in ("K", "KO") and kind == "V" else 0
            found.setdefault(min(number + above, MAX_TRACKS), []).append(event)
    return found


def tracks_of(text: str, kind: str) -> list[int]:
    """Track numbers that a channel entry names: "V2" is picture 2, "AA/V" sound 1 and 2 and picture 1."""
    numbers: list[int] = []
    for part in text.replace("/", " ").replace("+", " ").split():
        letters, digits = part.rstrip("0123456789"), part[len(part.rstrip("0123456789")) :]
        if letters == "B":  # both: picture and sound
            numbers.append(1)
        elif letters == kind:
            numbers.append(int(digits[:3] or 1) or 1)
        elif kind == "A" and letters == "AA":
            numbers += [1, 2]
        elif letters in ("AV", "VA") or (kind == "A" and letters == "AAV") or letters == "AAV":
            numbers += [1, 2] if kind == "A" and letters == "AAV" else [1]
    return list(dict.fromkeys(numbers))


def _track(name: str, kind: str, events: list[Event], start: int, rate: Fraction, warnings: list[str]) -> Any:
    """One track: gaps where nothing is recorded; a later event records over an earlier one."""
    track = otio.schema.Track(name, kind=kind)
    ordered = sorted(events, key=lambda event: event.record_in)
    position = start
    for index, event in enumerate(ordered):
        following = ordered[index + 1].record_in if index + 1 < len(ordered) else event.record_out
        end = min(event.record_out, following)
        if end < event.record_out:
            warnings.append(
                f"Event {event.number} (line {event.line}) is recorded over by the next; its end is cut off."
            )
        if event.how[0] in "DW" and kind == "Video":
            if event.record_in > position:
                track.append(_gap(event.record_in - position, rate))
                position = event.record_in
            track.append(_transition(event, end - event.record_in, rate))
        if end <= event.record_in:
            continue  # the zero-length first line of a transition only names the outgoing source
        if event.record_in > position:
            track.append(_gap(event.record_in - position, rate))
        track.append(_clip(event, end - event.record_in, rate, warnings))
        position = end
    return track


def _transition(event: Event, frames: int, rate: Fraction) -> Any:
    dissolve = event.how == "D"
    return otio.schema.Transition(
        "Dissolve" if dissolve else f"Wipe {event.how}",
        otio.schema.TransitionTypes.SMPTE_Dissolve if dissolve else otio.schema.TransitionTypes.Custom,
        _time(0, rate),
        _time(min(event.frames, frames), rate),
    )


def _clip(event: Event, frames: int, rate: Fraction, warnings: list[str]) -> Any:
    """The clip of an event; black is a gap."""
    reel = event.reel.upper()
    if reel in BLACK:
        return _gap(frames, rate)
    name = event.clip_name or event.number
    speed = event.speed
    if speed == 0 and event.source_out - event.source_in != event.record_out - event.record_in:
        name = name.removesuffix(" FF")  # Avid's mark of a frame that is held
    first = event.source_in
    if speed is None:
        source_frames = event.source_out - event.source_in
        if abs(source_frames - (event.record_out - event.record_in)) > 1:
            warnings.append(
                f"Event {event.number} (line {event.line}, '{name}'): source and record differ in length "
                f"({source_frames}, {event.record_out - event.record_in} frames) without a speed; played as it is."
            )
    elif speed < 0:
        first = _lowest_backwards(event, frames)
    elif event.entry is not None:
        first = event.entry
    return otio.schema.Clip(
        name,
        _reference(event, reel),
        otio.opentime.TimeRange(_time(first, rate), _time(frames, rate)),
        effects=_effects(speed),
        metadata={OUR_KEY: {}} if event.is_ours else {},
    )


def _lowest_backwards(event: Event, frames: int) -> int:
    """First frame of the source that a clip running backwards uses: its range, unless M2 starts elsewhere."""
    low, high = sorted((event.source_in, event.source_out))
    if event.entry is None or event.entry in (low, high, high - 1):
        return low
    return event.entry - round((frames - 1) * -(event.speed or Fraction(-1)))


def _effects(speed: Fraction | None) -> list[Any]:
    if speed is None or speed == 1:
        return []
    return [otio.schema.FreezeFrame()] if speed == 0 else [otio.schema.LinearTimeWarp(time_scalar=float(speed))]


def _reference(event: Event, reel: str) -> Any:
    if reel in BARS:
        return otio.schema.GeneratorReference(event.reel, generator_kind=event.reel)
    if event.file_name and any(mark in event.file_name for mark in "/\\"):
        return otio.schema.ExternalReference(event.file_name)
    # An EDL names no file: the source file, a clip name that is a file's, else the reel is looked for.
    name = event.file_name or (event.clip_name if "." in event.clip_name else "") or event.reel
    return otio.schema.MissingReference(name=name if reel != "AX" or event.file_name else event.clip_name or name)


def _gap(frames: int, rate: Fraction) -> Any:
    return otio.schema.Gap(source_range=otio.opentime.TimeRange(_time(0, rate), _time(frames, rate)))


def _time(frames: int, rate: Fraction) -> Any:
    return otio.opentime.RationalTime(frames, float(rate))
