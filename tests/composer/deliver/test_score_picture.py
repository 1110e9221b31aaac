"""The score picture: things stand where their times are, labels do not overlap, any length works, files stay small."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cutscore_composer.cue import (
    Cue,
    CueBrief,
    CueChord,
    CueCut,
    CueHit,
    CueKey,
    CueLoudness,
    CueSection,
    CueSpeech,
    CueTempo,
    TempoPoint,
    new_cue,
)
from cutscore_composer.deliver.score_picture import compose, draw_score_picture
from cutscore_composer.deliver.score_picture_axis import axis_for
from cutscore_composer.deliver.score_picture_music import wave_columns
from cutscore_composer.deliver.score_picture_sheet import CORAL, Sheet
from cutscore_composer.errors import OutputFailed
from cutscore_composer.look.seen import CURVE_HZ, Seen, SeenCut, Thumbnail
from cutscore_composer.picture import PictureMarker

RATE = Fraction(24)


def full_cue(seconds: float, *, hits: int = 6, bpm: float = 96.0) -> Cue:
    """A cue with everything in it."""
    frames = max(1, round(seconds * RATE))
    beats = tuple(np.arange(0, seconds, 60 / bpm).tolist())
    symbols = ("Dm", "Bb", "F/A", "C", "Gm7", "Asus4")
    times = np.linspace(0.1, 0.9, hits) * seconds
    edges = np.linspace(0, seconds, 4)
    return new_cue(
        "local",
        RATE,
        frames,
        round(seconds * 48000),
        seed=7,
        start_frame=86400,
        brief=CueBrief(style="cinematic", description="a quiet walk, then the storm"),
        key=CueKey("D", "minor"),
        metre="4/4",
        tempo=CueTempo(bpm, tuple(TempoPoint(b, bpm + i % 5, i * 8) for i, b in enumerate(beats[::8]))),
        beats=beats,
        downbeats=beats[::4],
        sections=tuple(
            CueSection(a, b, n, e)
            for a, b, n, e in zip(edges, edges[1:], ("A", "B", "A'"), (0.3, 0.8, 0.4), strict=False)
        ),
        cuts=tuple(CueCut(float(t), "cut", 0.6) for t in times),
        hits=tuple(CueHit(float(t), "cut", 0.7, 3.2, "downbeat") for t in times),
        chords=tuple(CueChord(t, symbols[i % 6]) for i, t in enumerate(beats[::4])),
        loudness=CueLoudness(-16.0, -1.0, 7.1),
        speech=(CueSpeech(0.2 * seconds, 0.3 * seconds),),
        warnings=("clip lost.mov is missing: it is shown as black",),
    )


def full_seen(cue: Cue, thumbnails: bool = True) -> Seen:
    """The picture of a cue, with noisy thumbnails, the worst that a PNG can be asked to hold."""
    length = math.ceil(cue.frames / RATE * CURVE_HZ) + 1
    rng = np.random.default_rng(2)
    curves = [(rng.integers(0, 65, length) / 64).astype(np.float32) for _ in range(4)]
    frames = sorted({f for cut in cue.cuts if 0 < (f := round(cut.time * 24)) < cue.frames})
    edges = [0, *frames, cue.frames]
    thumbs = tuple(
        Thumbnail((a + b) // 2, rng.integers(0, 256, (144, 256, 3)).astype(np.uint8)) for a, b in pairwise(edges)
    )[:120]
    return Seen(
        RATE, cue.frames, tuple(SeenCut(f, "cut", 0.5) for f in frames), *curves, thumbnails=thumbs * thumbnails
    )


def wave(seconds: float) -> np.ndarray:
    """Peaks of a master, a hundred a second."""
    high = np.random.default_rng(3).random(max(1, round(seconds * 100))).astype(np.float32)
    return np.stack([-high, high], axis=1)


def overlaps(sheet: Sheet) -> list[tuple[str, str]]:
    """Pairs of labels that share a pixel."""
    return [
        (a.text, b.text)
        for a, b in combinations(sheet.labels, 2)
        if a.box[0] < b.box[2] and b.box[0] < a.box[2] and a.box[1] < b.box[3] and b.box[1] < a.box[3]
    ]


def test_hits_stand_in_the_columns_of_their_times() -> None:
    """Through the form lane a coral line runs where time says, computed here from the margins alone."""
    cue = replace(full_cue(60), sections=(), chords=(), beats=(), downbeats=())
    sheet, axis = compose(cue, full_seen(cue, thumbnails=False), None, title="t")
    pixels = np.asarray(sheet.image).astype(int)
    # A hit's own lane shows its colour, mixed with a little of the panel, from top to bottom.
    reddish = (pixels[..., 0] > 150) & (pixels[..., 1] < 110) & (pixels[..., 2] < 110)
    tall = np.flatnonzero(reddish.sum(axis=0) >= 40)
    expected = [round(axis.left + (axis.width - 40 - axis.left) * hit.time / 60) for hit in cue.hits]
    assert expected == [c for c in expected if c in set(tall.tolist())]
    assert all(min(abs(c - e) for e in expected) <= 10 for c in tall)


def test_the_line_of_the_form_is_the_arc() -> None:
    """An arc that falls from full to nothing is drawn as a line that falls through the lane, not as a step."""
    cue = replace(full_cue(40, hits=1), hits=(), beats=(), downbeats=(), chords=(), tempo=None, cuts=(), speech=())
    seen = full_seen(cue, thumbnails=False)
    with_arc, axis = compose(cue, seen, None, title="t", energy=np.linspace(1, 0, 401).astype(np.float32))
    without, _ = compose(cue, seen, None, title="t")
    changed = np.abs(np.asarray(with_arc.image).astype(int) - np.asarray(without.image).astype(int)).sum(axis=2) > 60
    places = [np.flatnonzero(changed[:, axis.left + axis.columns * i // 20]) for i in (1, 19)]
    assert places[0].min() + 50 < places[1].max()


def test_shots_begin_in_the_columns_of_their_cuts() -> None:
    """Two shots, black and white: the row changes from one to the other in the cut's column."""
    cue = full_cue(40, hits=1)
    cue = replace(cue, cuts=(CueCut(10.0, "cut", 0.5),), hits=(), beats=(), downbeats=(), chords=(), tempo=None)
    seen = full_seen(cue)
    black, white = np.zeros((144, 256, 3), np.uint8), np.full((144, 256, 3), 255, np.uint8)
    seen = replace(seen, thumbnails=(Thumbnail(100, black), Thumbnail(400, white)))
    sheet, axis = compose(cue, seen, None, title="t")
    row = np.asarray(sheet.image)[104 + 30 + 52]
    column = round(axis.left + axis.columns * 0.25)
    assert 255 == row[column + 1].max()
    assert row[column - 3].max() < 20


@pytest.mark.parametrize("seconds", [0.5, 5, 52, 600, 4 * 3600])
def test_labels_never_overlap_at_any_length(seconds: float) -> None:
    """From half a second to hours, crowded with hits and markers, no two labels share a pixel."""
    cue = full_cue(seconds, hits=60)
    markers = tuple(PictureMarker(f, f"marker number {f}") for f in range(0, cue.frames, max(1, cue.frames // 40)))
    sheet, axis = compose(cue, full_seen(cue), wave(min(seconds, 900)), title="A film", markers=markers)
    assert [] == overlaps(sheet)
    assert 1600 <= axis.width <= 4800
    assert all(0 <= label.box[0] and label.box[2] <= axis.width for label in sheet.labels)


@settings(max_examples=15, deadline=None)
@given(st.floats(0.05, 900), st.integers(0, 30), st.text(max_size=60))
def test_any_cue_can_be_drawn(seconds: float, hits: int, title: str) -> None:
    """Any length, any number of hits, any title."""
    cue = full_cue(seconds, hits=hits) if hits else replace(full_cue(seconds), hits=(), cuts=())
    sheet, _ = compose(cue, full_seen(cue), wave(seconds), title=title)
    assert [] == overlaps(sheet)


@pytest.mark.parametrize("seconds", [0.5, 60, 600])
def test_the_file_is_a_small_png(tmp_path: Path, seconds: float) -> None:
    """Even with noise for thumbnails the file opens as a PNG and is below 3 MB."""
    cue = full_cue(seconds, hits=min(100, int(seconds) + 1))
    path = tmp_path / "a.score.png"
    draw_score_picture(path, cue, full_seen(cue), wave(seconds), title="Noise")
    assert path.stat().st_size < 3_000_000
    with Image.open(path) as image:
        assert "PNG" == image.format
        assert 1600 <= image.width <= 4800
    assert [path] == list(tmp_path.iterdir())


def test_a_servers_music_has_a_picture_too(tmp_path: Path) -> None:
    """Without beats, chords, sections, hits, loudness, thumbnails or sound there is still film on a time axis."""
    cue = new_cue("elevenlabs", RATE, 480, 960_000)
    seen = replace(full_seen(cue, thumbnails=False), cuts=())
    draw_score_picture(tmp_path / "a.png", cue, seen, None, title="Server")
    sheet, _ = compose(cue, seen, wave(20), title="Server")
    assert {"Shots", "Motion", "Music"} <= {label.text for label in sheet.labels}
    assert "Harmony" not in {label.text for label in sheet.labels}


def test_the_ruler_counts_from_the_start_timecode() -> None:
    """A picture that starts at 01:00:00:00 is labelled so, on round timecodes."""
    cue = full_cue(60)
    labelled, _ = axis_for(RATE, cue.frames, cue.start_frame).ticks(130)
    assert "01:00:00:00" == labelled[0][1]
    assert all(text.endswith(":00") for _, text in labelled)
    late, _ = axis_for(RATE, cue.frames, 86400 + 37).ticks(130)
    assert all(text.endswith(":00") for _, text in late)


def test_the_waveform_keeps_its_highest_peaks() -> None:
    """However many samples fall into a column, the lowest and the highest of them show."""
    peaks = np.zeros((100_000, 2), np.float32)
    peaks[55_555] = (-0.8, 0.9)
    low, high = wave_columns(peaks, 1000)
    assert 555 == int(high.argmax())
    assert (-0.8, 0.9) == (pytest.approx(low[555]), pytest.approx(high[555]))


def test_an_unwritable_folder_is_one_sentence(tmp_path: Path) -> None:
    """A folder that is not there raises OutputFailed naming the file, and leaves nothing."""
    cue = full_cue(5)
    with pytest.raises(OutputFailed, match=r"a\.score\.png"):
        draw_score_picture(tmp_path / "gone" / "a.score.png", cue, full_seen(cue), None, title="t")
    assert [] == list(tmp_path.iterdir())


def test_the_colours_of_hits_are_told_apart() -> None:
    """A cut's hit is coral: its dot's middle has exactly that colour."""
    cue = full_cue(60, hits=3)
    sheet, axis = compose(cue, full_seen(cue), wave(60), title="t")
    column = np.asarray(sheet.image)[:, round(axis.x(cue.hits[1].time))]
    assert CORAL in {tuple(int(v) for v in pixel) for pixel in column}
