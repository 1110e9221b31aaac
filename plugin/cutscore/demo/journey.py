"""The first half of the demo film: dawn over the hills, the train, the view from its window.

Each scene is made once (its layers are painted) and then gives the picture at any second.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from cutscore.demo.paint import SIZE, Layer, add_light, disc, ease, glow, gradient, ridge, scroll

Scene = Callable[[float], Image.Image]
"""Seconds from the start of the clip to the picture."""

WIDE = 2400


def dawn() -> Scene:
    """Hills in the mist; the sun comes up behind them."""
    sky = gradient([(0, (24, 34, 74)), (0.35, (104, 78, 128)), (0.58, (236, 138, 104)), (0.72, (255, 205, 138))])
    sun, halo = glow(46, (255, 244, 214), 0.35), glow(330, (255, 168, 92), 2.2)
    hills = [
        (ridge(WIDE, 0.60, 0.07, 3, (164, 110, 128), (240, 176, 140)), 6.0),
        (ridge(WIDE, 0.66, 0.08, 5, (116, 78, 112), (216, 146, 132)), 12.0),
        (ridge(WIDE, 0.74, 0.08, 8, (74, 54, 92), (160, 104, 118)), 22.0),
        (ridge(WIDE, 0.84, 0.07, 13, (40, 34, 64), (92, 66, 92)), 40.0),
        (ridge(WIDE, 0.95, 0.06, 21, (16, 16, 34), (26, 22, 44), rough=0.7), 70.0),
    ]

    def at(seconds: float) -> Image.Image:
        picture = sky.copy()
        height = 322 - 13.0 * seconds
        add_light(picture, halo, (610, height))
        add_light(picture, sun, (610, height))
        for layer, speed in hills:
            scroll(picture, layer, 300 + speed * seconds)
        _birds(picture, seconds)
        return picture

    return at


def train() -> Scene:
    """A steam train crosses a viaduct in the evening light."""
    sky = gradient([(0, (52, 92, 138)), (0.45, (150, 176, 178)), (0.72, (248, 212, 150)), (1, (238, 170, 110))])
    far = ridge(WIDE, 0.60, 0.06, 31, (120, 140, 156), (206, 186, 156))
    near = ridge(WIDE, 0.72, 0.05, 37, (78, 96, 96), (150, 134, 104))
    viaduct, cars = _viaduct(), _train()
    light = glow(420, (255, 190, 110), 2.0)
    puffs = [disc(6 + 2.1 * age, 4 + 1.7 * age) for age in range(22)]

    def at(seconds: float) -> Image.Image:
        picture = sky.copy()
        add_light(picture, light, (170, 330))
        scroll(picture, far, 16 * seconds)
        scroll(picture, near, 34 * seconds)
        nose = -60 + 190 * seconds
        for age, puff in reversed(list(enumerate(puffs))):
            drift = age * 0.11
            x = nose - 38 - 120 * drift + 5 * math.sin(age * 2.3)
            y = 258 - 15 * age**0.8 + 4 * math.sin(age * 1.7 + seconds)
            shade = 236 - 2 * age
            mask = puff.point([round(value * 0.62 * (1 - age / len(puffs))) for value in range(256)])
            picture.paste(
                (shade, shade - 8, shade - 18), (round(x) - mask.width // 2, round(y) - mask.height // 2), mask
            )
        picture.paste(cars[0], (round(nose) - cars[0].width, 262), cars[1])
        scroll(picture, viaduct, 60 * seconds)
        return picture

    return at


def window() -> Scene:
    """Trees fly past the window of the carriage."""
    sky = gradient([(0, (112, 156, 196)), (0.6, (224, 224, 206)), (1, (240, 214, 168))])
    far = ridge(WIDE, 0.55, 0.06, 41, (116, 148, 150), (190, 196, 160))
    wood = _trees(WIDE, 60, 300, (64, 96, 74), 47, blur=3)
    hedge = _trees(WIDE, 26, 420, (34, 58, 46), 53, blur=26)
    poles = _poles(WIDE)
    cabin = _cabin()

    def at(seconds: float) -> Image.Image:
        picture = sky.copy()
        scroll(picture, far, 40 * seconds)
        scroll(picture, wood, 330 * seconds)
        scroll(picture, hedge, 1150 * seconds)
        scroll(picture, poles, 1500 * seconds + 600)
        sway = round(2.2 * math.sin(seconds * 9.0))
        picture.paste(cabin[0], (-20, -20 + sway), cabin[1])
        return picture

    return at


def _birds(picture: Image.Image, seconds: float) -> None:
    draw = ImageDraw.Draw(picture)
    for number in range(7):
        x = 180 + 46 * seconds + 34 * number + 9 * math.sin(number * 5.1)
        y = 120 + 13 * math.sin(number * 2.4) + 6 * seconds - (6 - number) * 5
        beat = 5.5 * math.sin(seconds * 9 + number * 1.3)
        draw.line([(x - 9, y - beat), (x, y), (x + 9, y - beat)], fill=(34, 26, 52), width=2, joint="curve")


def _viaduct() -> Layer:
    """Arches under the track; the layer joins itself after WIDE pixels."""
    scale, top = 2, 318
    mask = Image.new("L", (WIDE * scale, SIZE[1] * scale), 0)
    draw = ImageDraw.Draw(mask)
    draw.rectangle((0, top * scale, WIDE * scale, SIZE[1] * scale), fill=255)
    for start in range(0, WIDE, 150):
        box = [(start + 18) * scale, (top + 30) * scale, (start + 132) * scale, (top + 144) * scale]
        draw.ellipse(box, fill=0)
        draw.rectangle([box[0], (top + 87) * scale, box[2], SIZE[1] * scale], fill=0)
    mask = mask.resize((WIDE, SIZE[1]), Image.Resampling.LANCZOS)
    stone = gradient([(0, (96, 74, 66)), (0.6, (96, 74, 66)), (0.72, (72, 58, 58)), (1, (38, 34, 42))], WIDE)
    ImageDraw.Draw(stone).rectangle((0, top, WIDE, top + 7), fill=(142, 108, 84))
    return stone, mask


def _train() -> Layer:
    """Engine and five carriages, seen from the side, running to the right."""
    scale, wide, tall = 3, 760, 60
    image = Image.new("RGB", (wide * scale, tall * scale), (30, 28, 36))
    mask = Image.new("L", image.size, 0)
    paint, cover = ImageDraw.Draw(image), ImageDraw.Draw(mask)

    def box(x: float, y: float, w: float, h: float, colour: tuple[int, int, int], round_by: float = 2.0) -> None:
        at = (x * scale, y * scale, (x + w) * scale, (y + h) * scale)
        cover.rounded_rectangle(at, round_by * scale, fill=255)
        paint.rounded_rectangle(at, round_by * scale, fill=colour)

    for car in range(5):
        x = 6 + car * 122
        box(x, 14, 114, 34, (122, 44, 42), 4)
        box(x, 12, 114, 6, (70, 52, 52), 3)
        for pane in range(7):
            box(x + 7 + pane * 15, 22, 10, 11, (255, 226, 160), 1.5)
        box(x + 112, 42, 10, 3, (30, 28, 36), 1)
        for wheel in (14, 30, 84, 100):
            box(x + wheel - 6, 44, 12, 12, (26, 24, 30), 6)
    box(620, 16, 34, 32, (38, 44, 54), 3)
    box(624, 22, 14, 10, (255, 226, 160), 1.5)
    box(650, 24, 88, 20, (38, 44, 54), 9)
    box(718, 6, 10, 22, (30, 32, 40), 1)
    box(684, 16, 14, 12, (30, 32, 40), 4)
    box(640, 44, 108, 5, (122, 44, 42), 1)
    for wheel in (634, 662, 690):
        box(wheel - 10, 36, 22, 22, (26, 24, 30), 11)
    for wheel in (714, 732):
        box(wheel - 6, 44, 12, 12, (26, 24, 30), 6)
    size = (wide, tall)
    return image.resize(size, Image.Resampling.LANCZOS), mask.resize(size, Image.Resampling.LANCZOS)


def _trees(width: int, count: int, ground: int, colour: tuple[int, int, int], seed: int, blur: int) -> Layer:
    """A row of trees, blurred sideways as a shutter does."""
    random = np.random.default_rng(seed)
    mask = Image.new("L", (width, SIZE[1]), 0)
    draw = ImageDraw.Draw(mask)
    draw.rectangle((0, ground + 40, width, SIZE[1]), fill=255)
    for _ in range(count):
        x, tall = float(random.uniform(0, width)), float(random.uniform(50, 150)) * (ground / 300)
        for _ in range(9):
            bx, by = x + float(random.normal(0, tall * 0.16)), ground + 30 - tall * float(random.uniform(0.25, 1.0))
            r = tall * float(random.uniform(0.12, 0.24))
            for shift in (-width, 0, width):
                draw.ellipse((bx + shift - r, by - r, bx + shift + r, by + r), fill=255)
        draw.rectangle((x - 4, ground - tall * 0.3, x + 4, ground + 60), fill=255)
    mask = mask.filter(ImageFilter.BoxBlur((blur, 1)))
    low = tuple(round(c * 0.55) for c in colour)
    return gradient([(0, colour), (ground / SIZE[1], colour), (1, (low[0], low[1], low[2]))], width), mask


def _poles(width: int) -> Layer:
    mask = Image.new("L", (width, SIZE[1]), 0)
    draw = ImageDraw.Draw(mask)
    for x in range(300, width, 800):
        draw.rectangle((x, 60, x + 20, SIZE[1]), fill=235)
        draw.rectangle((x - 50, 96, x + 70, 106), fill=235)
    return Image.new("RGB", mask.size, (30, 28, 30)), mask.filter(ImageFilter.BoxBlur((20, 0)))


def _cabin() -> Layer:
    """The carriage around the window, dark, with a warm edge of light."""
    wide, tall = SIZE[0] + 40, SIZE[1] + 40
    hole = Image.new("L", (wide * 2, tall * 2), 255)
    ImageDraw.Draw(hole).rounded_rectangle((200, 130, wide * 2 - 200, tall * 2 - 230), 90, fill=0)
    mask = hole.resize((wide, tall), Image.Resampling.LANCZOS)
    wall = gradient([(0, (26, 19, 20)), (0.8, (44, 31, 27)), (1, (24, 17, 17))], wide, tall)
    warm = np.asarray(mask.filter(ImageFilter.GaussianBlur(16)), dtype=np.float64)[..., None] / 255.0
    edge = (1.0 - ease(0.0) - warm) * np.asarray((150, 96, 58)) * 1.3
    lit = np.clip(np.asarray(wall, dtype=np.float64) + edge, 0, 255).astype(np.uint8)
    return Image.fromarray(lit), mask
