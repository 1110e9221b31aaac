"""The second half of the demo film: rain on the glass, the city at night, the title. Scenes as in journey.py."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageFont

from cutscore.demo.journey import Scene
from cutscore.demo.paint import SIZE, Layer, add_light, disc, ease, glow, gradient, ridge, scroll

LIGHTS_ON_SECONDS = 2.5
"""When the lights of the city's towers come on, in its clip."""
FADE_SECONDS = (3.5, 1.2)
"""When the title fades to black, in its clip, and how long that takes."""
TITLE = "THE EARLY TRAIN"


def rain() -> Scene:
    """Drops on the window, the lights of a station out of focus behind them."""
    random = np.random.default_rng(61)
    behind = gradient([(0, (12, 18, 34)), (0.6, (22, 36, 58)), (1, (14, 18, 30))], 1400)
    colours = [(255, 176, 92), (255, 120, 84), (120, 180, 255), (255, 226, 170), (110, 230, 200)]
    for _ in range(46):
        radius = int(random.uniform(16, 52))
        colour = colours[int(random.integers(len(colours)))]
        share = float(random.uniform(0.25, 0.7))
        dot = glow(radius, (round(colour[0] * share), round(colour[1] * share), round(colour[2] * share)), 0.28)
        add_light(behind, dot, (float(random.uniform(0, 1400)), float(random.normal(250, 95))))
    streaks = _streaks()
    drops = [
        (float(random.uniform(0, SIZE[0])), float(random.uniform(0, SIZE[1])), int(random.uniform(2, 8)))
        for _ in range(90)
    ]
    runners = [
        (float(random.uniform(40, SIZE[0] - 40)), float(random.uniform(-300, 300)), float(random.uniform(60, 190)))
        for _ in range(16)
    ]

    def at(seconds: float) -> Image.Image:
        left = 40 + 26 * seconds
        picture = behind.transform(SIZE, Image.Transform.AFFINE, (1, 0, left, 0, 1, 0), Image.Resampling.BILINEAR)
        shift = round(760 * seconds) % SIZE[1]
        fall = Image.new("RGB", SIZE)
        fall.paste(streaks, (0, shift))
        fall.paste(streaks, (0, shift - SIZE[1]))
        picture = ImageChops.add(picture, fall)
        for x, y, radius in drops:
            _drop(picture, x, y, radius)
        for x, start, speed in runners:
            y = (start + speed * seconds + 14 * math.sin(seconds * 3 + x)) % (SIZE[1] + 60) - 30
            ImageDraw.Draw(picture).line((x, y - 70, x, y), fill=(46, 60, 82), width=2)
            _drop(picture, x, y, 9)
        return picture

    return at


def city() -> Scene:
    """A skyline over the water; at LIGHTS_ON_SECONDS the lights of the towers come on."""
    sky = gradient([(0, (8, 10, 30)), (0.42, (34, 30, 74)), (0.62, (104, 60, 96)), (0.7, (150, 86, 96))])
    far = _towers(1500, 0.40, 71, (40, 36, 72), lit=0.05)
    dark = _towers(1500, 0.52, 73, (18, 18, 42), lit=0.06)
    lit = _towers(1500, 0.52, 73, (22, 22, 48), lit=0.62)
    shine = glow(420, (150, 110, 70), 1.8)
    water = 372

    def at(seconds: float) -> Image.Image:
        picture = sky.copy()
        on = seconds >= LIGHTS_ON_SECONDS
        flash = max(0.0, 1.0 - (seconds - LIGHTS_ON_SECONDS) / 0.7) if on else 0.0
        if on:
            add_light(picture, shine.point([round(v * (0.55 + 0.45 * flash)) for v in range(256)] * 3), (480, 330))
        scroll(picture, far, 120 + 8 * seconds)
        scroll(picture, lit if on else dark, 240 + 18 * seconds)
        _cars(picture, seconds, water)
        _reflect(picture, seconds, water)
        if flash:
            warm = (round(84 * flash), round(64 * flash), round(38 * flash))
            picture = ImageChops.screen(picture, Image.new("RGB", SIZE, warm))
        return picture

    return at


def title() -> Scene:
    """The title under a starry sky; it fades to black from FADE_SECONDS on."""
    random = np.random.default_rng(97)
    sky = gradient([(0, (5, 7, 20)), (0.7, (20, 26, 54)), (1, (44, 40, 70))])
    stars = [
        (int(random.uniform(0, 960)), int(random.uniform(0, 400)), float(random.uniform(0, 6))) for _ in range(170)
    ]
    hills = ridge(1400, 0.9, 0.05, 101, (8, 8, 18), (12, 12, 24))
    large, small = ImageFont.load_default(52), ImageFont.load_default(18)

    def at(seconds: float) -> Image.Image:
        picture = sky.copy()
        draw = ImageDraw.Draw(picture)
        for x, y, phase in stars:
            light = round(120 + 100 * math.sin(seconds * 2.2 + phase))
            draw.point((x, y), fill=(light, light, min(255, light + 20)))
            if phase > 5:
                draw.line((x - 1, y, x + 1, y), fill=(light, light, light))
        scroll(picture, hills, 20 + 10 * seconds)
        shown = ease(seconds / 0.6)
        width = 300 * ease((seconds - 0.2) / 1.2)
        draw.line((480 - width, 290, 480 + width, 290), fill=(255, 196, 120), width=2)
        _spaced(draw, TITLE, large, 480, 222, 7.0 + 1.2 * seconds, tuple(round(c * shown) for c in (255, 240, 214)))
        _spaced(draw, "a film drawn and scored by Cutscore", small, 480, 312, 1.5, (176, 176, 200))
        return ImageEnhance.Brightness(picture).enhance(1.0 - ease((seconds - FADE_SECONDS[0]) / FADE_SECONDS[1]))

    return at


def _streaks() -> Image.Image:
    """Falling rain on black, one film height tall, that joins itself above and below."""
    random = np.random.default_rng(67)
    image = Image.new("RGB", SIZE)
    draw = ImageDraw.Draw(image)
    for _ in range(260):
        x, y = float(random.uniform(0, SIZE[0])), float(random.uniform(0, SIZE[1]))
        length, light = float(random.uniform(18, 52)), int(random.uniform(10, 34))
        for wrap in (0, -SIZE[1]):
            draw.line((x, y + wrap, x - length * 0.12, y + length + wrap), fill=(light, light + 4, light + 10))
    return image.filter(ImageFilter.GaussianBlur(0.6))


def _drop(picture: Image.Image, x: float, y: float, radius: int) -> None:
    """A drop on the glass: the picture behind it upside down, darker above, a glint below."""
    box = (round(x) - radius, round(y) - radius, round(x) + radius, round(y) + radius)
    if box[0] < 0 or box[1] < 0 or box[2] > SIZE[0] or box[3] > SIZE[1]:
        return
    wide = (
        max(0, box[0] - 5 * radius),
        max(0, box[1] - 5 * radius),
        min(SIZE[0], box[2] + 5 * radius),
        min(SIZE[1], box[3] + 5 * radius),
    )
    inside = picture.resize((2 * radius, 2 * radius), Image.Resampling.BILINEAR, box=wide)
    inside = inside.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    picture.paste(inside, box[:2], _lens(radius))
    ImageDraw.Draw(picture).point((round(x) - radius // 3, round(y) - radius // 2), fill=(226, 236, 250))


_LENSES: dict[int, Image.Image] = {}


def _lens(radius: int) -> Image.Image:
    if radius not in _LENSES:
        mask = disc(radius - 0.5, 1.2)
        middle = mask.width // 2
        _LENSES[radius] = mask.crop((middle - radius, middle - radius, middle + radius, middle + radius))
    return _LENSES[radius]


def _towers(width: int, level: float, seed: int, colour: tuple[int, int, int], lit: float) -> Layer:
    """A skyline that joins itself; `lit` is the share of windows with light."""
    random, windows = np.random.default_rng(seed), np.random.default_rng(seed + 1)
    image, mask = Image.new("RGB", (width, SIZE[1]), colour), Image.new("L", (width, SIZE[1]), 0)
    paint, cover = ImageDraw.Draw(image), ImageDraw.Draw(mask)
    x = 0
    while x < width:
        wide = min(int(random.uniform(34, 92)), width - x)
        top = int(SIZE[1] * (level + random.uniform(-0.22, 0.12)))
        cover.rectangle((x, top, x + wide, SIZE[1]), fill=255)
        if random.uniform() < 0.3:
            cover.rectangle((x + wide // 2 - 1, top - 34, x + wide // 2 + 1, top), fill=255)
        for wx in range(x + 5, x + wide - 6, 9):
            for wy in range(top + 8, SIZE[1], 12):
                if windows.uniform() < lit:
                    warm = float(windows.uniform(0.55, 1.0))
                    paint.rectangle(
                        (wx, wy, wx + 4, wy + 5), fill=(round(255 * warm), round(206 * warm), round(128 * warm))
                    )
        x += wide
    return image, mask


def _cars(picture: Image.Image, seconds: float, water: int) -> None:
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, water - 16, SIZE[0], water), fill=(14, 13, 28))
    for number in range(18):
        x = (number * 149 + 120 * seconds * (1 + number % 3 * 0.3)) % (SIZE[0] + 80) - 40
        draw.line((x, water - 12, x + 12, water - 12), fill=(255, 244, 214), width=2)
        back = SIZE[0] - (number * 173 + 104 * seconds) % (SIZE[0] + 80) + 40
        draw.line((back, water - 7, back + 10, water - 7), fill=(255, 72, 60), width=2)


def _reflect(picture: Image.Image, seconds: float, water: int) -> None:
    """Mirror what stands above the water line, with ripples that grow towards the viewer."""
    deep = SIZE[1] - water
    above = np.asarray(picture.crop((0, water - deep, SIZE[0], water)))[::-1]
    rows = np.arange(deep)
    moved = (2.0 + rows * 0.07) * np.sin(rows * 0.55 - seconds * 5.0 + 1.5 * np.sin(rows * 0.13 + seconds))
    columns = (np.arange(SIZE[0])[None, :] + np.rint(moved).astype(np.int64)[:, None]) % SIZE[0]
    mirrored = above[rows[:, None], columns].astype(np.float32)
    shade = np.linspace(0.62, 0.30, deep, dtype=np.float32)[:, None, None]
    picture.paste(Image.fromarray((mirrored * shade + np.asarray((6, 7, 14), np.float32)).astype(np.uint8)), (0, water))


def _spaced(
    draw: ImageDraw.ImageDraw, text: str, font: ImageFont.ImageFont | ImageFont.FreeTypeFont, centre: float, top: float,
    spacing: float, colour: tuple[int, ...],
) -> None:  # fmt: skip
    """Letter-spaced text around a middle."""
    widths = [draw.textlength(letter, font=font) for letter in text]
    x = centre - (sum(widths) + spacing * (len(text) - 1)) / 2
    for letter, width in zip(text, widths, strict=True):
        draw.text((x, top), letter, font=font, fill=colour)
        x += width + spacing
