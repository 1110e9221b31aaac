"""The brushes of the demo film: gradients, ridges, glows, dots. Images are RGB of size SIZE unless said otherwise."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops

SIZE = (960, 540)
"""Width and height of the film in pixels."""

Colour = tuple[int, int, int]
Layer = tuple[Image.Image, Image.Image]
"""An RGB image and its L mask, both as large as each other (often wider than the film)."""


def gradient(stops: Sequence[tuple[float, Colour]], width: int = SIZE[0], height: int = SIZE[1]) -> Image.Image:
    """A vertical gradient; stops are (0 top … 1 bottom, colour). Dithered, so that no bands are seen."""
    at = np.linspace(0.0, 1.0, height)
    column = np.stack([np.interp(at, [s[0] for s in stops], [s[1][c] for s in stops]) for c in range(3)], axis=-1)
    noise = np.random.default_rng(1).uniform(-0.9, 0.9, (height, width, 1))
    return Image.fromarray(np.clip(column[:, None, :] + noise + 0.5, 0, 255).astype(np.uint8))


def waves(width: int, seed: int, roughness: float = 0.55, octaves: int = 7) -> npt.NDArray[np.float64]:
    """A ridge line, shape (width,), values -1 to 1, that joins itself at its ends."""
    random = np.random.default_rng(seed)
    angle = np.linspace(0.0, 2.0 * np.pi, width, endpoint=False)
    line = np.zeros(width)
    for octave in range(octaves):
        line += roughness**octave * np.sin(angle * 2**octave * 1.0 + random.uniform(0, 2 * np.pi))
    return np.asarray(line / np.abs(line).max())


def ridge(width: int, level: float, height: float, seed: int, top: Colour, foot: Colour, rough: float = 0.55) -> Layer:
    """A range of hills: `level` and `height` as shares of the height; `foot` is the colour in the valley mist."""
    tall = SIZE[1]
    edge = (level - height * waves(width, seed, rough)) * tall
    rows = np.arange(tall)[:, None]
    mask = np.clip(rows - edge[None, :] + 0.5, 0.0, 1.0)
    depth = np.clip((rows - edge[None, :]) / (0.32 * tall), 0.0, 1.0)[..., None]
    image = np.asarray(top) * (1.0 - depth) + np.asarray(foot) * depth
    return Image.fromarray(image.astype(np.uint8)), Image.fromarray((mask * 255).astype(np.uint8))


def glow(radius: int, colour: Colour, hardness: float = 2.0) -> Image.Image:
    """A light on black, (2 radius) pixels square, to be added to a picture."""
    axis = (np.arange(2 * radius) - radius + 0.5) / radius
    far = np.sqrt(axis[:, None] ** 2 + axis[None, :] ** 2)
    light = np.clip(1.0 - far, 0.0, 1.0) ** hardness
    return Image.fromarray((light[..., None] * np.asarray(colour)).astype(np.uint8))


def disc(radius: float, softness: float = 1.0) -> Image.Image:
    """An L mask of a filled circle with a soft edge of `softness` pixels."""
    half = int(radius + softness + 1)
    axis = np.arange(2 * half) - half + 0.5
    far = np.sqrt(axis[:, None] ** 2 + axis[None, :] ** 2)
    return Image.fromarray((np.clip((radius - far) / softness + 0.5, 0.0, 1.0) * 255).astype(np.uint8))


def add_light(picture: Image.Image, light: Image.Image, centre: tuple[float, float]) -> None:
    """Add a light to the picture in place, its middle at `centre`; what lies outside is left out."""
    x, y = round(centre[0] - light.width / 2), round(centre[1] - light.height / 2)
    box = (max(0, x), max(0, y), min(picture.width, x + light.width), min(picture.height, y + light.height))
    if box[0] >= box[2] or box[1] >= box[3]:
        return
    over = light.crop((box[0] - x, box[1] - y, box[2] - x, box[3] - y))
    # Screen rather than sum: bright lights stay coloured.
    picture.paste(ImageChops.screen(picture.crop(box), over), box)


def scroll(picture: Image.Image, layer: Layer, offset: float, down: int = 0) -> None:
    """Lay a layer that joins itself at its ends over the picture, `offset` pixels further left."""
    image, mask = layer
    start = round(offset) % image.width
    for x in (-start, image.width - start):
        if x < picture.width:
            picture.paste(image, (x, down), mask)


def ease(value: float) -> float:
    """0 to 1 with a soft start and end."""
    value = min(1.0, max(0.0, value))
    return value * value * (3.0 - 2.0 * value)
