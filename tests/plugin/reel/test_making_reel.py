"""The reel's files: exact lengths, limits, no litter; judged by ffprobe and ffmpeg."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from cutscore.reel import ReelLimits, make_reel
from cutscore.reel import film as film_module
from cutscore.reel.making import canvas_for, clip_ranges, file_name
from cutscore_composer.engine import Progress, ProgressEvent
from cutscore_composer.errors import Cancelled, InputRefused, OutputFailed
from cutscore_composer.picture import CutPoint, Picture, PictureSpan, SoundSpan
from support.numbered import numbered_film, numbers_by_ffmpeg

R25 = Fraction(25)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tone = 0.3 * np.sin(np.arange(48_000 * 12) * 2 * np.pi * 440 / 48_000)
    return numbered_film(tmp_path_factory.mktemp("reel") / "film.mp4", 300, sound=tone)


@pytest.fixture(scope="module")
def grainy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same numbers in grain that takes many bits."""
    return numbered_film(tmp_path_factory.mktemp("grainy") / "film.mp4", 300, grain=50, size=(384, 192))


def judged(path: Path) -> dict[str, Any]:
    """What ffprobe says, its frames counted by decoding."""
    command = ["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json", str(path)]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def video_of(facts: dict[str, Any]) -> dict[str, Any]:
    return next(stream for stream in facts["streams"] if stream["codec_type"] == "video")


def edit(film: Path, lengths: tuple[int, ...] = (20, 13, 27, 40), rate: Fraction = R25) -> Picture:
    spans, at = [], 0
    for number, length in enumerate(lengths):
        spans.append(PictureSpan(at, at + length, "clip", f"c{number}", film, Fraction(number * 37 % 200, 25)))
        at += length
    cuts = tuple(CutPoint(span.record_in) for span in spans[1:])
    sounds = tuple(SoundSpan(s.record_in, s.record_out, "dialogue", film, s.source_in) for s in spans)
    return Picture("edit", rate, at, tuple(spans), cuts, sounds=sounds)


@pytest.mark.parametrize(
    "rate", [Fraction(24000, 1001), Fraction(25, 2), Fraction(60000, 1001), R25, Fraction(2397602, 100_000)]
)
def test_the_reel_has_exactly_the_pictures_frames_at_its_rate(film: Path, tmp_path: Path, rate: Fraction) -> None:
    """Counted by decoding; the length is frames / rate to well below half a frame."""
    picture = edit(film, rate=rate)
    reel = make_reel(picture, tmp_path)
    facts = judged(reel.files[0])
    assert str(picture.frames) == video_of(facts)["nb_read_frames"]
    assert abs(Fraction(facts["format"]["duration"]) - picture.seconds) < Fraction(1, 4) / rate
    assert (picture.frames, picture.seconds) == (reel.frames, reel.seconds)
    assert reel.bytes == sum(file.stat().st_size for file in reel.files)
    assert ["video"] == [stream["codec_type"] for stream in facts["streams"]]
    assert ["edit.reel.mp4"] == [file.name for file in tmp_path.iterdir()]


def test_every_frame_of_the_reel_is_the_right_one(film: Path, tmp_path: Path) -> None:
    """Only the used ranges, in the edit's order, read back by the ffmpeg command."""
    reel = make_reel(edit(film), tmp_path)
    expected = [37 * n % 200 + i for n, length in enumerate((20, 13, 27, 40)) for i in range(length)]
    assert expected == numbers_by_ffmpeg(reel.files[0])


def test_it_plays_while_it_loads_in_every_browser(film: Path, tmp_path: Path) -> None:
    """H.264 4:2:0, the index before the pictures."""
    (path,) = make_reel(edit(film), tmp_path).files
    video, data = video_of(judged(path)), path.read_bytes()
    assert ("h264", "yuv420p") == (video["codec_name"], video["pix_fmt"])
    assert 0 < data.find(b"moov") < data.find(b"mdat")


def test_sound_only_when_asked(film: Path, tmp_path: Path) -> None:
    """Then it is as long as the picture, and it is the film's tone."""
    (path,) = make_reel(edit(film), tmp_path, sound=True).files
    facts = judged(path)
    assert {"video", "audio"} == {stream["codec_type"] for stream in facts["streams"]}
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-ac", "1", "-ar", "48000", "-f", "f32le", "-"]
    raw = np.frombuffer(subprocess.run(command, capture_output=True, check=True).stdout, np.float32)
    assert abs(len(raw) - 4 * 48_000) <= 1024
    spectrum = np.abs(np.fft.rfft(raw[: 3 * 48_000]))
    assert abs(int(spectrum.argmax()) / 3 - 440) < 1


def test_separate_clips_are_one_file_each(film: Path, tmp_path: Path) -> None:
    """In order, each with its clip's frames."""
    reel = make_reel(edit(film), tmp_path, separate=True)
    assert [f"edit.reel.0{n}.mp4" for n in (1, 2, 3, 4)] == [file.name for file in reel.files]
    assert [20, 13, 27, 40] == [int(video_of(judged(file))["nb_read_frames"]) for file in reel.files]


def test_more_clips_than_files_are_joined_with_their_neighbours(film: Path, tmp_path: Path) -> None:
    """At most the files that the server takes, together exactly the picture."""
    picture = edit(film, lengths=tuple(3 + n % 5 for n in range(14)))
    reel = make_reel(picture, tmp_path, separate=True, limits=ReelLimits(files=10))
    counts = [int(video_of(judged(file))["nb_read_frames"]) for file in reel.files]
    assert len(reel.files) == 10
    assert picture.frames == sum(counts)
    edges = {span.record_in for span in picture.spans}
    assert set(np.cumsum([0, *counts[:-1]]).tolist()) <= edges


@pytest.mark.parametrize(("spans", "files"), [(1, 10), (9, 10), (10, 10), (11, 10), (500, 10), (7, 1), (3, 2)])
def test_clip_ranges_cover_the_picture_on_its_cuts(spans: int, files: int) -> None:
    """Whatever the counts."""
    made = tuple(PictureSpan(n * 7, n * 7 + 7, "gap") for n in range(spans))
    ranges = clip_ranges(Picture("p", R25, spans * 7, made), files)
    assert len(ranges) == min(spans, files)
    assert ranges[0][0] == 0
    assert ranges[-1][1] == spans * 7
    assert all(a[1] == b[0] and b[0] % 7 == 0 for a, b in pairwise(ranges))


def test_the_byte_limit_holds_for_all_files_together(grainy: Path, tmp_path: Path) -> None:
    """A tight limit lowers quality and then size, never the frames."""
    free = make_reel(edit(grainy), tmp_path, stem="free")
    limit = free.bytes // 3
    for separate in (False, True):
        reel = make_reel(edit(grainy), tmp_path, stem="tight", separate=separate, limits=ReelLimits(bytes=limit))
        assert sum(file.stat().st_size for file in reel.files) <= limit
        assert 100 == sum(int(video_of(judged(file))["nb_read_frames"]) for file in reel.files)


def test_an_impossible_byte_limit_is_refused_and_leaves_nothing(film: Path, tmp_path: Path) -> None:
    """One sentence that says so."""
    with pytest.raises(InputRefused, match="does not fit into 900 bytes"):
        make_reel(edit(film), tmp_path, limits=ReelLimits(bytes=900))
    assert [] == list(tmp_path.iterdir())


def test_a_picture_longer_than_the_limit_is_refused(film: Path, tmp_path: Path) -> None:
    """It must be divided first; exactly the limit is allowed."""
    picture = edit(film)
    with pytest.raises(InputRefused, match="at most 3 s"):
        make_reel(picture, tmp_path, limits=ReelLimits(seconds=3))
    assert make_reel(picture, tmp_path, limits=ReelLimits(seconds=4)).frames == 100


def test_a_picture_that_shows_nothing_is_refused(tmp_path: Path) -> None:
    """Nobody pays for music to black."""
    text = tmp_path / "notes.mp4"
    text.write_text("no video")
    spans = (PictureSpan(0, 10, "gap"), PictureSpan(10, 20, "clip", "notes", text))
    with pytest.raises(InputRefused, match="shows no media that can be read"):
        make_reel(Picture("dark", R25, 20, spans), tmp_path)


def test_a_single_frame_is_a_reel(film: Path, tmp_path: Path) -> None:
    """The shortest picture there is; no rate overflows."""
    picture = Picture("one", R25, 1, (PictureSpan(0, 1, "clip", "", film, Fraction(77, 25)),))
    assert [77] == numbers_by_ffmpeg(make_reel(picture, tmp_path).files[0])


def test_one_unreadable_clip_is_black_and_named(film: Path, tmp_path: Path) -> None:
    """The rest is shown; the warning says which file."""
    text = tmp_path / "notes.mp4"
    text.write_text("no video")
    spans = (PictureSpan(0, 10, "clip", "a", film), PictureSpan(10, 20, "clip", "notes", text))
    reel = make_reel(Picture("half", R25, 20, spans), tmp_path)
    assert [*range(10), *[-1] * 10] == numbers_by_ffmpeg(reel.files[0])
    assert any("notes.mp4" in warning for warning in reel.warnings)


def _events(progress_events: list[ProgressEvent]) -> Iterator[float]:
    for event in progress_events:
        assert event.stage == "reel"
        assert event.fraction is not None
        yield event.fraction


def test_progress_rises_to_one(film: Path, tmp_path: Path) -> None:
    """From 0 to 1, never back, also over several files."""
    events: list[ProgressEvent] = []
    make_reel(edit(film), tmp_path, separate=True, progress=Progress(events.append))
    told = list(_events(events))
    assert told == sorted(told)
    assert (0.0, 1.0) == (told[0], told[-1])


class StopsAt(Progress):
    """Is cancelled at its n-th check."""

    def __init__(self, checks: int) -> None:
        super().__init__()
        self.left = checks

    def check(self) -> None:
        self.left -= 1
        if self.left <= 0:
            self.cancel()
        super().check()


@pytest.mark.parametrize("separate", [False, True])
def test_cancelling_leaves_nothing(film: Path, tmp_path: Path, separate: bool) -> None:
    """Neither a part file, nor a finished clip, nor a thread."""
    progress = StopsAt(45)
    with pytest.raises(Cancelled):
        make_reel(edit(film), tmp_path, separate=separate, progress=progress)
    assert [] == list(tmp_path.iterdir())
    assert [] == [thread.name for thread in threading.enumerate() if thread.name == "pictures ahead"]


def test_the_same_reel_twice_at_once_is_whole(film: Path, tmp_path: Path) -> None:
    """Two writers do not get into each other's way; one whole file is left."""
    workers = [threading.Thread(target=make_reel, args=(edit(film), tmp_path)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert ["edit.reel.mp4"] == [file.name for file in tmp_path.iterdir()]
    assert 100 == len(numbers_by_ffmpeg(tmp_path / "edit.reel.mp4"))


def test_a_read_only_folder_is_told(film: Path, tmp_path: Path) -> None:
    """A folder that does not take files gives one sentence."""
    with pytest.raises(OutputFailed, match="could not be written"):
        make_reel(edit(film), tmp_path / "nowhere")


def test_a_full_disk_is_told_and_leaves_nothing(grainy: Path, tmp_path: Path) -> None:
    """On a disk of 64 KB the reel fails with a sentence and the disk is empty again."""
    small = tmp_path / "small"
    small.mkdir()
    mounted = (
        sys.platform == "linux"
        and subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(small)], capture_output=True, check=False
        ).returncode
        == 0
    )
    if not mounted:
        pytest.skip("a small tmpfs cannot be mounted here")
    try:
        with pytest.raises(OutputFailed, match="the disk is full"):
            make_reel(edit(grainy, lengths=(90, 90)), small)
        assert [] == list(small.iterdir())
    finally:
        subprocess.run(["umount", str(small)], check=True)


@pytest.mark.parametrize("encoder", ["libopenh264", "mpeg4"])
def test_without_the_first_encoder_the_next_is_used(
    film: Path, tmp_path: Path, encoder: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another build of FFmpeg makes the same frames within the same limit."""
    try:
        av.codec.Codec(encoder, "w")
    except ValueError:
        pytest.skip(f"this FFmpeg has no {encoder}")
    monkeypatch.setattr(film_module, "ENCODERS", ("nothing_known", encoder))
    (path,) = make_reel(edit(film), tmp_path, limits=ReelLimits(bytes=120_000)).files
    expected = [37 * n % 200 + i for n, length in enumerate((20, 13, 27, 40)) for i in range(length)]
    assert expected == numbers_by_ffmpeg(path)
    assert path.stat().st_size <= 120_000


def test_the_canvas_has_the_shape_that_is_shown_longest(film: Path, tmp_path: Path) -> None:
    """Never larger than the media; upright where the media stands upright."""
    tall = numbered_film(tmp_path / "tall.mp4", 3, rotation=90, size=(480, 960))
    spans = (PictureSpan(0, 10, "clip", "", film), PictureSpan(10, 50, "clip", "", tall))
    canvas = canvas_for(Picture("p", R25, 50, spans), 360)
    assert (360, 720) == (canvas.width, canvas.height)
    canvas = canvas_for(Picture("p", R25, 10, spans[:1]), 360)
    assert (192, 96) == (canvas.width, canvas.height)


@pytest.mark.parametrize("name", ["../../etc/x", "a\\b:c*?", "\x00\n", "  ", "ü" * 300, "🎬" * 90, "\udcff x"])
def test_a_name_from_a_timeline_stays_in_the_folder(name: str, tmp_path: Path) -> None:
    """Names are made harmless on every system."""
    safe = file_name(name)
    assert safe
    assert (tmp_path / safe).parent == tmp_path
    assert not set(safe) & set('\\/:*?"<>|\n\x00')
    assert len(safe.encode()) <= 120
    (tmp_path / f"{safe}.reel.mp4").touch()


@pytest.mark.real
@pytest.mark.slow
def test_memory_is_flat_and_a_whole_film_fits(videos: Path, tmp_path: Path) -> None:
    """596 s take no more memory than their first 30 s, and far less than 200 MB of disk."""
    script = (
        "import resource, sys; from pathlib import Path; from cutscore.reel import make_reel\n"
        "from cutscore_composer.engine import Progress\n"
        "from cutscore_composer.media.probe import probe\n"
        "from cutscore_composer.picture import Picture, PictureSpan\n"
        "path, most = Path(sys.argv[1]), {}\n"
        "def told(event): most[event.fraction < 0.05] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "span = PictureSpan(0, 14315, 'clip', 'film', path)\n"
        "picture = Picture('film', probe(path).main_video.rate, 14315, (span,))\n"
        "reel = make_reel(picture, Path(sys.argv[2]), height=96, progress=Progress(told))\n"
        "print(most[True], most[False], reel.bytes)\n"
    )
    path = videos / "bbb_film_full_320x180.mp4"
    command = [sys.executable, "-c", script, str(path), str(tmp_path)]
    first, last, size = map(int, subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    assert size < 200_000_000
    assert last < 1.15 * first
    assert "14315" == video_of(judged(tmp_path / "film.reel.mp4"))["nb_read_frames"]


def _pictures_by_ffmpeg(path: Path, numbers: set[int], inner: str = "640:360") -> dict[int, np.ndarray]:
    """Frames by their numbers, as 640 × 360 luma, decoded and scaled by the ffmpeg command."""
    wanted = "+".join(f"eq(n\\,{number})" for number in numbers)
    graph = f"select={wanted},scale={inner},pad=640:360:-1:-1"
    command = ["ffmpeg", "-v", "error", "-i", str(path), "-map", "0:v:0", "-vf", graph, "-fps_mode", "passthrough"]
    command += ["-frames:v", str(len(numbers)), "-pix_fmt", "gray", "-f", "rawvideo", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    pictures = np.frombuffer(raw, np.uint8).reshape(-1, 360, 640).astype(float)
    return dict(zip(sorted(numbers), pictures, strict=True))


@pytest.mark.real
def test_a_real_edit_shows_the_frames_that_ffmpeg_finds(videos: Path, tmp_path: Path) -> None:
    """Trims, a dissolve, a gap, double and half speed, backwards, frozen, missing: frame by frame from real films."""
    sintel, bunny = videos / "sintel_trailer-720p.mp4", videos / "bbb_480p_30s_bower.mp4"
    cars, man = videos / "intel_car_detection.mp4", videos / "mdn_chroma.mp4"
    spans = (
        PictureSpan(0, 48, "clip", "hut", sintel, Fraction(12)),
        PictureSpan(48, 96, "clip", "meadow", bunny, Fraction(10)),
        PictureSpan(96, 120, "gap"),
        PictureSpan(120, 168, "clip", "cars", cars, Fraction(5), Fraction(2)),
        PictureSpan(168, 216, "clip", "slow", bunny, Fraction(16), Fraction(1, 2)),
        PictureSpan(216, 264, "clip", "man", man, Fraction(20), Fraction(-1)),
        PictureSpan(264, 288, "clip", "held", sintel, Fraction(24), Fraction(0)),
        PictureSpan(288, 312, "missing", "gone", videos / "nowhere.mp4"),
    )
    cuts = (CutPoint(48, "dissolve", 12, 12), *(CutPoint(span.record_in) for span in spans[2:]))
    reel = make_reel(Picture("real", Fraction(24), 312, spans, cuts), tmp_path)
    (path,) = reel.files
    facts = judged(path)
    assert "312" == video_of(facts)["nb_read_frames"]
    assert abs(Fraction(facts["format"]["duration"]) - 13) < Fraction(1, 48)

    man_at = {n: int((Fraction(20) - Fraction(n - 216, 24)) * Fraction(60000, 1001)) for n in (216, 250)}
    cars_at = int((Fraction(5) + Fraction(10, 24) * 2) * Fraction(25, 2))
    shown = {
        sintel: {10: 298, 270: 576},
        bunny: {70: 262, 201: 400},
        cars: {130: cars_at},
        man: man_at,
    }
    ours = _pictures_by_ffmpeg(path, {n for pairs in shown.values() for n in pairs} | {47, 110, 300})
    for source, pairs in shown.items():
        near = {number + off for number in pairs.values() for off in (-3, 0, 3)} | {239, 335}
        theirs = _pictures_by_ffmpeg(source, near, "600:360" if source == man else "640:360")
        for record, number in pairs.items():
            right, *others = (float(np.abs(ours[record] - theirs[number + off]).mean()) for off in (0, -3, 3))
            assert right < 4
            assert right <= min(others)
        if source == sintel:
            leaving = theirs[335]
        elif source == bunny:
            arriving = theirs[239]
    mixed = leaving * (12.5 / 24) + arriving * (11.5 / 24)
    assert float(np.abs(ours[47] - mixed).mean()) < 5
    assert max(ours[110].max(), ours[300].max()) < 5
