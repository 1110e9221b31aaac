"""Random edits written as FCPXML and read back equal.

What is seen is painted frame by frame, bottom up, without any of the reader's arithmetic.
"""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings

from cutscore.cut import Cut, Transition
from cutscore.readers import read_timeline
from support.random_fcpxml import Edit, Piece, Writer, edits


def painted(edit: Edit) -> list[tuple[str, Fraction] | None]:
    """Name and frame of the media that are seen at each frame; None for black."""
    placed, position = [], 0
    for piece in edit.pieces:
        placed.append((0, position, piece))
        position += piece.frames
    placed += [(item.lane, item.at, item.piece) for item in edit.connected]
    length = max(at + piece.frames for _, at, piece in placed)
    picture: list[tuple[str, Fraction] | None] = [None] * length
    for _, at, piece in sorted(placed, key=lambda found: found[0]):
        if piece.name and piece.enabled:
            for frame in range(piece.frames):
                picture[at + frame] = (piece.name, piece.source + frame * piece.speed)
    return picture


def seen(cut: Cut) -> list[tuple[str, Fraction] | None]:
    """The same of a Cut."""
    picture: list[tuple[str, Fraction] | None] = []
    for span in cut.spans:
        for frame in range(span.record_out - span.record_in):
            source = (span.source_in + frame / cut.rate * span.speed) * cut.rate
            picture.append(None if span.kind == "gap" else (span.name, source.limit_denominator(1000)))
    return picture


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(edit=edits())
def test_any_edit_is_read_back(tmp_path_factory: pytest.TempPathFactory, edit: Edit) -> None:
    """Rate, start, length, every frame of the picture, the dissolves and the markers of the storyline."""
    path = tmp_path_factory.mktemp("edit") / "edit.fcpxml"
    path.write_text(Writer(edit).document(), encoding="utf-8")
    cut = read_timeline(path)
    expected = painted(edit)
    assert (edit.rate, edit.start, len(expected)) == (cut.rate, cut.start_frame, cut.duration)
    assert expected == seen(cut)
    lanes = {item.lane for item in edit.connected}
    assert (1 + len(lanes), 0) == (cut.tracks.video, cut.tracks.audio)
    assert not [w for w in cut.warnings if "not found" not in w and "no picture" not in w and "beyond" not in w]
    if not edit.connected:
        _same_dissolves_and_markers(edit, cut)


def _same_dissolves_and_markers(edit: Edit, cut: Cut) -> None:
    starts = {span.record_in: span.transition_in for span in cut.spans}
    position, markers = 0, set()
    for piece, half in zip(edit.pieces, (*edit.dissolves, 0), strict=True):
        if piece.marker is not None and (piece.enabled or not piece.name):
            markers.add(position + piece.marker)
        position += piece.frames
        over = starts.get(position)
        if half and position in starts and over is not None:
            assert over in (Transition("dissolve", half, half), Transition("fade", half, half))
        assert (over is not None) == (bool(half) and position in starts)
    gaps = {at for at in markers if _piece_at(edit, at).name == "" and not _piece_at(edit, at).enabled}
    assert markers - gaps == {marker.frame for marker in cut.markers}


def _piece_at(edit: Edit, frame: int) -> Piece:
    position = 0
    for piece in edit.pieces:
        position += piece.frames
        if frame < position:
            return piece
    raise AssertionError(frame)
