"""MLT laws: random edits written as Kdenlive 1.1, Kdenlive 1.00 and Shotcut write them are read back frame by frame."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cutscore.cut import Cut
from cutscore.readers import read_timeline
from cutscore.readers.mlt_values import Times

RATES = ("25/1", "24000/1001", "23976/1000", "30000/1001", "60000/1001", "30303/1000", "50/1")
MEANT = {"23976/1000": Fraction(24000, 1001)}
OUT = 9999
"""Last position of every medium as played."""


def clock(frames: int, rate: Fraction) -> str:
    """A time as MLT writes it: whole hours and minutes taken off rounded down."""
    hours = floor(frames / (rate * 3600))
    rest = frames - floor(hours * 3600 * rate)
    minutes = floor(rest / (rate * 60))
    seconds = (rest - floor(minutes * 60 * rate)) / rate
    return f"{hours:02d}:{minutes:02d}:{float(seconds):06.3f}"


@dataclass(frozen=True)
class Shot:
    """A clip of an edit: what lies before it, what it plays and how its beginning is mixed with the one before."""

    gap: int
    medium: int
    first: int
    length: int
    speed: Fraction
    before: int
    after: int


@st.composite
def rows(draw: Any) -> list[Shot]:
    """A track whose transitions fit into its clips."""
    row: list[Shot] = []
    for _ in range(draw(st.integers(1, 6))):
        length = draw(st.integers(3, 60))
        gap = draw(st.sampled_from([0, 0, 0, 1, 17]))
        room = min(length, row[-1].length) // 3 if row and not gap else 0
        n = draw(st.integers(0, max(0, room)))
        row.append(
            Shot(
                gap=gap,
                medium=draw(st.integers(0, 3)),
                first=draw(st.integers(100, 5000)),
                length=length,
                speed=draw(st.sampled_from([Fraction(1)] * 3 + [Fraction(2), Fraction(1, 2), Fraction(-1)])),
                before=n // 2,
                after=n - n // 2,
            )
        )
    return row


EDITS = st.lists(rows(), min_size=1, max_size=3)


class Writer:
    """Writes an edit; times are clocks or frames."""

    def __init__(self, rate: str, clocks: bool) -> None:
        self.rate, self.clocks = rate, clocks
        self.parts: list[str] = []

    def time(self, frames: int) -> str:
        """A time in the file."""
        return clock(frames, Fraction(self.rate)) if self.clocks else str(frames)

    def add(self, text: str) -> None:
        """Add XML."""
        self.parts.append(text)

    def producer(self, shot: Shot, name: str) -> str:
        """A producer of its own for a shot; its id."""
        file = f"m{shot.medium}.mov"
        service = f"<property name='mlt_service'>avformat</property><property name='resource'>{file}</property>"
        if shot.speed != 1:
            service = (
                f"<property name='mlt_service'>timewarp</property><property name='resource'>{float(shot.speed)}:{file}"
                f"</property><property name='warp_speed'>{float(shot.speed)}</property>"
                f"<property name='warp_resource'>{file}</property>"
            )
        self.add(
            f"<producer id='{name}' in='{self.time(0)}' out='{self.time(OUT)}'><property name='length'>"
            f"{self.time(OUT + 1)}</property>{service}<property name='kdenlive:clipname'>{file}</property>"
            f"<property name='shotcut:caption'>{file}</property></producer>"
        )
        return name

    def entry(self, producer: str, first: int, length: int, tag: str = "entry") -> str:
        """An <entry> (or <track>) of so many frames."""
        return f"<{tag} producer='{producer}' in='{self.time(first)}' out='{self.time(first + length - 1)}'/>"

    def blank(self, length: int) -> str:
        """A gap, nothing for none."""
        return f"<blank length='{self.time(length)}'/>" if length > 0 else ""

    def save(self, path: Path) -> Path:
        """Write the file."""
        num, den = self.rate.split("/")
        head = f"<?xml version='1.0'?><mlt LC_NUMERIC='C'><profile frame_rate_num='{num}' frame_rate_den='{den}'/>"
        path.write_text(head + "".join(self.parts) + "</mlt>", encoding="utf-8")
        return path


def kdenlive(writer: Writer, edit: list[list[Shot]], modern: bool, path: Path) -> Path:
    """Two playlists a track, mixed clips on the other one, their cuts said by kdenlive:mixcut; sound tracks first."""
    writer.add("<producer id='black_track'><property name='mlt_service'>color</property></producer>")
    writer.add("<playlist id='s0'><property name='kdenlive:audio_track'>1</property></playlist><playlist id='s1'/>")
    sound = "<property name='kdenlive:audio_track'>1</property><track hide='video' producer='s0'/>"
    writer.add(f"<tractor id='s'>{sound}<track hide='video' producer='s1'/></tractor>")
    for number, row in enumerate(edit):
        lists, ends, mixes, at, side = ["", ""], [0, 0], "", 0, 0
        for index, shot in enumerate(row):
            producer = writer.producer(shot, f"p{number}_{index}")
            side = 1 - side if shot.before + shot.after else side
            tail = row[index + 1].after if index + 1 < len(row) else 0
            begin, end = at + shot.gap - shot.before, at + shot.gap + shot.length + tail
            lists[side] += writer.blank(begin - ends[side])
            lists[side] += writer.entry(producer, shot.first - shot.before, end - begin)
            ends[side] = end
            if shot.before + shot.after:
                first, last = writer.time(begin), writer.time(begin + shot.before + shot.after)
                mixes += (
                    f"<transition in='{first}' out='{last}'><property name='mlt_service'>luma</property><property "
                    f"name='resource'/><property name='kdenlive:mixcut'>{shot.after}</property></transition>"
                )
            at += shot.gap + shot.length
        for half in (0, 1):
            writer.add(f"<playlist id='l{number}_{half}'>{lists[half]}</playlist>")
        tracks = "".join(f"<track hide='audio' producer='l{number}_{half}'/>" for half in (0, 1))
        writer.add(f"<tractor id='t{number}'>{tracks}{mixes}</tractor>")
    tracks = "".join(f"<track producer='t{number}'/>" for number in range(len(edit)))
    uuid = "<property name='kdenlive:uuid'>{u}</property>" if modern else ""
    sequence = f"<tractor id='{{u}}'>{uuid}<track producer='black_track'/><track producer='s'/>{tracks}</tractor>"
    document = "<property name='kdenlive:docproperties.activetimeline'>{u}</property>" if modern else ""
    bin_ = f"<playlist id='main_bin'><property name='kdenlive:docproperties.version'>1</property>{document}</playlist>"
    writer.add(sequence + bin_ if modern else bin_ + sequence)
    if modern:
        writer.add(
            "<tractor id='z'><property name='kdenlive:projectTractor'>1</property><track producer='{u}'/></tractor>"
        )
    return writer.save(path)


def shotcut(writer: Writer, edit: list[list[Shot]], path: Path) -> Path:
    """A playlist a track, a transition as a tractor of its own between two shortened clips."""
    writer.add("<producer id='black'><property name='mlt_service'>color</property></producer>")
    writer.add("<playlist id='background'><entry producer='black' in='0' out='1'/></playlist>")
    for number, row in enumerate(edit):
        text = ""
        for index, shot in enumerate(row):
            producer = writer.producer(shot, f"p{number}_{index}")
            over = shot.before + shot.after
            following = row[index + 1] if index + 1 < len(row) else None
            if over:
                last, name = row[index - 1], f"x{number}_{index}"
                writer.producer(last, f"{name}a")
                writer.producer(shot, f"{name}b")
                writer.add(
                    f"<tractor id='{name}' in='0' out='{writer.time(over - 1)}'>"
                    "<property name='shotcut:transition'>lumaMix</property>"
                    + writer.entry(f"{name}a", last.first + last.length - shot.before, over, "track")
                    + writer.entry(f"{name}b", shot.first - shot.before, over, "track")
                    + "<transition><property name='mlt_service'>luma</property></transition>"
                    "<transition><property name='mlt_service'>mix</property></transition></tractor>"
                )
                text += writer.entry(name, 0, over)
            text += writer.blank(shot.gap)
            tail = following.before if following is not None else 0
            if shot.length - shot.after - tail:
                text += writer.entry(producer, shot.first + shot.after, shot.length - shot.after - tail)
        writer.add(f"<playlist id='v{number}'><property name='shotcut:video'>1</property>{text}</playlist>")
    tracks = "".join(f"<track producer='v{number}'/>" for number in range(len(edit)))
    shows = f"<property name='shotcut'>1</property><track producer='background'/>{tracks}"
    writer.add(f"<tractor id='main'>{shows}</tractor>")
    return writer.save(path)


def expected_frames(edit: list[list[Shot]]) -> list[tuple[str, Fraction] | None]:
    """What each frame shows: the topmost clip's medium and source frame, None for black."""
    ends = [sum(shot.gap + shot.length for shot in row) for row in edit]
    seen: list[tuple[str, Fraction] | None] = [None] * max(ends)
    for row in edit:
        at = 0
        for shot in row:
            at += shot.gap
            for frame in range(shot.length):
                position = shot.first + frame
                source = position * shot.speed if shot.speed > 0 else (OUT - position) * -shot.speed
                seen[at + frame] = (f"m{shot.medium}.mov", source)
            at += shot.length
    return seen


def read_frames(cut: Cut) -> list[tuple[str, Fraction] | None]:
    """The same of a Cut."""
    seen: list[tuple[str, Fraction] | None] = []
    for span in cut.spans:
        for frame in range(span.record_out - span.record_in):
            source = span.source_in * cut.rate + frame * span.speed
            seen.append(None if span.kind == "gap" else (span.name, source))
    return seen


def expected_transitions(row: list[Shot]) -> list[tuple[int, int, int]]:
    """Cut, frames before and after it, of one track's transitions."""
    found, at = [], 0
    for shot in row:
        at += shot.gap
        if shot.before + shot.after:
            found.append((at, shot.before, shot.after))
        at += shot.length
    return found


@pytest.mark.parametrize("program", ["kdenlive 1.1", "kdenlive 1.00", "shotcut"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edit=EDITS, rate=st.sampled_from(RATES), clocks=st.booleans())
def test_what_is_written_is_read_back(
    tmp_path: Path, program: str, edit: list[list[Shot]], rate: str, clocks: bool
) -> None:
    """Rate, length, tracks, and for every frame the medium and the source frame; the transitions of a single track."""
    writer = Writer(rate, clocks)
    if program == "shotcut":
        path = shotcut(writer, edit, tmp_path / "edit.mlt")
    else:
        path = kdenlive(writer, edit, program.endswith("1.1"), tmp_path / "edit.kdenlive")
    cut = read_timeline(path)
    assert (len(edit), 0 if program == "shotcut" else 1) == (cut.tracks.video, cut.tracks.audio)
    assert MEANT.get(rate, Fraction(rate)) == cut.rate
    assert expected_frames(edit) == read_frames(cut)
    if len(edit) == 1:
        overs = [(span.record_in, span.transition_in) for span in cut.spans if span.transition_in is not None]
        assert expected_transitions(edit[0]) == [(at, over.in_frames, over.out_frames) for at, over in overs]


@given(frames=st.integers(0, 20_000_000), rate=st.sampled_from(RATES))
def test_clock_times_are_read_as_mlt_writes_them(frames: int, rate: str) -> None:
    """To the frame at every rate, over days; also in plain frames."""
    times = Times(Fraction(rate))
    assert frames == times.frames(clock(frames, Fraction(rate)))
    assert frames == times.frames(str(frames))
