"""The command with a server: bought once, laid in; parked, shown, and sent again by the line that is shown."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import wave
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import opentimelineio as otio
import pytest

from cutscore.cli import main
from cutscore_composer.contract import FORMATS
from support.command import Command
from support.films import film
from support.misbehaving_server import (
    Exchange,
    MisbehavingServer,
    answers,
    cuts_off,
    never_answers,
    plays,
    resets_after_upload,
)
from support.sounds import encoded

SECRET = "sk_fedcba9876543210"
SAMPLES = 3 * 48_000


@pytest.fixture(scope="module")
def mp3() -> bytes:
    """Three seconds of a chord."""
    return encoded("mp3_44100_128", 3)


@pytest.fixture
def server(mp3: bytes) -> Iterator[MisbehavingServer]:
    """Sends the chord unless it is told otherwise."""
    running = MisbehavingServer(plays(mp3))
    yield running
    running.close()


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """The command with a home of its own."""
    home = tmp_path / "home"
    home.mkdir()
    return Command(home)


@pytest.fixture
def edit(tmp_path: Path) -> Path:
    """Three seconds of a small film as an .otio that begins at 01:00:00:00, in a folder whose name needs quoting."""
    folder = tmp_path / "Mein Film's $cut ü"
    folder.mkdir()
    return timeline_over(film(folder / "shot.mp4", frames=100, cuts=(40,)), folder / "film.otio")


def timeline_over(
    media: Path, path: Path, clips: tuple[tuple[int, int], ...] = ((0, 50), (70, 25)), rate: float = 25
) -> Path:
    """An .otio of clips (first frame, frames) of a film, from 01:00:00:00 on."""
    track = otio.schema.Track(name="V1", kind=otio.schema.TrackKind.Video)
    for start, frames in clips:
        used = otio.opentime.TimeRange(
            otio.opentime.RationalTime(start, rate), otio.opentime.RationalTime(frames, rate)
        )
        reference = otio.schema.ExternalReference(target_url=media.as_uri())
        track.append(otio.schema.Clip(name=f"c{start}", media_reference=reference, source_range=used))
    timeline = otio.schema.Timeline("film", global_start_time=otio.opentime.RationalTime(3600 * rate, rate))
    timeline.tracks.append(track)
    otio.adapters.write_to_file(timeline, str(path))
    return path


def noisy_film(path: Path) -> Path:
    """Two seconds that no encoder makes small, so that an upload of them takes a while."""
    random = np.random.default_rng(1)
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=25, options={"qscale": "2", "flags": "qscale"})
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        for _ in range(50):
            picture = random.integers(0, 256, (480, 640, 3), np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode(None))
    return path


def configured(folder: Path, url: str, *lines: str) -> Path:
    """A configuration with the server as engine "studio"; `lines` are more of its options."""
    path = folder / "studio.yaml"
    options = "".join(f"    {line}\n" for line in lines)
    ledger = f"ledger:\n  database: sqlite:///{(folder / 'ledger.sqlite').as_posix()}\n  store: ./store\n"
    path.write_text(f"engine: studio\nengines:\n  studio:\n    url: {url}\n{options}{ledger}", encoding="utf-8")
    return path


def music_lies(project: str) -> tuple[float, float]:
    """Start and length of the one clip of the music track, in seconds."""
    timeline = otio.adapters.read_from_file(project)
    (track,) = [t for t in timeline.audio_tracks() if t.name == "Music (Cutscore)"]
    (clip,) = track.find_clips()
    lies = clip.range_in_parent()
    return lies.start_time.to_seconds(), lies.duration.to_seconds()


def samples_of(path: str | Path) -> int:
    """Frames of a WAV."""
    with wave.open(str(path)) as sound:
        return sound.getnframes()


def files_with(secret: str, folder: Path) -> list[Path]:
    """Every file below a folder that holds a text."""
    return [p for p in folder.rglob("*") if p.is_file() and secret.encode() in p.read_bytes()]


def test_a_server_by_its_url(
    command: Command, server: MisbehavingServer, edit: Path, mp3: bytes, tmp_path: Path
) -> None:
    """Bought once: laid in, cue, rights and the server's bytes beside it; again, and elsewhere, without a call."""
    ran = command("score", edit, "--engine", server.url, "-d", "calm", "--json")
    assert ran.code == 0, ran.err
    first = ran.json
    assert music_lies(first["project"]) == (0.0, 3.0)
    assert samples_of(first["music"]) == SAMPLES
    assert Path(first["original"]).read_bytes() == mp3
    cue = json.loads(Path(first["cue"]).read_text(encoding="utf-8"))
    assert (cue["samples"], cue["rate"], [cut["time"] for cut in cue["cuts"]]) == (SAMPLES, "25/1", [2.0])
    rights = json.loads(Path(first["rights"]).read_text(encoding="utf-8"))
    assert (rights["song_id"], rights["model"], rights["description"]) == ("song-1", "music_v1", "calm")

    again = command("score", edit, "--engine", server.url, "-d", "calm", "--json")
    assert (again.code, again.json["music"], again.json["reused"]) == (0, first["music"], True)

    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(edit.with_name("shot.mp4"), other / "renamed.mp4")
    moved = command(
        "score", timeline_over(other / "renamed.mp4", other / "b.otio"), "--engine", server.url, "-d", "calm", "--json"
    )
    assert moved.code == 0, moved.err
    assert Path(moved.json["music"]).parent == other / "b.cutscore"
    assert Path(moved.json["music"]).read_bytes() == Path(first["music"]).read_bytes()
    assert music_lies(moved.json["project"]) == (0.0, 3.0)
    assert server.billed == len(server.requests) == 1


@pytest.mark.parametrize("where", ["env", "file"])
def test_a_configured_engine_with_a_key(
    where: str, command: Command, server: MisbehavingServer, edit: Path, tmp_path: Path
) -> None:
    """The key reaches the server and nothing that is written or said, whether it succeeds, fails or breaks."""
    key_file = tmp_path / "key"
    source = "${STUDIO_ACCESS}"
    environment = {"STUDIO_ACCESS": SECRET}
    if where == "file":
        key_file.write_text(SECRET)
        key_file.chmod(0o644)
        source, environment = "\n      file: key", {}
    config = configured(tmp_path, server.url, f"api_key: {source}", "attempts: 1")
    server.script = [
        answers(401, {"detail": {"message": f"bad key {SECRET}"}}),
        answers(500, {"detail": f"no {SECRET}"}),
        answers(200, f"not music {SECRET}".encode(), "text/plain", bill=True),
        answers(504, f"<h1>{SECRET}</h1>".encode(), "text/html", bill=True, request_id=SECRET),
    ]
    words = ("score", edit, "--config", config)
    codes, said = [], ""
    runs: list[tuple[str, ...]] = [(), ("--debug",), (), ("--resend", "--debug"), ("--resend",)]
    if where == "file":
        # Where the key came from makes no difference to what follows.
        runs, server.script = [(), ()], server.script[:1]
    for more in runs:
        ran = command(*words, *more, **environment)
        codes.append(ran.code)
        said += ran.out + ran.err
        if where == "file" and os.name == "posix":
            (note,) = [line for line in ran.err.splitlines() if "chmod 600" in line]
            assert note == f"Note: Others on this machine can read the key file {key_file}: chmod 600 it."
    assert codes == ([4, 0] if where == "file" else [4, 1, 5, 1, 0])
    assert [seen.headers["xi-api-key"] for seen in server.requests] == [SECRET] * len(runs)
    assert SECRET not in said
    key_file.unlink(missing_ok=True)
    assert files_with(SECRET, tmp_path) == []


def test_a_parked_call_is_shown_with_the_line_that_sends_it_again(
    command: Command, server: MisbehavingServer, edit: Path, tmp_path: Path
) -> None:
    """No answer in time: exit code 5; nothing is sent by itself; the shown line, typed elsewhere, sends it again."""
    config = configured(tmp_path, server.url, "wait_seconds: 0.5")
    words = ("--config", "../studio.yaml", "-d", 'calm; $HOME isn\'t "it"', "--json")
    server.script = [never_answers]
    ran = command("score", edit.name, *words, cwd=edit.parent)
    assert ran.code == 5
    assert "no answer within 0.5 s" in ran.err
    assert "may have been billed" in ran.err
    assert [p.name for p in edit.parent.glob("film.cutscore/*")] == []
    assert command("score", edit.name, *words, cwd=edit.parent).code == 5
    assert (len(server.requests), server.billed) == (1, 1)

    (row,) = command("parked", "--config", config, "--json").json["parked"]
    assert row["command"] in command("parked", "--config", config).out
    assert row["command"] in ran.err
    if os.name != "posix":
        return
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    typed = subprocess.run(
        ["sh", "-c", row["command"]], cwd="/", env={**command.env, "PATH": path}, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert typed.returncode == 0, typed.stderr
    assert samples_of(json.loads(typed.stdout)["music"]) == SAMPLES
    assert (len(server.requests), dict(server.requests[1].fields)["description"]) == (2, words[3])
    assert command("parked", "--config", config, "--json").json["parked"] == []


def test_music_that_cannot_be_placed_is_said_to_be_ready(
    command: Command, server: MisbehavingServer, edit: Path, mp3: bytes
) -> None:
    """The project changes while the server works: refused, the music named; the next run places it without a call."""

    def meanwhile(exchange: Exchange) -> None:
        edit.write_text(edit.read_text(encoding="utf-8").replace('"c70"', '"renamed"'), encoding="utf-8")
        plays(mp3)(exchange)

    server.script = [meanwhile]
    ran = command("score", edit, "--engine", server.url)
    assert ran.code == 3
    (music,) = edit.parent.glob("film.cutscore/*_v1.wav")
    assert f"The music itself is ready: {music}" in ran.err
    again = command("score", edit, "--engine", server.url, "--json")
    assert (again.code, again.json["music"], server.billed) == (0, str(music), 1)
    assert music_lies(again.json["project"]) == (0.0, 3.0)


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_becomes_music_for_editors(
    name: str, server: MisbehavingServer, edit: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Asked for by name; a WAV of exactly the picture; the original bytes; bare samples in a WAV of their own too."""
    sound = encoded(name, 3, channels=1 if name in ("ulaw_8000", "alaw_8000") else 2)
    server.usual = plays(sound, FORMATS[name].content_type)
    config = configured(tmp_path, server.url, f"output_format: {name}")
    code = main.run(["score", str(edit), "--config", str(config), "--json"])
    said = capsys.readouterr()
    assert code == 0, said.err
    report = json.loads(said.out)
    assert server.requests[0].path.endswith(f"?output_format={name}")
    assert samples_of(report["music"]) == SAMPLES
    assert report["warnings"] == []
    assert Path(report["original"]).read_bytes() == sound
    assert Path(report["original"]).suffix == FORMATS[name].extension
    wrapped = Path(report["music"]).with_suffix(".original.wav")
    assert wrapped.exists() == FORMATS[name].headerless
    if wrapped.exists():
        command = ["ffprobe", "-v", "error", "-show_entries", "stream=sample_rate,channels,duration", "-of", "json"]
        (stream,) = json.loads(subprocess.run([*command, wrapped], capture_output=True, check=True).stdout)["streams"]
        channels = 1 if name in ("ulaw_8000", "alaw_8000") else 2
        assert (int(stream["sample_rate"]), stream["channels"]) == (FORMATS[name].sample_rate, channels)
        assert abs(Fraction(stream["duration"]) - 3) < Fraction(1, 1000)


def _takes_little(exchange: Exchange) -> None:
    exchange.read_some(1000)
    exchange.server.release.wait()


def _stops_half_way(exchange: Exchange) -> None:
    sound = encoded("mp3_44100_128", 3)
    cuts_off(sound, len(sound) // 2)(exchange)
    exchange.server.release.wait()


def until_in(stage: str, running: subprocess.Popen[str]) -> None:
    """Read a run's progress until it is in a stage."""
    assert running.stderr is not None
    for line in running.stderr:
        event = json.loads(line)
        assert event["stage"] != "wait" or stage != "upload", "the reel is too small to be caught in its upload"
        if event["stage"] == stage and (stage != "upload" or event["fraction"] > 0):
            return
    raise AssertionError(f"the run ended before its stage {stage}")


STOPS: dict[str, tuple[Callable[[Exchange], None], bool]] = {
    "upload": (_takes_little, False),
    "wait": (never_answers, True),
    "download": (_stops_half_way, True),
}
"""Stage, what the server does in it, whether it may have been billed by then."""


@pytest.mark.skipif(os.name != "posix", reason="signals to another process are a POSIX matter")
@pytest.mark.parametrize(
    ("stage", "number"),
    # kill -9 at every other moment is in tests/plugin/submit/test_kills.py.
    [*((stage, signal.SIGINT) for stage in STOPS), ("wait", getattr(signal, "SIGKILL", signal.SIGTERM))],
)
def test_a_run_that_is_stopped_pays_for_nothing_twice(
    stage: str, number: signal.Signals, command: Command, server: MisbehavingServer, tmp_path: Path
) -> None:
    """Ctrl-C and kill -9: what may be billed is parked, what is not is free; nothing half-written stays."""
    behaviour, billed = STOPS[stage]
    server.script = [behaviour]
    server.narrow()
    films = [noisy_film(tmp_path / "noise.mp4")] * 3 if stage == "upload" else [film(tmp_path / "film.mp4")]
    words = ("score", *map(str, films), "--engine", server.url, "--no-place", "--output", str(tmp_path / "out"))
    running = subprocess.Popen(
        [sys.executable, "-m", "cutscore.cli.main", *words, "--progress", "json"],
        env=command.env, cwd=command.home, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        until_in(stage, running)
        running.send_signal(number)
        _, rest = running.communicate(timeout=30)
    finally:
        running.kill()
    parked = number != signal.SIGINT or billed
    if number == signal.SIGINT:
        assert running.returncode == (5 if billed else 130), rest
        assert "Traceback" not in rest
        assert [path.name for path in (tmp_path / "out").iterdir()] == []
        assert len(command("parked", "--json").json["parked"]) == billed
    server.release.set()
    again = command(*words)
    assert again.code == (5 if parked else 0), again.err
    if parked:
        assert len(server.requests) == 1
        assert command(*words, "--resend").code == 0
    assert len(server.requests) == 2
    assert [p.name for p in (tmp_path / "out").iterdir() if p.name.startswith(".")] == []


@pytest.mark.slow
def test_an_edit_over_600_s_is_two_purchases_and_one_piece(
    command: Command, server: MisbehavingServer, tmp_path: Path
) -> None:
    """The second purchase fails: only it is bought again; exact length, no click at the joint, both originals."""
    media = film(tmp_path / "long.mp4", rate=Fraction(2), frames=1204)
    long = timeline_over(media, tmp_path / "long.otio", ((0, 620), (620, 584)), rate=2)
    sound = encoded("mp3_44100_32", 311, channels=1)
    server.usual = plays(sound)
    server.script = [plays(sound, character_cost="700"), resets_after_upload, plays(sound, character_cost="500")]
    words = ("score", long, "--engine", server.url, "--no-place", "--json")
    assert command(*words).code == 5
    (row,) = command("parked", "--json").json["parked"]
    assert row["title"] == "film from 01:05:10:00, 292.0 s"
    ran = command(*words, "--resend")
    assert ran.code == 0, ran.err
    assert (server.billed, len(server.requests)) == (3, 3)
    report = ran.json
    assert [Path(part).read_bytes() for part in report["original_parts"]] == [sound, sound]
    assert json.loads(Path(report["rights"]).read_text(encoding="utf-8"))["character_cost"] == "1200"
    assert samples_of(report["music"]) == 602 * 48_000
    heard = left_side(report["music"])
    joint = 310 * 48_000
    steps = np.abs(np.diff(heard))
    # Bare ends laid together would step by up to 18 times as much as the tone itself does.
    assert steps[joint - 4800 : joint + 4800].max() < 2 * steps[joint - 96_000 : joint - 4800].max()
    assert np.abs(heard[joint + 4800 : joint + 96_000]).max() > 0.2
    again = command(*words)
    assert (again.json["reused"], again.json["original_parts"]) == (True, report["original_parts"])
    assert server.billed == 3


def left_side(path: str) -> np.ndarray:
    """The left samples of a file, by FFmpeg."""
    decode = ["ffmpeg", "-v", "error", "-i", path, "-f", "f32le", "-"]
    return np.frombuffer(subprocess.run(decode, capture_output=True, check=True).stdout, np.float32)[::2]
