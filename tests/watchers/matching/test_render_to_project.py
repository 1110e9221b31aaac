"""A render of a part of an edit, from the dropped file to the clip in the scored project."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from cutscore.config import Settings
from cutscore.config.watching import WatchFolder
from cutscore.engines import engine_of, ledger_of
from cutscore.laying import Piece, place_piece
from cutscore.placers import Placed
from cutscore.scoring import request_of
from cutscore.submit.door import submit
from cutscore_composer.engine import Progress
from cutscore_watchers.jobs import work
from cutscore_watchers.jobs.wanted import wanted_for
from cutscore_watchers.matching import RenderPlace, find_place
from cutscore_watchers.matching.already_scored import already_scored
from cutscore_watchers.matching.scoring_of_render import picture_of
from cutscore_watchers.ready import ReadyFile
from support.drawn_edit import CUTS, DrawnEdit, drawn_edit, render_by_ffmpeg, write_timeline

TRACK = "Music (Cutscore)"


@pytest.fixture(scope="module")
def edit(tmp_path_factory: pytest.TempPathFactory) -> DrawnEdit:
    """An edit of ten shots."""
    return drawn_edit(tmp_path_factory.mktemp("edit"))


def placed_music(render: Path, place: RenderPlace, settings: Settings) -> Placed:
    """Score a matched render and lay the music into its project, as a job does."""
    cut, picture = picture_of(render, place, settings)
    folder = render.parent / "out"
    with ledger_of(settings) as ledger:
        (made,) = submit(request_of(cut, picture, settings), engine_of(settings), ledger, folder=folder)
    piece = Piece(made.music.audio, made.music.cue, made.provenance())
    return place_piece(piece, cut, place.record_in, settings, folder, None)


def settings_in(folder: Path) -> Settings:
    """Settings with a ledger of their own."""
    return Settings.model_validate(
        {"ledger": {"database": f"sqlite:///{folder / 'ledger.sqlite'}", "store": str(folder / "store")}}
    )


def test_the_music_lies_at_the_frame_of_the_part(edit: DrawnEdit, tmp_path: Path) -> None:
    """Frames 100 to 340, rendered by ffmpeg, are found and scored: OpenTimelineIO reads the clip from 100 to 340."""
    render = render_by_ffmpeg(edit, 100, 340, tmp_path / "part.mp4")
    settings = settings_in(tmp_path)
    watch = WatchFolder(path=tmp_path, project=str(edit.project))
    place = find_place(render, watch, settings, Progress())
    assert (edit.project, 100, 340, "content") == (place.project, place.record_in, place.record_out, place.how)
    _, picture = picture_of(render, place, settings)
    assert [at - 100 for at in CUTS if 100 < at < 340] == [point.frame for point in picture.cuts]
    assert [100] == [marker.frame for marker in picture.markers]
    assert {render} == {span.media for span in picture.spans}
    placed = placed_music(render, place, settings)
    (clip,) = clips_in(placed.project)
    assert (100, 240, True) == (clip.start, clip.frames, clip.sounds)


@dataclass(frozen=True)
class Laid:
    """A music clip of a scored project, as OpenTimelineIO reads it."""

    start: float
    frames: float
    sounds: bool
    media: str


def clips_in(project: Path) -> list[Laid]:
    """The music clips of a scored project."""
    timeline = otio.adapters.read_from_file(str(project))
    found = []
    for track in timeline.audio_tracks():
        for clip in track.find_clips() if track.name.startswith(TRACK) else ():
            at = clip.range_in_parent()
            media = Path(otio.url_utils.filepath_from_url(clip.media_reference.target_url)).name
            found.append(Laid(at.start_time.value, at.duration.value, clip.enabled and track.enabled, media))
    return sorted(found, key=lambda clip: (clip.start, clip.media))


@pytest.mark.program
def test_parts_of_one_project_each_have_their_clip_and_a_new_render_is_a_new_version(
    edit: DrawnEdit, tmp_path: Path
) -> None:
    """Two parts lie side by side; the first, rendered anew and graded, replaces its own music and no other."""
    settings = settings_in(tmp_path)
    watch = WatchFolder(path=tmp_path, project=str(edit.project))
    parts = [("a.mp4", 0, 200, []), ("b.mp4", 200, 519, []), ("a2.mp4", 0, 200, ["-crf", "30"])]
    for name, first, last, options in parts:
        render = render_by_ffmpeg(edit, first, last, tmp_path / name, *options)
        place = find_place(render, watch, settings, Progress())
        assert (first, last) == (place.record_in, place.record_out)
        placed = placed_music(render, place, settings)
    laid = clips_in(placed.project)
    sounding = [(clip.start, clip.frames, clip.media[-6:-4]) for clip in laid if clip.sounds]
    assert [(0, 200, "v2"), (200, 319, "v1")] == sounding


@pytest.mark.program
def test_music_that_the_editor_moved_stays_muted_beside_the_new_version(edit: DrawnEdit, tmp_path: Path) -> None:
    """The editor drags the clip by ten frames; the next render's music gets its place, and the old one is muted."""
    settings = settings_in(tmp_path)
    watch = WatchFolder(path=tmp_path, project=str(edit.project))
    first = render_by_ffmpeg(edit, 100, 340, tmp_path / "part.mp4")
    placed = placed_music(first, find_place(first, watch, settings, Progress()), settings)
    timeline = otio.adapters.read_from_file(str(placed.project))
    (track,) = [track for track in timeline.audio_tracks() if track.name == TRACK]
    gap = next(item for item in track if isinstance(item, otio.schema.Gap))
    gap.source_range = otio.opentime.TimeRange(gap.source_range.start_time, otio.opentime.RationalTime(110, 25))
    otio.adapters.write_to_file(timeline, str(placed.project))
    again = render_by_ffmpeg(edit, 100, 340, tmp_path / "part_v2.mp4", "-crf", "30")
    other = settings.model_copy(update={"music": settings.music.model_copy(update={"seed": 5})})
    placed = placed_music(again, find_place(again, watch, settings, Progress()), other)
    laid = [(clip.start, clip.sounds) for clip in clips_in(placed.project)]
    assert [(100, True), (110, False)] == laid


@pytest.mark.program
def test_an_export_of_the_scored_project_is_no_new_work(edit: DrawnEdit, tmp_path: Path) -> None:
    """A render with the placed music in its sound (AAC) is recognised; the same render without sound is not."""
    settings = settings_in(tmp_path)
    watch = WatchFolder(path=tmp_path, project=str(edit.project))
    render = render_by_ffmpeg(edit, 0, 519, tmp_path / "film.mp4")
    placed = placed_music(render, find_place(render, watch, settings, Progress()), settings)
    (clip,) = clips_in(placed.project)
    music = render.parent / "out" / clip.media
    export = render_by_ffmpeg(edit, 0, 519, tmp_path / "film_v2.mp4", sound=music)
    said = already_scored(export, edit.project, [render.parent / "out"])
    assert f"holds the music {music.name} already" in (said or "")
    assert already_scored(render, edit.project, [render.parent / "out"]) is None


@pytest.mark.program
def test_a_job_finds_the_project_by_name_and_leaves_what_is_scored(edit: DrawnEdit, tmp_path: Path) -> None:
    """The steps of a job: film_v2.mp4 is placed in film.otio beside it; its export with the music is left alone."""
    write_timeline(tmp_path / "film.otio", edit.media, edit.rate)
    settings = settings_in(tmp_path)
    render = render_by_ffmpeg(edit, 0, 519, tmp_path / "film_v2.mp4")
    facts: dict[str, Any] = {}
    for step in (work.identify, work.compose, work.place):
        facts |= step(order_for(render, settings, facts), Progress())
    assert (tmp_path / "film.otio", "name", 0) == (Path(facts["opened_project"]), facts["how"], facts["record_in"])
    (clip,) = clips_in(Path(facts["project"]))
    assert (0, 519, True) == (clip.start, clip.frames, clip.sounds)
    export = render_by_ffmpeg(edit, 0, 519, tmp_path / "film_v3.mp4", sound=Path(facts["music"]))
    left = work.identify(order_for(export, settings, {}), Progress())
    assert ["left"] == list(left)
    assert "mute the music in the project and render again" in left["left"]


def order_for(render: Path, settings: Settings, facts: dict[str, Any]) -> work.Order:
    """What a step is told of a file that lies in a watched folder without `project:`."""
    status = render.stat()
    ready = ReadyFile(render, status.st_size, status.st_mtime_ns, WatchFolder(path=render.parent))
    return work.Order("job", render, wanted_for(ready, settings), facts, {}, settings)
