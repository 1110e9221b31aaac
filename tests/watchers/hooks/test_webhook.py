"""The webhook: what arrives at a real server, its signature checked by other means, and what happens when it fails."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from cutscore.config.watching import HookSettings
from cutscore_watchers.hooks import webhook
from cutscore_watchers.hooks.webhook import send, signed
from cutscore_watchers.jobs.interrupted import Interrupted

REPORT: dict[str, Any] = {"job": "3f2a", "state": "parked", "source": "/films/ü.mp4", "warnings": ["a"], "music": None}
SECRET = "a-secret-of-the-studio"


class Receiver:
    """Answers with one status after another, then with 200."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.seen: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.seen.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=[0.02])
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/hook"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server of its own."""
    made = Receiver()
    yield made
    made.close()


def sent(url: str, stopping: threading.Event | None = None, **settings: Any) -> dict[str, Any]:
    chosen = HookSettings.model_validate({"webhook": url, **settings})
    return send(chosen, REPORT, stopping or threading.Event(), first_pause_seconds=0.01)


def test_the_facts_arrive_signed(receiver: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The JSON of `cutscore jobs show`, and an HMAC that openssl computes alike from the time and the body."""
    monkeypatch.setenv("STUDIO_HOOK", SECRET)
    assert sent(receiver.url, webhook_secret={"env": "STUDIO_HOOK"}) == {
        "ok": True,
        "message": "The webhook answered 200.",
    }
    ((headers, body),) = receiver.seen
    assert json.loads(body) == {"event": "job.parked", **REPORT}
    assert headers["content-type"] == "application/json"
    stated = f"{headers['x-cutscore-time']}.".encode() + body
    command = ["openssl", "dgst", "-sha256", "-hmac", SECRET, "-hex"]
    try:
        done = subprocess.run(command, input=stated, capture_output=True, check=True)
    except FileNotFoundError:
        pytest.skip("openssl, which checks the signature, is not installed")
    assert headers["x-cutscore-signature"] == "sha256=" + done.stdout.decode().split()[-1]
    assert SECRET not in str(headers) + body.decode()


def test_an_unsigned_webhook_has_no_signature(receiver: Receiver) -> None:
    """Without a secret nothing is pretended."""
    assert sent(receiver.url)["ok"]
    assert not [name for name in receiver.seen[0][0] if name.startswith("x-cutscore")]
    assert signed(b"x", None, 1) == {}


@pytest.mark.parametrize(
    ("statuses", "ok", "asked"),
    [
        ([503, 500], True, 3),
        ([429], True, 2),
        ([500] * 9, False, webhook.ATTEMPTS),
        ([404], False, 1),
        ([302], False, 1),
    ],
)
def test_what_is_tried_again(statuses: list[int], ok: bool, asked: int, receiver: Receiver) -> None:
    """A server in trouble, five times at most; a refusal or another address, not at all."""
    receiver.statuses = list(statuses)
    found = sent(receiver.url)
    assert (found["ok"], len(receiver.seen)) == (ok, asked)
    if not ok:
        assert str(statuses[-1]) in found["message"]


def test_a_server_that_is_not_there(receiver: Receiver) -> None:
    """A sentence, after the attempts."""
    url = receiver.url
    receiver.server.server_close()
    found = sent(url)
    assert not found["ok"]
    assert "cannot be reached (ConnectError)" in found["message"]


def test_a_secret_that_is_not_found_sends_nothing(receiver: Receiver) -> None:
    """Configured to be signed: it is never sent unsigned."""
    found = sent(receiver.url, webhook_secret={"env": "STUDIO_HOOK_NOWHERE"})
    assert (found["ok"], receiver.seen) == (False, [])
    assert "STUDIO_HOOK_NOWHERE" in found["message"]


def test_a_stop_does_not_wait_for_the_next_attempt(receiver: Receiver) -> None:
    """Between two attempts the watcher can stop."""
    receiver.statuses = [500] * 5
    stopping = threading.Event()
    stopping.set()
    with pytest.raises(Interrupted):
        sent(receiver.url, stopping)
    assert len(receiver.seen) == 1
