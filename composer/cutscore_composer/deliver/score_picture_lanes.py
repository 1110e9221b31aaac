"""The lanes of the score picture that show the film: ruler, shots, cuts, motion, speech, markers."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageFilter

from cutscore_composer.cue import Cue
from cutscore_composer.deliver.score_picture_axis import Axis
from cutscore_composer.deliver.score_picture_sheet import (
    BLUE,
    EDGE,
    FAINT,
    GOLD,
    GREEN,
    INK,
    PANEL,
    PAPER,
    SOFT,
    TEAL,
    Doubles,
    Sheet,
    area,
    mixed,
    stroke,
)
from cutscore_composer.look.seen import CURVE_HZ, Seen, Thumbnail
from cutscore_composer.picture import PictureMarker


def draw_lane(sheet: Sheet, axis: Axis, top: int, height: int, name: str, note: str = "") -> None:
    """The panel of a lane and its name in the margin."""
    sheet.draw.rounded_rectangle((axis.left - 1, top, axis.right, top + height - 1), 4, fill=PANEL)
    middle = top + height / 2
    sheet.text(axis.left - 16, middle - (8 if note else 0), name, 14, SOFT, anchor="rm")
    if note:
        sheet.text(axis.left - 16, middle + 10, note, 11, FAINT, anchor="rm")


def draw_ruler(sheet: Sheet, axis: Axis, top: int, height: int, bottom: int) -> None:
    """Timecodes along the top, and faint lines below them through all lanes."""
    labelled, small = axis.ticks(132)
    for x in small:
        sheet.draw.line((x, top + height - 5, x, top + height - 2), fill=EDGE)
    for x, text in labelled:
        sheet.veil((round(x), top + height, round(x) + 1, bottom), INK, 0.06)
        sheet.draw.line((x, top + height - 10, x, top + height - 2), fill=FAINT)
        sheet.text(
            min(x, axis.right - 40),
            top + height - 13,
            text,
            13,
            SOFT,
            anchor="ms" if x > axis.left + 40 else "ls",
            gap=12,
        )


def draw_markers(sheet: Sheet, axis: Axis, markers: Sequence[PictureMarker], top: int, height: int) -> None:
    """The editor's markers as flags with their names."""
    draw_lane(sheet, axis, top, height, "Markers")
    for marker in markers:
        if 0 <= marker.frame < axis.frames:
            x = round(axis.x_of_frame(marker.frame))
            sheet.draw.polygon(((x, top + 5), (x + 9, top + height // 2), (x, top + height - 6)), fill=GOLD)
            text = marker.name.strip() or marker.comment.strip()
            if text:
                right = x < axis.right - 220
                at, anchor = (x + 14, "lm") if right else (x - 6, "rm")
                sheet.text(at, top + height / 2, shortened(text, 32), 13, INK, anchor=anchor, gap=14)


def draw_shots(sheet: Sheet, axis: Axis, seen: Seen, top: int, height: int) -> None:
    """Each shot as a cell with its small frame, cut lines between."""
    draw_lane(sheet, axis, top, height, "Shots", str(len(seen.cuts) + 1))
    edges = [0, *(cut.frame for cut in seen.cuts), seen.frames]
    thumbs = list(seen.thumbnails)
    for first, last in itertools.pairwise(edges):
        left, right = round(axis.x_of_frame(first)), round(axis.x_of_frame(last))
        inside = [t for t in thumbs if first <= t.frame < last]
        gap = 2 if right - left > 6 and last < seen.frames else 0
        parts = max(1, len(inside))
        for part in range(parts):
            start = left + (right - gap - left) * part // parts
            end = left + (right - gap - left) * (part + 1) // parts
            if end > start:
                _draw_cell(sheet, inside[part] if inside else None, start, end, top, height)


def _draw_cell(sheet: Sheet, thumbnail: Thumbnail | None, left: int, right: int, top: int, height: int) -> None:
    width = right - left
    if thumbnail is None:
        sheet.draw.rectangle((left, top, right - 1, top + height - 1), fill=mixed(PANEL, EDGE, 0.8))
        return
    source = Image.fromarray(thumbnail.image)
    frame = source.resize((max(1, round(source.width * height / source.height)), height), Image.Resampling.LANCZOS)
    if width <= frame.width:
        crop = (frame.width - width) // 2
        sheet.image.paste(frame.crop((crop, 0, crop + width, height)), (left, top))
        return
    # A long shot: the frame at its start, and behind it the same picture out of focus, so that it reads as one shot.
    behind = source.resize((48, 27), Image.Resampling.BILINEAR).filter(ImageFilter.GaussianBlur(5))
    behind = Image.blend(
        behind.resize((width, height), Image.Resampling.BICUBIC), Image.new("RGB", (width, height), PAPER), 0.62
    )
    sheet.image.paste(behind, (left, top))
    sheet.image.paste(frame, (left, top))


def draw_cuts(sheet: Sheet, axis: Axis, cue: Cue, top: int, height: int) -> None:
    """Every cut as a bar as high as its weight; fades and dissolves as slopes."""
    draw_lane(sheet, axis, top, height, "Cuts", "by weight")
    for cut in cue.cuts:
        x, tall = round(axis.x(cut.time)), max(3, round(cut.weight * (height - 6)))
        colour = mixed(FAINT, INK, min(1.0, 0.25 + cut.weight))
        base = top + height - 3
        if cut.kind == "cut":
            sheet.draw.rectangle((x - 1, base - tall, x + 1, base), fill=colour)
        else:
            sheet.draw.polygon(((x - 7, base), (x, base - tall), (x + 7, base)), fill=mixed(BLUE, PANEL, 0.35))


def draw_motion(sheet: Sheet, axis: Axis, seen: Seen, top: int, height: int) -> None:
    """Motion as an area, the light of the picture as a line over it."""
    draw_lane(sheet, axis, top, height, "Motion", "and light")
    motion, light = (_along(axis, curve) for curve in (seen.motion, seen.brightness))
    sheet.blend(axis.left, top + 4, area(motion, height - 6), TEAL, 0.42)
    sheet.blend(axis.left, top + 4, stroke(motion, height - 6, 1.8), TEAL, 0.95)
    sheet.blend(axis.left, top + 4, stroke(light, height - 6, 1.4), GOLD, 0.55)


def _along(axis: Axis, curve: np.ndarray) -> Doubles:
    """A curve brought to the columns: the highest of what falls into a column, a straight line where they are few."""
    at = np.linspace(0, axis.seconds * CURVE_HZ, axis.columns + 1)
    if len(curve) > axis.columns:
        starts = np.clip(np.floor(at[:-1]).astype(int), 0, len(curve) - 1)
        tops: Doubles = np.maximum.reduceat(curve, starts).astype(np.float64)
        return tops
    made: Doubles = np.interp(at[:-1], np.arange(len(curve)), curve)
    return made


def draw_speech(sheet: Sheet, axis: Axis, cue: Cue, top: int, height: int) -> None:
    """Where somebody speaks, as a band."""
    draw_lane(sheet, axis, top, height, "Speech")
    for speech in cue.speech:
        left, right = round(axis.x(speech.start)), max(round(axis.x(speech.end)), round(axis.x(speech.start)) + 2)
        sheet.draw.rounded_rectangle((left, top + 4, right, top + height - 5), 4, fill=mixed(GREEN, PANEL, 0.35))


def shortened(text: str, most: int) -> str:
    """The text in one line of at most `most` letters."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 3].rstrip() + "..."
