"""The remote engine with the real reel and joining, on a real film."""

from __future__ import annotations

import json
import wave
from itertools import pairwise
from pathlib import Path

import pytest

from cutscore.readers import read_cut
from cutscore.submit import Ledger, RemoteEngine, RemoteSettings, submit
from cutscore_composer import contract
from cutscore_composer.engine import Request
from cutscore_composer.wishes import Wishes
from support.misbehaving_server import MisbehavingServer

pytestmark = pytest.mark.real


def test_a_film_too_long_for_one_request_comes_back_as_one_piece(
    videos: Path, server: MisbehavingServer, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a limit of 3 s, 8 s of film go up as three or more reels and are joined to the sample."""
    monkeypatch.setattr(contract, "MOST_SECONDS", 3)
    picture = read_cut([videos / "bbb_480p_30s_bower.mp4"]).picture()
    picture = picture.section(0, round(8 * picture.rate))
    engine = RemoteEngine(RemoteSettings("studio", server.url))
    (piece,) = submit(Request(picture, Wishes(), "bbb", Path()), engine, ledger, folder=tmp_path / "out")
    rights = json.loads(piece.rights.read_text(encoding="utf-8"))
    frames = [part["frames"] for part in rights["parts"]]
    assert frames[0][0] == 0
    assert frames[-1][1] == picture.frames
    assert all(a[1] == b[0] for a, b in pairwise(frames))
    assert len(frames) == len(server.requests) == server.billed >= 3
    assert all(name == "film.reel.mp4" for seen in server.requests for _, name, _ in seen.files)
    with wave.open(str(piece.music.audio)) as sound:
        assert sound.getnframes() == round(picture.frames / picture.rate * 48000)
