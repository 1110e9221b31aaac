"""The remote engine against a real server: what is sent, and the exact outcome of each thing that can go wrong."""

from __future__ import annotations

import email.utils
import io
import json
import socket
import subprocess
import sys
import threading
import wave
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cutscore.keys import ApiKey, KeyUnencrypted
from cutscore.submit import Ledger, RemoteEngine, RemoteSettings, submit
from cutscore.submit.exchange import Timeouts
from cutscore.submit.paid import Till, Unclear
from cutscore_composer.contract import FORMATS
from cutscore_composer.cue import read_cue
from cutscore_composer.engine import Progress, ProgressEvent, Request
from cutscore_composer.errors import Cancelled, ConfigError, EngineFailed, InputRefused
from support.misbehaving_server import (
    Exchange,
    MisbehavingServer,
    answers,
    cuts_off,
    never_answers,
    never_reads,
    plays,
    resets_after_upload,
    resets_mid_upload,
)
from support.sounds import encoded

Maker = Callable[..., RemoteEngine]


def test_everything_of_the_contract_is_sent(engine_with: Maker, server: MisbehavingServer, request_: Request) -> None:
    """Path, query, key header, repeated `videos` and `tags`, booleans as true and false, in order."""
    engine = engine_with(
        api_key=lambda: ApiKey("sk_1"), output_format="mp3_44100_64", model_id="music_v2", sign_with_c2pa=True,
        add_sfx=True, use_audio_as_reference=True, enable_logging=False, separate_clips=True,
    )  # fmt: skip
    engine.score(request_, Progress())
    (seen,) = server.requests
    assert seen.path == "/v1/music/video-to-music?output_format=mp3_44100_64&enable_logging=false"
    assert seen.headers["xi-api-key"] == "sk_1"
    assert seen.fields == [
        ("description", "calm"), ("tags", "piano"), ("tags", "slow"), ("model_id", "music_v2"),
        ("sign_with_c2pa", "true"), ("add_sfx", "true"), ("use_audio_as_reference", "true"),
    ]  # fmt: skip
    assert [(name, len(content)) for name, _, content in seen.files] == [("videos", 1_000_000)] * 3
    # Asked to listen, so the reel carried sound (the stand-in marks it).
    assert [content[0] for _, _, content in seen.files] == [100, 101, 102]
    assert ["film0.mp4", "film1.mp4", "film2.mp4"] == [name for _, name, _ in seen.files]


def test_the_music_is_a_wav_of_exactly_the_picture(engine_with: Maker, request_: Request, mp3: bytes) -> None:
    """48 kHz, 24 bit, 96,000 samples, start timecode in bext, the server's bytes and words kept."""
    music = engine_with().score(request_, Progress())
    with wave.open(str(music.audio)) as sound:
        assert (sound.getframerate(), sound.getsampwidth(), sound.getnframes()) == (48000, 3, 96000)
    assert (86400 * 2000).to_bytes(8, "little") in music.audio.read_bytes()[:1024]
    assert music.original is not None
    assert (music.original.name, music.original.read_bytes()) == ("piece.original.mp3", mp3)
    facts = {"song-id": "song-1", "request-id": "req-1", "character-cost": "1200", "model": "music_v1"}
    assert facts.items() <= music.facts.items()
    cue = read_cue(music.cue_file)
    assert (cue.engine, cue.rate, cue.frames, cue.samples) == ("studio", "24/1", 48, 96000)
    assert [cut.time for cut in cue.cuts] == [1.0]
    assert cue.loudness is not None
    assert -21 < cue.loudness.lufs < -12
    assert music.warnings == ()


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_becomes_the_same_music(
    name: str, engine_with: Maker, server: MisbehavingServer, request_: Request
) -> None:
    """All 21 formats: exact length, 440 Hz stays 440 Hz; headerless ones are kept as bytes and as a WAV."""
    np = pytest.importorskip("numpy")
    body = encoded(name, 2.0)
    server.usual = plays(body, FORMATS[name].content_type)
    music = engine_with(output_format=name).score(request_, Progress())
    with wave.open(str(music.audio)) as sound:
        raw = np.frombuffer(sound.readframes(96000), np.uint8).reshape(-1, 2, 3)
    left = (raw[:, 0, 2].astype(np.int8).astype(float) + raw[:, 0, 1] / 256.0) / 128.0
    assert len(left) == 96000
    spectrum = np.abs(np.fft.rfft(left[24000:72000]))
    assert np.argmax(spectrum) == 440
    assert 0.2 < np.sqrt(2 * np.mean(left[24000:72000] ** 2)) < 0.3
    assert music.original is not None
    assert music.original.read_bytes() == body
    assert (music.original_wav is not None) == FORMATS[name].headerless


ERRORS = [
    (answers(401, {"detail": {"status": "invalid_api_key", "message": "Invalid API key"}}), "401.*Invalid API key"),
    (answers(401, {"detail": {"status": "quota_exceeded", "message": "You have 3 credits."}}), "3 credits.*credits"),
    (answers(403, {"detail": {"status": "only_for_creator+", "message": "Creator tier needed."}}), "Creator.*plan"),
    (answers(422, {"detail": [{"loc": ["body", "videos", 0], "msg": "not a video", "type": "x"}]}), "videos.0: not a"),
    (answers(400, {"detail": {"status": "bad_prompt", "message": "No brands.", "data": {"prompt_suggestion": "calm"}}}),
     "No brands.*accept: 'calm'"),
    (answers(400, {"detail": "just words"}), "just words"),
    (answers(400, {"message": "no wrapper"}), "no wrapper"),
    (answers(404, b"<html><title>Not here</title><body>x</body></html>", "text/html"), "Not here.*url"),
    (answers(413, b""), "413"),
    (answers(418, b"\xff\xfe\x00broken"), "418"),
    (answers(500, {"error": "it broke"}), "500.*it broke"),
    (answers(200, {"detail": {"status": "failed", "message": "no music today"}}), "no music today"),
    (answers(307, b"", location="https://evil.example/take?secret=1"), "evil.example.*neither video nor key"),
]  # fmt: skip


@pytest.mark.parametrize(("behaviour", "says"), ERRORS)
def test_a_definite_refusal_is_one_sentence_and_is_not_repeated(
    behaviour: Any, says: str, engine_with: Maker, server: MisbehavingServer, request_: Request
) -> None:
    """EngineFailed with the best words of the body; one request; nothing half-written."""
    server.script = [behaviour]
    with pytest.raises(EngineFailed, match=f"(?s){says}") as caught:
        engine_with().score(request_, Progress())
    assert len(server.requests) == 1
    assert "\n" not in str(caught.value)
    assert "secret=1" not in str(caught.value)


UNKNOWN = [
    (answers(502, b"<html>Bad Gateway</html>", bill=True), "502"),
    (answers(504, {"message": "Endpoint request timed out"}, bill=True), "504.*timed out"),
    (answers(524, b"", bill=True), "524"),
    (answers(500, b"Internal Server Error", bill=True), "500"),
    (answers(503, b"upstream connect error", bill=True), "503"),
    (answers(303, b"", location="/result/1", bill=True), "303"),
    (answers(202, {"id": 1}, bill=True), "202"),
    (answers(200, b"", "audio/mpeg", bill=True), "an empty answer"),
    (answers(200, b"<html>log in</html>", "text/html", bill=True), "text/html instead of audio"),
    (answers(200, b"<html>log in</html>", "audio/mpeg", bill=True), "not mp3"),
    (answers(200, b"ID3" + bytes(5000), "audio/mpeg", bill=True), "cannot be decoded|without a single"),
    (resets_after_upload, "closed the connection"),
]


@pytest.mark.parametrize(("behaviour", "says"), UNKNOWN)
def test_what_may_have_been_billed_is_unknown_and_never_repeated(
    behaviour: Any, says: str, engine_with: Maker, server: MisbehavingServer, request_: Request
) -> None:
    """Unclear (an OutcomeUnknown), one request, one possible bill."""
    server.script = [behaviour]
    with pytest.raises(Unclear, match=f"(?s){says}.*may have been billed"):
        engine_with().score(request_, Progress())
    assert (len(server.requests), server.billed) == (1, 1)


def test_a_download_that_breaks_off_is_unknown_and_what_came_is_kept(
    engine_with: Maker, server: MisbehavingServer, request_: Request, mp3: bytes
) -> None:
    """The answer never gets its name; its beginning can be found."""
    server.script = [cuts_off(mp3, 10_000)]
    with pytest.raises(Unclear, match="cut off") as caught:
        engine_with().score(request_, Progress())
    assert caught.value.kept is not None
    kept = caught.value.kept.read_bytes()
    assert kept == mp3[: len(kept)]
    assert not (request_.folder / "answer").exists()


def test_a_server_that_never_answers_is_unknown_after_the_waiting_time(
    engine_with: Maker, server: MisbehavingServer, request_: Request
) -> None:
    """The time until the first byte has its own limit."""
    server.script = [never_answers]
    with pytest.raises(Unclear, match=r"no answer within 0\.3 s"):
        engine_with(timeouts=Timeouts(wait=0.3)).score(request_, Progress())
    assert server.billed == 1


def test_a_download_that_stops_has_its_own_shorter_time(
    engine_with: Maker, server: MisbehavingServer, request_: Request, mp3: bytes
) -> None:
    """After the first byte the limit for reading counts, not the long one for waiting."""

    def stops(exchange: Exchange) -> None:
        exchange.read_all()
        exchange.answer(200, mp3[:5000], "audio/mpeg", length=len(mp3))
        exchange.server.release.wait()

    server.script = [stops]
    with pytest.raises(Unclear, match=r"the answer stopped for 0\.2 s"):
        engine_with(timeouts=Timeouts(wait=30, download=0.2)).score(request_, Progress())


def test_a_server_that_drips_is_ended_by_the_total_time(
    engine_with: Maker, server: MisbehavingServer, request_: Request, mp3: bytes
) -> None:
    """Each byte in time is still not an answer in time."""

    def drips(exchange: Exchange) -> None:
        exchange.read_all()
        exchange.answer(200, b"", "audio/mpeg", length=len(mp3))
        for byte in mp3:
            if exchange.server.release.wait(0.02):
                return
            exchange.socket.sendall(bytes([byte]))

    server.script = [drips]
    with pytest.raises(Unclear, match=r"no whole answer within 0\.5 s"):
        engine_with(timeouts=Timeouts(total=0.5)).score(request_, Progress())


def test_a_reset_in_the_upload_has_not_been_billed(
    engine_with: Maker, server: MisbehavingServer, request_: Request
) -> None:
    """Half a form is no request: EngineFailed, says so, and is left to the user to repeat.

    The reel is larger than the system's buffers: of a smaller one nobody can tell how much arrived.
    """
    server.script = [resets_mid_upload]
    with pytest.raises(EngineFailed, match="upload broke off, nothing was billed"):
        engine_with(reel_bytes=40_000_000).score(request_, Progress())
    assert (len(server.requests), server.billed) == (1, 0)


def test_a_server_that_takes_nothing_of_the_upload_has_not_billed(
    engine_with: Maker, server: MisbehavingServer, request_: Request
) -> None:
    """The upload has its own limit (the reel is larger than what the system's buffers take)."""
    server.script = [never_reads]
    engine = engine_with(timeouts=Timeouts(upload=0.3), reel_bytes=40_000_000)
    with pytest.raises(EngineFailed, match=r"took nothing of the upload for 0\.3 s.*nothing was billed"):
        engine.score(request_, Progress())


def test_nobody_there_is_tried_again_and_then_said(request_: Request, engine_with: Maker) -> None:
    """Connection refused: as many attempts as configured, each free; the sentence names the address."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    steps: list[str] = []
    till = Till(lambda: steps.append("sending"), lambda: steps.append("refused"))
    engine = engine_with(url=f"http://127.0.0.1:{port}", attempts=3)
    with pytest.raises(EngineFailed, match=f"127.0.0.1:{port}.*cannot be reached.*nothing was billed"):
        engine.buy(request_, Progress(), till)
    assert steps == ["sending", "refused", "sending", "refused", "sending"]


@pytest.mark.parametrize(
    "again",
    [
        answers(429, {"detail": {"status": "too_many_concurrent_requests", "message": "busy"}}, Retry_After="0"),
        answers(429, {"detail": {"status": "system_busy", "message": "busy"}}),
        answers(503, b"", Retry_After="0"),
        answers(503, b"", Retry_After=email.utils.format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)),
    ],
)
def test_a_busy_server_is_asked_again(
    again: Any, engine_with: Maker, server: MisbehavingServer, request_: Request
) -> None:
    """429, and 503 with Retry-After, are certainly not billed: asked again until there is music; billed once."""
    server.script = [again, again]
    music = engine_with().score(request_, Progress())
    assert music.audio.exists()
    assert (len(server.requests), server.billed) == (3, 1)


def test_a_server_that_stays_busy_is_given_up(engine_with: Maker, server: MisbehavingServer, request_: Request) -> None:
    """After the last attempt the reason is told."""
    server.script = [answers(429, {"detail": {"message": "busy"}}, Retry_After="0")] * 2
    with pytest.raises(EngineFailed, match=r"429.*busy"):
        engine_with(attempts=2).score(request_, Progress())
    assert len(server.requests) == 2


def test_a_pause_longer_than_patience_is_told(engine_with: Maker, server: MisbehavingServer, request_: Request) -> None:
    """An hour is not waited for silently."""
    server.script = [answers(429, b"", Retry_After="3600")]
    with pytest.raises(EngineFailed, match="wait 3600 s"):
        engine_with().score(request_, Progress())


def test_stopping_in_the_upload_bills_nothing(engine_with: Maker, server: MisbehavingServer, request_: Request) -> None:
    """Cancel before the form is whole: Cancelled, at once, although the server still reads nothing."""
    server.script = [never_reads]
    progress = Progress(lambda event: progress.cancel() if event.stage == "upload" else None)
    with pytest.raises(Cancelled, match="nothing was billed"):
        engine_with().score(request_, progress)
    assert server.billed == 0


def test_stopping_while_the_name_is_looked_up_sends_nothing(
    engine_with: Maker, server: MisbehavingServer, request_: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before there is a connection to shut: Cancelled, and the server never hears of it."""
    stopped, look_up = threading.Event(), socket.getaddrinfo

    def slow(*arguments: Any, **named: Any) -> Any:
        stopped.wait(30)
        return look_up(*arguments, **named)

    def stop(event: ProgressEvent) -> None:
        if event.stage == "upload":
            progress.cancel()
            threading.Timer(0.2, stopped.set).start()

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    progress = Progress(stop)
    with pytest.raises(Cancelled, match="nothing was billed"):
        engine_with().score(request_, progress)
    assert server.requests == []


def test_stopping_while_the_server_works_is_unknown(
    engine_with: Maker, server: MisbehavingServer, request_: Request
) -> None:
    """Cancel after the form is whole: it may be billed, so it is not called cancelled."""
    server.script = [never_answers]
    progress = Progress(lambda event: progress.cancel() if event.stage == "wait" else None)
    with pytest.raises(Unclear, match=r"stopped by you.*may have been billed"):
        engine_with().score(request_, progress)


def test_progress_tells_upload_waiting_and_download(
    engine_with: Maker, server: MisbehavingServer, request_: Request, mp3: bytes
) -> None:
    """Stages in order; fractions rise within 0 and 1."""
    events: list[ProgressEvent] = []

    def slow(exchange: Exchange) -> None:
        exchange.read_all()
        exchange.server.release.wait(0.4)
        exchange.answer(200, mp3[:9000], "audio/mpeg", length=len(mp3))
        exchange.server.release.wait(0.4)
        exchange.socket.sendall(mp3[9000:])

    server.script = [slow]
    engine_with().score(request_, Progress(events.append))
    stages = list(dict.fromkeys(event.stage for event in events))
    assert stages[0] == "reel"
    assert stages[-3:] == ["wait", "download", "deliver"]
    fractions = [event.fraction for event in events if event.stage == "download" and event.fraction is not None]
    assert fractions == sorted(fractions)
    assert all(0 <= fraction <= 1 for fraction in fractions)


def test_a_proxy_of_the_environment_is_not_used_for_this_machine(
    engine_with: Maker, request_: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HTTP_PROXY catches loopback too: with a dead proxy the music still comes; when asked to use it, it is used."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert engine_with().score(request_, Progress()).audio.exists()
    with pytest.raises(EngineFailed):
        engine_with(trust_env=True, attempts=1).buy(request_, Progress())


def zipped(**members: bytes) -> bytes:
    """A ZIP of tracks; "__" in a name stands for a dot."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return file.getvalue()


def test_separate_tracks_become_stems_and_their_sum(
    engine_with: Maker, server: MisbehavingServer, request_: Request, mp3: bytes
) -> None:
    """A ZIP with music and effects: both as WAVs of exact length, and together as the audio."""
    body = zipped(sfx__mp3=encoded("mp3_44100_128", 1.0), music__mp3=mp3)
    server.usual = plays(body, "application/zip")
    music = engine_with(separate_tracks=True).score(request_, Progress())
    assert [stem.name for stem in music.stems] == ["music", "sfx"]
    for path in (music.audio, *(stem.file for stem in music.stems)):
        with wave.open(str(path)) as sound:
            assert sound.getnframes() == 96000
    assert music.original is not None
    assert (music.original.suffix, music.original.read_bytes()) == (".zip", body)
    assert ("separate_tracks", "true") in server.requests[0].fields


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (zipped(**{"../../evil__mp3": b"x"}), "outside of itself"),
        (zipped(**{"/etc/evil__mp3": b"x"}), "outside of itself"),
        (zipped(**{"C:\\evil__mp3": b"x"}), "outside of itself"),
        (zipped(**{f"t{n}__mp3": b"x" for n in range(20)}), "20 files"),
        (zipped(), "empty"),
        (zipped(music__mp3=b"no audio at all"), "not audio"),
    ],
)
def test_a_zip_that_is_a_trap_is_refused(
    body: bytes, says: str, engine_with: Maker, server: MisbehavingServer, request_: Request
) -> None:
    """Zip-slip names, too many members, nothing, no audio: one sentence, nothing outside the folder."""
    server.usual = plays(body, "application/zip")
    before = {path for path in request_.folder.parent.rglob("*") if request_.folder not in path.parents}
    with pytest.raises(InputRefused, match=says):
        engine_with(separate_tracks=True).score(request_, Progress())
    after = {path for path in request_.folder.parent.rglob("*") if request_.folder not in path.parents}
    assert before == after


def test_a_zip_bomb_is_counted_while_it_is_unpacked(
    engine_with: Maker, server: MisbehavingServer, request_: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What comes out counts, not what the header claims."""
    monkeypatch.setattr("cutscore.submit.answer.MOST_UNPACKED_BYTES", 1_000_000)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("music.mp3", bytes(50_000_000))
    server.usual = plays(file.getvalue(), "application/zip")
    with pytest.raises(InputRefused, match="unpacks to more than"):
        engine_with(separate_tracks=True).score(request_, Progress())
    assert all(path.stat().st_size < 3_000_001 for path in request_.folder.rglob("*") if path.is_file())


@pytest.mark.parametrize(("seconds", "says"), [(5.0, "trimmed and faded over 0.5 s"), (1.2, "0.8 s shorter")])
def test_music_of_another_length_is_fitted_and_said(
    seconds: float, says: str, engine_with: Maker, server: MisbehavingServer, request_: Request
) -> None:
    """Too long: trimmed and faded to nothing. Too short: as it is, then silence. Both with a warning."""
    server.usual = plays(encoded("mp3_44100_128", seconds))
    music = engine_with().score(request_, Progress())
    assert len(music.warnings) == 1
    assert says in music.warnings[0]
    with wave.open(str(music.audio)) as sound:
        assert sound.getnframes() == 96000
        sound.setpos(95990)
        assert max(sound.readframes(10)[2::3]) in (0, 255)


def test_fields_against_the_contract_never_reach_the_server(
    engine_with: Maker, server: MisbehavingServer, request_: Request
) -> None:
    """C2PA with opus, and a model nobody knows: both said, nothing sent."""
    engine = engine_with(output_format="opus_48000_64", sign_with_c2pa=True, model_id="music_v9")
    with pytest.raises(InputRefused, match=r"mp3 formats only.*music_v9.*music_v1, music_v2"):
        engine.score(request_, Progress())
    assert server.requests == []


@pytest.mark.parametrize(
    "url", ["ftp://x", "studio:8000", "http://", "http://me:pw@studio", "http://studio?x=1", "http://[::1", ""]
)
def test_an_address_that_is_none_is_refused_without_showing_a_password(url: str) -> None:
    """A url is scheme, host, port and path."""
    with pytest.raises(ConfigError) as caught:
        RemoteSettings("studio", url)
    assert "pw" not in str(caught.value)


def test_a_key_that_the_server_quotes_is_blotted_out(
    engine_with: Maker, server: MisbehavingServer, request_: Request
) -> None:
    """Servers echo keys; the sentence does not."""
    server.script = [answers(401, {"detail": {"message": "key sk_very_secret is not known"}})]
    with pytest.raises(EngineFailed) as caught:
        engine_with(api_key=lambda: ApiKey("sk_very_secret")).score(request_, Progress())
    assert "sk_very_secret" not in str(caught.value)
    assert json.dumps(str(caught.value)).count("***") == 1


def test_nothing_is_left_in_the_folder_but_the_piece(engine_with: Maker, request_: Request) -> None:
    """The files of the piece, and what was sent and received, none of it under a half-written name."""
    engine_with().score(request_, Progress())
    names = sorted(path.name for path in request_.folder.iterdir())
    assert names == ["answer", "piece.cue.json", "piece.original.mp3", "piece.wav", "reel"]


def test_what_was_noticed_of_the_reel_is_told_with_the_music(
    engine_with: Maker, request_: Request, ledger: Ledger, tmp_path: Path
) -> None:
    """Now, and when the purchase is placed again without a reel."""
    for folder in ("a", "b"):
        engine = engine_with(reel_warnings=("shot 3 is black", "shot 4 too"))
        (piece,) = submit(request_, engine, ledger, folder=tmp_path / folder)
        assert piece.music.warnings == ("shot 3 is black", "shot 4 too")


def test_uploading_200_mb_takes_no_more_memory_than_1_mb(server: MisbehavingServer, tmp_path: Path) -> None:
    """Peak resident memory of a process that does nothing else."""
    resource = pytest.importorskip("resource")
    assert resource
    code = (
        "import resource, sys; from pathlib import Path;"
        "from cutscore.submit.exchange import Call, Timeouts, exchange;"
        "from cutscore_composer.engine import Progress;"
        "files = [('videos', Path(sys.argv[2]))];"
        "call = Call(sys.argv[1], [], {}, [], files, Path(sys.argv[3]), Timeouts(), False);"
        "assert exchange(call, Progress()).status == 418;"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )

    def throws_away(exchange: Exchange) -> None:
        exchange.read_some(exchange.length - exchange.early)
        exchange.answer(418, b"", "text/plain")

    server.usual = throws_away
    peaks = []
    for size in (1_000_000, 200_000_000):
        reel = tmp_path / f"{size}.mp4"
        with reel.open("wb") as file:
            file.truncate(size)
        arguments = [sys.executable, "-c", code, server.url, str(reel), str(tmp_path / "answer")]
        peaks.append(int(subprocess.run(arguments, capture_output=True, check=True).stdout))
    # In kilobytes on Linux, in bytes on macOS.
    assert peaks[1] - peaks[0] < (10_000 if sys.platform == "linux" else 10_000_000)


def test_a_key_over_plain_http_to_another_machine_is_warned_of_before_it_leaves(
    request_: Request, engine_with: Maker, server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence that names the server and not the key; without a key, or on this machine, none."""
    monkeypatch.setattr("cutscore.submit.remote.ask_for_music", lambda *_: {})
    with pytest.warns(KeyUnencrypted) as caught:
        engine_with(url="http://studio.example:8000", api_key=lambda: ApiKey("k3y")).buy(request_, Progress())
    assert ["The key for studio travels unencrypted to http://studio.example:8000: use https."] == [
        str(warning.message) for warning in caught
    ]
    engine_with(url="HTTP://studio.example:8000").buy(request_, Progress())
    engine_with(url="https://studio.example", api_key=lambda: ApiKey("k3y")).buy(request_, Progress())
    engine_with(api_key=lambda: ApiKey("k3y")).buy(request_, Progress())


@pytest.mark.parametrize(
    ("url", "endpoint", "near"),
    [
        ("http://[::1]:8000", "http://[::1]:8000/v1/music/video-to-music", True),
        ("http://localhost:8000/", "http://localhost:8000/v1/music/video-to-music", True),
        ("https://host/base/", "https://host/base/v1/music/video-to-music", False),
        ("https://host/v1/music/video-to-music/", "https://host/v1/music/video-to-music", False),
        ("http://[fe80::1]:8000", "http://[fe80::1]:8000/v1/music/video-to-music", False),
    ],
)
def test_where_requests_go(url: str, endpoint: str, near: bool) -> None:
    """A server, a path on it, or the endpoint itself; proxies are for other machines."""
    settings = RemoteSettings("studio", url)
    assert (endpoint, near, not near) == (settings.endpoint, settings.on_this_machine, settings.uses_proxies)


def test_a_redirect_to_another_host_is_never_followed(
    engine_with: Maker, server: MisbehavingServer, request_: Request, mp3: bytes
) -> None:
    """The other host gets neither video nor key; the sentence names it without its query."""
    other = MisbehavingServer(plays(mp3))
    server.script = [answers(307, b"", "text/plain", location=f"{other.url}/x?token=1")]
    try:
        with pytest.raises(EngineFailed, match=r"points to http://127\.0\.0\.1, where neither") as caught:
            engine_with(api_key=lambda: ApiKey("k3y")).buy(request_, Progress())
        assert "token" not in str(caught.value)
        assert other.requests == []
    finally:
        other.close()
