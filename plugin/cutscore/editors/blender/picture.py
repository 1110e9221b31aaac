"""The picture of a sequence: which strip is seen when, through metas, effects, transitions, speeds and scenes.

The rules are Blender's own, measured by rendering numbered films in 4.5 and 5.0: a muted strip is
not seen but still feeds its effects; an effect hides its inputs while it lasts; a handle beyond the
media holds their first or last frame; a speed effect counts from its own first frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

from . import strip_times
from .covering import Covering
from .curves import curve_of, fade_lengths
from .footage import Library, footage
from .layers import Fade, Layer, cut_to, filled, holes, joined, seen_through
from .rates import round_half_up, tidy

TRANSITIONS = {"CROSS": "dissolve", "GAMMA_CROSS": "dissolve", "WIPE": "wipe"}
DEEPEST = 16
"""Metas, scenes and effects inside one another."""


class Viewer:
    """Looks at the strips of one scene; `library` keeps what must be said."""

    def __init__(self, scene: Any, library: Library, within: tuple[Any, ...] = ()) -> None:
        self._scene = scene
        self._within_scenes = (*within, scene)
        self._library = library
        self._covering = Covering(scene)

    def stack(self, owner: Any, start: int, end: int, depth: int = 0, up_to: int | None = None) -> Layer:
        """What is seen in [start, end) of a sequence editor or a meta strip, or of its channels up to one."""
        if depth > DEEPEST:
            self._library.tell(f"Strips lie in one another more than {DEEPEST} deep; the inner ones are left out.")
            return Layer()
        strips = [strip for strip in strip_times.strips_of(owner) if self._is_seen(owner, strip, start, end, up_to)]
        return self._pile(strips, start, end, depth)

    def _pile(self, strips: list[Any], start: int, end: int, depth: int) -> Layer:
        """Strips over one another; where the top one shows nothing (an empty meta strip), those below are seen."""
        layers = []
        for strip, first, last in self._turns(strips, start, end):
            layer = self._within(strip, first, last, depth)
            gaps = holes(layer, first, last)
            others = [one for one in strips if one != strip and not strip_times.apart(one, first, last)] if gaps else []
            fills = [self._pile(others, *gap, depth) for gap in gaps] if others else []
            layers.append(filled(layer, fills) if fills else layer)
        return joined(layers)

    def _is_seen(self, owner: Any, strip: Any, start: int, end: int, up_to: int | None) -> bool:
        if strip.mute or strip.type in ("SOUND", "ADJUSTMENT"):
            return False
        if up_to is not None and strip.channel > up_to:
            return False
        channel = strip_times.channel_of(owner, strip.channel)
        if channel is not None and channel.mute:
            return False
        return not strip_times.apart(strip, start, end)

    def _turns(self, strips: list[Any], start: int, end: int) -> Iterator[tuple[Any, int, int]]:
        """Which strip is on top from when to when; nothing is said of stretches where none is."""
        spans = sorted((strip_times.left(strip), strip_times.right(strip), n) for n, strip in enumerate(strips))
        edges = sorted({edge for first, last, _ in spans for edge in (first, last) if start < edge < end})
        edges = [start, *edges, end]
        lasting: list[tuple[int, int]] = []
        index = 0
        turn: tuple[Any, int, int] | None = None
        for first, last in pairwise(edges):
            lasting = [one for one in lasting if one[0] > first]
            while index < len(spans) and spans[index][0] <= first:
                if spans[index][1] > first:
                    lasting.append(spans[index][1:])
                index += 1
            active = [strips[number] for _, number in lasting]
            top = self._top(active)
            if turn is not None and (top is None or turn[0] != top):
                yield turn
                turn = None
            if top is not None:
                turn = (top, first if turn is None else turn[1], last)
        if turn is not None:
            yield turn

    def _top(self, active: list[Any]) -> Any:
        """The strip that is seen: the highest that hides what is below; where there is none, the highest."""
        if len(active) < 2:
            return active[0] if active else None
        fed = {one for strip in active for one in _inputs(strip)}
        found = sorted((strip for strip in active if strip not in fed), key=lambda strip: strip.channel)
        hiding = [strip for strip in found if self._covering.hides(strip)]
        return (hiding or found or [None])[-1]

    def _within(self, strip: Any, first: int, last: int, depth: int) -> Layer:
        """A strip in the stretch in which it is on top, with its fades from and to what is below."""
        layer = self.shown(strip, first, last, depth)
        left, right = strip_times.left(strip), strip_times.right(strip)
        rise, fall = fade_lengths(self._scene, strip, left, right)
        if rise and first == left:
            layer.fades.insert(0, Fade(first, 0, min(rise, last - first), "dissolve"))
        if fall and last == right:
            layer.fades.append(Fade(last, min(fall, last - first), 0, "dissolve"))
        return layer

    def shown(self, strip: Any, start: int, end: int, depth: int = 0) -> Layer:
        """What one strip shows in [start, end), whether its handles reach there or not."""
        if depth > DEEPEST:
            return Layer()
        if strip.type == "META":
            return self._meta_strip(strip, start, end, depth + 1)
        if strip.type == "SCENE" and strip.scene is not None and shows_sequence(strip):
            return self._scene_strip(strip, start, end, depth + 1)
        if strip.type == "SCENE" and strip.scene is not None:
            self._library.tell(
                f"Scene strip '{strip.name}' is rendered from 3D: nothing of its picture is known, only its length."
            )
        if strip.type == "MULTICAM":
            owner = strip.parent_meta() or self._scene.sequence_editor
            return self.stack(owner, start, end, depth + 1, up_to=strip.multicam_source)
        if strip.type in TRANSITIONS and len(_inputs(strip)) == 2:
            return self._transition(strip, start, end, depth + 1)
        if strip.type == "SPEED" and _inputs(strip):
            return self._speed_effect(strip, start, end, depth + 1)
        if _inputs(strip):
            return self.shown(_inputs(strip)[0], start, end, depth + 1)
        return footage(strip, start, end, self._library)

    def _transition(self, strip: Any, start: int, end: int, depth: int) -> Layer:
        first, last = strip_times.left(strip), strip_times.right(strip)
        outgoing, incoming = _inputs(strip)
        middle = (first + last) // 2
        layers = []
        if start < middle:
            layers.append(self.shown(outgoing, start, min(middle, end), depth))
        if end > middle:
            layers.append(self.shown(incoming, max(middle, start), end, depth))
        layer = joined(layers)
        if start < middle < end:
            fade = Fade(middle, middle - first, last - middle, TRANSITIONS[strip.type])
            layer = cut_to(Layer(layer.pieces, sorted([*layer.fades, fade])), start, end)
        return layer

    def _speed_effect(self, strip: Any, start: int, end: int, depth: int) -> Layer:
        """An effect that shows its input at another time: `pace` frames of it for each, from frame `begin` on."""
        source = _inputs(strip)[0]
        begin = Fraction(strip_times.left(strip))
        content = strip_times.content_length(source)
        animated = {"MULTIPLY": "speed_factor", "LENGTH": "speed_length", "FRAME_NUMBER": "speed_frame_number"}
        if strip.speed_control in animated and curve_of(self._scene, strip, animated[strip.speed_control]) is not None:
            self._library.tell(f"Speed strip '{strip.name}' is animated; it is read at its present speed.")
        pace = Fraction(0)
        if strip.speed_control == "STRETCH":
            length = max(1, strip_times.right(strip) - strip_times.left(strip))
            pace = Fraction(max(0, content - strip_times.offsets(source)[0]), length)
        elif strip.speed_control == "MULTIPLY":
            pace = max(Fraction(0), tidy(strip.speed_factor))
        elif strip.speed_control == "LENGTH":
            begin += round_half_up(tidy(strip.speed_length) * content / 100)
        else:
            begin += round_half_up(tidy(strip.speed_frame_number))
        origin = begin + (start - strip_times.left(strip)) * pace
        seen = self.shown(source, *_reach(origin, end - start, pace), depth)
        return seen_through(seen, start, end, origin, pace)

    def _scene_strip(self, strip: Any, start: int, end: int, depth: int) -> Layer:
        """Another scene's sequence, from its first frame on; its end is held."""
        scene = strip.scene
        if scene in self._within_scenes:
            return Layer()
        first = scene.frame_start + int(getattr(strip, "animation_offset_start", 0) or 0)
        inner = Viewer(scene, self._library, self._within_scenes)
        length = strip_times.content_length(strip)
        whole = inner.stack(scene.sequence_editor, first, first + length, depth)
        return _held(whole, start, end, round_half_up(strip_times.content_start(strip)), first, length)

    def _meta_strip(self, strip: Any, start: int, end: int, depth: int) -> Layer:
        """The strips inside, which lie where the timeline has them; beyond them their ends are held."""
        begin, length = round_half_up(strip_times.content_start(strip)), strip_times.content_length(strip)
        if begin <= start and end <= begin + length:
            return self.stack(strip, start, end, depth)
        return _held(self.stack(strip, begin, begin + length, depth), start, end, begin, begin, length)


def _held(whole: Layer, start: int, end: int, begin: int, first: int, length: int) -> Layer:
    """[start, end) of a layer whose frame `first` lies at `begin` and that lasts `length`: its ends are held."""
    early = max(start, min(end, begin))
    late = max(early, min(end, begin + length))
    parts = []
    if start < early:
        parts.append(seen_through(whole, start, early, Fraction(first), Fraction(0)))
    if early < late:
        parts.append(seen_through(whole, early, late, Fraction(first + early - begin), Fraction(1)))
    if late < end:
        parts.append(seen_through(whole, late, end, Fraction(first + length - 1), Fraction(0)))
    return joined(parts)


def _reach(origin: Fraction, frames: int, pace: Fraction) -> tuple[int, int]:
    """The frames that so many frames at a pace reach over."""
    return round_half_up(origin), round_half_up(origin + max(0, frames - 1) * pace) + 1


def shows_sequence(strip: Any) -> bool:
    """Whether a scene strip shows the scene's sequence, not its 3D."""
    return strip.scene_input == "SEQUENCER" and strip.scene.sequence_editor is not None


def _inputs(strip: Any) -> list[Any]:
    """The strips that an effect is made of."""
    count = getattr(strip, "input_count", 0) or 0
    found = [getattr(strip, f"input_{number}", None) for number in range(1, count + 1)]
    return [one for one in found if one is not None]
