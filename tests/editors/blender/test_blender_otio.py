"""The timeline that the extension writes: read by OpenTimelineIO and by Cutscore's own reader."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio

import cutscore
from cutscore.editors.blender.layers import Fade, Layer, Piece, Shot
from cutscore.editors.blender.otio_text import Edit, Heard, Mark, file_url, timeline
from support.numbered import numbered_film

NTSC = Fraction(24000, 1001)


def edit(**more: object) -> Edit:
    one = Shot("movie", "one", "/films/one a.mp4", NTSC, 500)
    slow = Shot("movie", "slow", "/films/30.mp4", Fraction(30), 900)
    title = Shot("generator", "title", rate=NTSC)
    pieces = [
        Piece(101, 150, one, Fraction(20), Fraction(1)),
        Piece(150, 170, slow, Fraction(100), Fraction(1)),
        Piece(180, 200, one, Fraction(90), Fraction(-1)),
        Piece(200, 210, title, Fraction(0), Fraction(0)),
        Piece(210, 220, one, Fraction(7), Fraction(0)),
    ]
    return Edit("film", NTSC, 101, 130, Layer(pieces, [Fade(150, 6, 5, "dissolve")]), **more)  # type: ignore[arg-type]


def written(folder: Path, **more: object) -> Path:
    path = folder / "film.otio"
    path.write_text(json.dumps(timeline(edit(**more))), encoding="utf-8")
    return path


def test_opentimelineio_reads_it(tmp_path: Path) -> None:
    """The official library takes it, and counts the same frames."""
    found = otio.adapters.read_from_file(str(written(tmp_path)))
    assert otio.opentime.RationalTime(101, float(NTSC)) == found.global_start_time
    assert 130 == found.video_tracks()[0].duration().rescaled_to(float(NTSC)).value
    clips = {clip.name: clip for clip in found.find_clips()}
    assert 100 == clips["slow"].source_range.start_time.value
    assert 30 == clips["slow"].source_range.start_time.rate
    assert abs(clips["slow"].effects[0].time_scalar - float(NTSC / 30)) < 1e-12


def test_our_reader_sees_each_frame_where_it_is(tmp_path: Path) -> None:
    """Places, speeds, backwards, held pictures, gaps, the dissolve and the start of the timeline."""
    cut = cutscore.read_timeline(written(tmp_path))
    assert (NTSC, 101, 130) == (cut.rate, cut.start_frame, cut.duration)
    spans = [(s.record_in, s.record_out, s.name, s.source_in, s.speed) for s in cut.spans]
    assert [
        (0, 49, "one", 20 / NTSC, 1),
        (49, 69, "slow", Fraction(100, 30), Fraction(800, 1001)),
        (69, 79, "", 0, 1),
        (79, 99, "one", 90 / NTSC, -1),
        (99, 109, "title", 0, 1),
        (109, 119, "one", 7 / NTSC, 0),
        (119, 130, "", 0, 1),
    ] == spans
    over = cut.spans[1].transition_in
    assert over is not None
    assert ("dissolve", 6, 5) == (over.kind, over.in_frames, over.out_frames)


def test_sounds_keep_their_channel_and_never_overlap_on_a_track(tmp_path: Path) -> None:
    """A sound that begins before the edit is cut there; two at once get two tracks of the channel's name."""
    sounds = [
        Heard(91, 131, "early", "/a.wav", Fraction(2), "Dialogue"),
        Heard(121, 141, "over", "/b.wav", Fraction(0), "Dialogue"),
        Heard(101, 111, "song", "/c.wav", Fraction(1), "Channel 4"),
        Heard(300, 310, "after", "/d.wav", Fraction(1), "Channel 4"),
    ]
    cut = cutscore.read_timeline(written(tmp_path, sounds=sounds))
    heard = [(t.name, c.name, c.record_in, c.record_out, c.source_in) for t in cut.sounds for c in t.clips]
    assert [
        ("Channel 4", "song", 0, 10, 1),
        ("Dialogue", "early", 0, 30, 2 + 10 / NTSC),
        ("Dialogue", "over", 20, 40, 0),
    ] == sorted(heard)
    assert {"Dialogue": "dialogue"}.items() <= {t.name: t.role for t in cut.sounds}.items()


def test_markers_count_from_the_edit_s_first_frame(tmp_path: Path) -> None:
    """Those before and after it are left out."""
    marks = [Mark(100, "before"), Mark(101, "first"), Mark(230, "last"), Mark(231, "after")]
    cut = cutscore.read_timeline(written(tmp_path, marks=marks))
    assert [(0, "first"), (129, "last")] == [(mark.frame, mark.name) for mark in cut.markers]


def test_names_of_files_survive(tmp_path: Path) -> None:
    """Spaces, percent, hash and all letters lead to the file; another system's path stays as it is."""
    film = tmp_path / "a b %41 #ü 音.mp4"
    numbered_film(film, 10, NTSC)
    one = Piece(0, 10, Shot("movie", "one", str(film), NTSC, 10), Fraction(0), Fraction(1))
    path = tmp_path / "film.otio"
    path.write_text(json.dumps(timeline(Edit("film", NTSC, 0, 10, Layer([one])))), encoding="utf-8")
    assert [film] == [span.media for span in cutscore.read_timeline(path).spans]
    assert r"C:\films\a.mp4" == file_url(r"C:\films\a.mp4")
