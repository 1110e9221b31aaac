"""The extension as a zip: complete, the same bytes each time, nothing but what Blender's Python has."""

from __future__ import annotations

import ast
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import cutscore
from cutscore.editors.blender_zip import build_zip
from cutscore_composer.errors import OutputFailed

SOURCE = Path(cutscore.__file__).parent / "editors" / "blender"


def test_the_zip_is_the_folder_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    """Every module and the manifest at the top, no caches; built twice it is one file."""
    first, second = build_zip(tmp_path / "a.zip"), build_zip(tmp_path / "new" / "b.zip")
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert archive.testzip() is None
        wanted = {path.name for path in SOURCE.iterdir() if path.is_file()}
        assert wanted == set(archive.namelist())
        assert all(archive.read(name) == (SOURCE / name).read_bytes() for name in wanted)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.zip", "new"]


def test_a_folder_gets_the_zip_under_its_own_name(tmp_path: Path) -> None:
    """Name and version as in the manifest."""
    assert f"cutscore-blender-{cutscore.__version__}.zip" == build_zip(tmp_path).name


def test_a_zip_for_this_machine_knows_its_command(tmp_path: Path) -> None:
    """One for others names no path of this machine."""
    with zipfile.ZipFile(build_zip(tmp_path / "mine.zip", command=Path("/venv/bin/cutscore"))) as archive:
        assert str(Path("/venv/bin/cutscore").absolute()) == archive.read("command_path.txt").decode().strip()
    with zipfile.ZipFile(build_zip(tmp_path / "plain.zip")) as archive:
        assert "command_path.txt" not in archive.namelist()


def test_what_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    """A target inside a file."""
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputFailed, match="cannot be written"):
        build_zip(tmp_path / "file" / "a.zip")


def test_the_manifest_says_what_blender_asks_for() -> None:
    """Schema, id, versions, licence and the reasons of its permissions: short and without a full stop."""
    said = tomllib.loads((SOURCE / "blender_manifest.toml").read_text(encoding="utf-8"))
    assert ("1.0.0", "cutscore", "add-on", "4.5.0") == tuple(
        said[key] for key in ("schema_version", "id", "type", "blender_version_min")
    )
    assert cutscore.__version__ == said["version"]
    assert ["SPDX:Apache-2.0"] == said["license"]
    for reason in (said["tagline"], *said["permissions"].values()):
        assert len(reason) <= 64
        assert reason[-1] not in ".!?"


def test_the_licence_goes_with_it() -> None:
    """The project's own, word for word."""
    root = Path(__file__).parents[3] / "LICENSE"
    assert root.read_bytes() == (SOURCE / "LICENSE").read_bytes()


def test_only_the_standard_library_and_blender_are_imported() -> None:
    """Cutscore itself is not installed in Blender's Python, nor is anything else."""
    allowed = {*sys.stdlib_module_names, "bpy"}
    foreign = {}
    for path in SOURCE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [node.module or ""]
            foreign.update({name: path.name for name in names if name.split(".")[0] not in allowed})
    assert {} == foreign
