"""The official JavaScript SDK of the cloud service, unmodified, pointed at our server."""

from __future__ import annotations

import base64
import io
import json
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cutscore_composer.contract import FORMATS
from cutscore_composer.signing import signature_of
from support.served import Served

from .conftest import KEYS

pytestmark = pytest.mark.program

PACKAGE = Path(os.environ.get("CUTSCORE_NODE_MODULES", "node_modules")).absolute() / "@elevenlabs" / "elevenlabs-js"
Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture(scope="module")
def ask() -> Ask:
    """Jobs for the SDK in one process of node, and what it says of each."""
    node = shutil.which("node")
    if node is None or not PACKAGE.is_dir():
        pytest.skip("node or @elevenlabs/elevenlabs-js is not installed; CUTSCORE_NODE_MODULES names its folder")

    def asked(server: Served, *jobs: dict[str, Any]) -> list[dict[str, Any]]:
        said = json.dumps({"sdk": str(PACKAGE), "url": server.url, "jobs": jobs}, default=str)
        script = Path(__file__).with_name("ask_with_sdk.mjs")
        done = subprocess.run([node, str(script)], input=said, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        answers: list[dict[str, Any]] = json.loads(done.stdout)
        return answers

    return asked


def test_all_formats_and_parameters(ask: Ask, open_server: Served, films: tuple[Path, Path], tmp_path: Path) -> None:
    """Every format of the contract, two files in order, all switches; the bytes are of the kind that was asked for."""
    every = [{"files": films[:1], "words": {"outputFormat": name}} for name in FORMATS]
    full = {
        "files": films,
        "words": {
            "outputFormat": "mp3_44100_128", "description": "ruhig ü", "tags": ["piano", "slow"], "modelId": "music_v2",
            "addSfx": True, "separateTracks": True, "useAudioAsReference": True,
        },
    }  # fmt: skip
    signed = {"files": films[:1], "words": {"signWithC2Pa": True}}
    *plain, together, with_signature = ask(open_server, *every, full, signed)
    heads = {"mp3": (b"ID3", b"\xff\xfb", b"\xff\xf3"), "opus": (b"OggS",)}
    for form, got in zip(FORMATS.values(), plain, strict=True):
        data = base64.b64decode(got["base64"])
        assert len(data) > 3000, form.name
        assert data.startswith(heads.get(form.codec, (b"",))), form.name
    archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(together["base64"])))
    assert 2 == len(archive.namelist())
    (tmp_path / "signed.mp3").write_bytes(base64.b64decode(with_signature["base64"]))
    found = signature_of(tmp_path / "signed.mp3")
    assert found is not None
    assert found.holds


def test_errors_are_the_sdk_s_own(ask: Ask, open_server: Served, films: tuple[Path, Path]) -> None:
    """422 is an UnprocessableEntityError whose body names the field, for every rule."""
    jobs = [
        {"files": films[:1], "words": {"description": "x" * 5000}},
        {"files": films[:1], "words": {"tags": ["t"] * 11}},
        {"files": films[:1], "words": {"outputFormat": "pcm_44100", "signWithC2Pa": True}},
        {"files": [films[0]] * 11, "words": {}},
        {"files": [], "words": {}},
        {"files": [__file__], "words": {}},
    ]
    for job, got in zip(jobs, ask(open_server, *jobs), strict=True):
        assert ("UnprocessableEntityError", 422) == (got.get("error"), got.get("status")), (job, got)
        assert got["body"]["detail"][0]["msg"]


def test_keys_and_plans(ask: Ask, keyed_server: Served, films: tuple[Path, Path]) -> None:
    """A wrong key is 401, a format above the plan is the SDK's ForbiddenError."""
    wrong, forbidden, allowed = ask(
        keyed_server,
        {"files": films[:1], "key": "wrong", "words": {}},
        {"files": films[:1], "key": KEYS["Free"], "words": {"outputFormat": "mp3_44100_192"}},
        {"files": films[:1], "key": KEYS["Creator"], "words": {"outputFormat": "mp3_44100_192"}},
    )
    assert 401 == wrong["status"]
    assert wrong["body"]["detail"]["message"]
    assert ("ForbiddenError", 403) == (forbidden["error"], forbidden["status"])
    assert "creator" in forbidden["body"]["detail"]["status"]
    assert base64.b64decode(allowed["base64"])
