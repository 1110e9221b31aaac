"""Bundles: media inside are found and unpacked; what is unpacked does not stay for ever."""

from __future__ import annotations

import os
import time
import zipfile
from pathlib import Path

import opentimelineio as otio
import pytest

from cutscore.readers import read_timeline
from cutscore.readers.bundle import KEPT_DAYS
from cutscore_composer.errors import InputRefused

RANGE = otio.opentime.TimeRange(otio.opentime.RationalTime(0, 25), otio.opentime.RationalTime(20, 25))


def bundle(folder: Path) -> Path:
    """A bundle of one clip whose media is no film."""
    timeline = otio.schema.Timeline("t")
    clip = otio.schema.Clip("a", otio.schema.ExternalReference("media/a.mov"), RANGE)
    timeline.tracks.append(otio.schema.Track(children=[clip]))
    with zipfile.ZipFile(folder / "b.otioz", "w") as archive:
        archive.writestr("content.otio", otio.adapters.write_to_string(timeline, "otio_json"))
        archive.writestr("media/a.mov", b"no film")
    return folder / "b.otioz"


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the bundle is at fault, and the sentence says where room is needed."""
    (tmp_path / "cache").write_text("a file where a folder should be")
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_args, **_named: tmp_path / "cache")
    with pytest.raises(InputRefused, match="cannot be unpacked into") as refused:
        read_timeline(bundle(tmp_path))
    assert str(tmp_path / "cache") in str(refused.value)


def test_unpacked_media_are_removed_a_month_after_their_last_use(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading a bundle keeps its own media and those of bundles used lately; older ones go, other files stay."""
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_args, **_named: tmp_path / "cache")
    bundles = tmp_path / "cache" / "bundles"
    month = KEPT_DAYS * 86_400
    for name, days in (("old", 1), ("lately", -1)):
        (bundles / name).mkdir(parents=True)
        (bundles / name / "film.mov").write_bytes(b"film")
        then = time.time() - month - days * 86_400
        os.utime(bundles / name, (then, then))
    bundle(tmp_path)
    read_timeline(tmp_path / "b.otioz")
    (own,) = {path.name for path in bundles.iterdir()} - {"lately"}
    os.utime(bundles / own, (0, 0))
    cut = read_timeline(tmp_path / "b.otioz")
    assert {own, "lately"} == {path.name for path in bundles.iterdir()}
    assert time.time() - (bundles / own).stat().st_mtime < month
    assert any("a.mov" in warning for warning in cut.warnings)
