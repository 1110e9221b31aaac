"""`cutscore install`: files where each editor looks, on each system; nothing lost, nothing left."""

from __future__ import annotations

import json
import os
import subprocess
import zipfile
from pathlib import Path

import pytest

from cutscore.editors.install import EDITORS, System, install, remove
from cutscore.editors.install.putting import NOTES
from cutscore.editors.install.resolve import scripts_folder
from cutscore_composer.errors import ConfigError, OutputFailed
from support.command import Command


def linux(home: Path, **environ: str) -> System:
    """A Linux machine with a home and nothing else."""
    return System("linux", home, {"PATH": "", **environ})


def everything(folder: Path) -> dict[str, bytes]:
    """Every file below a folder; the token stays with the user's data, as a ledger does."""
    found = (path for path in folder.rglob("*") if path.is_file() and path.name != "bridge-token")
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


@pytest.mark.parametrize(
    ("system", "where"),
    [
        (System("linux", Path("/h")), "/h/.local/share/DaVinciResolve/Fusion/Scripts"),
        (System("linux", Path("/h"), {"XDG_DATA_HOME": "/d"}), "/d/DaVinciResolve/Fusion/Scripts"),
        (System("linux", Path("/h"), {"XDG_DATA_HOME": "d"}), "/h/.local/share/DaVinciResolve/Fusion/Scripts"),
        (
            System("darwin", Path("/h")),
            "/h/Library/Application Support/Blackmagic Design/DaVinci Resolve/Fusion/Scripts",
        ),
        (
            System("win32", Path("/h"), {"APPDATA": "/h/Roaming"}),
            "/h/Roaming/Blackmagic Design/DaVinci Resolve/Support/Fusion/Scripts",
        ),
    ],
)
def test_where_resolve_looks(system: System, where: str) -> None:
    """The folders that Resolve's scripting documentation names."""
    assert where == scripts_folder(system).as_posix()


@pytest.mark.parametrize("editor", EDITORS)
def test_install_and_remove_leave_nothing(editor: str, tmp_path: Path) -> None:
    """Something is put down and told; after removal the home holds no file more than before."""
    (tmp_path / "own.txt").write_text("mine", encoding="utf-8")
    before = everything(tmp_path)
    done = install(editor, linux(tmp_path))
    assert done.files
    assert all(path.is_file() and path.is_relative_to(tmp_path) for path in done.files)
    assert done.clicks
    again = install(editor, linux(tmp_path))
    assert (done.files, ()) == (again.files, again.kept), "a second installation is the same"
    gone = remove(editor, linux(tmp_path))
    assert set(done.files) == set(gone.files)
    assert before == everything(tmp_path)
    assert () == remove(editor, linux(tmp_path)).files


@pytest.mark.parametrize("editor", EDITORS)
def test_what_somebody_changed_is_kept(editor: str, tmp_path: Path) -> None:
    """A changed file is put aside by a new installation and left alone by a removal."""
    changed = install(editor, linux(tmp_path)).files[0]
    changed.write_text("my own words", encoding="utf-8")
    assert (changed,) == remove(editor, linux(tmp_path)).kept
    assert "my own words" == changed.read_text(encoding="utf-8")
    (aside,) = install(editor, linux(tmp_path)).kept
    assert "my own words" == aside.read_text(encoding="utf-8")
    assert b"my own words" != changed.read_bytes()


def test_files_of_an_earlier_version_go(tmp_path: Path) -> None:
    """What this version no longer puts down is taken away by its installation, if nobody changed it."""
    install("resolve", linux(tmp_path))
    notes = tmp_path / ".local" / "share" / "cutscore" / NOTES
    said = json.loads(notes.read_text(encoding="utf-8"))
    old = scripts_folder(linux(tmp_path)) / "Utility" / "Cutscore old.py"
    old.write_bytes(b"old")
    said["resolve"][str(old)] = "cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4"
    notes.write_text(json.dumps(said), encoding="utf-8")
    install("resolve", linux(tmp_path))
    assert not old.exists()


def test_a_folder_of_one_s_own(tmp_path: Path) -> None:
    """--folder puts it elsewhere, and removal still finds it."""
    files = install("blender", linux(tmp_path), tmp_path / "elsewhere").files
    assert all(path.is_relative_to(tmp_path / "elsewhere") for path in files)
    remove("blender", linux(tmp_path))
    assert not any(path.exists() for path in files)


@pytest.mark.skipif(os.name != "posix", reason="desktop entries are read on Linux")
@pytest.mark.parametrize("name", ["plain", 'a "b" $c `d` %f \\ ü'])
def test_the_menu_entry_names_the_script(tmp_path: Path, name: str) -> None:
    """Its Exec line, unescaped as an entry's text and then read by a shell's rules for quotes, is the script's path."""
    script, entry = install("kdenlive", linux(tmp_path / name)).files
    line = next(row for row in entry.read_text(encoding="utf-8").splitlines() if row.startswith("Exec="))
    value = line.removeprefix("Exec=").replace("\\\\", "\\").removesuffix(" %f --open")
    done = subprocess.run(["/bin/sh", "-c", f"printf %s {value}"], capture_output=True, text=True, check=True)
    assert str(script) == done.stdout.replace("%%", "%")


def test_the_kdenlive_script_knows_the_command(tmp_path: Path) -> None:
    """Installed, it calls the command that installed it, whatever the PATH says."""
    script = tmp_path / "my bin" / "cutscore"
    done = install("kdenlive", System("linux", tmp_path, {"PATH": ""}, script))
    text = done.files[0].read_text(encoding="utf-8")
    assert f"COMMAND = {json.dumps([str(script)])}\n" in text
    entry = done.files[1].read_text(encoding="utf-8")
    assert f'Exec="{done.files[0]}" %f --open\n' in entry


def test_the_blender_zip_knows_the_command(tmp_path: Path) -> None:
    """The zip holds a manifest and where this machine's command is."""
    script = tmp_path / "bin" / "cutscore"
    (zipped,) = install("blender", System("linux", tmp_path, {"PATH": ""}, script)).files
    with zipfile.ZipFile(zipped) as archive:
        assert "blender_manifest.toml" in archive.namelist()
        assert str(script) == archive.read("command_path.txt").decode().strip()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """One sentence; an unknown editor too."""
    (tmp_path / ".local").write_bytes(b"")
    with pytest.raises(OutputFailed, match="cannot be made"):
        install("resolve", linux(tmp_path))
    with pytest.raises(ConfigError, match="no editor 'avid'"):
        install("avid", linux(tmp_path))


def test_the_command(tmp_path: Path) -> None:
    """`cutscore install resolve` says where and what to click; --remove takes it away; --json is for programs."""
    cutscore = Command(tmp_path)
    told = cutscore("install", "resolve")
    assert 0 == told.code, told.err
    assert "Cutscore.py" in told.out
    assert "Workspace > Scripts > Cutscore" in told.out
    assert 5 < len(cutscore("install", "resolve", "--json").json["files"])
    assert "removed" in cutscore("install", "resolve", "--remove").out
    assert "Nothing of Cutscore's" in cutscore("install", "resolve", "--remove").out
    wrong = cutscore("install", "avid")
    assert (2, 1) == (wrong.code, wrong.err.count("\n"))
