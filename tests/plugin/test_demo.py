"""The demo's film and edit: what is drawn is what the timeline says, told by ffmpeg and by OpenTimelineIO."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
from pathlib import Path

import numpy as np
import opentimelineio as otio
import pytest

from cutscore.demo import TIMELINE, make_demo
from cutscore.demo.ambience import ambience
from cutscore.demo.film import RATE, SCENES
from cutscore.demo.timeline import DISSOLVE, FRAMES, HARD_CUTS, MARKER
from cutscore_composer.engine import Progress, ProgressEvent
from cutscore_composer.errors import Cancelled, OutputFailed

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[ProgressEvent], float]:
    """The demo's folder, what was told meanwhile, and the seconds it took."""
    folder = tmp_path_factory.mktemp("demo ü")
    told: list[ProgressEvent] = []
    start = time.process_time()
    make_demo(folder, Progress(told.append))
    return folder, told, time.process_time() - start


@pytest.fixture
def film(drawn: tuple[Path, list[ProgressEvent], float]) -> Path:
    return drawn[0]


def test_drawing_is_quick_and_tells_how_far_it_is(drawn: tuple[Path, list[ProgressEvent], float]) -> None:
    """Well under 20 s of processor time (two processors: 10 s); progress rises to 1."""
    _, told, seconds = drawn
    assert seconds < 20
    fractions = [event.fraction for event in told if event.fraction is not None]
    assert {event.stage for event in told} == {"draw"}
    assert fractions[-1] == 1.0
    assert len(fractions) > 50


@pytest.mark.parametrize("name", sorted(SCENES))
def test_each_scene_is_a_plain_video_of_its_length(film: Path, name: str) -> None:
    """ffprobe counts the frames: h264 960×540 at 24, with sound of the same length."""
    if shutil.which("ffprobe") is None:
        pytest.skip("ffprobe, the independent judge, is not installed")
    said = subprocess.run(
        ["ffprobe", "-v", "error", "-count_frames", "-of", "json", "-show_streams", film / "media" / f"{name}.mp4"],
        capture_output=True,
        check=True,
    ).stdout
    video, audio = json.loads(said)["streams"]
    seconds = SCENES[name][1] / 24
    assert ("h264", 960, 540, "24/1", str(SCENES[name][1])) == tuple(
        video[key] for key in ("codec_name", "width", "height", "r_frame_rate", "nb_read_frames")
    )
    assert audio["codec_name"] == "aac"
    assert float(audio["duration"]) == pytest.approx(seconds, abs=0.03)


def test_the_edit_is_what_it_says(film: Path) -> None:
    """OpenTimelineIO reads the length, the cuts, the gap, the dissolve, the speed change and the markers."""
    timeline = otio.adapters.read_from_file(str(film / TIMELINE))
    (track,) = timeline.video_tracks()
    items = [item for item in track if not isinstance(item, otio.schema.Transition)]
    starts = [round(item.range_in_parent().start_time.value) for item in items]
    assert sorted({*HARD_CUTS, DISSOLVE}) == starts[1:]
    assert track.duration().value == FRAMES
    assert [item.name for item in items if isinstance(item, otio.schema.Gap)] == [""]
    transitions = [(t.in_offset.value, t.out_offset.value) for t in track if isinstance(t, otio.schema.Transition)]
    assert [(12, 12)] == transitions
    assert [2.0] == [effect.time_scalar for item in items for effect in item.effects]
    assert timeline.global_start_time.to_timecode() == "01:00:00:00"
    (city,) = [item for item in items if item.name == "city"]
    assert city.markers[0].name == "lights on"
    inside = city.markers[0].marked_range.start_time - city.source_range.start_time
    assert starts[items.index(city)] + inside.value == MARKER


def test_media_are_named_beside_the_timeline(film: Path) -> None:
    """Relative, so that the folder may be moved; every one is there and long enough for its use and the dissolve."""
    timeline = otio.adapters.read_from_file(str(film / TIMELINE))
    for clip in timeline.find_clips():
        url = clip.media_reference.target_url
        assert not Path(url).is_absolute()
        assert (film / url).is_file()
        speed = next((effect.time_scalar for effect in clip.effects), 1.0)
        used = clip.source_range.start_time.value + clip.source_range.duration.value * speed
        assert used <= clip.media_reference.available_range.duration.value


def test_the_scenes_are_pictures_that_move(film: Path) -> None:
    """Every scene has many colours, and no two frames a second apart are alike."""
    for scene, frames in SCENES.values():
        at = scene()
        first, later = (np.asarray(at(t), dtype=np.int16) for t in (1.0, 2.0))
        assert first.std() > 8
        assert np.abs(first - later).mean() > 0.3
        assert frames / float(RATE) >= 4.5


def test_the_title_fades_to_black() -> None:
    """The last frame of the edit is black, the one where the fade begins is not."""
    at = SCENES["title"][0]()
    start, last = (np.asarray(at(seconds), dtype=np.float64).mean() for seconds in (3.5, 113 / 24))
    assert start > 15
    assert last < 0.5


def test_the_lights_come_on_at_the_marker() -> None:
    """The city is much brighter on the frame of the marker than on the one before."""
    at = SCENES["city"][0]()
    offset = 12  # frames of the scene that the edit leaves out
    marker = MARKER - 414 + offset
    before, on = (np.asarray(at((marker + n) / 24), dtype=np.float64).mean() for n in (-1, 0))
    assert on > 1.5 * before


@pytest.mark.parametrize("name", sorted(SCENES))
def test_the_sound_is_soft_and_the_same_each_time(name: str) -> None:
    """Root mean square between −42 and −20 dB, no clipping, same samples on every call."""
    sound = ambience(name, 2.0)
    level = 20 * np.log10(np.sqrt(np.mean(sound**2)))
    assert -42 < level < -20
    assert np.abs(sound).max() < 0.9
    assert np.array_equal(sound, ambience(name, 2.0))


def test_stopping_leaves_no_half_film(tmp_path: Path) -> None:
    """Cancelled in the middle: whole scenes only, no timeline, no partial file."""
    progress = Progress()

    def stop_late(event: ProgressEvent) -> None:
        if (event.fraction or 0) > 0.1:
            progress.cancel()

    progress = Progress(stop_late)
    with pytest.raises(Cancelled):
        make_demo(tmp_path, progress)
    left = [path.name for path in tmp_path.rglob("*") if path.is_file()]
    assert [] == [name for name in left if not re.fullmatch(r"[a-z]+\.mp4", name)]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A file where the folder should be."""
    (tmp_path / "out").write_text("", encoding="utf-8")
    with pytest.raises(OutputFailed, match="The demo cannot be written to"):
        make_demo(tmp_path / "out", Progress())
