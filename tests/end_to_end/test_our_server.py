"""Our own HTTP engine against our own server, with the composer behind it: the same music as in process."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from cutscore.submit import RemoteEngine, RemoteSettings
from cutscore_composer.contract import output_format
from cutscore_composer.encode import encode
from cutscore_composer.engine import Progress, Request
from cutscore_composer.local import LocalEngine
from cutscore_composer.plain_video import picture_of_video, picture_of_videos
from cutscore_composer.server import ServerSettings
from cutscore_composer.wishes import Wishes
from support.command import Command
from support.films import film
from support.served import Served

WISHES = Wishes(description="calm piano, 90 bpm", tags=("warm",))


@pytest.fixture(scope="module")
def composing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The server as it is shipped."""
    settings = ServerSettings(port=0, keep_free_megabytes=1, compositions=1)
    with Served(tmp_path_factory.mktemp("composing"), settings) as running:
        yield running


@pytest.fixture(scope="module")
def edit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds with two cuts."""
    return film(tmp_path_factory.mktemp("edit") / "edit.mp4", frames=100, cuts=(30, 70), size=(160, 90))


def score_of(served: Served, picture_file: Path, folder: Path, *, seed: int, form: str) -> tuple[Path, list[Path]]:
    """The server's bytes as our HTTP engine received them, and the reel that it sent."""
    folder.mkdir()
    engine = RemoteEngine(RemoteSettings("ours", served.url, output_format=form, send_seed=True))
    request = Request(picture_of_video(picture_file), WISHES, "music", folder, seed=seed)
    music = engine.score(request, Progress())
    assert music.original is not None
    assert str(seed) == str(engine_seed(served))
    return music.original, sorted((folder / "reel").glob("*.mp4"))


def engine_seed(served: Served) -> object:
    served.eventually(lambda: bool(served.logged(event="request", status=200)))
    return served.logged(event="request", status=200)[-1]["seed"]


def in_process(videos: list[Path], folder: Path, *, seed: int, form: str) -> bytes:
    """The same videos and words, scored and encoded here."""
    folder.mkdir()
    music = LocalEngine().score(Request(picture_of_videos(videos), WISHES, "here", folder, seed=seed), Progress())
    target = folder / "here.bin"
    encode(music.audio, target, output_format(form), Progress())
    return target.read_bytes()


@pytest.mark.slow
def test_the_round_trip_is_the_in_process_result(composing: Served, edit: Path, tmp_path: Path) -> None:
    """For the same seed: byte for byte what the composer makes here of the reel that was sent; another seed, other."""
    for form in ("pcm_48000", "mp3_44100_128"):
        received, reel = score_of(composing, edit, tmp_path / form, seed=7, form=form)
        here = in_process(reel, tmp_path / f"{form}-here", seed=7, form=form)
        assert received.read_bytes() == here
    other, _ = score_of(composing, edit, tmp_path / "other", seed=8, form="pcm_48000")
    assert other.read_bytes() != (tmp_path / "pcm_48000" / "music.original.pcm").read_bytes()


@pytest.mark.slow
def test_the_command_with_our_server_s_url(composing: Served, edit: Path, tmp_path: Path) -> None:
    """`cutscore score --engine URL --seed`: music exactly as long as the edit, the seed sent on, asked once."""
    home = tmp_path / "home"
    home.mkdir()
    cutscore = Command(home)
    ran = cutscore("score", edit, "--engine", composing.url, "--seed", "11", "--output", tmp_path / "out", "--json")
    assert 0 == ran.code, ran.err
    with wave.open(ran.json["music"]) as music:
        assert (48000, 4 * 48000) == (music.getframerate(), music.getnframes())
        samples = np.frombuffer(music.readframes(48000), np.uint8)
    assert samples.any()
    assert 11 == engine_seed(composing)
    before = len(composing.logged(event="request"))
    again = cutscore("score", edit, "--engine", composing.url, "--seed", "11", "--output", tmp_path / "out", "--json")
    assert (0, True, before) == (again.code, again.json["reused"], len(composing.logged(event="request")))


@pytest.mark.slow
def test_several_files_give_what_they_give_together(composing: Served, edit: Path, tmp_path: Path) -> None:
    """Clips sent one by one: as long as all of them, and again the in-process result."""
    engine = RemoteEngine(
        RemoteSettings("ours", composing.url, output_format="pcm_48000", send_seed=True, separate_clips=True)
    )
    picture = picture_of_videos([edit, edit])
    (tmp_path / "work").mkdir()
    music = engine.score(Request(picture, WISHES, "music", tmp_path / "work", seed=3), Progress())
    reel = sorted((tmp_path / "work" / "reel").glob("*.mp4"))
    assert len(reel) > 1
    assert music.original is not None
    assert 8 * 48000 * 4 == music.original.stat().st_size
    assert music.original.read_bytes() == in_process(reel, tmp_path / "here", seed=3, form="pcm_48000")


@pytest.mark.slow
def test_the_command_serves_and_is_stopped(tmp_path: Path, edit: Path) -> None:
    """`cutscore serve --port 0 --json` as shipped, with a key of the configuration: one line tells where it is."""
    import json
    import os
    import signal
    import subprocess
    import sys

    import httpx

    (tmp_path / "cutscore.yaml").write_text(
        "serve: {folder: tmp, keys: [{name: studio, key: {env: A_KEY}, tier: Free}]}\n", encoding="utf-8"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "cutscore.cli.main", "serve", "--port", "0", "--json"],
        cwd=tmp_path, env={**os.environ, "A_KEY": "open-sesame"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        assert process.stdout
        url = json.loads(process.stdout.readline())["url"]
        with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
            files = {"videos": ("a.mp4", edit.read_bytes())}
            statuses = [
                client.post("/v1/music/video-to-music", files=files, headers=headers, params=params).status_code
                for headers, params in (
                    ({}, {}),
                    ({"xi-api-key": "open-sesame"}, {"output_format": "pcm_44100"}),
                    ({"xi-api-key": "open-sesame"}, {"output_format": "pcm_8000"}),
                )
            ]
        assert [401, 403, 200] == statuses
    finally:
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)
    assert 0 == process.returncode, said
    assert b"open-sesame" not in b"".join(said)
    assert [] == list((tmp_path / "tmp").iterdir())


def test_a_key_that_is_not_found_stops_the_server(tmp_path: Path) -> None:
    """Rather no server than one that lets in everybody; the sentence says where it was looked for."""
    (tmp_path / "cutscore.yaml").write_text("serve: {keys: [{name: studio, key: {env: NO_SUCH_KEY}}]}\n")
    ran = Command(tmp_path)("serve", "--port", "0")
    assert 2 == ran.code
    assert "The key 'studio' of serve.keys is not found: looked in the environment variable NO_SUCH_KEY." in ran.err
    refused = Command(tmp_path)("serve", "--host", "0.0.0.0", "--port", "0", cwd=tmp_path.parent)
    assert (2, True) == (refused.code, "say --open to let in everybody" in refused.err)
