"""Films and the extension's zip, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from cutscore.editors.blender_zip import build_zip
from support.blender import FILMS, Blender
from support.numbered import numbered_film


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Numbered films by name, in a folder with a difficult name."""
    folder = tmp_path_factory.mktemp("films") / "rushes %41 #1 ü"
    folder.mkdir()
    return {
        name: numbered_film(folder / f"{name}.mp4", frames, rate, first=first)
        for name, (first, rate, frames) in FILMS.items()
    }


@pytest.fixture(scope="session")
def extension(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The extension's zip."""
    return build_zip(tmp_path_factory.mktemp("extension") / "cutscore.zip")


@pytest.fixture
def blender(python: Path, tmp_path: Path, extension: Path) -> Blender:
    """A Blender in a home of its own; `python` is given by each_blender."""
    return Blender(python, tmp_path / "home", extension)
