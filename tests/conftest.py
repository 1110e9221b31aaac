"""Where the real timelines and videos are; tests that need them are skipped, saying so, where they are absent."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

REAL_DATA = Path(os.environ.get("CUTSCORE_TEST_DATA", Path(__file__).parents[2] / "shared" / "data"))


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts background work deaf to Ctrl-C, and what the tests start would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    # nohup does the same for the end of a session.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def _folder(name: str) -> Path:
    folder = REAL_DATA / name
    if not folder.is_dir():
        pytest.skip(f"the real {name} are not here ({folder}); set CUTSCORE_TEST_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def timelines() -> Path:
    """Folder of real timelines with facts.json."""
    return _folder("timelines")


@pytest.fixture(scope="session")
def videos() -> Path:
    """Folder of real videos."""
    return _folder("videos")
