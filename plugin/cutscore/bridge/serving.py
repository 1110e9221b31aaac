"""Serving the bridge: a small HTTP server on the loopback address that answers those who hold the token."""

from __future__ import annotations

import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cutscore.bridge.runs import Runs
from cutscore.results import safe_name
from cutscore_composer.errors import ConfigError, CutscoreError, InputRefused, OutputFailed

HOST = "127.0.0.1"
PORT = 8766
FOLDER = "Cutscore"
MOST_BYTES = 1 << 16
SECONDS = 20
Answer = tuple[int, dict[str, Any]]


@contextmanager
def bridge(runs: Runs, token: str, port: int = PORT) -> Iterator[ThreadingHTTPServer]:
    """The server, answering in a thread of its own as long as the `with` lasts. Raises ConfigError."""
    handler = type("BridgeHandler", (_Handler,), {"runs": runs, "token": token})
    try:
        server = ThreadingHTTPServer((HOST, port), handler)
    except OSError as error:
        raise ConfigError(f"The bridge cannot listen on port {port}: {error.strerror or error}.") from error
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, name="cutscore-bridge", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        runs.close()


def results_folder(asked: dict[str, Any]) -> Path:
    """A folder beside a project for a sequence's timeline and music, made if need be. Raises what a person is told."""
    project, name = asked.get("project"), asked.get("name")
    if not isinstance(project, str) or "\0" in project or not Path(project).is_absolute():
        raise InputRefused("The field `project` must be the whole path of a saved project.")
    if not Path(project).is_file():
        raise InputRefused(f"The project {project} is not there: save it first.")
    folder = Path(project).parent / FOLDER / safe_name(name if isinstance(name, str) else "")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputFailed(f"The folder {folder} cannot be made: {error.strerror or error}.") from error
    return folder


class _Handler(BaseHTTPRequestHandler):
    """One connection; `runs` and `token` are set by `bridge`."""

    runs: Runs
    token: str
    timeout = SECONDS
    server_version, sys_version = "cutscore-bridge", ""

    def do_GET(self) -> None:
        self._answer(lambda: self._one(self.runs.told))

    def do_DELETE(self) -> None:
        self._answer(lambda: self._one(lambda name: {"state": "cancelled"} if self.runs.cancel(name) else None))

    def do_POST(self) -> None:
        self._answer(self._posted)

    def _posted(self) -> Answer:
        if self.path == "/runs":
            return 201, {"id": self.runs.start(self._body())}
        if self.path == "/folders":
            return 200, {"folder": str(results_folder(self._body()))}
        return 404, {"error": "There is nothing at this address."}

    def _one(self, told: Callable[[str], dict[str, Any] | None]) -> Answer:
        base, _, name = self.path.rpartition("/")
        said = told(name) if base == "/runs" else None
        return (404, {"error": "There is no such run."}) if said is None else (200, said)

    def _answer(self, work: Callable[[], Answer]) -> None:
        try:
            code, said = work() if self._may() else (401, {"error": "The token is missing or wrong."})
        except CutscoreError as error:
            code, said = 422, {"error": str(error)}
        data = json.dumps(said).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        # What was not read of a request must not be taken for the next one.
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)
        self.close_connection = True

    def _may(self) -> bool:
        """Whether the token is right, and the request was meant for this machine by its name."""
        host = (self.headers.get("Host") or "").rsplit(":", 1)[0]
        given = self.headers.get("Authorization") or ""
        right = hmac.compare_digest(given.encode("utf-8", "replace"), f"Bearer {self.token}".encode())
        return right and host in (HOST, "localhost")

    def _body(self) -> dict[str, Any]:
        length = self.headers.get("Content-Length") or ""
        if not length.isdigit() or int(length) > MOST_BYTES:
            raise InputRefused(f"The request must be a JSON object of at most {MOST_BYTES} bytes.")
        try:
            said = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            raise InputRefused("The request must be a JSON object.")
        return said

    def log_message(self, *args: object) -> None:
        """Nothing is logged: descriptions are nobody's business."""
