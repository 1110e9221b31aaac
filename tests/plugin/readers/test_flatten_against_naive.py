"""The flattener against a slow one that asks for every frame alone what is seen: same clips, same source frames."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cutscore.readers.loaded import Loaded
from cutscore.readers.timeline import cut_of

RATE = 24
SLOW = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def span_of(start: int, frames: int) -> Any:
    """An OTIO range at 24."""
    return otio.opentime.TimeRange(otio.opentime.RationalTime(start, RATE), otio.opentime.RationalTime(frames, RATE))


class Naive:
    """What is seen at one frame, found by walking down from the top each time."""

    def seen(self, item: Any, at: Fraction, place: Fraction) -> tuple[str, Fraction] | None:
        """The clip and the source frame shown: `at` decides which clip, `place` (the frame itself) which position.

        `at` lies just before the middle of the frame, so that edges between frames fall to the nearest.
        """
        if not item.enabled or isinstance(item, otio.schema.Gap):
            return None
        speed, source = self.speed(item), item.source_range
        length = self.length(item)
        start = Fraction(source.start_time.value) if source is not None else Fraction(0)
        if not 0 <= at <= length:
            return None
        if speed > 0:
            inner, place = start + at * speed, start + place * speed
        elif speed < 0:
            inner, place = start + (length - at) * -speed, start + (length - 1 - place) * -speed
        else:
            inner = place = start
        if isinstance(item, otio.schema.Clip):
            return item.name, place
        if speed == 0:
            # A held frame is the frame that begins there.
            inner += Fraction(1, 10**6)
        if isinstance(item, otio.schema.Stack):
            for child in reversed(list(item)):
                if not (isinstance(child, otio.schema.Track) and child.kind == "Audio"):
                    shown = self.seen(child, inner, place)
                    if shown is not None:
                        return shown
            return None
        position = Fraction(0)
        children = list(item)
        for index, child in enumerate(children):
            if isinstance(child, otio.schema.Transition):
                if index == 0:
                    position += Fraction(child.in_offset.value)
                continue
            frames = self.length(child)
            if position < inner <= position + frames:
                return self.seen(child, inner - position, place - position)
            position += frames
        return None

    def speed(self, item: Any) -> Fraction:
        """Product of the linear speeds."""
        speed = Fraction(1)
        for effect in item.effects:
            speed *= Fraction(effect.time_scalar).limit_denominator(1000)
        return speed

    def length(self, item: Any) -> Fraction:
        """Frames that an item lasts where it stands."""
        if item.source_range is not None:
            return Fraction(item.source_range.duration.value)
        if isinstance(item, otio.schema.Stack):
            return max((self.length(child) for child in item if child.enabled), default=Fraction(0))
        total = Fraction(0)
        children = list(item)
        for index, child in enumerate(children):
            if not isinstance(child, otio.schema.Transition):
                total += self.length(child)
            else:
                total += Fraction(child.in_offset.value) if index == 0 else 0
                total += Fraction(child.out_offset.value) if index == len(children) - 1 else 0
        return total


SPEEDS_WHOLE = [1.0, 1.0, 1.0, -1.0, 0.0]
SPEEDS_ANY = [1.0, 0.5, 2.0, -2.0, -0.5, 0.25, 1.5, 0.0]


@st.composite
def clips(draw: st.DrawFn, speeds: list[float], names: list[int]) -> Any:
    """A clip of a few frames, now and then disabled or at another speed."""
    names.append(len(names))
    clip = otio.schema.Clip(
        f"c{len(names)}",
        otio.schema.GeneratorReference(),
        span_of(draw(st.integers(0, 500)), draw(st.integers(1, 12))),
    )
    clip.enabled = draw(st.integers(0, 5)) > 0
    speed = draw(st.sampled_from(speeds))
    if speed != 1:
        clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=speed))
    return clip


@st.composite
def tracks(draw: st.DrawFn, speeds: list[float], names: list[int], depth: int) -> Any:
    """A track of clips, gaps, nested stacks and transitions."""
    track = otio.schema.Track(kind=draw(st.sampled_from(["Video", "Video", "Video", "video"])))
    for _ in range(draw(st.integers(0, 5))):
        kind = draw(st.sampled_from(["clip", "clip", "gap", "nested", "over"]))
        if kind == "gap":
            track.append(otio.schema.Gap(source_range=span_of(0, draw(st.integers(0, 8)))))
        elif kind == "nested" and depth:
            track.append(draw(stacks(speeds, names, depth - 1)))
        elif kind == "over":
            if not (len(track) and isinstance(track[-1], otio.schema.Transition)):
                track.append(over(draw(st.integers(0, 4)), draw(st.integers(0, 4))))
        else:
            track.append(draw(clips(speeds, names)))
    track.enabled = draw(st.integers(0, 6)) > 0
    return track


def over(before: int, after: int) -> Any:
    """A dissolve."""
    time = otio.opentime.RationalTime
    return otio.schema.Transition("d", "SMPTE_Dissolve", time(before, RATE), time(after, RATE))


@st.composite
def stacks(draw: st.DrawFn, speeds: list[float], names: list[int], depth: int) -> Any:
    """A stack of tracks, perhaps trimmed and at another speed."""
    stack = otio.schema.Stack()
    for _ in range(draw(st.integers(1, 3))):
        stack.append(draw(tracks(speeds, names, depth)))
    stack.enabled = draw(st.integers(0, 8)) > 0
    if draw(st.booleans()):
        stack.source_range = span_of(draw(st.integers(0, 10)), draw(st.integers(0, 15)))
        speed = draw(st.sampled_from(speeds))
        if speed != 1:
            stack.effects.append(otio.schema.LinearTimeWarp(time_scalar=speed))
    return stack


@st.composite
def timelines(draw: st.DrawFn, speeds: list[float]) -> Any:
    """A timeline that lasts at least a frame: the last track holds it open."""
    names: list[int] = []
    timeline = otio.schema.Timeline("random")
    for _ in range(draw(st.integers(1, 4))):
        timeline.tracks.append(draw(tracks(speeds, names, 2)))
    timeline.tracks.insert(0, otio.schema.Track(children=[otio.schema.Gap(source_range=span_of(0, 5))]))
    return timeline


def compare(timeline: Any, exact: bool) -> None:
    """Every frame of the Cut is what the naive flattener sees there."""
    cut = cut_of(Loaded(timeline, Path()), Path("random.otio"))
    naive = Naive()
    assert naive.length(timeline.tracks) == cut.duration
    spans = iter(cut.spans)
    span = next(spans)
    for frame in range(cut.duration):
        while frame >= span.record_out:
            span = next(spans)
        at = Fraction(frame) + Fraction(1, 2) - Fraction(1, 10**9)
        expected = naive.seen(timeline.tracks, at, Fraction(frame))
        if expected is None:
            assert span.kind == "gap", (frame, span)
            continue
        assert expected[0] == span.name, (frame, span)
        # Generators have no media, so the position is looked at where the span keeps it: its speed.
        if exact:
            assert abs(span.speed) in (0, 1)
    assert [s.record_in for s in cut.spans[1:]] == [s.record_out for s in cut.spans[:-1]]


@SLOW
@given(timelines(SPEEDS_WHOLE))
def test_the_topmost_clip_is_seen_at_every_frame(timeline: Any) -> None:
    """Nested stacks, disabled items, gaps, transitions at heads and tails, reversed and frozen: frame by frame."""
    compare(timeline, exact=True)


@SLOW
@given(timelines(SPEEDS_ANY))
def test_any_speed_of_nested_stacks_keeps_the_order(timeline: Any) -> None:
    """Cuts of a nested stack at half or double speed land on the nearest frame."""
    compare(timeline, exact=False)


@SLOW
@given(timelines(SPEEDS_WHOLE))
def test_the_source_position_is_exact_at_every_frame(timeline: Any) -> None:
    """The layer under the spans points at the very source frame, also backwards and inside nested stacks."""
    from cutscore.readers.exact import Clock
    from cutscore.readers.flatten import Flattener

    naive = Naive()
    layer, _ = Flattener(Clock(Fraction(RATE)), lambda clip: None).item_layer(timeline.tracks)
    for piece in layer.pieces:
        for frame in range(int(piece.start), int(piece.end)):
            at = Fraction(frame) + Fraction(1, 2) - Fraction(1, 10**9)
            expected = naive.seen(timeline.tracks, at, Fraction(frame))
            start = piece.shot.source.start_time.value
            assert expected == (piece.shot.clip.name, start + piece.place + (frame - piece.origin) * piece.pace)


@SLOW
@given(timelines(SPEEDS_WHOLE))
def test_transitions_lie_on_cuts_and_within_their_spans(timeline: Any) -> None:
    """No transition of a Cut is longer than the spans beside it, and fades are those at gaps."""
    cut = cut_of(Loaded(timeline, Path()), Path("random.otio"))
    for left, right in zip(cut.spans, cut.spans[1:], strict=False):
        found = right.transition_in
        if found is not None:
            assert 0 <= found.in_frames <= left.record_out - left.record_in
            assert 0 <= found.out_frames <= right.record_out - right.record_in
            assert ("gap" in (left.kind, right.kind)) == (found.kind == "fade")
