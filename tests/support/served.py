"""A server of ours in a process of its own, as a test starts, asks, kills and stops it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import httpx

from cutscore_composer.contract import PATH
from cutscore_composer.server import KeyEntry, ServerSettings

TONE = "support.tone_engine:ToneEngine"
QUICK = ServerSettings(port=0, engine=TONE, keep_free_megabytes=1, compositions=2)
"""A server that answers with tones."""


class Served:
    """A running server; use it as a context manager."""

    def __init__(self, root: Path, settings: ServerSettings = QUICK) -> None:
        self.root = root
        root.mkdir(exist_ok=True)
        self.settings = replace(settings, folder=root)
        self.lines: list[dict[str, Any]] = []

    def __enter__(self) -> Served:
        data = asdict(self.settings)
        data["keys"] = [{**key, "digest": key["digest"].hex()} for key in data["keys"]]
        paths = [str(Path(__file__).parents[1]), *sys.path]
        self.process = subprocess.Popen(
            [sys.executable, "-c", "from support.served import main; main()"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in paths if path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(data, default=str) + "\n")
        self.process.stdin.close()
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()
        self.url = self.process.stdout.readline().strip()
        assert self.url, self.lines
        self.client = httpx.Client(base_url=self.url, timeout=60, trust_env=False)
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()
        if self.process.poll() is None:
            self.stop()
        assert self.process.stdout
        self.process.stdout.close()
        self._listening.join(10)

    def stop(self) -> int:
        """Tell it to stop, as a service manager does; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def post(
        self, *files: Path | tuple[str, bytes], query: dict[str, str] | None = None, key: str | None = None, **form: Any
    ) -> httpx.Response:
        """A request for music."""
        parts = [
            ("videos", (file.name, file.read_bytes(), "video/mp4") if isinstance(file, Path) else file)
            for file in files
        ]
        headers = {} if key is None else {"xi-api-key": key}
        return self.client.post(PATH, params=query, data=form, files=parts, headers=headers)

    def jobs(self) -> list[Path]:
        """Everything that requests have on disk now."""
        return [path for path in self.root.rglob("job-*") if "workers" in path.parts]

    def workers(self) -> list[int]:
        """The processes that speak HTTP, where there are several."""
        return [int(path.name.split("-")[1]) for path in self.root.glob("cutscore-serve-*/workers/worker-*")]

    def eventually(self, true: Callable[[], bool], seconds: float = 20) -> None:
        """Wait until it is so; it is an error if it never is."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, f"still not so; the log says {self.lines[-5:]}"
            threading.Event().wait(0.02)

    def logged(self, **facts: Any) -> list[dict[str, Any]]:
        """The log's lines with these facts."""
        return [line for line in list(self.lines) if all(line.get(name) == value for name, value in facts.items())]

    def _listen(self) -> None:
        assert self.process.stderr
        with self.process.stderr as log:
            for line in log:
                try:
                    self.lines.append(json.loads(line))
                except ValueError:
                    self.lines.append({"event": "raw", "line": line})


def main() -> None:
    """The process itself: settings on standard input, its URL on standard output."""
    from cutscore_composer.server.run import serve

    data = json.loads(sys.stdin.readline())
    data["keys"] = tuple(KeyEntry(**{**key, "digest": bytes.fromhex(key["digest"])}) for key in data["keys"])
    for name in ("folder", "certificate", "private_key", "signing_folder"):
        data[name] = None if data[name] is None else Path(data[name])
    serve(ServerSettings(**data), lambda url: print(url, flush=True))
