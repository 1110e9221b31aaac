"""A server's signature is read, judged, told and kept in the rights record."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from cutscore.submit import Ledger, RemoteEngine, submit
from cutscore_composer.engine import Progress, Request
from cutscore_composer.signing import Made, development_identity, sign_mp3
from cutscore_composer.signing.manifest import TRAINED
from support.misbehaving_server import MisbehavingServer, plays

Maker = Callable[..., RemoteEngine]


@pytest.fixture
def signed(mp3: bytes, tmp_path: Path) -> bytes:
    """The chord as a service would sign it."""
    (tmp_path / "plain.mp3").write_bytes(mp3)
    made = Made("Some Service", "3.1", source_type=TRAINED)
    sign_mp3(tmp_path / "plain.mp3", tmp_path / "signed.mp3", made, development_identity(tmp_path / "signing"))
    return (tmp_path / "signed.mp3").read_bytes()


def test_the_rights_record_keeps_what_the_signature_says(
    engine_with: Maker, server: MisbehavingServer, request_: Request, ledger: Ledger, signed: bytes, tmp_path: Path
) -> None:
    """Generator, kind of source and that it holds stand in NAME.rights.json; the signed bytes are kept as they came."""
    server.usual = plays(signed)
    (done,) = submit(request_, engine_with(sign_with_c2pa=True), ledger, folder=tmp_path / "out")
    said = json.loads(done.rights.read_text(encoding="utf-8"))["c2pa"]
    assert ("valid", "Some Service 3.1") == (said["state"], said["generator"])
    assert "trainedAlgorithmicMedia" == said["source-type"]
    assert () == done.music.warnings
    assert done.music.original is not None
    assert signed == done.music.original.read_bytes()


def test_a_signature_that_does_not_hold_is_told(
    engine_with: Maker, server: MisbehavingServer, request_: Request, signed: bytes
) -> None:
    """A byte of sound changed on the way: the music is used, and its user is told."""
    server.usual = plays(signed[:-50] + bytes([signed[-50] ^ 1]) + signed[-49:])
    engine = engine_with(sign_with_c2pa=True)
    music = engine.score(request_, Progress())
    assert "invalid" == music.facts["c2pa-state"]
    assert ["The C2PA signature in the music from studio does not hold: invalid"] == [
        warning.split(" (")[0] for warning in music.warnings
    ]
    assert "assertion.dataHash.mismatch" in music.warnings[0]


def test_an_asked_for_signature_that_is_not_there_is_told(engine_with: Maker, request_: Request) -> None:
    """Without a signature nothing is said, unless one was asked for."""
    music = engine_with(sign_with_c2pa=True).score(request_, Progress())
    assert ("studio was asked for a song signed with C2PA and sent one without a signature.",) == music.warnings


def test_music_without_a_signature_is_nothing_special(engine_with: Maker, request_: Request) -> None:
    """No facts and no warning where none was asked for and none came."""
    music = engine_with().score(request_, Progress())
    assert () == music.warnings
    assert [] == [name for name in music.facts if name.startswith("c2pa")]
