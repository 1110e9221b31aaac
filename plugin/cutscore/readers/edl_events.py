"""The lines of a CMX 3600 EDL as events: what is where on which track, with the comments that belong to it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from cutscore_composer.errors import InputRefused
from cutscore_composer.timebase import DROP_FRAME_RATES, frame_of_timecode, rate_text

OUR_COMMENT = "* CUTSCORE:"
"""Begins the comments in which the placer keeps its notes."""
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
_PUNCTUATED = re.compile(r"\d\d[:;.,]\d\d[:;.,]\d\d[;.,]\d\d")
_SEMICOLON = re.compile(r"\d\d[:;.,]\d\d[:;.,]\d\d;\d\d")


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
    is_ours: bool = False
    """Whether Cutscore placed it: its notes stand behind it."""


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
    """Whether the record timecodes drop frames: by their punctuation, else by the list's first FCM line."""
    events: list[Event] = field(default_factory=list)
    locators: list[Locator] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def guessed_rate(text: str) -> Fraction:
    """The lowest usual rate that an EDL's frame numbers allow: 24 unless they say otherwise."""
    most = max((int(frames) for frames in _MOST_FRAMES.findall(text)), default=0)
    if re.search(r"FCM:\s*DROP", text) or _SEMICOLON.search(text):
        return Fraction(30000 if most < 30 else 60000, 1001)
    return Fraction(next((rate for rate in (24, 25, 30, 50, 60) if most < rate), 120))


def parse(path: Path, text: str, rate: Fraction) -> EditList:
    """The events of an EDL. Raises InputRefused naming the line that is wrong."""
    edits = EditList()
    count = _Count(path, rate, by_mode=not _PUNCTUATED.search(text))
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if not stripped:
            continue
        if stripped.startswith("TITLE:"):
            edits.title = stripped[6:].strip()
        elif stripped.startswith("FCM:"):
            count.mode("NON" not in stripped and "DROP" in stripped)
        elif stripped[0].isdigit() and (times := _TIMES.search(line)):
            edits.events.append(_event(number, line[: times.start()], times.groups(), count))
            edits.drop_frame = edits.drop_frame or count.drops(times[3])
        elif stripped[0].isdigit() and len(re.findall(_TC, line)) > 1:
            raise InputRefused(
                f"{path}, line {number}: an event needs four timecodes; repair the line: {stripped[:80]}"
            )
        else:
            _comment(number, stripped, edits, count)
    if not edits.events:
        raise InputRefused(f"{path} holds no events of a CMX 3600 edit list; export the timeline as EDL (CMX 3600).")
    return edits


@dataclass(slots=True)
class _Count:
    """How a list's timecodes count.

    Punctuation tells drop-frame exactly; a list that writes colons throughout (`by_mode`) tells it by its
    FCM lines alone: the first one speaks of the record times, each of the sources after it.
    """

    path: Path
    rate: Fraction
    by_mode: bool
    record_drops: bool | None = None
    source_drops: bool = False

    def mode(self, drops: bool) -> None:
        """Take note of an FCM line."""
        self.source_drops = drops and self.by_mode
        if self.record_drops is None:
            self.record_drops = self.source_drops

    def drops(self, time: str) -> bool:
        """Whether a record timecode drops frames."""
        marked = self.record_drops if self.by_mode else time.rstrip("0123456789")[-1] != ":"
        return bool(marked) and self.rate in DROP_FRAME_RATES

    def record(self, line: int, time: str) -> int:
        """Frame number of a record timecode."""
        return self._frame(line, time, bool(self.record_drops))

    def source(self, line: int, time: str) -> int:
        """Frame number of a source timecode."""
        return self._frame(line, time, self.source_drops)

    def _frame(self, line: int, time: str, drops: bool) -> int:
        # Commas and dots stand for colons in some lists; only before the frames do they mean drop-frame.
        head, mark, tail = re.split(r"([:;.,])(?=\d+$)", time)
        try:
            return frame_of_timecode(f"{re.sub(r'[;.,]', ':', head)}{';' if drops else mark}{tail}", self.rate)
        except ValueError as error:
            raise InputRefused(
                f"{self.path}, line {line}: {time} is no timecode at {rate_text(self.rate)} frames a second; "
                "name the list's rate."
            ) from error


def _event(number: int, head: str, times: tuple[str, ...], count: _Count) -> Event:
    event = _EVENT.fullmatch(head)
    how = _HOW.fullmatch(event[2]) if event else None
    if event is None or how is None:
        raise InputRefused(f"{count.path}, line {number}: not an event of a CMX 3600 edit list: {head.strip()[:80]}")
    source_in, source_out = (count.source(number, time) for time in times[:2])
    record_in, record_out = (count.record(number, time) for time in times[2:])
    if record_out < record_in:
        raise InputRefused(f"{count.path}, line {number}: the record out lies before the record in; repair the line.")
    return Event(
        line=number,
        number=event[1],
        reel=how["reel"].strip(),
        track=how["track"].upper(),
        how=how["how"].replace(" ", ""),
        frames=int(how["frames"] or 0) if how["how"][0] in "DW" else 0,
        source_in=source_in,
        source_out=source_out,
        record_in=record_in,
        record_out=record_out,
    )


def _comment(number: int, line: str, edits: EditList, count: _Count) -> None:
    """A line that belongs to the event before it."""
    last = edits.events[-1] if edits.events else None
    if last is None:
        return
    if line.startswith(OUR_COMMENT):
        last.is_ours = True
    elif name := _NAME.match(line):
        _named(name[1], name[2], edits.events)
    elif locator := _LOCATOR.match(line):
        color, _, text = locator[2].partition(" ")
        edits.locators.append(Locator(count.record(number, locator[1]), color.strip(), text.strip()))
    elif speed := _SPEED.match(line):
        event = next((e for e in reversed(edits.events[-2:]) if _same_reel(e.reel, speed[1])), last)
        event.speed = Fraction(speed[2]) / count.rate
        # 24.0 frames a second at 23.976 is the list's own speed.
        if abs(abs(event.speed) - 1) < Fraction(1, 500):
            event.speed = Fraction(1 if event.speed > 0 else -1)
        event.entry = count.source(number, speed[3]) if speed[3] else None
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
