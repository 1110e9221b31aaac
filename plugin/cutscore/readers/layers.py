"""Layers: the arithmetic of flattening, on exact frames and without OpenTimelineIO.

A Layer is what is seen of one track, or of several laid over each other: pieces in order that never
overlap, with holes between them, and the fades (transitions) over its cuts. All ranges are half-open.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from cutscore.readers.exact import Number, divided


class Piece(NamedTuple):
    """A stretch of one shot.

    The shot stands at `place` (frames after its own beginning; it may be negative) at frame `origin`
    and moves `pace` of its frames for each frame of the layer (negative: backwards; 0: it stands still).
    """

    start: Number
    end: Number
    origin: Number
    place: Number
    pace: Number
    shot: Any


class Fade(NamedTuple):
    """A transition over the cut at `at`, reaching `before` frames to the left and `after` to the right."""

    at: Number
    before: Number
    after: Number
    kind: str


@dataclass(slots=True)
class Layer:
    """What is seen, from frame 0 to `length`."""

    pieces: list[Piece]
    fades: list[Fade]
    length: Number


def overlay(layers: Sequence[Layer]) -> Layer:
    """Layers given bottom first, seen from above: the topmost piece at each frame, holes let lower ones through.

    A fade is seen where nothing above it covers its cut or touches it.
    """
    length = max((layer.length for layer in layers), default=0)
    pieces: list[Piece] = []
    fades: list[Fade] = []
    for layer in reversed(layers):
        if layer.fades:
            fades += _uncovered(layer.fades, pieces)
        pieces = _under(pieces, layer.pieces) if pieces else list(layer.pieces)
    fades.sort()
    return Layer(pieces, fades, length)


def together(layers: Sequence[Layer]) -> Layer:
    """Layers of sound: all are heard, so their pieces overlap, in order of their starts."""
    pieces = sorted((piece for layer in layers for piece in layer.pieces), key=lambda piece: piece.start)
    return Layer(pieces, [], max((layer.length for layer in layers), default=0))


def _uncovered(fades: list[Fade], above: list[Piece]) -> list[Fade]:
    starts = [piece.start for piece in above]
    seen = []
    for fade in fades:
        index = bisect_right(starts, fade.at) - 1
        if index < 0 or above[index].end < fade.at:
            seen.append(fade)
    return seen


def _under(above: list[Piece], below: list[Piece]) -> list[Piece]:
    """The pieces above with what the pieces below show in the holes."""
    merged: list[Piece] = []
    index = 0
    for piece in below:
        start = piece.start
        while index < len(above) and above[index].end <= start:
            merged.append(above[index])
            index += 1
        while start < piece.end:
            if index == len(above) or above[index].start >= piece.end:
                merged.append(piece._replace(start=start))
                break
            top = above[index]
            if start < top.start:
                merged.append(piece._replace(start=start, end=top.start))
            start = max(start, top.end)
            if top.end > piece.end:
                break
            merged.append(top)
            index += 1
    merged.extend(above[index:])
    return merged


def moved(piece: Piece, by: Number) -> Piece:
    """A piece `by` frames later."""
    return piece._replace(start=piece.start + by, end=piece.end + by, origin=piece.origin + by)


def window(layer: Layer, start: Number, length: Number, speed: Number) -> Layer:
    """`length` frames of a layer, from its frame `start`, at a speed.

    Speed 2 shows twice as many frames of it, −1 shows the same frames backwards, 0 holds frame `start`.
    """
    if speed == 0:
        return _held(layer, start, length)
    if speed == 1 and start == 0 and length >= layer.length:
        return Layer(layer.pieces, layer.fades, length)
    pieces = [_seen_through(piece, start, length, speed) for piece in layer.pieces]
    fades = [_faded_through(fade, start, length, speed) for fade in layer.fades]
    shown = [piece for piece in pieces if piece.start < piece.end]
    return Layer(
        shown if speed > 0 else shown[::-1],
        sorted(fade for fade in fades if 0 <= fade.at <= length),
        length,
    )


def _at(frame: Number, start: Number, length: Number, speed: Number) -> Number:
    """Where an edge of the layer comes to lie in the window."""
    if speed > 0:
        return divided(frame - start, speed)
    return length - divided(frame - start, -speed)


def _seen_through(piece: Piece, start: Number, length: Number, speed: Number) -> Piece:
    first, last = _at(piece.start, start, length, speed), _at(piece.end, start, length, speed)
    if speed < 0:
        first, last = last, first
    # Backwards, the first frame shown is the last one of the range: one step before its end.
    origin = _at(piece.origin, start, length, speed) - (1 if speed < 0 else 0)
    return Piece(max(first, 0), min(last, length), origin, piece.place, piece.pace * speed, piece.shot)


def _faded_through(fade: Fade, start: Number, length: Number, speed: Number) -> Fade:
    size = speed if speed > 0 else -speed
    before, after = divided(fade.before, size), divided(fade.after, size)
    if speed < 0:
        before, after = after, before
    return Fade(_at(fade.at, start, length, speed), before, after, fade.kind)


def _held(layer: Layer, start: Number, length: Number) -> Layer:
    index = bisect_right([piece.start for piece in layer.pieces], start) - 1
    if index < 0 or layer.pieces[index].end <= start:
        return Layer([], [], length)
    piece = layer.pieces[index]
    place = piece.place + (start - piece.origin) * piece.pace
    return Layer([Piece(0, length, 0, place, 0, piece.shot)], [], length)
