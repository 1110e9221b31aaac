"""`cutscore reel` as a person runs it: what is said on screen and as JSON."""

from __future__ import annotations

from pathlib import Path

import opentimelineio as otio
import pytest

from support.command import Command
from support.numbered import numbered_film, numbers_by_ffmpeg


@pytest.fixture
def half_missing(tmp_path: Path) -> Path:
    """A timeline of ten frames of a film and ten of a film that is not there."""
    film = numbered_film(tmp_path / "film.mp4", 25, first=7)
    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    for path in (film, tmp_path / "gone.mp4"):
        taken = otio.opentime.TimeRange(otio.opentime.RationalTime(0, 25), otio.opentime.RationalTime(10, 25))
        track.append(otio.schema.Clip(path.stem, otio.schema.ExternalReference(path.as_uri()), taken))
    timeline = otio.schema.Timeline("half")
    timeline.tracks.append(track)
    otio.adapters.write_to_file(timeline, str(tmp_path / "half.otio"))
    return tmp_path / "half.otio"


def test_what_is_missing_is_black_and_said(half_missing: Path, tmp_path: Path) -> None:
    """On standard error for a person, among the JSON's warnings for a program."""
    ran = Command(tmp_path)("reel", half_missing, "--json")
    assert 0 == ran.code
    (file,) = ran.json["files"]
    assert [*range(7, 17), *[-1] * 10] == numbers_by_ffmpeg(Path(file))
    (warning,) = ran.json["warnings"]
    assert "gone.mp4" in warning
    assert f"Note: {warning}" in ran.err.splitlines()


def test_a_folder_that_cannot_be_made_is_told(half_missing: Path, tmp_path: Path) -> None:
    """A file where the folder should be is no fault of Cutscore's."""
    (tmp_path / "taken").write_text("a file")
    ran = Command(tmp_path)("reel", half_missing, "--output", tmp_path / "taken")
    assert (6, "") == (ran.code, ran.out)
    assert f"{tmp_path / 'taken'} could not be written" in ran.err
