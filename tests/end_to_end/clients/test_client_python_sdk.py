"""The official Python SDK of the cloud service, unmodified, pointed at our server: it cannot tell the difference."""

from __future__ import annotations

import io
import wave
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np
import pytest

from cutscore_composer.contract import FORMATS, MODELS
from cutscore_composer.engine import Progress, Request
from cutscore_composer.local import LocalEngine
from cutscore_composer.plain_video import picture_of_videos
from cutscore_composer.server import ServerSettings
from cutscore_composer.signing import signature_of
from cutscore_composer.wishes import Wishes
from support.served import Served

from .conftest import KEYS

elevenlabs = pytest.importorskip("elevenlabs", reason="the official Python SDK is not installed")

pytestmark = pytest.mark.program


Sdk = Callable[..., Any]


@pytest.fixture(scope="module")
def sdk() -> Iterator[Sdk]:
    """Makes clients of the SDK; only their base URL is ours."""
    with httpx.Client(trust_env=False, timeout=60) as connections:

        def client_of(server: Served, key: str = "") -> Any:
            return elevenlabs.ElevenLabs(base_url=server.url, api_key=key, httpx_client=connections)

        yield client_of


@pytest.fixture(scope="module")
def client(open_server: Served, sdk: Sdk) -> Any:
    """A client of the open server."""
    return sdk(open_server)


def seconds_of(data: bytes) -> float:
    """How long FFmpeg says that audio with a header is, decoded to the end."""
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.audio[0]
        return sum(frame.samples for frame in container.decode(stream)) / stream.rate


@pytest.mark.parametrize("name", FORMATS)
def test_every_format(client: Any, films: tuple[Path, Path], name: str) -> None:
    """All 21 formats of the SDK's own list give one second of audio of that kind."""
    with films[0].open("rb") as film:
        data = b"".join(client.music.video_to_music(videos=[film], output_format=name))
    form = FORMATS[name]
    if form.headerless:
        channels = 2 if form.codec == "pcm" else 1
        per_second = form.sample_rate * (2 if form.codec == "pcm" else 1)
        assert len(data) in (per_second, per_second * channels, per_second * 2)
    else:
        assert seconds_of(data) == pytest.approx(1.0, abs=0.001)


def test_every_parameter(client: Any, open_server: Served, films: tuple[Path, Path]) -> None:
    """Two files, description, tags, model, effects, separate tracks and reference together: a ZIP of both tracks."""
    opened = [path.open("rb") for path in films]
    parts = client.music.video_to_music(
        videos=opened,
        output_format="pcm_48000",
        enable_logging=False,
        description="ruhig, dann hoffnungsvoll ü",
        tags=["piano", "slow"],
        model_id=MODELS[-1],
        add_sfx=True,
        separate_tracks=True,
        use_audio_as_reference=True,
        sign_with_c_2_pa=False,
    )
    archive = zipfile.ZipFile(io.BytesIO(b"".join(parts)))
    for file in opened:
        file.close()
    assert 2 == len(archive.namelist())
    assert {3 * 48000 * 4} == {info.file_size for info in archive.infolist()}, "both tracks last as long as both films"
    open_server.eventually(lambda: bool(open_server.logged(event="request", videos=2)))
    log = open_server.logged(event="request", videos=2)[-1]
    assert "hoffnungsvoll" not in str(log), "nothing of the description is logged where the client forbids it"


def test_the_headers_reach_the_user(client: Any, films: tuple[Path, Path]) -> None:
    """The raw client shows song id, request id and how many requests run."""
    with films[0].open("rb") as film, client.music.with_raw_response.video_to_music(videos=[film]) as answer:
        headers = answer._response.headers
        b"".join(answer.data)
    assert "audio/mpeg" == headers["content-type"]
    assert headers["content-disposition"].endswith('.mp3"')
    assert all(headers[name] for name in ("song-id", "request-id", "character-cost"))
    assert int(headers["current-concurrent-requests"]) <= int(headers["maximum-concurrent-requests"])


def test_a_signed_song(client: Any, films: tuple[Path, Path], tmp_path: Path) -> None:
    """`sign_with_c_2_pa` gives an mp3 whose signature holds; with any other format it is refused."""
    with films[0].open("rb") as film:
        (tmp_path / "song.mp3").write_bytes(b"".join(client.music.video_to_music(videos=[film], sign_with_c_2_pa=True)))
    signature = signature_of(tmp_path / "song.mp3")
    assert signature is not None
    assert (True, "Cutscore", "algorithmicMedia") == (signature.holds, signature.generator, signature.source_type)
    with films[0].open("rb") as film, pytest.raises(elevenlabs.UnprocessableEntityError):
        b"".join(client.music.video_to_music(videos=[film], sign_with_c_2_pa=True, output_format="pcm_44100"))


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"description": "x" * 5000}, "description"),
        ({"tags": ["t"] * 11}, "tags"),
        ({"output_format": "mp3_1_1"}, "output_format"),
        ({"model_id": "music_v9"}, "model_id"),
    ],
)
def test_a_broken_rule_is_the_sdk_s_own_exception(
    client: Any, films: tuple[Path, Path], words: dict[str, Any], field: str
) -> None:
    """422 with the list form of the body: UnprocessableEntityError that names the field."""
    with films[0].open("rb") as film, pytest.raises(elevenlabs.UnprocessableEntityError) as raised:
        b"".join(client.music.video_to_music(videos=[film], **words))
    assert field in raised.value.body["detail"][0]["loc"]
    assert raised.value.body["detail"][0]["msg"]


def test_the_name_of_a_file_instead_of_the_file(client: Any) -> None:
    """The SDK sends `videos=["trailer.mp4"]` as that text: the answer says that the part is no video."""
    with pytest.raises(elevenlabs.UnprocessableEntityError) as raised:
        b"".join(client.music.video_to_music(videos=["trailer.mp4"]))
    assert "not a video" in raised.value.body["detail"][0]["msg"]


def test_too_many_files(client: Any, films: tuple[Path, Path]) -> None:
    """Eleven files are one too many."""
    data = films[0].read_bytes()
    with pytest.raises(elevenlabs.UnprocessableEntityError) as raised:
        b"".join(client.music.video_to_music(videos=[data] * 11))
    assert "at most 10" in str(raised.value.body)


def test_keys_and_plans(keyed_server: Served, sdk: Sdk, films: tuple[Path, Path]) -> None:
    """No key and a wrong key are 401; a format above the plan is the SDK's ForbiddenError; the right plan gets it."""
    data = films[0].read_bytes()
    for key in ("", "wrong"):
        with pytest.raises(elevenlabs.core.ApiError) as refused:
            b"".join(sdk(keyed_server, key).music.video_to_music(videos=[data]))
        assert 401 == refused.value.status_code
        assert refused.value.body["detail"]["message"]
    for name, least in (("mp3_44100_192", "Creator"), ("pcm_44100", "Pro")):
        with pytest.raises(elevenlabs.ForbiddenError) as forbidden:
            b"".join(sdk(keyed_server, KEYS["Free"]).music.video_to_music(videos=[data], output_format=name))
        assert least.lower() in forbidden.value.body["detail"]["status"]
        answer = sdk(keyed_server, KEYS[least]).music.video_to_music(videos=[data], output_format=name)
        assert b"".join(answer)


def test_the_music_is_what_the_composer_makes_here(sdk: Sdk, films: tuple[Path, Path], tmp_path: Path) -> None:
    """With the composer behind it: the bytes of pcm_48000 are those of the same piece composed in this process."""
    settings = ServerSettings(port=0, keep_free_megabytes=1)
    with (
        Served(tmp_path / "served", settings) as server,
        films[1].open("rb") as film,
        sdk(server).music.with_raw_response.video_to_music(
            videos=[film], output_format="pcm_48000", description="calm piano"
        ) as answer,
    ):
        seed = int(answer._response.headers["seed"])
        data = b"".join(answer.data)
    request = Request(picture_of_videos([films[1]]), Wishes(description="calm piano"), "music", tmp_path, seed=seed)
    music = LocalEngine().score(request, Progress())
    with wave.open(str(music.audio)) as made:
        assert made.getnframes() * 4 == len(data)
        raw = np.frombuffer(made.readframes(made.getnframes()), np.uint8).reshape(-1, 3)
    ours = (np.concatenate([np.zeros((len(raw), 1), np.uint8), raw], axis=1).view("<i4")[:, 0] / 2**31) * 2**15
    assert float(np.max(np.abs(ours - np.frombuffer(data, "<i2")))) <= 1.6, "16 bit, rounded (and dithered)"
