"""What is seen: pieces of shots in order, and the arithmetic of laying them over each other and of changing speed.

Frames are whole frames of the timeline, ranges are half-open. A piece shows frame `place` of its
shot's media at its own first frame and moves `pace` media frames for each frame of the timeline.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from .rates import round_half_up

_HALF = Fraction(1, 2)


@dataclass(frozen=True, eq=False)
class Shot:
    """What a strip shows. Two shots are the same only where they are the same object."""

    kind: str
    """"movie", "sequence" (numbered pictures), "still" or "generator"."""
    name: str
    path: str = ""
    """The file; of a sequence its first picture."""
    rate: Fraction = Fraction(24)
    """Frames of the media a second; of a sequence those of the timeline."""
    frames: int = 1
    """Length of the media in its own frames."""
    first: int = 0
    digits: int = 0
    """Of a sequence: the first number and how many digits the names have."""
    head: str = ""
    tail: str = ""
    """Of a sequence: what the file names have before and after the number."""
    notes: tuple[tuple[str, str], ...] = ()
    """What is written down about the strip, as (key, value)."""


class Piece(NamedTuple):
    """A stretch of one shot."""

    start: int
    end: int
    shot: Shot
    place: Fraction
    pace: Fraction


class Fade(NamedTuple):
    """A transition over the cut at `at`, `before` frames to its left and `after` to its right."""

    at: int
    before: int
    after: int
    kind: str
    """"dissolve" or "wipe"."""


@dataclass
class Layer:
    """What is seen over a range, with holes where nothing is."""

    pieces: list[Piece] = field(default_factory=list)
    fades: list[Fade] = field(default_factory=list)


def cut_to(layer: Layer, start: int, end: int) -> Layer:
    """The part of a layer in [start, end)."""
    pieces = [
        piece._replace(
            start=max(piece.start, start), end=min(piece.end, end), place=_place(piece, max(piece.start, start))
        )
        for piece in layer.pieces
        if piece.start < end and piece.end > start
    ]
    fades = [
        fade._replace(before=min(fade.before, fade.at - start), after=min(fade.after, end - fade.at))
        for fade in layer.fades
        if start <= fade.at <= end
    ]
    return Layer(pieces, fades)


def joined(layers: Iterable[Layer]) -> Layer:
    """Layers of ranges that follow one another; a shot that goes on over their border is one piece."""
    pieces: list[Piece] = []
    fades: dict[int, Fade] = {}
    for layer in layers:
        for piece in layer.pieces:
            if pieces and _goes_on(pieces[-1], piece):
                pieces[-1] = pieces[-1]._replace(end=piece.end)
            else:
                pieces.append(piece)
        for fade in layer.fades:
            other = fades.get(fade.at)
            if other is not None:
                fade = Fade(fade.at, max(fade.before, other.before), max(fade.after, other.after), fade.kind)
            fades[fade.at] = fade
    return Layer(pieces, [fades[at] for at in sorted(fades) if fades[at].before + fades[at].after > 0])


def holes(layer: Layer, start: int, end: int) -> list[tuple[int, int]]:
    """The stretches of [start, end) in which a layer shows nothing."""
    found = []
    cursor = start
    for piece in layer.pieces:
        if piece.start > cursor:
            found.append((cursor, piece.start))
        cursor = piece.end
    return [*found, (cursor, end)] if cursor < end else found


def filled(layer: Layer, fills: Sequence[Layer]) -> Layer:
    """A layer with what others show in its holes."""
    pieces = sorted([*layer.pieces, *(piece for fill in fills for piece in fill.pieces)], key=lambda piece: piece.start)
    return Layer(pieces, sorted([*layer.fades, *(fade for fill in fills for fade in fill.fades)]))


def _goes_on(left: Piece, right: Piece) -> bool:
    return (
        left.shot is right.shot
        and left.end == right.start
        and left.pace == right.pace
        and _place(left, right.start) == right.place
    )


def _place(piece: Piece, frame: int) -> Fraction:
    return piece.place + (frame - piece.start) * piece.pace


def seen_through(layer: Layer, start: int, end: int, origin: Fraction, pace: Fraction) -> Layer:
    """[start, end) showing a layer from its frame `origin` on, `pace` (0 or more) of its frames for each of ours.

    Blender shows the frame nearest to the time that results, a half the later one.
    """
    if pace == 0:
        frame = round_half_up(origin)
        held = [piece for piece in layer.pieces if piece.start <= frame < piece.end]
        return Layer([Piece(start, end, piece.shot, _place(piece, frame), Fraction(0)) for piece in held])
    if pace == 1 and origin.denominator == 1:
        by = start - int(origin)
        pieces = [piece._replace(start=piece.start + by, end=piece.end + by) for piece in layer.pieces]
        moved = Layer(pieces, [fade._replace(at=fade.at + by) for fade in layer.fades])
        return cut_to(moved, start, end)

    def at(frame: int) -> int:
        """The first frame that shows `frame` or what is after it."""
        return min(max(ceil(start + (frame - _HALF - origin) / pace), start), end)

    pieces = []
    for piece in layer.pieces:
        first, last = at(piece.start), at(piece.end)
        if first < last:
            inner = origin + (first - start) * pace
            place = piece.place + (inner - piece.start) * piece.pace
            pieces.append(Piece(first, last, piece.shot, place, piece.pace * pace))
    fades = [
        Fade(at(fade.at), round_half_up(fade.before / pace), round_half_up(fade.after / pace), fade.kind)
        for fade in layer.fades
        if start < at(fade.at) < end
    ]
    return cut_to(Layer(pieces, fades), start, end)


def content(
    shot: Shot, start: int, end: int, begin: Fraction, length: int, pace: Fraction, *, backwards: bool = False
) -> Layer:
    """What a strip with `length` frames of content from `begin` on shows in [start, end): held beyond its ends."""
    first = max(start, min(end, ceil(begin - _HALF)))
    last = max(first, min(end, ceil(begin + length - _HALF)))
    last_place = max(Fraction(0), Fraction(shot.frames - 1))

    def place(frame: int) -> Fraction:
        index = begin + length - 1 - frame if backwards else frame - begin
        return min(max(index, Fraction(0)) * pace, last_place)

    early, late = (last_place, Fraction(0)) if backwards else (Fraction(0), last_place)
    pieces = [
        Piece(start, first, shot, early, Fraction(0)),
        Piece(first, last, shot, place(first), -pace if backwards else pace),
        Piece(last, end, shot, late, Fraction(0)),
    ]
    return Layer([piece for piece in pieces if piece.start < piece.end])
