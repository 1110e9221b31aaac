"""Flattening: the visible picture of an OpenTimelineIO composition, with its transitions, markers and speeds.

OTIO's own flatten_stack is slow and raises inside dissolves; this one is linear in the clips and exact.
The rules: the topmost enabled item is seen at each frame; gaps and disabled items let lower tracks
through; items keep their places under transitions; a transition at the head of a track shifts it by
its in_offset, one at the tail lengthens it by its out_offset (as OTIO counts).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from cutscore.readers.exact import Clock, Number, divided
from cutscore.readers.layers import Fade, Layer, Piece, moved, overlay, together, window
from cutscore.readers.marks import MarkerPlacer, Marks, Shot
from cutscore_composer.errors import InputRefused

MAX_DEPTH = 100
"""Deepest nesting of compositions that is followed."""

Clip, Gap, Transition = otio.schema.Clip, otio.schema.Gap, otio.schema.Transition
Track, Stack, Composition = otio.schema.Track, otio.schema.Stack, otio.core.Composition
LinearTimeWarp, FreezeFrame = otio.schema.LinearTimeWarp, otio.schema.FreezeFrame


class Flattener:
    """Walks compositions and gives their layers; collects warnings and markers on the way."""

    def __init__(self, clock: Clock, length_of: Callable[[Any], Fraction | None], *, sound: bool = False) -> None:
        self.clock = clock
        self.length_of = length_of
        """Asked for the seconds of a clip that tells no length."""
        self.sound = sound
        """Whether sound tracks are walked (with their disabled clips) instead of the picture."""
        self.warnings: list[str] = []
        self.track = 0
        """Number of the track that is walked; its shots keep it."""
        self.media_lengths = False
        """Whether a clip with a speed tells its length in media (Premiere), not as it is seen (OTIO, Resolve)."""
        self.stretched = 0
        """Clips whose length was found from their speed so."""
        self.marker = MarkerPlacer(clock.rate, self.warnings)

    def track_layer(self, track: Any, marks: Marks, depth: int = 0) -> Layer:
        """What one track (any sequence of items) shows, from its own beginning."""
        if depth > MAX_DEPTH:
            raise InputRefused(f"The timeline nests compositions more than {MAX_DEPTH} deep; flatten the inner ones.")
        pieces: list[Piece] = []
        fades: list[Fade] = []
        position: Number = 0
        last: Any = None
        inner = Marks()
        for child in track:
            if type(child) is Clip or isinstance(child, Clip):
                position = self._add_clip(child, position, pieces, inner)
            elif isinstance(child, Gap):
                length = self._own_length(child, 0)
                if child.markers:
                    self.marker.place(child.markers, inner, position, length, child.source_range, 1, None)
                position += length
            elif isinstance(child, Transition):
                fade = self._fade(child, position, first=last is None)
                position = fade.at
                fades.append(fade)
            elif isinstance(child, Composition):
                position = self._add_nested(child, position, pieces, fades, inner, depth)
            else:
                self._refuse(child)
            last = child
        if isinstance(last, Transition):
            position += fades[-1].after
        layer = Layer(pieces, sorted(fades), position)
        return self._trimmed(track, layer, inner, marks)

    def stack_layer(self, stack: Any, marks: Marks, depth: int = 0) -> Layer:
        """What all items of a stack show together."""
        inner = Marks()
        layers = []
        for child in stack:
            if self._is_other_kind(child) or not getattr(child, "enabled", True):
                continue
            layer, child_marks = self.item_layer(child, depth)
            layers.append(layer)
            inner.found += child_marks.found
        if stack.markers:
            self.marker.place(stack.markers, inner, 0, None, stack.source_range, 1, None)
        layer = together(layers) if self.sound else overlay(layers)
        return self._trimmed(stack, layer, inner, marks, markers=False)

    def item_layer(self, item: Any, depth: int = 0) -> tuple[Layer, Marks]:
        """What one item of a stack shows: a track, a stack or a single clip."""
        marks = Marks()
        if isinstance(item, Stack):
            return self.stack_layer(item, marks, depth + 1), marks
        if isinstance(item, Composition):
            return self.track_layer(item, marks, depth + 1), marks
        pieces: list[Piece] = []
        if isinstance(item, Clip):
            length = self._add_clip(item, 0, pieces, marks)
        elif isinstance(item, Gap):
            length = self._own_length(item, 0)
        else:
            self._refuse(item)
        return Layer(pieces, [], length), marks

    def _is_other_kind(self, item: Any) -> bool:
        """Whether an item of a stack is sound while the picture is walked, or neither."""
        kind = getattr(item, "kind", None)
        return isinstance(kind, str) and kind.casefold() not in (("audio",) if self.sound else ("video", ""))

    def _add_clip(self, clip: Any, position: Number, pieces: list[Piece], marks: Marks) -> Number:
        source = clip.source_range
        if source is None:
            length, source = self._natural_length(clip)
        else:
            length = self.clock.frames(source.duration)
        if length < 0:
            raise InputRefused(f"Clip '{clip.name}' has a negative length; repair it and export again.")
        speed = self._speed(clip)
        if self.media_lengths and speed not in (0, 1):
            length = self._played(length, speed)
        enabled = clip.enabled
        if enabled or self.sound:
            shot = Shot(clip, source, length, speed, self.track, enabled)
            place = 0 if speed >= 0 else (length - 1) * -speed
            pieces.append(Piece(position, position + length, position, place, speed, shot))
            if clip.markers:
                self.marker.place(clip.markers, marks, position, length, source, speed, shot)
        return position + length

    def _played(self, length: Number, speed: Number) -> Number:
        """Frames of the timeline in which so many frames of media play at a speed."""
        self.stretched += 1
        return max(1, round(length / abs(Fraction(speed))))

    def _natural_length(self, clip: Any) -> tuple[Number, Any]:
        """Length and range of a clip without source_range: all of its media."""
        reference = clip.media_reference
        available = reference.available_range if reference is not None else None
        if available is not None:
            return self.clock.frames(available.duration), available
        seconds = self.length_of(clip)
        if seconds is None:
            raise InputRefused(
                f"Clip '{clip.name}' says neither its range nor the length of its media, and the media was not found; "
                "export the timeline with ranges or name the folder of the media."
            )
        return round(seconds * self.clock.rate), None

    def _add_nested(
        self, item: Any, position: Number, pieces: list[Piece], fades: list[Fade], marks: Marks, depth: int
    ) -> Number:
        layer, inner = self.item_layer(item, depth)
        if item.enabled:
            pieces.extend(moved(piece, position) for piece in layer.pieces)
            fades.extend(fade._replace(at=fade.at + position) for fade in layer.fades)
            marks.found += [(frame + position, length, marker, shot) for frame, length, marker, shot in inner.found]
        return position + layer.length

    def _trimmed(self, item: Any, layer: Layer, inner: Marks, marks: Marks, markers: bool = True) -> Layer:
        """A layer cut to the item's own source_range, at its speed; its markers go to `marks`."""
        source, speed = item.source_range, self._speed(item)
        if markers and item.markers:
            self.marker.place(item.markers, inner, 0, None, None, 1, None)
        if source is None and speed == 1:
            marks.found += inner.found
            return layer
        start = self.clock.frames(source.start_time) if source is not None else 0
        length = self.clock.frames(source.duration) if source is not None else layer.length
        if start + length <= 0 and length == layer.length:
            # The EDL adapter writes the negated record timecode here; nothing is cut off.
            start = 0
        trimmed = window(layer, start, length, speed)
        if speed:
            size = speed if speed > 0 else -speed
            for frame, duration, marker, shot in inner.found:
                at = divided(frame - start, size)
                if 0 <= at < length:
                    marks.found.append((at if speed > 0 else length - 1 - at, duration, marker, shot))
        return trimmed

    def _fade(self, transition: Any, position: Number, *, first: bool) -> Fade:
        before, after = self.clock.frames(transition.in_offset), self.clock.frames(transition.out_offset)
        if before < 0 or after < 0:
            raise InputRefused(f"Transition '{transition.name}' has a negative length; repair it and export again.")
        return Fade(position + (before if first else 0), before, after, _fade_kind(transition))

    def _own_length(self, item: Any, default: Number) -> Number:
        source = item.source_range
        length = default if source is None else self.clock.frames(source.duration)
        if length < 0:
            raise InputRefused(f"Item '{item.name}' has a negative length; repair it and export again.")
        return length

    def _speed(self, item: Any) -> Number:
        """The product of the item's linear speeds; others are said and left out."""
        effects = item.effects
        if not effects:
            return 1
        speed: Number = 1
        for effect in effects:
            if not getattr(effect, "enabled", True):
                continue
            if isinstance(effect, FreezeFrame):
                speed = 0
            elif isinstance(effect, LinearTimeWarp):
                speed = self._scalar(speed, effect.time_scalar, item.name)
            elif isinstance(effect, otio.schema.TimeEffect):
                self.warnings.append(
                    f"'{item.name}' has a speed change that is not linear ({effect.name or effect.effect_name}); "
                    "it is read at its own speed."
                )
        return speed

    def _scalar(self, speed: Number, scalar: float, name: str) -> Number:
        if not -1000 <= scalar <= 1000:
            raise InputRefused(f"'{name}' plays at {scalar} times its speed, which is no speed; repair it.")
        exact = Fraction(scalar).limit_denominator(100_000) * speed
        return exact.numerator if exact.denominator == 1 else exact

    def _refuse(self, item: Any) -> None:
        kind = item.schema_name() if hasattr(item, "schema_name") else type(item).__name__
        if isinstance(item, otio.core.UnknownSchema):
            kind = f"{item.original_schema_name}.{item.original_schema_version}"
        raise InputRefused(
            f"The timeline holds an item of the unknown kind {kind}; export it with clips and gaps only."
        )


def _fade_kind(transition: Any) -> str:
    """ "dissolve", or the program's own name of another transition."""
    kind, name = transition.transition_type or "", transition.name or ""
    if kind == "SMPTE_Dissolve" or any(word in name.casefold() for word in ("dissolve", "fade", "blend", "dip")):
        return "dissolve"
    if "wipe" in f"{kind} {name}".casefold():
        return "wipe"
    return name or kind or "dissolve"
