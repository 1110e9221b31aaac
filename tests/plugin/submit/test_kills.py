"""kill -9 at every moment of a paid run: never charged twice without the user's word, unknown outcomes parked."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from cutscore.submit import Ledger
from cutscore_composer.errors import OutcomeUnknown
from support import killed_run
from support.misbehaving_server import Exchange, MisbehavingServer

FREE, PARKED, KEPT = "asked again", "parked", "reused"
"""What the next run does: nothing was sent; may have been billed; the music is there."""

EXPECTED = {
    "after asking": FREE,
    "after intent": FREE,
    "before sent is written": FREE,
    "after sent is written": PARKED,
    "in the upload": PARKED,
    "while waiting": PARKED,
    "in the download": PARKED,
    "before the store": PARKED,
    "before received is written": PARKED,
    "after received is written": KEPT,
    "while files get their names": KEPT,
    "after delivery": KEPT,
}


def test_every_moment_is_expected() -> None:
    """The table covers what the killed run knows."""
    assert set(EXPECTED) == {*killed_run.MOMENTS, *killed_run.STAGES}


@pytest.mark.skipif(os.name != "posix", reason="a killed process is seen at once on POSIX only")
@pytest.mark.parametrize("moment", EXPECTED)
def test_a_killed_run_is_never_paid_twice(moment: str, server: MisbehavingServer, tmp_path: Path, mp3: bytes) -> None:
    """After the kill: what never left is sent; what may be billed waits for `resend`; what came is used."""

    def in_two_pieces(exchange: Exchange) -> None:
        if moment == "in the upload":
            # Slowly, so that the upload is seen.
            exchange.read_some(1_000_000)
            exchange.server.release.wait(5)
        exchange.read_all()
        if moment == "while waiting":
            exchange.server.release.wait(5)
        exchange.answer(200, mp3[:9000], "audio/mpeg", length=len(mp3))
        if moment == "in the download":
            exchange.server.release.wait(5)
        exchange.socket.sendall(mp3[9000:])

    server.script = [in_two_pieces]
    command = [sys.executable, "-m", "support.killed_run", server.url, str(tmp_path), moment]
    tests = str(Path(__file__).parents[2])
    died = subprocess.run(command, cwd=tests, capture_output=True, timeout=60, check=False)
    assert died.returncode == -9, died.stderr.decode()
    server.script = []

    expected = EXPECTED[moment]
    before = server.billed
    assert before <= 1
    if expected == PARKED:
        with pytest.raises(OutcomeUnknown, match="ended before the answer came"):
            killed_run.run(server.url, tmp_path)
        with Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}", tmp_path / "store") as ledger:
            assert [entry.engine for entry in ledger.parked()] == ["studio"]
        assert server.billed == before
    (piece,) = killed_run.run(server.url, tmp_path, resend=expected == PARKED)
    assert server.billed == before + (0 if expected == KEPT else 1)
    assert piece.reused == (expected == KEPT)
    (again,) = killed_run.run(server.url, tmp_path)
    assert (again.reused, again.music.audio) == (True, piece.music.audio)
    assert not [path.name for path in (tmp_path / "out").iterdir() if path.name.startswith(".")]
