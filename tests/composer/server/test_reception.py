"""The form as it is read off the wire: whatever the pieces it comes in, and whatever is in it."""

from __future__ import annotations

import asyncio
import email.parser
import email.policy
import socket
import tempfile
from collections.abc import MutableMapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cutscore_composer.contract import PATH
from cutscore_composer.server import ServerSettings
from cutscore_composer.server.reception import Form, receive_form
from cutscore_composer.server.refusal import Refusal
from support.served import Served

MARK = b"boundary"
Parts = list[tuple[str, str | None, bytes]]


def body_of(parts: Parts) -> bytes:
    """A form: (name, file name, content)."""
    body = b""
    for name, filename, content in parts:
        label = "" if filename is None else f'; filename="{filename}"'
        body += b'--%s\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n' % (
            MARK, name.encode(), label.encode(), content,
        )  # fmt: skip
    return body + b"--%s--\r\n" % MARK


def received(body: bytes, borders: list[int], folder: Path) -> tuple[Form, list[bytes]]:
    """The form of a body that comes in pieces, and the content of its files."""
    cuts = sorted({border % (len(body) + 1) for border in borders})
    pieces = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    headers = {"content-type": f"multipart/form-data; boundary={MARK.decode()}"}
    with ThreadPoolExecutor(1) as disk:
        form = asyncio.run(receive_form(receive, headers, folder, ServerSettings(), disk))
    return form, [file.path.read_bytes() for file in form.files]


# Content that looks like the end of a part is what a reader of forms gets wrong.
near_marks = st.lists(
    st.sampled_from([b"\r\n", b"--", MARK, b"\r", b"\n", b"-", b"\r\n--", b"\r\n--" + MARK[:-1], b"a", b"\x00\xff"])
).map(b"".join)
texts = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=40)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    files=st.lists(near_marks.filter(lambda c: b"\r\n--" + MARK not in b"\r\n" + c), max_size=4),
    words=st.lists(texts.filter(lambda t: MARK.decode() not in t), max_size=4),
    borders=st.lists(st.integers(0, 5000), max_size=12),
)
def test_the_form_is_the_same_in_whatever_pieces_it_comes(
    files: list[bytes], words: list[str], borders: list[int]
) -> None:
    """Files byte for byte, fields letter for letter, in order; as the standard library's own reader has them."""
    parts: Parts = [("videos", f"{n}.mp4", content) for n, content in enumerate(files)]
    parts += [("tags", None, word.encode()) for word in words]
    body = body_of(parts)
    with tempfile.TemporaryDirectory() as folder:
        form, contents = received(body, borders, Path(folder))
    assert files == contents
    assert [("tags", word) for word in words] == form.fields
    assert [len(content) for content in files] == [file.size for file in form.files]
    head = b"Content-Type: multipart/form-data; boundary=%s\r\n\r\n" % MARK
    other: Any = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
    # The library also takes a line feed alone for a border's line break, which no form has.
    if parts and not any(b"--" + MARK in content for content in files):
        assert len(parts) == len(list(other.iter_parts()))


@settings(max_examples=150, deadline=None)
@given(
    body=st.binary(max_size=300).filter(lambda raw: MARK not in raw), borders=st.lists(st.integers(0, 300), max_size=5)
)
def test_bytes_that_are_no_form_are_refused(body: bytes, borders: list[int]) -> None:
    """400 or 422, never another error."""
    with tempfile.TemporaryDirectory() as folder, pytest.raises(Refusal) as refused:
        received(b"--" + MARK + b"\r\n" + body, borders, Path(folder))
    assert refused.value.status in (400, 422)


def test_an_upload_goes_past_the_http_parser_unchanged(served: Served, small: Path) -> None:
    """In pieces of every size, with and without a told length: the film arrives as it was sent, and is scored;
    what comes on the same connection after it is a request of its own."""
    film = small.read_bytes()
    body = body_of([("videos", "a.mp4", film + bytes(300_000)), ("seed", None, b"5")])
    wanted = served.client.post(PATH, content=body, headers=kind(), params={"output_format": "ulaw_8000"}).content
    host, port = served.url.removeprefix("http://").split(":")
    head = f"POST {PATH}?output_format=ulaw_8000 HTTP/1.1\r\nHost: x\r\nContent-Type: {kind()['content-type']}\r\n"
    told = head.encode() + b"Content-Length: %d\r\n\r\n" % len(body) + body
    chunked = head.encode() + b"Transfer-Encoding: chunked\r\n\r\n"
    chunked += b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in in_pieces(body, 70_001)) + b"0\r\n\r\n"
    for wire in (told, chunked):
        for size in (len(wire), 1 << 18, 65536, 1777):
            with socket.create_connection((host, int(port))) as sock:
                sock.settimeout(30)
                both = wire + b"GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
                for piece in in_pieces(both, size):
                    sock.sendall(piece)
                answer = b""
                while piece := sock.recv(65536):
                    answer += piece
            first, second = answer.split(b"HTTP/1.1 ")[1:]
            assert first.startswith(b"200")
            assert first.split(b"\r\n\r\n", 1)[1] == wanted
            assert second.startswith(b"200")


def kind() -> dict[str, str]:
    return {"content-type": f"multipart/form-data; boundary={MARK.decode()}"}


def in_pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


def test_a_broken_off_upload_leaves_nothing(served: Served) -> None:
    """A client that goes away in the middle of its upload."""
    host, port = served.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as sock:
        body = body_of([("videos", "a.mp4", bytes(3_000_000))])
        sock.sendall(
            f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: {kind()['content-type']}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body[:2_000_000]
        )
        served.eventually(lambda: bool(served.jobs()))
    served.eventually(lambda: [] == served.jobs())
    served.eventually(lambda: bool(served.logged(status=499)))
    assert isinstance(served.client.get("/health"), httpx.Response)
