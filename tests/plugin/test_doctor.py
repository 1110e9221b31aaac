"""The doctor: what it finds, that it never shows a key, never calls what costs, and when it says that all is well."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cutscore import doctor
from cutscore.doctor import Finding, examine, healthy
from support.command import Command

SECRET = "sk_0123456789abcdef0123456789abcdef"


@pytest.fixture
def cutscore(tmp_path: Path) -> Command:
    """The command in an empty home."""
    return Command(tmp_path)


class Server(ThreadingHTTPServer):
    """A server that notes what it was asked."""

    asked: list[tuple[str, str, dict[str, str]]]


@pytest.fixture
def server() -> Iterator[Server]:
    """A server on this machine that answers 405 to everything."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            made.asked.append((self.command, self.path, dict(self.headers)))
            self.send_response(405)
            self.send_header("content-length", "0")
            self.end_headers()

        do_HEAD = do_GET = do_POST = _answer  # noqa: N815  (the names that http.server looks for)

        def log_message(self, *args: object) -> None:
            return

    made = Server(("127.0.0.1", 0), Handler)
    made.asked = []
    thread = threading.Thread(target=made.serve_forever)
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def topics(findings: tuple[Finding, ...]) -> dict[str, Finding]:
    return {finding.topic: finding for finding in findings}


def config(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "cutscore.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_all_is_well_here(cutscore: Command) -> None:
    """On this machine, as it is tested, the main job can run: exit code 0, and the JSON says the same."""
    ran = cutscore("doctor", "--json")
    assert ran.code == 0, ran.out
    assert ran.json["healthy"] is True
    assert [] == [row for row in ran.json["findings"] if row["level"] == "broken"]
    assert {"cutscore", "configuration", "instruments", "decoders", "encoders", "ledger"} <= {
        row["topic"] for row in ran.json["findings"]
    }
    said = cutscore("doctor")
    assert said.code == 0
    assert "Ready: cutscore demo" in said.out


def test_a_broken_configuration_is_found(cutscore: Command, tmp_path: Path) -> None:
    """With its place; exit code 1."""
    file = config(tmp_path, "music: {seed: x}\n")
    ran = cutscore("doctor", "--config", file)
    assert ran.code == 1
    assert f"{file}:1:15: music.seed must be a whole number, not 'x'." in ran.out


def test_a_server_is_asked_for_its_head_without_the_key(
    tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One HEAD, no key in it, nothing that could be billed; the finding says that it answers."""
    monkeypatch.setenv("STUDIO_KEY", SECRET)
    port = server.server_address[1]
    file = config(
        tmp_path,
        f"engine: studio\nengines: {{studio: {{url: 'http://127.0.0.1:{port}', api_key: {{env: STUDIO_KEY}}}}}}\n",
    )
    found = topics(examine(file))
    assert ["HEAD"] == [asked[0] for asked in server.asked]
    assert SECRET not in str(server.asked)
    assert found["engine studio"].level == "ok"
    assert "127.0.0.1 answers" in found["engine studio"].text
    assert found["key of studio"] == Finding("key of studio", "ok", "found in the environment variable STUDIO_KEY")


def test_a_server_that_is_away_is_a_note(tmp_path: Path, server: Server) -> None:
    """The local main job does not need it: the exit code stays 0."""
    port = server.server_address[1]
    server.shutdown()
    server.server_close()
    found = examine(config(tmp_path, f"engine: 'http://127.0.0.1:{port}'\n"))
    assert topics(found)[f"engine http://127.0.0.1:{port}"].level == "note"
    assert healthy(found)


def test_where_the_key_is_found_is_said_and_never_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the file when the variable is not set; not found is a note with the places."""
    key = tmp_path / "the.key"
    key.write_text(SECRET + "\n", encoding="utf-8")
    key.chmod(0o600)
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    text = "engine: a\nengines: {a: {url: 'http://127.0.0.1:9', api_key: {env: NO_SUCH_KEY, file: the.key}}}\n"
    found = examine(config(tmp_path, text))
    assert topics(found)["key of a"] == Finding("key of a", "ok", f"found in the file {key}")
    assert SECRET not in str(found)
    text = "engine: a\nengines: {a: {url: 'http://127.0.0.1:9', api_key: {env: NO_SUCH_KEY}}}\n"
    missing = topics(examine(config(tmp_path, text)))["key of a"]
    assert missing == Finding("key of a", "note", "not found; looked in the environment variable NO_SUCH_KEY")


def test_the_cloud_is_not_called_unless_it_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With the local engine no connection is tried at all."""

    def forbidden(*_: object) -> Finding:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(doctor, "_reached", forbidden)
    assert healthy(examine(config(tmp_path, "engine: local\n")))


def test_a_missing_codec_the_job_needs_is_broken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No libx264: the main job cannot run; no libopus: worth knowing."""
    has = doctor._has_codec
    monkeypatch.setattr(doctor, "_has_codec", lambda av, name, mode: name != "libopus" and has(av, name, mode))
    found = examine(config(tmp_path, ""))
    assert topics(found)["encoders"].level == "note"
    assert healthy(found)
    monkeypatch.setattr(doctor, "_has_codec", lambda av, name, mode: name != "libx264" and has(av, name, mode))
    found = examine(config(tmp_path, ""))
    assert topics(found)["encoders"].level == "broken"
    assert not healthy(found)


def test_a_check_that_fails_is_a_finding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever is broken, the doctor goes on and says what it can."""

    def broken() -> Iterator[Finding]:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(doctor, "_codecs", broken)
    found = examine(config(tmp_path, ""))
    assert Finding("doctor", "broken", "A check failed (RuntimeError).") in found
    assert "instruments" in topics(found)
    assert not healthy(found)


def test_nothing_is_left_behind(cutscore: Command, tmp_path: Path) -> None:
    """Looking changes nothing: no file, no folder, no ledger."""
    before = sorted(tmp_path.rglob("*"))
    assert cutscore("doctor").code == 0
    assert before == sorted(tmp_path.rglob("*"))


def test_the_doctor_finds_editors(tmp_path: Path) -> None:
    """An editor on the PATH is named, with how Cutscore gets into it; after that, that it is in it."""
    cutscore = Command(tmp_path)
    program = tmp_path / "bin" / "blender"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    path = f"{program.parent}{os.pathsep}{os.environ['PATH']}"
    told = {row["topic"]: row for row in cutscore("doctor", "--json", PATH=path).json["findings"]}
    assert str(program) in told["editor blender"]["text"]
    assert "cutscore install blender" in told["editor blender"]["text"]
    cutscore("install", "blender")
    told = {row["topic"]: row for row in cutscore("doctor", "--json", PATH=path).json["findings"]}
    assert "Cutscore is in it" in told["editor blender"]["text"]
