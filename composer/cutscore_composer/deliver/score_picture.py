"""The score picture, `NAME.score.png`: film and music on one time axis, for an editor to see what meets what."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from cutscore_composer.cue import Cue, rate_of
from cutscore_composer.deliver import score_picture_lanes as film
from cutscore_composer.deliver import score_picture_music as music
from cutscore_composer.deliver.score_picture_axis import LEFT, Axis, axis_for
from cutscore_composer.deliver.score_picture_sheet import AMBER, CORAL, EDGE, FAINT, INK, PAPER, SOFT, Sheet
from cutscore_composer.deliver.whole_file import whole_file
from cutscore_composer.look.seen import Curve, Seen
from cutscore_composer.picture import PictureMarker
from cutscore_composer.timebase import timecode

MOST_BYTES = 2_800_000
"""A larger picture is reduced to 256 colours: it is to be mailed."""
_HEADER, _RULER, _GAP, _FOOTER = 104, 30, 8, 44

Peaks = npt.NDArray[np.float32]
Draw = Callable[[int, int], None]
"""Draws a lane, given its top and its height in pixels."""


def draw_score_picture(
    path: Path,
    cue: Cue,
    seen: Seen,
    audio_peaks: Peaks | None,
    *,
    title: str,
    markers: Sequence[PictureMarker] = (),
    energy: Curve | None = None,
) -> None:
    """Write the score picture of a cue as a PNG at `path`.

    `audio_peaks` are lowest and highest sample of the master at equal steps, (n, 2), full scale ±1, or
    None where there is no sound. `energy` is the arc inside the sections, as spotting has it. What a cue does
    not tell is left out. Raises OutputFailed.
    """
    data = _png(compose(cue, seen, audio_peaks, title=title, markers=markers, energy=energy)[0].image)
    with whole_file(path) as file:
        file.write(data)


def compose(
    cue: Cue,
    seen: Seen,
    audio_peaks: Peaks | None,
    *,
    title: str,
    markers: Sequence[PictureMarker] = (),
    energy: Curve | None = None,
) -> tuple[Sheet, Axis]:
    """The drawn sheet, with the box of every label on it, and its time axis."""
    axis = axis_for(rate_of(cue), cue.frames, cue.start_frame, cue.drop_frame)
    first = _HEADER + _RULER
    # The sheet is made when its height is known, and the height is known from the lanes.
    sheet = Sheet(Image.new("RGB", (1, 1)))
    lanes = _lanes(sheet, axis, cue, seen, audio_peaks, markers, energy)
    bottom = first + sum(height + _GAP for height, _ in lanes) - _GAP
    sheet.image = Image.new("RGB", (axis.width, bottom + _FOOTER), PAPER)

    _draw_header(sheet, axis, cue, title)
    top = first
    hits: tuple[int, int] | None = None
    for height, draw in lanes:
        if draw is None:
            hits = (top, height)
        else:
            draw(top, height)
        top += height + _GAP
    film.draw_ruler(sheet, axis, _HEADER, _RULER, bottom)
    if hits is not None:  # last, as their lines run through all lanes
        music.draw_hits(sheet, axis, cue.hits, *hits, (first, bottom))
    _draw_footer(sheet, axis, cue, bottom)
    return sheet, axis


def _lanes(
    sheet: Sheet,
    axis: Axis,
    cue: Cue,
    seen: Seen,
    peaks: Peaks | None,
    markers: Sequence[PictureMarker],
    energy: Curve | None,
) -> list[tuple[int, Draw | None]]:
    """Height and drawing of each lane, from the top; None stands for the hits, which are drawn last."""
    lanes: list[tuple[int, Draw | None]] = []
    if markers:
        lanes.append((28, lambda top, height: film.draw_markers(sheet, axis, markers, top, height)))
    lanes.append((104, lambda top, height: film.draw_shots(sheet, axis, seen, top, height)))
    if cue.cuts:
        lanes.append((38, lambda top, height: film.draw_cuts(sheet, axis, cue, top, height)))
    lanes.append((76, lambda top, height: film.draw_motion(sheet, axis, seen, top, height)))
    if cue.speech:
        lanes.append((24, lambda top, height: film.draw_speech(sheet, axis, cue, top, height)))
    if cue.sections:
        lanes.append((92, lambda top, height: music.draw_form(sheet, axis, cue, top, height, energy)))
    if cue.hits:
        lanes.append((50, None))
    if cue.beats or cue.chords or cue.tempo:
        lanes.append((66, lambda top, height: music.draw_harmony(sheet, axis, cue, top, height)))
    if peaks is not None and len(peaks):
        lanes.append((128, lambda top, height: music.draw_wave(sheet, axis, peaks, top, height)))
    return lanes


def _draw_header(sheet: Sheet, axis: Axis, cue: Cue, title: str) -> None:
    sheet.text(LEFT, 24, film.shortened(title, 80), 32, INK, anchor="la")
    x = float(LEFT)
    for number, (text, colour) in enumerate(_facts(cue)):
        box = sheet.text(x + (18 if number else 0), 78, text, 16, colour, anchor="ls", gap=4)
        if box is None:
            break
        if number:
            sheet.dot(round(x) + 9, 73, 1.5, FAINT)
        x = box[2]
    summary = _summary(cue)
    if summary:
        sheet.text(axis.right, 78, summary, 16, CORAL, anchor="rs", gap=24)


def _facts(cue: Cue) -> list[tuple[str, tuple[int, int, int]]]:
    """What the header tells, in order."""
    rate = rate_of(cue)
    facts = [(cue.brief.style, AMBER)] if cue.brief.style else []
    if cue.key:
        facts.append((f"{cue.key.tonic} {cue.key.mode}", INK))
    if cue.tempo:
        facts.append((f"{cue.tempo.bpm:.1f} bpm", INK))
    if cue.metre:
        facts.append((cue.metre, INK))
    facts.append((f"{timecode(cue.frames, rate)} at {float(rate):.6g} fps", SOFT))
    if cue.loudness:
        facts.append((f"{cue.loudness.lufs:.1f} LUFS, {cue.loudness.dbtp:.1f} dBTP, {cue.loudness.lra:.1f} LU", SOFT))
    facts.append((cue.engine if cue.seed is None else f"{cue.engine}, seed {cue.seed}", SOFT))
    return facts


def _summary(cue: Cue) -> str:
    if not cue.hits:
        return ""
    worst = max((hit.error_ms for hit in cue.hits), key=abs)
    count = f"{len(cue.hits)} hits" if len(cue.hits) > 1 else "1 hit"
    return f"{count}, the farthest {music.milliseconds(worst)} off" if abs(worst) >= 0.1 else f"{count}, none off"


def _draw_footer(sheet: Sheet, axis: Axis, cue: Cue, top: int) -> None:
    sheet.draw.line((LEFT, top + 12, axis.right, top + 12), fill=EDGE)
    notes = list(cue.warnings)
    left = cue.brief.description or ", ".join(cue.brief.tags)
    if left:
        sheet.text(LEFT, top + 34, film.shortened(left, 110), 13, SOFT, anchor="ls", gap=10)
    if notes:
        more = f" (and {len(notes) - 1} more)" if len(notes) > 1 else ""
        sheet.text(axis.right, top + 34, film.shortened(notes[0], 110) + more, 13, AMBER, anchor="rs", gap=20)


def _png(image: Image.Image) -> bytes:
    """The image as a PNG of at most MOST_BYTES, or nearly."""
    data = _encoded(image)
    if len(data) > MOST_BYTES:
        data = _encoded(image.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE))
    return data


def _encoded(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()
