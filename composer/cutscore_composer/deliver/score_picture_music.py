"""The lanes of the score picture that show the music: form and energy, bars and chords, hits, waveform."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cutscore_composer.cue import Cue, CueHit
from cutscore_composer.deliver.score_picture_axis import Axis
from cutscore_composer.deliver.score_picture_lanes import draw_lane
from cutscore_composer.deliver.score_picture_sheet import (
    AMBER,
    BLUE,
    CORAL,
    EDGE,
    FAINT,
    GOLD,
    INK,
    MATERIALS,
    PANEL,
    SOFT,
    Colour,
    Doubles,
    Sheet,
    area,
    mirrored,
    mixed,
    stroke,
)
from cutscore_composer.look.seen import CURVE_HZ, Curve

_HIT_COLOURS: dict[str, Colour] = {"cut": CORAL, "marker": GOLD, "motion": (232, 132, 196), "flash": (240, 238, 250)}


def draw_form(sheet: Sheet, axis: Axis, cue: Cue, top: int, height: int, energy: Curve | None = None) -> None:
    """The sections in the colour of their material, each as high as its energy; the line is the arc inside them."""
    draw_lane(sheet, axis, top, height, "Form", "and energy")
    if not cue.sections:
        return
    inner = height - 4
    levels = np.zeros(axis.columns)
    for section in cue.sections:
        left, right = round(axis.x(section.start)), round(axis.x(section.end))
        colour = MATERIALS[(ord(section.name[:1].upper() or "A") - ord("A")) % len(MATERIALS)]
        level = 0.12 + 0.84 * section.energy
        levels[left - axis.left : right - axis.left] = level
        part = np.full(max(0, right - left - 2), level)
        sheet.veil((left, top + 2, right - 2, top + 2 + inner), colour, 0.16)
        sheet.blend(left, top + 2, area(part, inner), colour, 0.62)
    if energy is not None and energy.size:
        moments = axis.seconds * (np.arange(axis.columns) + 0.5) / axis.columns
        levels = 0.12 + 0.84 * np.interp(moments * CURVE_HZ, np.arange(energy.size), energy)
    sheet.blend(axis.left, top + 2, stroke(levels, inner, 2.2), AMBER, 0.9)
    for section in cue.sections:
        start, end = axis.x(section.start), axis.x(section.end)
        if end - start > 26:
            box = sheet.text(start + 10, top + height - 12, section.name, 20, INK, anchor="ls", gap=6)
            if box is not None and end - box[2] > 100:
                sheet.text(box[2] + 10, top + height - 12, f"energy {section.energy:.2f}", 12, INK, anchor="ls", gap=6)


def draw_harmony(sheet: Sheet, axis: Axis, cue: Cue, top: int, height: int) -> None:
    """Bars with their numbers, beats where there is room, chord symbols, and the tempo where it changes."""
    draw_lane(sheet, axis, top, height, "Harmony", cue.metre or "")
    beats, bars = [axis.x(t) for t in cue.beats], [axis.x(t) for t in cue.downbeats]
    if len(beats) > 1 and axis.columns / len(beats) >= 5:
        for x in beats:
            sheet.draw.line((x, top + height - 7, x, top + height - 2), fill=FAINT)
    if bars and axis.columns / len(bars) >= 5:
        for number, x in enumerate(bars, 1):
            sheet.draw.line((x, top + height - 15, x, top + height - 2), fill=SOFT)
            if number == 1 or number % 4 == 1:
                sheet.text(x + 4, top + height - 4, str(number), 11, FAINT, anchor="ls", gap=8)
    last = ""
    for chord in cue.chords:
        if chord.symbol != last and sheet.text(
            axis.x(chord.time) + 3, top + 27, chord.symbol, 15, INK, anchor="ls", gap=9
        ):
            last = chord.symbol
    _draw_tempo(sheet, axis, cue, top)


def _draw_tempo(sheet: Sheet, axis: Axis, cue: Cue, top: int) -> None:
    shown: float | None = None
    for point in cue.tempo.map if cue.tempo else ():
        if shown is None or abs(point.bpm - shown) >= 0.5:
            text = f"{point.bpm:.1f}" if shown is not None else f"{point.bpm:.1f} bpm"
            if sheet.text(axis.x(max(0.0, point.time)) + 3, top + 42, text, 11, AMBER, anchor="ls", gap=10):
                shown = point.bpm


def draw_hits(sheet: Sheet, axis: Axis, hits: Sequence[CueHit], top: int, height: int, lines: tuple[int, int]) -> None:
    """Each hit as a dot as large as its weight, its error in ms beside it, and a line through the lanes `lines`."""
    draw_lane(sheet, axis, top, height, "Hits", "error in ms")
    for hit in hits:
        x, colour = round(axis.x(hit.time)), _HIT_COLOURS[hit.kind]
        sheet.veil((x, lines[0], x + 1, top), colour, 0.55)
        sheet.veil((x, top + height, x + 1, lines[1]), colour, 0.55)
    middle = top + height // 2
    for hit in sorted(hits, key=lambda h: -h.weight):
        x, colour = round(axis.x(hit.time)), _HIT_COLOURS[hit.kind]
        radius = round(4 + 5 * hit.weight)
        sheet.draw.line((x, top, x, top + height - 1), fill=mixed(colour, PANEL, 0.3))
        sheet.dot(x, middle, radius, colour)
        anchor, at = ("lm", x + radius + 6) if x < axis.right - 110 else ("rm", x - radius - 6)
        if sheet.text(at, middle - 9, milliseconds(hit.error_ms), 14, INK, anchor=anchor, gap=8):
            sheet.text(at, middle + 9, f"{hit.on}, {hit.weight:.2f}", 11, SOFT, anchor=anchor, gap=6)


def milliseconds(value: float) -> str:
    """A signed error, to a tenth; none is none."""
    return f"{value:+.1f} ms" if abs(value) >= 0.05 else "0.0 ms"


def draw_wave(sheet: Sheet, axis: Axis, peaks: npt.NDArray[np.float32], top: int, height: int) -> None:
    """The waveform, mirrored about its middle, louder moments lighter."""
    draw_lane(sheet, axis, top, height, "Music")
    low, high = wave_columns(peaks, axis.columns)
    full = mirrored(low, high, height - 8)
    sheet.blend(axis.left, top + 4, full, mixed(BLUE, PANEL, 0.45))
    sheet.blend(axis.left, top + 4, mirrored(low * 0.55, high * 0.55, height - 8), BLUE)
    middle = top + height // 2
    sheet.draw.line((axis.left, middle, axis.right - 1, middle), fill=mixed(BLUE, EDGE, 0.6))


def wave_columns(peaks: npt.NDArray[np.float32], columns: int) -> tuple[Doubles, Doubles]:
    """Lowest and highest value in each column, from (n, 2) peaks at equal steps."""
    finite = np.nan_to_num(np.asarray(peaks, np.float64)).reshape(-1, 2)
    if not len(finite):
        return np.zeros(columns), np.zeros(columns)
    starts = np.minimum(np.arange(columns) * len(finite) // columns, len(finite) - 1)
    low, high = np.minimum.reduceat(finite[:, 0], starts), np.maximum.reduceat(finite[:, 1], starts)
    return np.clip(low, -1, 0), np.clip(high, 0, 1)
