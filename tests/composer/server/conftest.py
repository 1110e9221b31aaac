"""A server that answers with tones, and small films to send to it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest

from support.films import film
from support.served import Served


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all tests of a file."""
    with Served(tmp_path_factory.mktemp("served")) as running:
        yield running
        assert [] == running.jobs()


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One second at 25 frames a second."""
    return film(tmp_path_factory.mktemp("films") / "small.mp4", frames=25)


@pytest.fixture(scope="session")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """37 frames at 23.976 frames a second, with sound."""
    return film(
        tmp_path_factory.mktemp("films") / "other.mov", frames=37, rate=Fraction(24000, 1001), sound_seconds=1.0
    )
