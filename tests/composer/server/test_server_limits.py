"""What one client cannot do to the others: too much, too many, too slowly, or going away in the middle."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cutscore_composer.contract import MOST_BYTES, PATH
from support.served import QUICK, Served

TIGHT = replace(
    QUICK,
    concurrent=3,
    compositions=1,
    queue=1,
    header_seconds=0.6,
    upload_idle_seconds=0.6,
    answer_idle_seconds=0.6,
    compose_seconds=20.0,
)


@pytest.fixture(scope="module")
def tight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with little patience: one piece at a time, one more may wait."""
    with Served(tmp_path_factory.mktemp("tight"), TIGHT) as running:
        yield running


def connection(served: Served) -> socket.socket:
    parts = urlsplit(served.url)
    sock = socket.create_connection((parts.hostname, parts.port))
    sock.settimeout(20)
    return sock


def head(length: int, *more: str) -> bytes:
    lines = [
        f"POST {PATH} HTTP/1.1", "Host: x", f"Content-Length: {length}",
        "Content-Type: multipart/form-data; boundary=boundary", *more, "", "",
    ]  # fmt: skip
    return "\r\n".join(lines).encode()


PART = b'--boundary\r\nContent-Disposition: form-data; name="videos"; filename="a.mp4"\r\n\r\n'


def answer_on(sock: socket.socket) -> tuple[int, bytes]:
    """Status and everything that was sent."""
    data = b""
    while b"\r\n\r\n" not in data or len(data.split(b"\r\n\r\n", 1)[1]) < length_of(data):
        piece = sock.recv(65536)
        if not piece:
            break
        data += piece
    return int(data.split()[1]) if data else 0, data


def length_of(data: bytes) -> int:
    return int(data.lower().split(b"content-length:")[1].split(b"\r\n")[0])


def closed(sock: socket.socket) -> bool:
    """Whether the server has ended the connection, within the socket's timeout."""
    try:
        while sock.recv(1 << 16):
            pass
    except ConnectionError:
        return True
    return True


def test_more_at_once_than_is_allowed_is_a_429(tight: Served, small: Path) -> None:
    """One composes, one waits, a third is told that the server is busy; with places of a key gone, that instead."""
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(tight.post, small, description="wait 3/2")
        tight.eventually(lambda: tight.client.get("/health").json()["composing"] == 1)
        second = pool.submit(tight.post, small, description="wait 0")
        tight.eventually(lambda: tight.client.get("/health").json()["waiting"] == 1)
        third = tight.post(small)
        assert (429, "system_busy") == (third.status_code, third.json()["detail"]["status"])
        assert 1 <= int(third.headers["retry-after"]) <= 60
        assert [200, 200] == [first.result().status_code, second.result().status_code]
    assert "2" == second.result().headers["current-concurrent-requests"]
    assert "3" == second.result().headers["maximum-concurrent-requests"]


def test_a_key_s_own_places_are_counted(tmp_path: Path, small: Path) -> None:
    """With room on the machine but not for this key, the word is another; it is told how many it may have."""
    with Served(tmp_path / "s", replace(QUICK, concurrent=1)) as served, ThreadPoolExecutor(1) as pool:
        first = pool.submit(served.post, small, description="wait 1")
        served.eventually(lambda: served.client.get("/health").json()["composing"] == 1)
        second = served.post(small)
        assert (429, "too_many_concurrent_requests") == (second.status_code, second.json()["detail"]["status"])
        counted = [second.headers[f"{word}-concurrent-requests"] for word in ("current", "maximum")]
        assert (["1", "1"], True) == (counted, "retry-after" in second.headers)
        assert 200 == first.result().status_code
        assert 200 == served.post(small).status_code


def test_a_client_that_goes_away_stops_the_work(tight: Served) -> None:
    """While its music is composed, and while it waits for its turn; nothing of it is left, and others are served."""
    small = film_bytes(tight)
    body = PART + small + b"\r\n"
    body += b'--boundary\r\nContent-Disposition: form-data; name="description"\r\n\r\nhang\r\n--boundary--\r\n'
    composing, waiting = connection(tight), connection(tight)
    composing.sendall(head(len(body)) + body)
    tight.eventually(lambda: tight.client.get("/health").json()["composing"] == 1)
    waiting.sendall(head(len(body)) + body)
    tight.eventually(lambda: tight.client.get("/health").json()["waiting"] == 1)
    assert 2 == len(tight.jobs())
    waiting.close()
    tight.eventually(lambda: tight.client.get("/health").json()["waiting"] == 0)
    composing.close()
    tight.eventually(lambda: tight.client.get("/health").json()["composing"] == 0)
    tight.eventually(lambda: [] == tight.jobs())
    assert 200 == tight.post(("a.mp4", small)).status_code


def film_bytes(served: Served) -> bytes:
    from support.films import film

    path = served.root / "film.mp4"
    return (path if path.exists() else film(path, frames=25)).read_bytes()


def test_work_that_does_not_listen_is_killed(tmp_path: Path, small: Path) -> None:
    """An engine that hangs deaf is ended by its deadline (422), or when its client goes; the next one is served."""
    with Served(tmp_path / "s", replace(QUICK, compose_seconds=0.5)) as served:
        body = PART + small.read_bytes() + b"\r\n"
        body += b'--boundary\r\nContent-Disposition: form-data; name="description"\r\n\r\ndeaf\r\n--boundary--\r\n'
        with connection(served) as sock:
            sock.sendall(head(len(body)) + body)
            served.eventually(lambda: served.client.get("/health").json()["composing"] == 1)
        served.eventually(lambda: served.client.get("/health").json()["composing"] == 0)
        assert 200 == served.post(small).status_code
        served.eventually(lambda: [] == served.jobs())


def test_an_upload_that_is_too_large_is_refused_early(tight: Served) -> None:
    """A told length of 10 GB is refused before a byte of it came; with 100-continue nothing is ever sent."""
    with connection(tight) as sock:
        sock.sendall(head(10_000_000_000, "Expect: 100-continue"))
        status, said = answer_on(sock)
        assert (422, False) == (status, b"100 Continue" in said)
        assert b"10000000000 bytes: at most 200000000" in said
        assert b'"videos"' in said


def test_201_megabytes_never_reach_the_disk(tight: Served) -> None:
    """Chunked, so that no length is told: refused at the limit, the rest is taken and thrown away, and read by then."""
    most = 0
    done = threading.Event()

    def watch() -> None:
        nonlocal most
        while not done.is_set():
            sizes = [path.stat().st_size for path in tight.root.rglob("video0*") if path.exists()]
            most = max([most, *sizes])
            done.wait(0.01)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        with connection(tight) as sock:
            sock.sendall(head(0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked"))
            piece = bytes(1_000_000)
            sock.sendall(b"%x\r\n%s\r\n" % (len(PART), PART))
            for _ in range(201):
                sock.sendall(b"f4240\r\n" + piece + b"\r\n")
            sock.sendall(b"0\r\n\r\n")
            status, said = answer_on(sock)
    finally:
        done.set()
        watcher.join()
    assert (422, True) == (status, b"more than 200000000 bytes" in said)
    assert 0 < most <= MOST_BYTES
    tight.eventually(lambda: [] == tight.jobs())


def test_slow_clients_are_cut_off(tight: Served) -> None:
    """A head that does not end; an upload that stops (408); each within its time, the places given back."""
    with connection(tight) as sock:
        sock.sendall(b"POST /v1/music/video-to-music HTTP/1.1\r\nHost: x\r\n")
        assert closed(sock)
    with connection(tight) as sock:
        sock.sendall(head(1000) + PART)
        status, said = answer_on(sock)
        assert (408, "upload_too_slow") == (status, json.loads(said.split(b"\r\n\r\n", 1)[1])["detail"]["status"])
        assert closed(sock)
    tight.eventually(lambda: [] == tight.jobs())


def long_film(folder: Path) -> bytes:
    """100 s, whose music as pcm is more than the buffers between server and client hold."""
    from support.films import film

    return film(folder / "long.mp4", frames=100, rate=Fraction(1), size=(16, 16)).read_bytes()


def asked_on(sock: socket.socket, served: Served, content: bytes) -> None:
    """Ask for 19 MB over a connection with a small window."""
    parts = urlsplit(served.url)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    sock.settimeout(20)
    sock.connect((parts.hostname, parts.port))
    body = PART + content + b"\r\n--boundary--\r\n"
    sock.sendall(head(len(body)).replace(PATH.encode(), PATH.encode() + b"?output_format=pcm_48000") + body)


def test_a_client_that_takes_nothing_of_its_answer_is_cut_off(tight: Served, tmp_path: Path) -> None:
    """A large answer, a small window: the connection ends in the middle and the answer's file is gone."""
    with socket.socket() as sock:
        asked_on(sock, tight, long_film(tmp_path))
        tight.eventually(lambda: bool(tight.jobs()))
        tight.eventually(lambda: [] == tight.jobs())
        taken = 0
        try:
            while piece := sock.recv(1 << 20):
                taken += len(piece)
        except ConnectionError:
            pass
    assert 0 < taken < 100 * 48000 * 4


def test_an_answer_that_is_taken_slowly_keeps_nobody_waiting(tmp_path: Path) -> None:
    """The one place to compose in is free again when the piece is composed, not when it is fetched."""
    content = long_film(tmp_path)
    with Served(tmp_path / "s", replace(QUICK, compositions=1)) as served, socket.socket() as sock:
        asked_on(sock, served, content)
        assert sock.recv(1)
        assert 1 == len(served.jobs())
        assert 200 == served.post(("a.mp4", content), query={"output_format": "ulaw_8000"}).status_code
        assert {"status": "ok", "composing": 0, "waiting": 0} == served.client.get("/health").json()
        served.eventually(lambda: 1 == len(served.jobs()))


def test_the_server_answers_while_it_composes(tight: Served, small: Path) -> None:
    """Health takes no longer than usual while a piece is being made."""
    with ThreadPoolExecutor(1) as pool:
        busy = pool.submit(tight.post, small, description="wait 1")
        tight.eventually(lambda: tight.client.get("/health").json()["composing"] == 1)
        started = time.perf_counter()
        assert 200 == tight.client.get("/health/live").status_code
        assert time.perf_counter() - started < 0.5
        assert 200 == busy.result().status_code


def test_a_disk_without_room_is_told_before_the_upload(tmp_path: Path, small: Path) -> None:
    """503 with a time to come again; ready says no."""
    with Served(tmp_path / "s", replace(QUICK, keep_free_megabytes=100_000_000)) as served:
        said = served.post(small)
        assert (503, "system_busy") == (said.status_code, said.json()["detail"]["status"])
        assert "60" == said.headers["retry-after"]
        assert 503 == served.client.get("/health/ready").status_code
        assert 200 == served.client.get("/health/live").status_code
