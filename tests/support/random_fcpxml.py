"""Random edits written as FCPXML, each piece in one of the shapes the format has for it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from hypothesis import strategies as st

RATES = [Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(30000, 1001), Fraction(60000, 1001), Fraction(50)]
SHAPES = ["asset-clip", "clip", "audition", "compound", "sync", "multicam"]
SPEEDS = [Fraction(1), Fraction(1), Fraction(2), Fraction(1, 2), Fraction(-1)]


@dataclass(frozen=True)
class Piece:
    """A clip (or a gap, without a name) of the edit, in frames."""

    name: str
    frames: int
    source: int
    """First frame of the media that is shown (forwards)."""
    speed: Fraction
    shape: str
    enabled: bool
    marker: int | None
    """A marker, in frames after its beginning."""


@dataclass(frozen=True)
class Connected:
    """A clip in a lane."""

    at: int
    lane: int
    piece: Piece
    in_storyline: bool


@dataclass(frozen=True)
class Edit:
    """A whole edit."""

    rate: Fraction
    start: int
    media_start: int
    pieces: tuple[Piece, ...]
    dissolves: tuple[int, ...]
    """Frames before and after each cut of the storyline; 0 for none."""
    connected: tuple[Connected, ...]


@st.composite
def pieces(draw: st.DrawFn) -> Piece:
    """Any piece; retimed ones are plain clips."""
    frames = draw(st.integers(1, 60))
    is_gap = draw(st.integers(0, 5)) == 0
    speed = draw(st.sampled_from(SPEEDS))
    return Piece(
        name="" if is_gap else draw(st.sampled_from("abcd")),
        frames=frames,
        source=draw(st.integers(0, 400)),
        speed=speed,
        shape=draw(st.sampled_from(SHAPES)) if speed == 1 else "asset-clip",
        enabled=draw(st.integers(0, 5)) > 0,
        marker=draw(st.none() | st.integers(0, frames - 1)),
    )


@st.composite
def edits(draw: st.DrawFn) -> Edit:
    """Any edit."""
    line = draw(st.lists(pieces(), min_size=1, max_size=6))
    total = sum(piece.frames for piece in line)
    connected = []
    for lane in draw(st.sets(st.sampled_from([-2, -1, 1, 2, 3]))):
        position = 0
        for piece in draw(st.lists(pieces(), max_size=3)):
            position += draw(st.integers(0, 40))
            if piece.name and position < total:
                connected.append(Connected(position, lane, piece, draw(st.booleans())))
                position += piece.frames
    return Edit(
        rate=draw(st.sampled_from(RATES)),
        start=draw(st.integers(0, 200_000)),
        media_start=draw(st.sampled_from([0, 0, 86_400, 107_892])),
        pieces=tuple(line),
        dissolves=tuple(draw(st.integers(0, min(a.frames, b.frames) // 2)) for a, b in pairwise(line)),
        connected=tuple(connected),
    )


class Writer:
    """Writes an edit."""

    def __init__(self, edit: Edit) -> None:
        self.edit = edit
        self.media = ""
        self.count = 0

    def time(self, frames: int | Fraction) -> str:
        """Frames as a rational time."""
        seconds = Fraction(frames) / self.edit.rate
        return f"{seconds.numerator}/{seconds.denominator}s" if seconds.denominator > 1 else f"{seconds.numerator}s"

    def document(self) -> str:
        """The whole file."""
        edit = self.edit
        story, position = "", 0
        for index, piece in enumerate(edit.pieces):
            inside = [c for c in edit.connected if position <= c.at < position + piece.frames]
            story += self.piece(piece, edit.start + position, "", [(c, c.at - position) for c in inside])
            position += piece.frames
            if index < len(edit.dissolves) and edit.dissolves[index]:
                half = edit.dissolves[index]
                story += (
                    f"<transition name='Cross Dissolve' offset='{self.time(edit.start + position - half)}' "
                    f"duration='{self.time(2 * half)}'/>"
                )
        assets = "".join(
            f"<asset id='{name}' name='{name}' start='{self.time(edit.media_start)}' duration='{self.time(9000)}' "
            f"hasVideo='1' format='f'><media-rep src='file:///gone/{name}.mov'/></asset>"
            for name in "abcd"
        )
        frame = 1 / edit.rate
        return (
            "<!DOCTYPE fcpxml><fcpxml version='1.10'><resources>"
            f"<format id='f' frameDuration='{frame.numerator}/{frame.denominator}s'/>{assets}{self.media}</resources>"
            f"<project name='p'><sequence format='f' tcStart='{self.time(edit.start)}'><spine>{story}</spine>"
            "</sequence></project></fcpxml>"
        )

    def piece(self, piece: Piece, offset: int, more: str, connected: list[tuple[Connected, int]]) -> str:
        """One piece at an offset, with what is connected to it so many frames after its beginning."""
        place = f"offset='{self.time(offset)}' duration='{self.time(piece.frames)}' name='{piece.name}' {more}"
        if not piece.enabled:
            place += " enabled='0'"
        if not piece.name:
            begin = 77
            return f"<gap {place} start='{self.time(begin)}'>{self.inside(piece, begin, connected)}</gap>"
        first = self.edit.media_start + piece.source
        if piece.shape == "clip":
            inner = f"<video ref='{piece.name}' offset='{self.time(10)}' start='{self.time(first)}' duration='9999s'/>"
            return f"<clip {place} start='{self.time(10)}'>{inner}{self.inside(piece, 10, connected)}</clip>"
        if piece.shape == "sync":
            inner = f"<spine>{self.plain(piece, 0, first)}</spine>"
            return f"<sync-clip {place} start='0s'>{inner}{self.inside(piece, 0, connected)}</sync-clip>"
        if piece.shape in ("compound", "multicam"):
            return self.nested(piece, place, first, connected)
        begin, retime = Fraction(first), ""
        if piece.speed != 1:
            begin = Fraction(5)
            last = first + piece.frames * piece.speed
            # Backwards the first frame that is shown lies before the first value.
            values = (first, last) if piece.speed > 0 else (first + 1, last + 1)
            retime = (
                f"<timeMap><timept time='{self.time(begin)}' value='{self.time(values[0])}'/>"
                f"<timept time='{self.time(begin + piece.frames)}' value='{self.time(values[1])}'/></timeMap>"
            )
        if piece.shape == "audition":
            outer = f"offset='{self.time(offset)}' {more}"
            own = f"duration='{self.time(piece.frames)}' name='{piece.name}'" + (
                "" if piece.enabled else " enabled='0'"
            )
            other = "<asset-clip ref='a' name='other' duration='9s'/>"
            inside = self.inside(piece, begin, connected)
            clip = f"<asset-clip ref='{piece.name}' {own} start='{self.time(begin)}'>{inside}</asset-clip>"
            return f"<audition {outer}>{clip}{other}</audition>"
        return (
            f"<asset-clip ref='{piece.name}' {place} start='{self.time(begin)}'>{retime}"
            f"{self.inside(piece, begin, connected)}</asset-clip>"
        )

    def plain(self, piece: Piece, offset: int, first: int) -> str:
        """A clip of the media inside something that trims it."""
        return (
            f"<asset-clip ref='{piece.name}' name='{piece.name}' offset='{self.time(offset)}' "
            f"start='{self.time(first)}' duration='{self.time(piece.frames + 30)}'/>"
        )

    def nested(self, piece: Piece, place: str, first: int, connected: list[tuple[Connected, int]]) -> str:
        """A compound or a multicam of its own."""
        self.count += 1
        zero, name = 1000, f"m{self.count}"
        inner = self.plain(piece, zero, first)
        inside = self.inside(piece, zero, connected)
        if piece.shape == "compound":
            body = f"<sequence format='f' tcStart='{self.time(zero)}'><spine>{inner}</spine></sequence>"
            self.media += f"<media id='{name}'>{body}</media>"
            return f"<ref-clip ref='{name}' {place} start='{self.time(zero)}'>{inside}</ref-clip>"
        body = f"<mc-angle angleID='A'><gap offset='{self.time(zero)}' duration='9s'/></mc-angle>"
        body += f"<mc-angle angleID='B'>{inner}</mc-angle>"
        self.media += f"<media id='{name}'><multicam format='f' tcStart='{self.time(zero)}'>{body}</multicam></media>"
        source = "<mc-source angleID='B' srcEnable='all'/>"
        return f"<mc-clip ref='{name}' {place} start='{self.time(zero)}'>{source}{inside}</mc-clip>"

    def inside(self, piece: Piece, begin: int | Fraction, connected: list[tuple[Connected, int]]) -> str:
        """What is connected to a piece whose own time begins at frame `begin`, and its marker."""
        text = ""
        for item, after in connected:
            offset = begin + after
            if item.in_storyline:
                spine = self.piece(item.piece, 0, "", [])
                text += f"<spine lane='{item.lane}' offset='{self.time(offset)}'>{spine}</spine>"
            else:
                text += self.piece(item.piece, int(offset), f"lane='{item.lane}'", [])
        if piece.marker is not None:
            text += f"<marker start='{self.time(begin + piece.marker)}' duration='{self.time(1)}' value='m'/>"
        return text
