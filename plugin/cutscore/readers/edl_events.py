"""The lines of a CMX 3600 EDL as events: what is where on which track, with the comments that belong to it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from cutscore_composer.errors import InputRefused
from cutscore_composer.timebase import frame_of_timecode, rate_text

_TC = r"\d{1,2}[:;.,]\d{2}[:;.,]\d{2}[:;.,]\d{2,3}"
_TIMES = re.compile(rf"\s({_TC})\s+({_TC})\s+({_TC})\s+({_TC})\s*$")
_EVENT = re.compile(r"\s*(\d{1,8}[A-Za-z]?)\s+(.+?)\s*$")
_HOW = re.compile(
    r"(?P<reel>.+?)\s+(?P<track>\S+)\s+(?P<how>C|D|W\d{1,3}|K\s?B|K\s?O|K)(?:\s+\(?F?\)?(?P<frames>\d{1,4}))?$"
)
_NAME = re.compile(
    r"[*\s]*(FROM CLIP NAME|TO CLIP NAME|KEY CLIP NAME|SOURCE FILE|FROM FILE|CLIP NAME)\s*(?:IS)?:\s*(.*?)\s*$"
)
_LOCATOR = re.compile(rf"[*\s]*LOC:\s*({_TC})\s*(.*?)\s*$")
_SPEED = re.compile(rf"\s*M2\s+(.+?)\s+([+-]?\d+(?:\.\d+)?)(?:\s+({_TC}))?\s*$")
_MOST_FRAMES = re.compile(r"\d{1,2}[:;.,]\d{2}[:;.,]\d{2}[:;.,](\d{2,3})")


@dataclass(slots=True)
class Event:
    """One line of an edit list; frames count at the list's rate."""

    line: int
    number: str
    reel: str
    track: str
    """As written: V, V2, A, A2, AA, B, AA/V …"""
    how: str
    """C, D, W…, K, KB or KO."""
    frames: int
    """Length of the transition."""
    source_in: int
    source_out: int
    record_in: int
    record_out: int
    clip_name: str = ""
    file_name: str = ""
    speed: Fraction | None = None
    """Speed of an M2 line; None where there is none."""
    entry: int | None = None
    """Source frame that an M2 line starts at."""


@dataclass(slots=True)
class Locator:
    """A marker of the list, by record timecode."""

    frame: int
    color: str
    text: str


@dataclass(slots=True)
class EditList:
    """A whole EDL."""

    title: str = ""
    drop_frame: bool = False
    events: list[Event] = field(default_factory=list)
    locators: list[Locator] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def guessed_rate(text: str) -> Fraction:
    """The lowest usual rate that an EDL's frame numbers allow: 24 unless they say otherwise."""
    if re.search(r"FCM:\s*DROP", text) or re.search(r"\d\d:\d\d:\d\d;\d\d", text):
        return Fraction(30000, 1001)
    most = max((int(frames) for frames in _MOST_FRAMES.findall(text)), default=0)
    return Fraction(next((rate for rate in (24, 25, 30, 50, 60) if most < rate), 120))


def parse(path: Path, text: str, rate: Fraction) -> EditList:
    """The events of an EDL. Raises InputRefused naming the line that is wrong."""
    edits = EditList()
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if not stripped:
            continue
        if stripped.startswith("TITLE:"):
            edits.title = stripped[6:].strip()
        elif stripped.startswith("FCM:"):
            edits.drop_frame = "NON" not in stripped and "DROP" in stripped
        elif stripped[0].isdigit() and (times := _TIMES.search(line)):
            edits.events.append(_event(path, number, line[: times.start()], times.groups(), rate))
        elif stripped[0].isdigit() and len(re.findall(_TC, line)) > 1:
            raise InputRefused(
                f"{path}, line {number}: an event needs four timecodes; repair the line: {stripped[:80]}"
            )
        else:
            _comment(path, number, stripped, edits, rate)
    if not edits.events:
        raise InputRefused(f"{path} holds no events of a CMX 3600 edit list; export the timeline as EDL (CMX 3600).")
    return edits


def _event(path: Path, number: int, head: str, times: tuple[str, ...], rate: Fraction) -> Event:
    event = _EVENT.fullmatch(head)
    how = _HOW.fullmatch(event[2]) if event else None
    if event is None or how is None:
        raise InputRefused(f"{path}, line {number}: not an event of a CMX 3600 edit list: {head.strip()[:80]}")
    frames = [_frame(path, number, time, rate) for time in times]
    if frames[3] < frames[2]:
        raise InputRefused(f"{path}, line {number}: the record out lies before the record in; repair the line.")
    return Event(
        line=number,
        number=event[1],
        reel=how["reel"].strip(),
        track=how["track"].upper(),
        how=how["how"].replace(" ", ""),
        frames=int(how["frames"] or 0) if how["how"][0] in "DW" else 0,
        source_in=frames[0],
        source_out=frames[1],
        record_in=frames[2],
        record_out=frames[3],
    )


def _frame(path: Path, number: int, time: str, rate: Fraction) -> int:
    # Commas and dots stand for colons in some lists; only before the frames do they mean drop-frame.
    plain = re.sub(r"[;.,]", ":", time[:-3]) + time[-3:]
    try:
        return frame_of_timecode(plain, rate)
    except ValueError as error:
        raise InputRefused(
            f"{path}, line {number}: {time} is no timecode at {rate_text(rate)} frames a second; name the list's rate."
        ) from error


def _comment(path: Path, number: int, line: str, edits: EditList, rate: Fraction) -> None:
    """A line that belongs to the event before it."""
    last = edits.events[-1] if edits.events else None
    if last is None:
        return
    if name := _NAME.match(line):
        _named(name[1], name[2], edits.events)
    elif locator := _LOCATOR.match(line):
        color, _, text = locator[2].partition(" ")
        edits.locators.append(Locator(_frame(path, number, locator[1], rate), color.strip(), text.strip()))
    elif speed := _SPEED.match(line):
        event = next((e for e in reversed(edits.events[-2:]) if _same_reel(e.reel, speed[1])), last)
        event.speed = Fraction(speed[2]) / rate
        # 24.0 frames a second at 23.976 is the list's own speed.
        if abs(abs(event.speed) - 1) < Fraction(1, 500):
            event.speed = Fraction(1 if event.speed > 0 else -1)
        event.entry = _frame(path, number, speed[3], rate) if speed[3] else None
    elif "FREEZE FRAME" in line and last.speed is None:
        last.speed = Fraction(0)


def _named(what: str, name: str, events: list[Event]) -> None:
    """A clip name: in an event of two lines (a transition) FROM names the first, TO the second."""
    last = events[-1]
    first = events[-2] if len(events) > 1 and events[-2].number == last.number else None
    is_transition = last.how[0] in "DWK" and last.how != "KB"
    if what in ("FROM CLIP NAME", "CLIP NAME"):
        if not is_transition:
            last.clip_name = name
        elif first is not None and not first.clip_name:
            first.clip_name = name
        elif first is None and not last.clip_name:
            last.clip_name = name if last.how == "K" else last.clip_name
    elif what in ("TO CLIP NAME", "KEY CLIP NAME"):
        last.clip_name = name
    elif not last.file_name:
        last.file_name = name


def _same_reel(reel: str, named: str) -> bool:
    short, other = reel.casefold(), named.casefold()
    return short == other or short.startswith(other) or other.startswith(short)
