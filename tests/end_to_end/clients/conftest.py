"""Servers for other people's programs: an open one, one with keys of every plan, and films to send."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cutscore_composer.server import KeyEntry
from support.films import film
from support.served import QUICK, Served

KEYS = {"Free": "free-key-of-the-test", "Creator": "creator-key-of-the-test", "Pro": "pro-key-of-the-test"}


@pytest.fixture(scope="module", autouse=True)
def no_proxies() -> Iterator[None]:
    """Foreign clients obey proxies of the environment even for this machine."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.lower().endswith("_proxy")}
    yield
    os.environ.update(hidden)


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Lets everybody in; answers with tones; nothing is left of any request when it ends."""
    with Served(tmp_path_factory.mktemp("open"), replace(QUICK, signing_folder=tmp_path_factory.mktemp("sign"))) as one:
        yield one
        one.eventually(lambda: [] == one.jobs())


@pytest.fixture(scope="module")
def keyed_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Wants keys; what a format needs of a plan is as in the cloud."""
    entries = tuple(KeyEntry.of(tier, key, tier=tier) for tier, key in KEYS.items())
    with Served(tmp_path_factory.mktemp("keyed"), replace(QUICK, keys=entries)) as one:
        yield one
        one.eventually(lambda: [] == one.jobs())


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """One second and two seconds at 25 frames a second."""
    folder = tmp_path_factory.mktemp("films")
    return film(folder / "one.mp4", frames=25), film(folder / "zwei ü%.mp4", frames=50)
