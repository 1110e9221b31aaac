"""Where renders of one drawn edit are found, or why they are not; rendered by the ffmpeg command."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path

import pytest

from cutscore.config import Settings
from cutscore.config.watching import WatchFolder
from cutscore_composer.engine import Progress
from cutscore_composer.errors import Cancelled
from cutscore_watchers.matching import RenderPlace, find_place
from support.drawn_edit import FRAMES, LENGTHS, DrawnEdit, drawn_edit, render_by_ffmpeg, write_timeline


@pytest.fixture(scope="module")
def edit(tmp_path_factory: pytest.TempPathFactory) -> DrawnEdit:
    """An edit of ten shots at 25."""
    return drawn_edit(tmp_path_factory.mktemp("edit"))


def place_of(render: Path, project: Path | str | None) -> RenderPlace:
    """Where a render is found when the watched folder's `project:` says this."""
    watch = WatchFolder(path=render.parent, project=None if project is None else str(project))
    return find_place(render, watch, Settings(), Progress())


def test_a_whole_render_is_found_by_its_length(edit: DrawnEdit, tmp_path: Path) -> None:
    """The whole edit, at another size and codec, lies at frame 0; the place survives being written as JSON."""
    render = render_by_ffmpeg(edit, 0, FRAMES, tmp_path / "film.mp4", "-c:v", "mpeg4", size="320x240")
    place = place_of(render, edit.project)
    assert (0, FRAMES, "configured", ()) == (place.record_in, place.record_out, place.how, place.warnings)
    assert place == RenderPlace.of_json(place.as_json())


def test_the_project_called_like_the_render_is_found_beside_it(edit: DrawnEdit, tmp_path: Path) -> None:
    """film_v2.mp4 belongs in film.otio in the same folder."""
    write_timeline(tmp_path / "film.otio", edit.media, edit.rate)
    place = place_of(render_by_ffmpeg(edit, 0, FRAMES, tmp_path / "film_v2.mp4"), None)
    assert (tmp_path / "film.otio", 0, FRAMES, "name") == (
        place.project,
        place.record_in,
        place.record_out,
        place.how,
    )


@pytest.mark.parametrize("suffix", ["mp4", "mov", "mkv"])
def test_a_timecode_is_believed_when_the_picture_agrees(edit: DrawnEdit, tmp_path: Path, suffix: str) -> None:
    """01:00:04:00 is frame 100 of an edit that begins at one o'clock, in every container."""
    render = render_by_ffmpeg(edit, 100, 340, tmp_path / f"part.{suffix}", "-timecode", "01:00:04:00")
    place = place_of(render, edit.project)
    assert (100, 340, "timecode") == (place.record_in, place.record_out, place.how)


def test_bars_and_slate_count_down_to_the_start(edit: DrawnEdit, tmp_path: Path) -> None:
    """A whole render with two seconds of slate and timecode from 00:59:58:00 lies at 0; the slate is its head."""
    plain = render_by_ffmpeg(edit, 0, FRAMES, tmp_path / "plain.mp4", "-crf", "12")
    slate = "tpad=start=50:color=gray"
    place = place_of(reencoded(plain, tmp_path / "film.mp4", "-vf", slate, "-timecode", "00:59:58:00"), edit.project)
    assert (0, FRAMES, 50) == (place.record_in, place.record_out, place.head_frames), place.warnings
    assert place.how == "timecode"


def test_a_wrong_timecode_is_not_believed(edit: DrawnEdit, tmp_path: Path) -> None:
    """Frames 100 to 340 that say they begin at 01:00:01:00 lie at 100 all the same: the picture counts."""
    render = render_by_ffmpeg(edit, 100, 340, tmp_path / "part.mp4", "-timecode", "01:00:01:00")
    place = place_of(render, edit.project)
    assert (100, 340, "content") == (place.record_in, place.record_out, place.how)


@pytest.mark.parametrize(
    ("options", "frames"),
    [
        (["-r", "50"], (100, 340)),
        (["-r", "24"], (100, 340)),
        (["-vf", "tpad=start=30:stop=12:color=black"], (100, 340)),
        (["-vf", "eq=contrast=0.85:brightness=0.04:gamma=1.2"], (100, 340)),
        (["-vf", "drawbox=h=20:color=black:t=fill,drawbox=y=124:h=20:color=black:t=fill"], (100, 340)),
    ],
    ids=["twice the rate", "24 from 25", "black around it", "graded", "bars"],
)
def test_a_part_that_was_changed_is_found_to_the_frame(
    edit: DrawnEdit, tmp_path: Path, options: list[str], frames: tuple[int, int]
) -> None:
    """Other rates, black before and after, grades and bars do not hide where a part begins and ends."""
    plain = render_by_ffmpeg(edit, *frames, tmp_path / "plain.mp4", "-crf", "12")
    render = reencoded(plain, tmp_path / "part.mp4", *options)
    place = place_of(render, edit.project)
    assert (*frames, "content") == (place.record_in, place.record_out, place.how), place.warnings
    assert 30 * ("tpad" in options[-1]) == place.head_frames


def reencoded(film: Path, path: Path, *options: str) -> Path:
    """The film encoded anew by ffmpeg."""
    subprocess.run(["ffmpeg", "-v", "error", "-y", "-i", str(film), *options, str(path)], check=True)
    return path


def test_black_before_a_part_that_follows_a_gap_is_no_part_of_it(edit: DrawnEdit, tmp_path: Path) -> None:
    """The edit is black for 20 frames before its fourth shot; a render of that shot begins with 60 black frames."""
    write_timeline(tmp_path / "gap.otio", edit.media, edit.rate, gap=(3, 20))
    first = sum(LENGTHS[:3])
    plain = render_by_ffmpeg(edit, first, first + 170, tmp_path / "plain.mp4", "-crf", "12")
    render = reencoded(plain, tmp_path / "part.mp4", "-vf", "tpad=start=60:color=black")
    place = place_of(render, tmp_path / "gap.otio")
    assert (first + 20, first + 190, 60) == (place.record_in, place.record_out, place.head_frames), place.warnings


def test_a_part_without_a_cut_is_found_by_its_movement(edit: DrawnEdit, tmp_path: Path) -> None:
    """Frames 180 to 250 lie inside one shot: its pan tells the frame."""
    place = place_of(render_by_ffmpeg(edit, 180, 250, tmp_path / "part.mp4"), edit.project)
    assert (180, 250) == (place.record_in, place.record_out), place.warnings


def test_without_media_the_cuts_alone_tell_the_frame(edit: DrawnEdit, tmp_path: Path) -> None:
    """The project's media are offline: frames 30 to 519 with nine cuts are found, one shot is not."""
    gone = [tmp_path / "offline" / path.name for path in edit.media]
    write_timeline(tmp_path / "offline.otio", gone, edit.rate)
    place = place_of(render_by_ffmpeg(edit, 30, FRAMES, tmp_path / "part.mp4"), tmp_path / "offline.otio")
    assert (30, FRAMES, "content") == (place.record_in, place.record_out, place.how)
    one = place_of(render_by_ffmpeg(edit, 180, 250, tmp_path / "one.mp4"), tmp_path / "offline.otio")
    assert (None, "none") == (one.project, one.how)


def test_a_part_that_is_there_twice_is_not_guessed(edit: DrawnEdit, tmp_path: Path) -> None:
    """The edit shows the same five shots twice: a render of them fits two places, which are named."""
    twice = (0, 1, 2, 3, 4, 0, 1, 2, 3, 4)
    write_timeline(tmp_path / "twice.otio", edit.media, edit.rate, twice)
    length = sum(LENGTHS[:5])
    place = place_of(render_by_ffmpeg(edit, 10, length - 10, tmp_path / "part.mp4"), tmp_path / "twice.otio")
    assert place.project is None
    assert "fits 2 places of twice.otio equally well (01:00:00:10, 01:00:10:15)" in place.warnings[0]


def test_another_state_of_the_edit_is_refused(edit: DrawnEdit, tmp_path: Path) -> None:
    """The project was changed since: two thirds of the shots in another order. Nothing is placed, and it is said."""
    order = (0, 1, 2, 7, 9, 4, 3, 8, 5, 6)
    write_timeline(tmp_path / "film.otio", edit.media, edit.rate, order)
    place = place_of(render_by_ffmpeg(edit, 0, FRAMES, tmp_path / "film.mp4"), tmp_path / "film.otio")
    assert place.project is None
    assert "shows another state of the edit than film.otio" in place.warnings[0]


def test_another_film_fits_nowhere(edit: DrawnEdit, tmp_path: Path) -> None:
    """A film with shots of its own, as long as the edit and called like it, is not placed in it."""
    other = drawn_edit(tmp_path / "other", Fraction(25), name="x", order=tuple(range(10)))
    shuffled = (9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
    plain = render_by_ffmpeg(other, 0, FRAMES, tmp_path / "plain.mp4", order=shuffled)
    render = reencoded(plain, tmp_path / "film.mp4", "-vf", "hflip")
    place = place_of(render, edit.project)
    assert (None, "none") == (place.project, place.how)


def test_two_projects_with_the_same_part_are_not_guessed_between(edit: DrawnEdit, tmp_path: Path) -> None:
    """Copies of one project both fit: both are named. The one that is called like the render would win."""
    (tmp_path / "edits").mkdir()
    for name in ("a", "b"):
        write_timeline(tmp_path / "edits" / f"{name}.otio", edit.media, edit.rate)
    render = render_by_ffmpeg(edit, 100, 340, tmp_path / "x.mp4")
    place = place_of(render, tmp_path / "edits")
    assert place.project is None
    assert "fits 2 projects equally well" in place.warnings[0]
    named = place_of(render.rename(tmp_path / "b_v2.mp4"), tmp_path / "edits")
    assert (tmp_path / "edits" / "b.otio", 100) == (named.project, named.record_in)


def test_reasons_are_sentences(edit: DrawnEdit, tmp_path: Path) -> None:
    """A project that is missing, broken or of no picture is said by name; nothing is raised."""
    render = render_by_ffmpeg(edit, 0, 40, tmp_path / "x.mp4")
    broken = tmp_path / "broken.otio"
    broken.write_text("{", encoding="utf-8")
    for project, words in [(tmp_path / "gone.otio", "does not exist"), (broken, "broken.otio"), (None, "no timeline")]:
        place = place_of(render, project)
        assert (None, 0, 0, "none") == (place.project, place.record_in, place.record_out, place.how)
        assert words in place.warnings[0]


def test_matching_can_be_stopped(edit: DrawnEdit, tmp_path: Path) -> None:
    """A cancelled Progress ends it."""
    render = render_by_ffmpeg(edit, 100, 340, tmp_path / "x.mp4")
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        find_place(render, WatchFolder(path=tmp_path, project=str(edit.project)), Settings(), progress)
