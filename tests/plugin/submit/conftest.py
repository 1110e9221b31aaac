"""A picture, a request, a stand-in reel, a ledger, and a server that misbehaves on request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from cutscore.submit import Ledger, RemoteEngine, RemoteSettings
from cutscore.submit.exchange import Timeouts
from cutscore_composer.engine import Progress, Request
from cutscore_composer.picture import CutPoint, Picture, PictureSpan
from cutscore_composer.wishes import Wishes
from support.misbehaving_server import MisbehavingServer, plays
from support.sounds import encoded

SECONDS = 2
REEL_BYTES = 3_000_000


@dataclass(frozen=True)
class StandInReel:
    files: tuple[Path, ...]
    warnings: tuple[str, ...] = ()


def stand_in_reel(
    picture: Picture,
    folder: Path,
    *,
    separate: bool = False,
    sound: bool = False,
    progress: Progress,
    stem: str,
    size: int = REEL_BYTES,
    warnings: tuple[str, ...] = (),
) -> StandInReel:
    """Files of the size of a reel; the misbehaving server does not look at pictures."""
    progress.report("reel", 1.0)
    count = 3 if separate else 1
    paths = tuple(folder / f"{stem}{number}.mp4" for number in range(count))
    for number, path in enumerate(paths):
        path.write_bytes(bytes([number + (100 if sound else 0)]) * (size // count))
    return StandInReel(paths, warnings)


@pytest.fixture(scope="session")
def mp3() -> bytes:
    """Two seconds of a chord, mp3_44100_128."""
    return encoded("mp3_44100_128", SECONDS)


@pytest.fixture
def server(mp3: bytes) -> Iterator[MisbehavingServer]:
    """Sends the chord unless it is told otherwise."""
    running = MisbehavingServer(plays(mp3))
    yield running
    running.close()


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """A media file; nobody decodes it here."""
    path = tmp_path / "shot.mov"
    path.write_bytes(b"media" * 1000)
    return path


@pytest.fixture
def picture(media: Path) -> Picture:
    """Two seconds at 24 from one hour on, one cut in the middle."""
    spans = (
        PictureSpan(0, 24, "clip", "a", media, Fraction(3)),
        PictureSpan(24, 48, "clip", "b", media, Fraction(7), Fraction(1, 2)),
    )
    return Picture("Mein Film", Fraction(24), 48, spans, (CutPoint(24),), start_frame=86400)


@pytest.fixture
def request_(picture: Picture, tmp_path: Path) -> Request:
    """What is asked: calm music for the picture."""
    folder = tmp_path / "engine"
    folder.mkdir()
    return Request(picture, Wishes(description="calm", tags=("piano", "slow")), "piece", folder)


@pytest.fixture
def engine_with(server: MisbehavingServer) -> Callable[..., RemoteEngine]:
    """A remote engine for the server, with other settings where given."""

    def make(**settings: Any) -> RemoteEngine:
        reel = partial(
            stand_in_reel, size=settings.pop("reel_bytes", REEL_BYTES), warnings=settings.pop("reel_warnings", ())
        )
        settings = {"timeouts": Timeouts(10, 10, 10, 10, 60), "retry_seconds": 0.0, "url": server.url} | settings
        return RemoteEngine(RemoteSettings(name="studio", **settings), make_reel=reel)

    return make


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """A fresh ledger."""
    with Ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}", tmp_path / "store") as opened:
        yield opened
