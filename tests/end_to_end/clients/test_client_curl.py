"""curl as the service's reference writes it: `videos[]=@file`, form fields, the key in a header."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import av
import pytest

from cutscore_composer.contract import PATH
from support.served import Served

from .conftest import KEYS

pytestmark = pytest.mark.program


def curl(server: Served, target: Path, *words: str, query: str = "") -> tuple[int, str]:
    """(status, content type); the body lies in `target`."""
    program = shutil.which("curl")
    if program is None:
        pytest.skip("curl is not installed")
    told = ["-s", "-S", "--noproxy", "*", "-o", str(target), "-w", "%{http_code} %{content_type}"]
    done = subprocess.run(
        [program, *told, *words, f"{server.url}{PATH}{query}"], capture_output=True, text=True, timeout=60, check=True
    )
    status, _, kind = done.stdout.partition(" ")
    return int(status), kind


def test_the_reference_s_own_call(keyed_server: Served, films: tuple[Path, Path], tmp_path: Path) -> None:
    """Two films under `videos[]`, tags under `tags[]`: three seconds of mp3."""
    song = tmp_path / "song.mp3"
    key = f"xi-api-key: {KEYS['Pro']}"
    parts = [word for film in films for word in ("-F", f'videos[]=@"{film}"')]
    words = ["-X", "POST", "-H", key, "-F", "description=calm", "-F", "tags[]=piano", "-F", "tags[]=slow", *parts]
    assert (200, "audio/mpeg") == curl(keyed_server, song, *words, query="?output_format=mp3_44100_128")
    with av.open(str(song)) as container:
        assert 3 * 44100 == sum(frame.samples for frame in container.decode(audio=0))


def test_what_is_wrong_is_told(keyed_server: Served, films: tuple[Path, Path], tmp_path: Path) -> None:
    """No key: 401 with status and message; no file: 422 that names the field; another method: 405."""
    answer = tmp_path / "answer.json"
    assert 401 == curl(keyed_server, answer, "-F", f'videos=@"{films[0]}"')[0]
    detail = json.loads(answer.read_bytes())["detail"]
    assert detail["status"]
    assert detail["message"]
    key = ["-H", f"xi-api-key: {KEYS['Pro']}"]
    assert 422 == curl(keyed_server, answer, *key, "-F", "description=calm")[0]
    assert ["body", "videos"] == json.loads(answer.read_bytes())["detail"][0]["loc"]
    assert 405 == curl(keyed_server, answer, *key)[0]
