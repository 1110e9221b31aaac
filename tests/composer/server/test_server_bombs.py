"""Videos that are small to send and large to decode: told with 422, and the server goes on as if nothing were."""

from __future__ import annotations

import struct
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from cutscore_composer.server.jobs import probe_job
from support.films import film
from support.served import QUICK, Served


def encoded(path: Path, *, size: tuple[int, int], rate: int, frames: int, step: int = 1, codec: str = "mpeg4") -> Path:
    """A black film; `step` frames of time pass with each picture."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = *size, "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for number in range(frames):
            picture = av.VideoFrame.from_ndarray(np.zeros((size[1] * 3 // 2, size[0]), np.uint8), format="yuv420p")
            picture.pts, picture.time_base = number * step, Fraction(1, rate)
            out.mux(stream.encode(picture))
        out.mux(stream.encode(None))
    return path


def with_claimed_hours(path: Path, hours: float) -> bytes:
    """An mp4 whose headers claim another length than its frames have."""
    data = bytearray(path.read_bytes())
    for box, scale_at, length_at in ((b"mvhd", 12, 16), (b"mdhd", 12, 16)):
        at = data.index(box) + 4
        scale = struct.unpack_from(">I", data, at + scale_at)[0]
        struct.pack_into(">I", data, at + length_at, min(int(hours * 3600 * scale), 0xFFFFFFFF))
    at = data.index(b"tkhd") + 4
    struct.pack_into(">I", data, at + 20, min(int(hours * 3600 * 1000), 0xFFFFFFFF))
    # The table of frame times: each lasts so long that together they fill the hours.
    at = data.index(b"stts") + 4
    entries = struct.unpack_from(">I", data, at + 4)[0]
    scale = struct.unpack_from(">I", data, data.index(b"mdhd") + 4 + 12)[0]
    count = sum(struct.unpack_from(">I", data, at + 8 + 8 * n)[0] for n in range(entries))
    for number in range(entries):
        struct.pack_into(">I", data, at + 12 + 8 * number, min(int(hours * 3600 * scale / count), 0x7FFFFFFF))
    return bytes(data)


def with_claimed_size(path: Path, side: int) -> bytes:
    """An mp4 whose description claims other frames than its stream has."""
    data = bytearray(path.read_bytes())
    struct.pack_into(">HH", data, data.index(b"mp4v") + 4 + 24, side, side)
    return bytes(data)


def with_frames_of(path: Path, side: int) -> bytes:
    """A motion JPEG film each of whose pictures says that it is larger than the film."""
    start_of_frame = b"\xff\xc0\x00\x11\x08"
    parts = path.read_bytes().split(start_of_frame)
    return parts[0] + b"".join(start_of_frame + struct.pack(">HH", side, side) + part[4:] for part in parts[1:])


@pytest.fixture(scope="module")
def bombs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Each a few kilobytes."""
    folder = tmp_path_factory.mktemp("bombs")
    tiny = film(folder / "tiny.mp4", frames=30, size=(32, 32))
    return {
        "600 hours": with_claimed_hours(tiny, 600),
        "600 seconds and a bit": with_claimed_hours(tiny, 600.5 / 3600),
        "long by its stamps": encoded(
            folder / "stamps.mkv", size=(32, 32), rate=1, frames=3, step=400, codec="mjpeg"
        ).read_bytes(),
        "16k x 16k": with_frames_of(encoded(folder / "a.avi", size=(32, 32), rate=25, frames=5, codec="mjpeg"), 16000),
        "8k x 8k": encoded(folder / "large.avi", size=(8192, 8192), rate=25, frames=1, codec="mjpeg").read_bytes(),
        "over 16k": encoded(folder / "larger.avi", size=(20000, 64), rate=25, frames=1, codec="mjpeg").read_bytes(),
        "1000 fps": encoded(folder / "fast.mp4", size=(32, 32), rate=1000, frames=100).read_bytes(),
    }  # fmt: skip


WORDS = {
    "600 hours": "at most 600 s",
    "600 seconds and a bit": "at most 600 s",
    "long by its stamps": "at most 600 s",
    "16k x 16k": "can be shown",
    "8k x 8k": "megapixels",
    "over 16k": "pixels",
    "1000 fps": "1000 frames a second",
}


@pytest.mark.parametrize("name", WORDS)
def test_a_bomb_is_told_and_does_nothing(served: Served, bombs: dict[str, bytes], small: Path, name: str) -> None:
    """422 that says what is too much; at once; the next request is served."""
    assert len(bombs[name]) < 2_000_000
    said = served.post(("bomb.mp4", bombs[name]))
    assert 422 == said.status_code, said.text[:300]
    row = said.json()["detail"][0]
    assert ["body", "videos", 0] == row["loc"]
    assert WORDS[name] in row["msg"]
    assert str(served.root) not in said.text
    assert 200 == served.post(small).status_code


def test_a_size_that_is_only_claimed_does_nothing(served: Served, tmp_path: Path) -> None:
    """What is decoded counts: a film of 32 × 32 pixels whose container says 16384 × 16384 is scored."""
    tiny = film(tmp_path / "tiny.mp4", frames=30, size=(32, 32))
    assert 200 == served.post(("a.mp4", with_claimed_size(tiny, 16384))).status_code


def test_videos_that_are_long_together_are_told(served: Served, tmp_path: Path) -> None:
    """Each is allowed, all together are not; exactly 600 s is."""
    five = film(tmp_path / "five.mp4", frames=300, rate=Fraction(1), size=(16, 16))
    said = served.post(five, five, five)
    assert 422 == said.status_code
    assert ["body", "videos"] == said.json()["detail"][0]["loc"]
    assert "last 900.00 s: at most 600 s" in said.json()["detail"][0]["msg"]
    job = {"files": [str(five)] * 2, "labels": ["a", "b"], "most_megapixels": 1, "most_frame_rate": 100}
    assert {"seconds": 600.0, "exactly": "600/1"} == probe_job(job)


def test_what_points_elsewhere_is_not_followed(served: Served, tmp_path: Path) -> None:
    """Playlists and lists of files are no videos, whatever they are called."""
    secret = film(tmp_path / "secret.mp4", frames=25)
    lists = {
        "a.m3u8": f"#EXTM3U\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\n",
        "b.mp4": f"ffconcat version 1.0\nfile '{secret}'\n",
        "c.mp4": f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{secret}\n",
        "d.sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
    }
    for name, text in lists.items():
        assert 422 == served.post((name, text.encode())).status_code, name
        padded = text.encode() + b"#" * 10_000  # too long to be told as a text
        assert 422 == served.post((name, padded)).status_code, name


def test_looking_has_its_time_and_memory(tmp_path: Path, small: Path) -> None:
    """A child that takes too much of either is ended, which is told as 422; with enough, the same video is scored."""
    large = encoded(tmp_path / "large.avi", size=(6000, 6000), rate=25, frames=2, codec="mjpeg")
    with Served(tmp_path / "a", replace(QUICK, probe_megabytes=160)) as served:
        assert 422 == served.post(large).status_code
    with Served(tmp_path / "b", QUICK) as served:
        said = served.post(large)
        assert 200 == said.status_code, said.text[:300]


def test_random_damage_never_costs_more_than_a_422(served: Served, small: Path, other: Path) -> None:
    """Bytes changed anywhere in a film: it is scored or refused, never a fault."""
    random = np.random.default_rng(4)
    for source in (small, other):
        for _ in range(12):
            data = np.frombuffer(source.read_bytes(), np.uint8).copy()
            places = random.integers(0, len(data), 1 + random.integers(30))
            data[places] = random.integers(0, 256, len(places))
            said = served.post(("damaged.mp4", data.tobytes()), query={"output_format": "ulaw_8000"})
            assert said.status_code in (200, 422), said.text
