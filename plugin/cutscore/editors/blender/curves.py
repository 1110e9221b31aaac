"""Animation curves of strips: found, read and written in the same words on every version."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any


def curve_of(scene: Any, strip: Any, name: str) -> Any:
    """The curve that animates a property of a strip, or None."""
    data = scene.animation_data
    if data is None or data.action is None:
        return None
    try:
        path = strip.path_from_id(name)
    except ValueError:
        return None
    return next((curve for curve in _curves(data) if curve.data_path == path), None)


def _curves(data: Any) -> Iterable[Any]:
    action = data.action
    if hasattr(action, "fcurves"):
        return list(action.fcurves)
    return [
        curve
        for layer in action.layers
        for part in layer.strips
        for bag in part.channelbags
        if data.action_slot is None or bag.slot_handle == data.action_slot.handle
        for curve in bag.fcurves
    ]


def keys_of(curve: Any) -> list[tuple[float, float]]:
    """The keyframes of a curve as (frame, value), in order."""
    return [(float(key.co[0]), float(key.co[1])) for key in curve.keyframe_points]


def write_keys(scene: Any, strip: Any, name: str, keys: Sequence[tuple[float, float]]) -> None:
    """Animate a property of a strip with straight lines between keyframes; what animated it before is gone."""
    clear(scene, strip, name)
    if not keys:
        return
    before = getattr(strip, name)
    for frame, value in keys:
        setattr(strip, name, value)
        strip.keyframe_insert(name, frame=frame)
    setattr(strip, name, before)
    curve = curve_of(scene, strip, name)
    for key in curve.keyframe_points:
        key.interpolation = "LINEAR"
    curve.update()


def clear(scene: Any, strip: Any, name: str) -> None:
    """Take a property's animation away."""
    while (curve := curve_of(scene, strip, name)) is not None:
        frames = [key.co[0] for key in curve.keyframe_points]
        if not frames or not all(strip.keyframe_delete(name, frame=frame) for frame in frames):
            break


def fade_lengths(scene: Any, strip: Any, start: int, end: int) -> tuple[int, int]:
    """Frames over which a strip's opacity rises from nothing at its start and falls to nothing at its end."""
    curve = curve_of(scene, strip, "blend_alpha")
    if curve is None or end - start < 2:
        return 0, 0
    levels = [curve.evaluate(frame) for frame in range(start, end)]
    return _rise(levels), _rise(levels[::-1])


def _rise(levels: list[float]) -> int:
    if levels[0] > 0.05:
        return 0
    return next((frame for frame, level in enumerate(levels) if level >= 0.95), 0)
