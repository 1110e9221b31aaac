"""Odd but right input is scored exactly; wrong input is refused in one sentence, nothing left behind."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import wave
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from cutscore_composer.timebase import samples_for
from support.command import Command, Ran
from support.films import film

pytestmark = pytest.mark.slow

EXIT_CONFIG, EXIT_INPUT, EXIT_OUTPUT = 2, 3, 6


def length_in_samples(ran: Ran) -> int:
    """The length of the music that a run reports."""
    assert ran.code == 0, ran.err
    with wave.open(ran.json["music"]) as sound:
        return sound.getnframes()


def timeline_of(path: Path, *clips: otio.core.Composable, kind: str = "Video", start: float | None = None) -> Path:
    """An .otio with one track."""
    timeline = otio.schema.Timeline(name=path.stem)
    if start is not None:
        timeline.global_start_time = otio.opentime.RationalTime(start, 24)
    track = otio.schema.Track(kind=kind)
    track.extend(list(clips))
    timeline.tracks.append(track)
    otio.adapters.write_to_file(timeline, str(path))
    return path


def clip_of(url: str, frames: float = 48, rate: float = 24) -> otio.schema.Clip:
    """A clip of a media URL, written as it stands."""
    return otio.schema.Clip(
        name=url.rsplit("/", 1)[-1],
        media_reference=otio.schema.ExternalReference(target_url=url),
        source_range=otio.opentime.TimeRange(
            otio.opentime.RationalTime(0, rate), otio.opentime.RationalTime(frames, rate)
        ),
    )


ODD_FILMS: dict[str, tuple[dict[str, Any], Fraction, int]] = {
    "12.5 frames a second": ({"rate": Fraction(25, 2), "frames": 30}, Fraction(25, 2), 30),
    "59.94 frames a second": ({"rate": Fraction(60000, 1001), "frames": 150}, Fraction(60000, 1001), 150),
    "23.976 frames a second": ({"rate": Fraction(24000, 1001), "frames": 61}, Fraction(24000, 1001), 61),
    "two video streams": ({"streams": 2, "frames": 50}, Fraction(25), 50),
    "sound longer than picture": ({"sound_seconds": 4.0, "frames": 50}, Fraction(25), 50),
    "a rotated phone video": ({"rotation": 90, "frames": 50}, Fraction(25), 50),
    "one second": ({"frames": 25}, Fraction(25), 25),
    "one frame": ({"frames": 1}, Fraction(25), 1),
}


@pytest.mark.parametrize("name", ODD_FILMS)
def test_an_odd_video_gets_music_of_exactly_its_length(name: str, cutscore: Command, tmp_path: Path) -> None:
    """Whatever its rate, streams, rotation or length."""
    made, rate, frames = ODD_FILMS[name]
    path = film(tmp_path / f"{name}.mp4", cuts=(made["frames"] // 2,), **made)
    assert samples_for(frames, rate) == length_in_samples(cutscore("score", path, "--json"))


def test_a_variable_rate_is_scored_and_said(cutscore: Command, tmp_path: Path) -> None:
    """The length is the picture's own; a warning names it."""
    path = film(tmp_path / "phone.mkv", steps=(20, 60, 33, 47), frames=60)
    ran = cutscore("score", path, "--json")
    assert length_in_samples(ran) == pytest.approx(60 * 40 * 48, abs=48 * 60)
    assert any("variable" in warning for warning in ran.json["warnings"])


@pytest.mark.parametrize(
    "spelling",
    [
        lambda p: p.as_uri(),
        lambda p: str(p),
        lambda p: f"file://localhost{p}",
        lambda p: p.name,
        lambda p: p.as_uri().rsplit("/", 1)[-1],
        lambda p: "file:///D%3a/rushes/" + p.as_uri().rsplit("/", 1)[-1],
        lambda p: f"G:\\rushes\\day 1\\{p.name}",
        lambda p: f"//SERVER/share/{p.name}",
    ],
    ids=["uri", "path", "localhost", "name", "percent name", "D%3a", "backslashes", "server"],
)
def test_media_are_found_in_every_spelling(spelling: Callable[[Path], str], cutscore: Command, tmp_path: Path) -> None:
    """Also with umlauts, spaces, a percent and a hash in the name; what lies elsewhere is searched by name."""
    folder = tmp_path / "Büro & Söhne"
    folder.mkdir()
    media = film(folder / "100% größe #1 日本.mp4", frames=60)
    timeline = timeline_of(folder / "edit.otio", clip_of(spelling(media)))
    config = tmp_path / "cutscore.yaml"
    config.write_text(f"media:\n  search: [{json.dumps(str(folder))}]\n", encoding="utf-8")
    ran = cutscore("read", timeline, "--json", "--config", config)
    assert ran.code == 0, ran.err
    (clip,) = ran.json["clips"]
    assert ("clip", str(media)) == (clip["kind"], clip["media"])


def test_missing_media_are_black_with_a_warning_or_with_strict_an_error(cutscore: Command, tmp_path: Path) -> None:
    """Strict lists them all."""
    timeline = timeline_of(tmp_path / "edit.otio", clip_of("gone one.mov"), clip_of("gone two.mov"))
    ran = cutscore("score", timeline, "--json")
    assert length_in_samples(ran) == 4 * 48000
    assert any("gone one.mov" in w for w in ran.json["warnings"])
    strict = cutscore("score", timeline, "--strict", "--output", tmp_path / "strict")
    assert_refused(strict, EXIT_INPUT, "gone one.mov", "gone two.mov")
    assert not (tmp_path / "strict").exists()


def assert_refused(ran: Ran, code: int, *says: str) -> None:
    """One sentence on standard error, nothing on standard output, the right exit code, no traceback."""
    assert (code, "") == (ran.code, ran.out), ran.err
    assert "Traceback" not in ran.err
    assert len(ran.err.strip().splitlines()) == 1, ran.err
    for word in says:
        assert word in ran.err


def wrong_inputs(folder: Path) -> dict[str, Path]:
    """One file of each kind that cannot be scored."""
    made = {
        name: folder / name
        for name in ("empty.mp4", "empty.otio", "text.mp4", "broken.otio", "notes.txt", "gone.otio", "newer.otio",
                     "empty.xml", "empty.edl", "other.xml", "deep.otio", "folder.otio")
    }  # fmt: skip
    for name in ("empty.mp4", "empty.otio", "empty.xml", "empty.edl"):
        made[name].write_bytes(b"")
    made["text.mp4"].write_text("not a film\n" * 100)
    made["notes.txt"].write_text("hello")
    made["broken.otio"].write_text('{"OTIO_SCHEMA": "Timeline.1",\n "tracks": {,}}')
    made["newer.otio"].write_text(
        '{"OTIO_SCHEMA": "Timeline.99", "tracks": {"OTIO_SCHEMA": "Stack.1", "children": []}}'
    )
    made["other.xml"].write_text("<?xml version='1.0'?><html><body/></html>")
    made["deep.otio"].write_text("[" * 200_000)
    made["folder.otio"].mkdir()
    made["zero.otio"] = timeline_of(folder / "zero.otio")
    made["sound only.otio"] = timeline_of(folder / "sound only.otio", clip_of("a.wav"), kind="Audio")
    return made


WRONG = {
    "empty.mp4": "empty", "empty.otio": "empty", "empty.xml": "empty", "empty.edl": "empty", "text.mp4": "text.mp4",
    "notes.txt": ".txt", "broken.otio": "line 2", "newer.otio": "Timeline.99", "other.xml": "other.xml",
    "deep.otio": "deep.otio", "folder.otio": "folder.otio", "zero.otio": "zero.otio",
    "sound only.otio": "picture", "gone.otio": "gone.otio",
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_scored_is_refused_in_one_sentence(name: str, cutscore: Command, tmp_path: Path) -> None:
    """It names the file and what is wrong; nothing is written."""
    made = wrong_inputs(tmp_path)
    before = sorted(tmp_path.iterdir())
    assert_refused(cutscore("score", made[name], "--json"), EXIT_INPUT, made[name].name, WRONG[name])
    assert before == sorted(tmp_path.iterdir())


def test_a_film_without_frames_or_picture_is_refused(cutscore: Command, tmp_path: Path) -> None:
    """Sound alone, and a stream whose frames are all zeros."""
    with wave.open(str(tmp_path / "sound.wav"), "wb") as sound:
        sound.setparams((1, 2, 48000, 48000, "NONE", ""))
        sound.writeframes(bytes(96000))
    assert_refused(cutscore("score", tmp_path / "sound.wav"), EXIT_INPUT, "sound.wav")
    path = film(tmp_path / "hollow.mp4", frames=10)
    data = bytearray(path.read_bytes())
    start = data.index(b"mdat") + 4
    end = start - 8 + int.from_bytes(data[start - 8 : start - 4], "big")
    data[start:end] = bytes(end - start)
    path.write_bytes(data)
    assert_refused(cutscore("score", path), EXIT_INPUT, "hollow.mp4")


@pytest.mark.real
def test_a_newer_schema_is_read_right_or_refused(cutscore: Command, timelines: Path) -> None:
    """A file with Marker.3, which released OpenTimelineIO refuses: 43.708 s as its raw facts say, or one sentence."""
    ran = cutscore("read", timelines / "otio_screening_example_main_marker3.otio", "--json")
    if ran.code:
        assert_refused(ran, EXIT_INPUT, "Marker.3")
    else:
        assert ran.json["duration"] == 1049


def without_root_rights(command: Command, *args: str | Path) -> Ran:
    """The command bound by file permissions (root is not, so its right to pass over them is taken away)."""
    prefix: list[str] = []
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("root reads and writes everywhere, and setpriv is not here to take that right away")
        rights = "-dac_override,-dac_read_search"
        prefix = ["setpriv", f"--bounding-set={rights}", f"--inh-caps={rights}"]
    done = subprocess.run(
        [*prefix, sys.executable, "-m", "cutscore.cli.main", *map(str, args)],
        env=command.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.mark.skipif(os.name == "nt", reason="permissions of folders are POSIX")
def test_an_unreadable_folder_is_said(cutscore: Command, tmp_path: Path) -> None:
    """The timeline lies in a folder that may not be entered."""
    closed = tmp_path / "closed"
    closed.mkdir()
    timeline = timeline_of(closed / "edit.otio", clip_of("a.mov"))
    closed.chmod(0)
    try:
        ran = without_root_rights(cutscore, "score", timeline)
    finally:
        closed.chmod(0o755)
    assert_refused(ran, EXIT_INPUT, "edit.otio")


@pytest.mark.skipif(os.name == "nt", reason="permissions of folders are POSIX")
def test_a_read_only_output_folder_is_said(cutscore: Command, tmp_path: Path) -> None:
    """Before any work is done that would be lost."""
    media = film(tmp_path / "a.mp4", frames=30)
    out = tmp_path / "out"
    out.mkdir(mode=0o555)
    assert_refused(without_root_rights(cutscore, "score", media, "--output", out), EXIT_OUTPUT, str(out))
    assert list(out.iterdir()) == []


def test_a_full_disk_is_said_and_nothing_half_written_stays(cutscore: Command, tmp_path: Path) -> None:
    """A disk of 1 MB cannot hold 20 s of 24-bit sound."""
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small], capture_output=True)
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        media = film(tmp_path / "a.mp4", frames=500)
        ran = cutscore("score", media, "--output", small / "out")
        assert_refused(ran, EXIT_OUTPUT, "full")
        assert [p for p in small.rglob("*") if p.is_file()] == []
    finally:
        subprocess.run(["umount", small], check=True)


def test_the_same_job_started_twice_at_once(tmp_path: Path) -> None:
    """Both end well, with the same music and one set of files."""
    media = film(tmp_path / "a.mp4", frames=100, cuts=(50,))
    command = Command(tmp_path)
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "cutscore.cli.main", "score", str(media), "--json"],
            env=command.env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    said = [one.communicate(timeout=300) for one in both]
    assert [0, 0] == [one.returncode for one in both], said
    first, second = (json.loads(out)["music"] for out, _ in said)
    assert first == second
    assert [Path(first).name] == [p.name for p in Path(first).parent.glob("*.wav")]


def test_media_that_change_while_they_are_read_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A render that is still being written: one sentence that names it, and no music made from half of it."""
    import cutscore
    from cutscore_composer.engine import Progress, ProgressEvent
    from cutscore_composer.errors import InputRefused

    for name in ("HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    media = film(tmp_path / "growing.mp4", frames=200)
    changed: list[str] = []

    def still_written(event: ProgressEvent) -> None:
        if event.stage == "look" and not changed:
            changed.append(event.stage)
            with media.open("ab") as file:
                file.write(bytes(1000))

    with pytest.raises(InputRefused, match=r"growing\.mp4"):
        cutscore.score(media, output=tmp_path / "out", progress=Progress(still_written))
    assert changed
    assert [p for p in tmp_path.glob("out/**/*") if p.is_file()] == []
