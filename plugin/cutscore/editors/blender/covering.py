"""Whether a strip hides what is below it: titles, insets, blends and see-through pictures do not."""

from __future__ import annotations

import array
import os
from typing import Any

import bpy

from .curves import curve_of
from .footage import absolute

_HIDING = {"REPLACE", "ALPHA_OVER", "CROSS", "GAMMA_CROSS"}
_OVERLAYS = {"TEXT", "ADJUSTMENT", "MASK"}
_LEAST = 0.5
"""Of the frame that must be covered, and of the opacity, for what is below to count as hidden."""
_WITH_ALPHA = {".png", ".tif", ".tiff", ".exr", ".tga", ".webp", ".dpx", ".jp2", ".psd"}


class Covering:
    """Answers for the strips of one scene; each strip is looked at once."""

    def __init__(self, scene: Any) -> None:
        self._scene = scene
        self._size = scene.render.resolution_x, scene.render.resolution_y
        self._known: dict[int, bool] = {}
        self._clear: dict[str, bool] = {}

    def hides(self, strip: Any) -> bool:
        """Whether what is below the strip cannot be seen."""
        key = strip.as_pointer()
        if key not in self._known:
            self._known[key] = self._hides(strip)
        return self._known[key]

    def _hides(self, strip: Any) -> bool:
        if strip.type in _OVERLAYS or strip.blend_type not in _HIDING:
            return False
        if strip.blend_type != "REPLACE" and self._opacity(strip) < _LEAST:
            return False
        if self._share_of_frame(strip) < _LEAST:
            return False
        return not (strip.type == "IMAGE" and strip.blend_type != "REPLACE" and self._is_clear(strip))

    def _opacity(self, strip: Any) -> float:
        curve = curve_of(self._scene, strip, "blend_alpha")
        if curve is None or len(curve.keyframe_points) == 0:
            return float(strip.blend_alpha)
        return max(float(key.co[1]) for key in curve.keyframe_points)

    def _share_of_frame(self, strip: Any) -> float:
        """The part of the frame that the strip's picture lies over, turned or not."""
        transform, crop = getattr(strip, "transform", None), getattr(strip, "crop", None)
        if transform is None or crop is None:
            return 1.0
        width, height = self._size
        own_width, own_height = width, height
        elements = getattr(strip, "elements", None)
        if elements is not None and len(elements) and elements[0].orig_width > 0 and elements[0].orig_height > 0:
            own_width, own_height = elements[0].orig_width, elements[0].orig_height
        across = _overlap(own_width, crop.min_x, crop.max_x, transform.scale_x, transform.offset_x, width)
        down = _overlap(own_height, crop.min_y, crop.max_y, transform.scale_y, transform.offset_y, height)
        return across * down

    def _is_clear(self, strip: Any) -> bool:
        """Whether a picture is see-through over most of it (a logo, a lower third); the first one of several tells."""
        if not len(strip.elements):
            return False
        name = strip.elements[0].filename
        path = os.path.join(absolute(strip.directory, strip), name)
        if os.path.splitext(name)[1].lower() not in _WITH_ALPHA or not os.path.isfile(path):
            return False
        if path not in self._clear:
            self._clear[path] = _mean_alpha(path) < _LEAST
        return self._clear[path]


def _overlap(size: int, cut_low: int, cut_high: int, scale: float, offset: float, frame: int) -> float:
    """The part of the frame's width (or height) that a picture of `size`, cropped, scaled and moved, covers."""
    scale = abs(scale)
    low = frame / 2 + offset - size * scale / 2 + cut_low * scale
    high = frame / 2 + offset + size * scale / 2 - cut_high * scale
    return max(0.0, min(high, frame) - max(low, 0.0)) / frame


def _mean_alpha(path: str) -> float:
    side = 32
    try:
        image = bpy.data.images.load(path)
    except RuntimeError:
        return 1.0
    try:
        if image.channels != 4 or image.depth % 32:
            return 1.0
        image.scale(side, side)
        values = array.array("f", [0.0]) * (side * side * 4)
        image.pixels.foreach_get(values)
        return sum(values[3::4]) / (side * side)
    except RuntimeError:
        return 1.0
    finally:
        bpy.data.images.remove(image)
