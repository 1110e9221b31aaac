"""The sheet that the score picture is drawn on: colours, type, anti-aliased areas, and labels that never overlap."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Colour = tuple[int, int, int]
Doubles = npt.NDArray[np.float64]
Box = tuple[int, int, int, int]

PAPER: Colour = (15, 17, 21)
PANEL: Colour = (23, 26, 32)
EDGE: Colour = (38, 42, 51)
INK: Colour = (235, 232, 225)
SOFT: Colour = (150, 157, 170)
FAINT: Colour = (92, 99, 112)
AMBER: Colour = (242, 178, 92)
TEAL: Colour = (86, 190, 184)
BLUE: Colour = (126, 158, 232)
CORAL: Colour = (255, 110, 96)
GREEN: Colour = (140, 204, 142)
GOLD: Colour = (250, 214, 120)
MATERIALS: tuple[Colour, ...] = (
    (84, 120, 176),
    (170, 104, 92),
    (96, 142, 104),
    (150, 116, 170),
    (176, 142, 80),
    (84, 146, 156),
)
"""One colour for each letter of the form."""

_SYSTEM_FONTS = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "segoeui.ttf",
    "arial.ttf",
    "Arial Unicode.ttf",
    "Helvetica.ttc",
)
"""Tried, where the system has them, for letters that the built-in font lacks."""

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont | ImageFont.TransposedFont


@dataclass(frozen=True, slots=True)
class Label:
    """A text and the pixels it covers, (left, top, right, bottom)."""

    text: str
    box: Box


@dataclass(slots=True)
class Sheet:
    """An image in the making, and every label that stands on it."""

    image: Image.Image
    labels: list[Label] = field(default_factory=list)
    _draw: ImageDraw.ImageDraw | None = None

    @property
    def draw(self) -> ImageDraw.ImageDraw:
        """The pen."""
        if self._draw is None:
            self._draw = ImageDraw.Draw(self.image)
        return self._draw

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        colour: Colour = INK,
        *,
        anchor: str = "la",
        gap: int | None = None,
    ) -> Box | None:
        """Write `text`; returns its box. With `gap`, only where no label is nearer than that, else None.

        `anchor` is Pillow's: l, m, r for the side at x, a, m, s for the part at y.
        """
        font, shown = font_for(text, size)
        left, top, right, bottom = self.draw.textbbox((x, y), shown, font=font, anchor=anchor)
        box = (int(left), int(top), int(right) + 1, int(bottom) + 1)
        if gap is not None and (not self._free(box, gap) or box[2] > self.image.width or box[0] < 0):
            return None
        self.draw.text((x, y), shown, font=font, fill=colour, anchor=anchor)
        self.labels.append(Label(text, box))
        return box

    def _free(self, box: Box, gap: int) -> bool:
        return all(
            box[2] + gap <= other.box[0]
            or other.box[2] + gap <= box[0]
            or box[3] <= other.box[1]
            or other.box[3] <= box[1]
            for other in self.labels
        )

    def blend(self, left: int, top: int, coverage: Doubles, colour: Colour, strength: float = 1.0) -> None:
        """Lay a colour over the sheet where `coverage`, (height, width) of 0 to 1, says so."""
        mask = Image.fromarray(np.clip(np.round(coverage * (255 * strength)), 0, 255).astype(np.uint8))
        self.image.paste(colour, (left, top), mask)

    def dot(self, x: int, y: int, radius: float, colour: Colour) -> None:
        """A round dot about the middle of pixel (x, y), anti-aliased."""
        reach = int(radius) + 2
        at = np.arange(-reach, reach + 1)
        away = np.sqrt(at[:, None] ** 2 + at[None, :] ** 2)
        self.blend(x - reach, y - reach, np.clip(radius + 0.5 - away, 0.0, 1.0), colour)

    def veil(self, box: Box, colour: Colour, strength: float) -> None:
        """A translucent rectangle."""
        width, height = box[2] - box[0], box[3] - box[1]
        if width > 0 and height > 0:
            self.image.paste(colour, box[:2], Image.new("L", (width, height), round(255 * strength)))


def area(levels: Doubles, height: int) -> Doubles:
    """Coverage of the area under `levels` (0 to 1, one for each column), anti-aliased: (height, columns)."""
    rows = np.arange(height)[:, None]
    made: Doubles = np.clip(levels[None, :] * height - (height - 1 - rows), 0.0, 1.0)
    return made


def stroke(levels: Doubles, height: int, thickness: float = 2.0) -> Doubles:
    """Coverage of a line along `levels`, unbroken however steep it is: (height, columns)."""
    y = (1.0 - levels) * (height - thickness) + thickness / 2
    after = np.append(y[1:], y[-1:])
    low, high = np.minimum(y, after) - thickness / 2, np.maximum(y, after) + thickness / 2
    return _between(low, high, height)


def mirrored(low: Doubles, high: Doubles, height: int) -> Doubles:
    """Coverage of a waveform between `low` and `high` (−1 to 1, one for each column): (height, columns)."""
    middle = height / 2
    return _between(middle - np.maximum(high * middle, 0.5), middle + np.maximum(-low * middle, 0.5), height)


def _between(low: Doubles, high: Doubles, height: int) -> Doubles:
    rows = np.arange(height)[:, None]
    made: Doubles = np.clip(np.minimum(high, rows + 1) - np.maximum(low, rows), 0.0, 1.0)
    return made


def mixed(colour: Colour, other: Colour, share: float) -> Colour:
    """The colour `share` of the way from one to another."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def font_for(text: str, size: float) -> tuple[Font, str]:
    """A font that has the letters of `text`, and the text as it can be shown.

    Pillow's built-in font first, then a system font; letters that none of them has lose their accents.
    """
    if _has_all(_built_in(size), text):
        return _built_in(size), text
    for name in _SYSTEM_FONTS:
        font = _system(name, size)
        if font is not None and _has_all(font, text):
            return font, text
    plain = unicodedata.normalize("NFKD", text.replace("−", "-").replace("–", "-").replace("ß", "ss"))
    kept = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return _built_in(size), "".join(letter if letter.isascii() else "?" for letter in kept)


def _has_all(font: Font, text: str) -> bool:
    return all(letter == " " or _has(font, letter) for letter in set(text))


@lru_cache(maxsize=4096)
def _has(font: Font, letter: str) -> bool:
    return bytes(font.getmask(letter)) != bytes(font.getmask("\uffff"))


@lru_cache(maxsize=64)
def _built_in(size: float) -> Font:
    return ImageFont.load_default(size)


@lru_cache(maxsize=64)
def _system(name: str, size: float) -> Font | None:
    try:
        return ImageFont.truetype(name, size)
    except OSError:
        return None
