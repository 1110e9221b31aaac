"""The bridge: a real server on this machine, asked by a real client; only who holds the token gets anything."""

from __future__ import annotations

import json
import os
import stat
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cutscore.bridge.runs import MOST_AT_ONCE, Runs, wishes_of
from cutscore.bridge.serving import bridge
from cutscore.bridge.token import bridge_token
from cutscore_composer.errors import InputRefused

SCORES = """
import json, pathlib, sys, time
words = sys.argv[1:]
folder = pathlib.Path(words[words.index("--output") + 1]); folder.mkdir(exist_ok=True)
(folder / "asked.json").write_text(json.dumps(words))
print(json.dumps({"stage": "mix", "fraction": 0.5}), file=sys.stderr, flush=True)
if "--description" in words and words[words.index("--description") + 1] == "hang": time.sleep(100)
if "--description" in words and words[words.index("--description") + 1] == "fail":
    print("The timeline is a riddle.", file=sys.stderr); sys.exit(3)
(folder / "m.wav").write_bytes(b"RIFF")
(folder / "m.cue.json").write_text(json.dumps({"frames": 24, "hits": [{"time": 0.5}], "chords": []}))
print(json.dumps({"music": str(folder / "m.wav"), "cue": str(folder / "m.cue.json"), "warnings": []}))
"""


@pytest.fixture
def timeline(tmp_path: Path) -> Path:
    """A file that is called like a timeline."""
    path = tmp_path / "film ü.otio"
    path.write_text("{}", encoding="utf-8")
    return path


@pytest.fixture
def client(tmp_path: Path) -> Iterator[httpx.Client]:
    """A client that holds the token of a running bridge."""
    script = tmp_path / "scores.py"
    script.write_text(SCORES, encoding="utf-8")
    token = bridge_token(tmp_path / "data")
    with bridge(Runs([sys.executable, str(script)]), token, 0) as server:
        url = f"http://127.0.0.1:{server.server_address[1]}"
        with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, trust_env=False) as one:
            yield one


def ended(client: httpx.Client, name: str) -> dict[str, Any]:
    """What is told of a run when it has ended."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        told: dict[str, Any] = client.get(f"/runs/{name}").json()
        if told["state"] != "running":
            return told
        threading.Event().wait(0.02)
    raise AssertionError("it never ended")


def test_a_run_from_start_to_report(client: httpx.Client, timeline: Path) -> None:
    """Words go to the command; the report comes back with what a panel cannot read itself."""
    asked = {"timeline": str(timeline), "description": "ruhig $(x) ü", "tags": ["piano"], "engine": "local", "seed": 7}
    answer = client.post("/runs", json=asked)
    assert 201 == answer.status_code
    told = ended(client, answer.json()["id"])
    assert "done" == told["state"], told
    assert {"frames": 24, "hits": [{"time": 0.5}]} == told["report"]["cue_facts"]
    words = json.loads((timeline.parent / "film ü.cutscore" / "asked.json").read_text(encoding="utf-8"))
    assert ["score", str(timeline)] == words[:2]
    assert ("ruhig $(x) ü", "7") == (words[words.index("--description") + 1], words[words.index("--seed") + 1])


def test_a_failure_is_the_command_s_own_sentence(client: httpx.Client, timeline: Path) -> None:
    """No traceback, no code: what the command says."""
    name = client.post("/runs", json={"timeline": str(timeline), "description": "fail"}).json()["id"]
    assert {"state": "failed", "error": "The timeline is a riddle."} == ended(client, name)


def test_stopping_and_how_many_run(client: httpx.Client, timeline: Path) -> None:
    """A run can be stopped; more than a few at once are refused until one has ended."""
    hang = {"timeline": str(timeline), "description": "hang"}
    names = [client.post("/runs", json=hang).json()["id"] for _ in range(MOST_AT_ONCE)]
    refused = client.post("/runs", json=hang)
    assert 422 == refused.status_code
    assert "already" in refused.json()["error"]
    assert "running" == client.get(f"/runs/{names[0]}").json()["state"]
    assert 200 == client.delete(f"/runs/{names[0]}").status_code
    assert "cancelled" == client.get(f"/runs/{names[0]}").json()["state"]
    assert 201 == client.post("/runs", json=hang).status_code


def test_without_the_token_there_is_nothing(client: httpx.Client, timeline: Path) -> None:
    """No token, a wrong one, or a name that another page made this machine answer to: 401, and nothing runs."""
    asked = {"timeline": str(timeline)}
    for headers in ({"Authorization": ""}, {"Authorization": "Bearer ü".encode()}, {"Host": "evil.example:80"}):
        answer = client.post("/runs", json=asked, headers=headers)  # type: ignore[arg-type]
        assert (401, {"error": "The token is missing or wrong."}) == (answer.status_code, answer.json())
    assert not (timeline.parent / "film ü.cutscore").exists()


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/runs", {}),
        ("/runs", {"timeline": "film.otio"}),
        ("/runs", {"timeline": "/etc/passwd"}),
        ("/runs", {"timeline": ["x"]}),
        ("/runs", {"timeline": "/a\0b.otio"}),
        ("/folders", {}),
        ("/folders", {"project": "x.prproj", "name": "a"}),
        ("/folders", {"project": "/not/there.prproj", "name": "a"}),
    ],
)
def test_what_is_no_timeline_is_refused(client: httpx.Client, path: str, body: dict[str, Any]) -> None:
    """422 with a sentence."""
    answer = client.post(path, json=body)
    assert 422 == answer.status_code
    assert answer.json()["error"].endswith(".")


def test_bodies_that_are_none(client: httpx.Client) -> None:
    """Not JSON, no object, too long, no length: a sentence each, and the bridge goes on."""
    for content in (b"", b"[]", b"{", b"[" * 60_000, b"x" * 70_000):
        assert 422 == client.post("/runs", content=content).status_code
    assert 404 == client.get("/runs/none").status_code
    assert 404 == client.post("/else", json={}).status_code


def test_a_folder_beside_the_project(client: httpx.Client, tmp_path: Path) -> None:
    """Whatever the sequence is called, the folder lies beside the project."""
    (tmp_path / "p.prproj").write_bytes(b"")
    for name in ("Sequenz 1", "../../etc", "a/b", "con", "", "x" * 500):
        answer = client.post("/folders", json={"project": str(tmp_path / "p.prproj"), "name": name})
        folder = Path(answer.json()["folder"])
        assert tmp_path / "Cutscore" == folder.parent
        assert folder.is_dir()


def test_the_token_is_the_user_s_alone(tmp_path: Path) -> None:
    """Made once, long, readable by nobody else."""
    token = bridge_token(tmp_path)
    assert token == bridge_token(tmp_path)
    assert len(token) > 30
    if os.name == "posix":
        assert 0 == stat.S_IMODE((tmp_path / "bridge-token").stat().st_mode) & 0o077


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from(["description", "engine", "seed", "tags"]),
        st.none() | st.booleans() | st.integers() | st.text() | st.lists(st.text(), max_size=3),
    )
)
def test_wishes_never_become_options(asked: dict[str, Any]) -> None:
    """Whatever is sent: it is refused, or every word that begins like an option is one of ours."""
    try:
        words = wishes_of(asked).words()
    except InputRefused:
        return
    assert {"--description", "--engine", "--seed", "--tag"} >= {word for word in words if word.startswith("--")}
