"""What the server answers with: the 21 formats to the sample, headers, ZIPs, cue files, and what it logs."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from fractions import Fraction
from pathlib import Path

import av
import httpx
import numpy as np
import pytest

from cutscore_composer.contract import FORMATS, PATH
from cutscore_composer.signing import Signature, signature_of
from support.served import Served
from support.tone_engine import tone


def decoded_samples(content: bytes) -> tuple[int, int]:
    """Rate and samples of each channel, as FFmpeg decodes them."""
    with av.open(io.BytesIO(content)) as container:
        stream = container.streams.audio[0]
        frames = list(container.decode(stream))
        return stream.rate, sum(frame.samples for frame in frames)


def spoken(said: httpx.Response) -> list[dict[str, object]]:
    """The entries of a 422."""
    assert 422 == said.status_code, said.text[:300]
    return said.json()["detail"]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_has_its_type_its_extension_and_the_length_of_the_videos(
    served: Served, small: Path, other: Path, name: str
) -> None:
    """Two videos in order, 1 s and 37/23.976 s, which are no whole number of frames: to the sample all the same."""
    form = FORMATS[name]
    said = served.post(small, other, query={"output_format": name})
    assert 200 == said.status_code, said.text[:300]
    assert form.content_type == said.headers["content-type"]
    assert said.headers["content-disposition"] == f'attachment; filename="{said.headers["song-id"]}{form.extension}"'
    wanted = (1 + Fraction(37 * 1001, 24000)) * form.sample_rate
    if form.headerless:
        size = {"pcm": 4}.get(form.codec, 1)
        assert len(said.content) == round(wanted) * size
    else:
        rate, samples = decoded_samples(said.content)
        assert rate == form.sample_rate
        assert abs(samples - wanted) <= 1


def test_the_same_seed_gives_the_same_bytes_and_none_gives_others(served: Served, small: Path) -> None:
    """The seed is told in a header, drawn where none was asked for; the music is the engine's for that seed."""
    query = {"output_format": "pcm_48000"}
    first = served.post(small, query=query, seed="7")
    assert "7" == first.headers["seed"]
    assert first.content == served.post(small, query=query, seed="7").content
    heard = np.frombuffer(first.content, "<i2").reshape(-1, 2) / 32768
    assert np.abs(heard - tone(7, 48000)).max() < 3 / 32768
    drawn = served.post(small, query=query)
    again = served.post(small, query=query, seed=drawn.headers["seed"])
    assert drawn.content == again.content
    assert drawn.headers["seed"] != "7"


def test_the_headers_tell_what_the_cloud_s_tell(served: Served, small: Path) -> None:
    """song-id, request-id, cost and concurrency."""
    said = served.post(small)
    assert re.fullmatch(r"[A-Za-z0-9]{20}", said.headers["song-id"])
    assert re.fullmatch(r"[0-9a-f]{32}", said.headers["request-id"])
    counted = [said.headers[f"{word}-concurrent-requests"] for word in ("current", "maximum")]
    assert (["1", "4"], "0") == (counted, said.headers["character-cost"])
    assert served.client.get("/nothing").headers["request-id"] != said.headers["request-id"]


def test_videos_and_tags_may_be_called_with_brackets(served: Served, small: Path) -> None:
    """As the reference's curl names them; what the server does not know is passed over."""
    files = [("videos[]", ("a.mp4", small.read_bytes(), "video/mp4")), ("poster", ("p.png", b"x", "image/png"))]
    form = {"tags[]": ["calm", "warm"], "tags": "slow", "unknown": "x", "model_id": "music_v2"}
    said = served.client.post(PATH, data=form, files=files)
    assert 200 == said.status_code, said.text[:300]
    served.eventually(lambda: bool(served.logged(song_id=said.headers["song-id"])))
    assert sorted(served.logged(song_id=said.headers["song-id"])[0]["tags"]) == ["calm", "slow", "warm"]


def test_separate_tracks_come_as_a_zip_that_sums_to_the_mix(served: Served, small: Path) -> None:
    """music and sfx in the asked format; together they are the one file."""
    query = {"output_format": "pcm_48000"}
    said = served.post(small, query=query, seed="5", separate_tracks="true")
    assert ("application/zip", True) == (said.headers["content-type"], ".zip" in said.headers["content-disposition"])
    packed = zipfile.ZipFile(io.BytesIO(said.content))
    assert ["music.pcm", "sfx.pcm"] == packed.namelist()
    music, sfx = (np.frombuffer(packed.read(name), "<i2").astype(int) for name in packed.namelist())
    mix = np.frombuffer(served.post(small, query=query, seed="5", add_sfx="true").content, "<i2")
    assert np.abs(music + sfx - mix).max() <= 4  # each is dithered by itself
    stems = zipfile.ZipFile(io.BytesIO(served.post(small, stems="true").content))
    assert ["drums.mp3", "bass.mp3"] == stems.namelist()


def test_a_signed_song_names_what_it_was_made_for(served: Served, small: Path, other: Path, tmp_path: Path) -> None:
    """C2PA that the library's own reader holds for whole, the videos by their hash, every sample as without it; the
    tracks of a ZIP are signed one by one."""
    signed = served.post(small, other, seed="3", sign_with_c2pa="true")
    plain = served.post(small, other, seed="3")
    song = tmp_path / "song.mp3"
    song.write_bytes(signed.content)
    found = signature_of(song)
    assert found is not None
    assert found.holds, found
    assert signature_of_bytes(plain.content, tmp_path) is None
    for video in (small, other):
        assert hashlib.sha256(video.read_bytes()).hexdigest().encode() in signed.content
    assert signed.headers["song-id"].encode() in signed.content
    assert decoded_samples(signed.content) == decoded_samples(plain.content)
    packed = zipfile.ZipFile(io.BytesIO(served.post(small, separate_tracks="true", sign_with_c2pa="true").content))
    for name in packed.namelist():
        track = signature_of_bytes(packed.read(name), tmp_path)
        assert track is not None
        assert track.holds


def signature_of_bytes(content: bytes, folder: Path) -> Signature | None:
    path = folder / "signed.mp3"
    path.write_bytes(content)
    return signature_of(path)


def test_the_cue_file_is_where_the_link_says(served: Served, small: Path) -> None:
    """One GET away; a song that is not known, or a name that is none, has none."""
    said = served.post(small, seed="9")
    link = re.fullmatch(r'<([^>]+)>; rel="describedby"; type="application/json"', said.headers["link"])
    assert link
    cue = served.client.get(link[1]).json()
    assert ("cutscore.cue/1", 9, 25) == (cue["schema"], cue["seed"], cue["frames"])
    for other in ("x" * 20, "..%2F..%2Fcounters", "a"):
        missing = served.client.get(f"{PATH}/{other}/cue")
        assert 404 == missing.status_code
        assert "detail" in missing.json()


def test_the_log_keeps_quiet_where_it_is_asked_to(served: Served, small: Path) -> None:
    """With enable_logging=false neither description nor tags nor names of files stand in any line."""
    word = "unmistakable"
    quiet = served.post(
        (f"{word}.mp4", small.read_bytes()), query={"enable_logging": "false"}, description=f"an {word} one", tags=word
    )
    served.eventually(lambda: bool(served.logged(song_id=quiet.headers["song-id"])))
    assert word not in json.dumps(served.lines)
    loud = served.post(small, description=f"a loud {word}")
    served.eventually(lambda: bool(served.logged(song_id=loud.headers["song-id"])))
    assert f"a loud {word}" == served.logged(song_id=loud.headers["song-id"])[0]["description"]


def test_health_and_metrics_tell_what_goes_on(served: Served, small: Path) -> None:
    """Counters go up by what was asked; the text is what Prometheus reads."""

    def count() -> float:
        text = served.client.get("/metrics").text
        found = re.search(r'^cutscore_requests_total\{status="200"\} (\S+)$', text, re.MULTILINE)
        return float(found[1]) if found else 0.0

    before = count()
    served.post(small)
    served.eventually(lambda: count() == before + 1)
    assert {"status": "ok", "composing": 0, "waiting": 0} == served.client.get("/health").json()
    assert "ok" == served.client.get("/health/live").json()["status"]


BROKEN: list[tuple[dict[str, str], dict[str, object], list[object], str]] = [
    ({"output_format": "wav"}, {}, ["query", "output_format"], "enum"),
    ({"enable_logging": "maybe"}, {}, ["query", "enable_logging"], "bool_parsing"),
    ({}, {"description": ""}, ["body", "description"], "string_too_short"),
    ({}, {"description": "x" * 1001}, ["body", "description"], "string_too_long"),
    ({}, {"description": "x" * 70_000}, ["body", "description"], "string_too_long"),
    ({}, {"tags": ["t"] * 11}, ["body", "tags"], "too_long"),
    ({}, {"model_id": "music_v9"}, ["body", "model_id"], "enum"),
    ({}, {"add_sfx": "perhaps"}, ["body", "add_sfx"], "bool_parsing"),
    ({"output_format": "opus_48000_32"}, {"sign_with_c2pa": "true"}, ["body", "sign_with_c2pa"], "value_error"),
    ({}, {"seed": "seven"}, ["body", "seed"], "int_parsing"),
    ({}, {"seed": "-1"}, ["body", "seed"], "value_error"),
    ({}, {"loudness": "loud"}, ["body", "loudness"], "value_error"),
]


@pytest.mark.parametrize(("query", "form", "loc", "kind"), BROKEN)
def test_a_broken_rule_is_told_with_its_place(
    served: Served, small: Path, query: dict[str, str], form: dict[str, object], loc: list[object], kind: str
) -> None:
    """422 with FastAPI's list: where, what, which kind."""
    rows = spoken(served.post(small, query=query, **form))
    assert [(loc, kind)] == [(row["loc"], row["type"]) for row in rows]
    assert len(str(rows[0]["msg"])) > 15


def test_what_is_no_video_is_told(served: Served, small: Path) -> None:
    """The SDK's trap (a name instead of a file), with and without a file name; nothing; too many; empty; sound."""
    trap = spoken(served.post(small, ("upload", b"trailer.mp4")))
    assert ["body", "videos", 1] == trap[0]["loc"]
    assert "not a video: it is the text 'trailer.mp4'" in str(trap[0]["msg"])
    text = spoken(served.client.post(PATH, files=[("videos", (None, b"trailer.mp4"))]))
    assert (["body", "videos"], 1) == (text[0]["loc"], len(text))
    assert "not a video: it is the text 'trailer.mp4'" in str(text[0]["msg"])
    assert "missing" == spoken(served.client.post(PATH, files=[("tags", (None, b"calm"))]))[0]["type"]
    assert "missing" == spoken(served.client.post(PATH, json={"videos": []}))[0]["type"]
    assert "missing" == spoken(served.client.post(PATH))[0]["type"]
    assert "too_long" == spoken(served.post(*[small] * 11))[0]["type"]
    assert "0 bytes" in str(spoken(served.post(("a.mp4", b"")))[0]["msg"])
    noise = np.random.default_rng(1).bytes(50_000)
    assert "'n.mp4'" in str(spoken(served.post(("n.mp4", noise)))[0]["msg"])
    cut_off = small.read_bytes()[:-200]
    assert ["body", "videos", 0] == spoken(served.post(("c.mp4", cut_off)))[0]["loc"]


def test_a_name_of_a_file_is_never_a_path(served: Served, small: Path) -> None:
    """Whatever a file is called, it is scored, and nothing is written under that name."""
    for name in ("../../../../tmp/evil.mp4", "/etc/evil.mp4", "a\x00b.mp4", "C:\\evil.mp4", "é" * 300, ".", ""):
        said = served.post((name, small.read_bytes()))
        assert said.status_code in (200, 422), (name, said.text)
    assert [] == list(served.root.rglob("*evil*"))


def test_a_form_that_cannot_be_read_is_a_400(served: Served) -> None:
    """Cut off, without boundary, with parts without names: the object body, and no fault."""
    kind = {"content-type": "multipart/form-data; boundary=b"}
    bodies = [b"--b\r\n", b"", b"junk", b"--b\r\n\r\nx\r\n--b--\r\n"]
    bodies.append(b"--b\r\nA" + b"a" * 9000 + b": 1\r\n\r\n\r\n--b--")
    bodies.append(b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n1\r\n' * 101 + b"--b--")
    for body in bodies:
        said = served.client.post(PATH, content=body, headers=kind)
        assert (400, "invalid_form") == (said.status_code, said.json()["detail"]["status"]), body[:40]
    said = served.client.post(PATH, content=b"x", headers={"content-type": "multipart/form-data"})
    assert 400 == said.status_code
    assert [] == [line for line in served.lines if "fault" in line]


FAILURES = [
    ("crash", 500, "internal_error"),
    ("fail", 500, "engine_failed"),
    ("fault", 500, "internal_error"),
    ("full", 503, "system_busy"),
]


@pytest.mark.parametrize(("word", "status", "code"), FAILURES)
def test_a_failing_engine_is_told_and_leaves_nothing(
    served: Served, small: Path, word: str, status: int, code: str
) -> None:
    """The contract's object body without any detail of ours; the next request is served."""
    said = served.post(small, description=word)
    assert (status, code) == (said.status_code, said.json()["detail"]["status"])
    assert "secret" not in said.text
    assert 200 == served.post(small).status_code
    served.eventually(lambda: [] == served.jobs())


def test_what_the_engine_refuses_or_cannot_hold_is_a_422(served: Served, small: Path) -> None:
    """The engine's own sentence about a video; too little memory for it."""
    assert "nothing to see" in str(spoken(served.post(small, description="refuse"))[0]["msg"])
    assert "memory" in str(spoken(served.post(small, description="memory"))[0]["msg"])
