"""The local engine end to end: exact length, loudness, the same bytes twice, nothing left when it is stopped."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from cutscore_composer.cue import read_cue
from cutscore_composer.engine import Progress, ProgressEvent, Request
from cutscore_composer.errors import Cancelled, InputRefused, OutputFailed
from cutscore_composer.local import LocalEngine
from cutscore_composer.mix.loudness import measure
from cutscore_composer.picture import Picture
from cutscore_composer.plain_video import picture_of_video
from cutscore_composer.timebase import samples_for
from cutscore_composer.wishes import Wishes

RATE = Fraction(24000, 1001)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nine seconds in four flat shots of different colours, with a moving bar."""
    path = tmp_path_factory.mktemp("film") / "four shots.mp4"
    random = np.random.default_rng(5)
    colours = random.integers(20, 235, (4, 3))
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = 160, 96, "yuv420p"
        for frame in range(216):
            image = np.empty((96, 160, 3), np.uint8)
            image[:] = colours[min(3, frame // 60)]
            image[:, (frame * 3) % 150 : (frame * 3) % 150 + 10] = 255
            out.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        out.mux(stream.encode())
    return path


def request_of(picture: Picture, folder: Path, **more: object) -> Request:
    """A request with the usual wishes."""
    folder.mkdir(exist_ok=True)
    return Request(picture, Wishes("hopeful piano and strings"), "music", folder, **{"seed": 7, **more})  # type: ignore[arg-type]


def wav_samples(path: Path) -> tuple[int, int, str]:
    """Samples, rate and codec as FFmpeg reads them."""
    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        count = sum(frame.samples for frame in container.decode(stream))
        return count, stream.rate, stream.codec_context.name


def test_a_film_is_scored(film: Path, tmp_path: Path) -> None:
    """Every file is there; length exact to the sample, loudness and peak as wished, stems as long as the master."""
    picture = picture_of_video(film)
    assert (picture.frames, picture.rate) == (216, RATE)
    music = LocalEngine().score(request_of(picture, tmp_path / "out", stems=True), Progress())

    expected = samples_for(216, RATE)
    assert (expected, 48000, "pcm_s24le") == wav_samples(music.audio)
    assert expected == music.cue.samples
    loudness = measure(music.audio)
    assert loudness.lufs == pytest.approx(-16, abs=0.5)
    assert loudness.dbtp <= -1.0 + 0.05
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"music.wav", "music.cue.json", "music.mid", "music.score.png"} <= names
    assert {path.name for path in music.files()} == names
    assert music.stems
    assert all(wav_samples(stem.file)[0] == expected for stem in music.stems)
    assert read_cue(music.cue_file) == read_cue(music.cue_file)
    data = json.loads(music.cue_file.read_text(encoding="utf-8"))
    assert data["engine"] == "local"
    assert [stem["file"] for stem in data["stems"]] == [stem.file.name for stem in music.stems]


def test_the_same_request_gives_the_same_bytes(film: Path, tmp_path: Path) -> None:
    """Two runs with one seed agree in every file; another seed gives other music."""
    picture = picture_of_video(film)
    one = LocalEngine().score(request_of(picture, tmp_path / "one"), Progress())
    two = LocalEngine().score(request_of(picture, tmp_path / "two"), Progress())
    three = LocalEngine().score(request_of(picture, tmp_path / "three", seed=8), Progress())
    for first, second in zip(one.files(), two.files(), strict=True):
        assert first.read_bytes() == second.read_bytes(), first.name
    assert one.audio.read_bytes() != three.audio.read_bytes()


def test_planning_writes_nothing_and_agrees_with_scoring(film: Path, tmp_path: Path) -> None:
    """The planned cue has what the scored one has, but for the sound."""
    picture = picture_of_video(film)
    planned = LocalEngine().plan_only(request_of(picture, tmp_path / "plan"), Progress())
    assert list((tmp_path / "plan").iterdir()) == []
    scored = LocalEngine().score(request_of(picture, tmp_path / "out"), Progress()).cue
    assert planned.loudness is None
    assert (planned.beats, planned.hits, planned.chords) == (scored.beats, scored.hits, scored.chords)


@pytest.mark.parametrize("stage", ["look", "write", "mix", "deliver"])
def test_stopping_leaves_nothing(film: Path, tmp_path: Path, stage: str) -> None:
    """Cancelled at any stage, the folder is as it was; a file that was there before is still there."""
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "music.notes.txt").write_text("mine", encoding="utf-8")
    progress = Progress(lambda event: progress.cancel() if event.stage == stage else None)
    with pytest.raises(Cancelled):
        LocalEngine().score(request_of(picture_of_video(film), folder), progress)
    assert ["music.notes.txt"] == [path.name for path in folder.iterdir()]


def test_progress_goes_through_the_stages(film: Path, tmp_path: Path) -> None:
    """Stages come in the order of the trade, and every fraction lies between 0 and 1."""
    events: list[ProgressEvent] = []
    LocalEngine().score(request_of(picture_of_video(film), tmp_path / "out"), Progress(events.append))
    stages = list(dict.fromkeys(event.stage for event in events))
    order = ["look", "spot", "plan", "write", "play", "mix", "deliver"]
    assert [stage for stage in order if stage in stages] == order
    assert sorted(order, key=stages.index) in (order, ["look", "spot", "plan", "write", "mix", "play", "deliver"])
    assert all(event.fraction is None or 0 <= event.fraction <= 1 for event in events)


def test_a_folder_that_is_not_there_is_one_sentence(film: Path, tmp_path: Path) -> None:
    """No traceback for a folder that vanished."""
    request = Request(picture_of_video(film), Wishes(), "music", tmp_path / "gone", 7)
    with pytest.raises(OutputFailed):
        LocalEngine().score(request, Progress())


def test_what_is_no_film_is_refused(tmp_path: Path) -> None:
    """Text named .mp4, and sound alone, are refused in a sentence."""
    text = tmp_path / "a.mp4"
    text.write_text("not a film", encoding="utf-8")
    with pytest.raises(InputRefused):
        picture_of_video(text)
    sound = tmp_path / "a.wav"
    with av.open(str(sound), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=48000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.int16), format="s16", layout="mono")
        frame.sample_rate = 48000
        out.mux(stream.encode(frame))
        out.mux(stream.encode())
    with pytest.raises(InputRefused, match="no moving picture"):
        picture_of_video(sound)
