"""Spans: from what is seen (a Layer) to the spans of a Cut, in whole frames, with their media and transitions."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import floor

from cutscore.cut import Span, Transition
from cutscore.readers.exact import Number
from cutscore.readers.layers import Fade, Layer, Piece
from cutscore.readers.marks import Shot
from cutscore.readers.media import MediaBook, Reference, reference_of
from cutscore_composer.picture import SpanKind

_HALF, _OWN, _BEGINNING = Fraction(1, 2), Fraction(1), Fraction(0)


def whole(frames: Number) -> int:
    """The nearest whole frame; a half goes up."""
    return frames if type(frames) is int else floor(frames + _HALF)


def spans_of(layer: Layer, duration: int, rate: Fraction, book: MediaBook) -> tuple[Span, ...]:
    """Spans that cover `[0, duration)` without holes, gaps included, transitions at their edges."""
    references = [reference_of(piece.shot.clip) for piece in layer.pieces]
    book.settle(references)
    spans: list[Span] = []
    cursor = 0
    for piece, reference in zip(layer.pieces, references, strict=True):
        start, end = max(cursor, whole(piece.start)), min(whole(piece.end), duration)
        if end <= start:
            continue
        if start > cursor:
            spans.append(Span(cursor, start, "gap"))
        spans.append(_span(piece, reference, start, end, rate, book))
        cursor = end
    if cursor < duration:
        spans.append(Span(cursor, duration, "gap"))
    return tuple(_with_transitions(spans, layer.fades, duration) if layer.fades else spans)


def source_of(piece: Piece, reference: Reference, rate: Fraction, book: MediaBook) -> Fraction:
    """Seconds from the media's first frame at the start of a piece."""
    base = book.source_in(reference, piece.shot.source)
    moved = piece.place + (piece.start - piece.origin) * piece.pace
    return base + Fraction(moved) / rate if moved else base


def _span(piece: Piece, reference: Reference, start: int, end: int, rate: Fraction, book: MediaBook) -> Span:
    shot: Shot = piece.shot
    medium = book.medium(reference)
    is_picture = medium.is_image and reference.kind != "sequence"
    kind: SpanKind = "clip"
    speed = _OWN if piece.pace == 1 else Fraction(piece.pace)
    source_in = _BEGINNING
    if reference.kind == "generator":
        kind = "generator"
    elif medium.path is None or not medium.has_picture:
        kind = "missing"
    elif is_picture or piece.pace == 0:
        kind = "still"
    if kind != "generator" and not is_picture:
        source_in = source_of(piece, reference, rate, book)
        if kind != "missing" and reference.kind != "sequence":
            book.tell_beyond(reference, source_in, source_in + Fraction(end - start - 1) / rate * speed)
        if kind != "missing":
            source_in = max(source_in, _BEGINNING)
    return Span(
        record_in=start,
        record_out=end,
        kind=kind,
        name=shot.clip.name or "",
        media=None if kind in ("missing", "generator") else medium.path,
        wanted=reference.wanted or ("" if reference.kind == "generator" else reference.name),
        source_in=source_in,
        speed=speed,
        track=shot.track,
        image_rate=reference.image_rate,
        image_start=reference.image_start,
        image_step=reference.image_step,
    )


def _with_transitions(spans: list[Span], fades: list[Fade], duration: int) -> list[Span]:
    """The spans with each fade at the cut that it lies over; no longer than the spans on its two sides."""
    by_start = {span.record_in: index for index, span in enumerate(spans)}
    for fade in fades:
        at, before, after = whole(fade.at), whole(fade.before), whole(fade.after)
        index = by_start.get(at)
        if index is not None:
            right = spans[index]
            left = spans[index - 1] if index else None
            over = _transition(fade.kind, left, right, before, after)
            spans[index] = replace(right, transition_in=over)
        elif at == duration and spans:
            over = _transition(fade.kind, spans[-1], None, before, after)
            spans[-1] = replace(spans[-1], transition_out=over)
    return spans


def _transition(kind: str, left: Span | None, right: Span | None, before: int, after: int) -> Transition:
    fades = left is None or right is None or left.kind == "gap" or right.kind == "gap"
    return Transition(
        kind="fade" if fades and kind == "dissolve" else kind,
        in_frames=min(before, left.record_out - left.record_in) if left else 0,
        out_frames=min(after, right.record_out - right.record_in) if right else 0,
    )
