"""The script that scores the project of a folder: which project, which words, what it says and opens."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cutscore.editors import kdenlive

SCRIPT = Path(kdenlive.__file__).with_name("score_project.py")
STAND_IN = """#!{python}
import json, sys
from pathlib import Path
Path({log!r}).write_text(json.dumps(sys.argv[1:]))
print(json.dumps({{"project": {made!r}}}) if {code} == 0 else "", end="")
sys.exit({code})
"""


class Folder:
    """A project folder, with stand-ins for the command and the editor on the PATH."""

    def __init__(self, path: Path, code: int = 0) -> None:
        self.path = path
        self.bin = path.parent / "bin"
        self.bin.mkdir()
        self.made = str(path / "edit.cutscore" / "edit.scored.kdenlive")
        self._program("cutscore", STAND_IN, self.made if code == 0 else None, code)
        self._program("kdenlive", STAND_IN, None, 0)

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """The script, in the folder."""
        env = {**os.environ, "PATH": str(self.bin)}
        command = [sys.executable, str(SCRIPT), *words]
        return subprocess.run(command, cwd=self.path, env=env, capture_output=True, text=True, check=False)

    def asked(self, program: str) -> list[str]:
        """The words that a stand-in was called with."""
        return list(json.loads((self.bin / f"{program}.log").read_text()))

    def _program(self, name: str, text: str, made: str | None, code: int) -> None:
        program = self.bin / name
        log = str(self.bin / f"{name}.log")
        program.write_text(text.format(python=sys.executable, log=log, made=made, code=code))
        program.chmod(0o755)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with two projects, the second saved later, and what Cutscore made of them."""
    folder = tmp_path / "my film #1"
    folder.mkdir()
    names = ("old.kdenlive", "edit.kdenlive", "edit.scored.kdenlive", "edit.before-cutscore-1.kdenlive", "notes.txt")
    for number, name in enumerate(names):
        (folder / name).write_text("<mlt/>")
        os.utime(folder / name, (1_000_000_000 + number,) * 2)
    return folder


@pytest.mark.skipif(os.name == "nt", reason="the stand-ins are scripts of a POSIX shell")
def test_the_newest_project_of_the_folder_is_scored(home: Path) -> None:
    """Not what Cutscore itself made; further words go to the command."""
    folder = Folder(home)
    done = folder.run("--", "--seed", "7")
    assert (0, f"The music lies in {folder.made}.\n") == (done.returncode, done.stdout)
    assert ["score", "edit.kdenlive", "--json", "--seed", "7"] == folder.asked("cutscore")


@pytest.mark.skipif(os.name == "nt", reason="the stand-ins are scripts of a POSIX shell")
def test_a_named_project_is_scored_and_the_result_opened(home: Path) -> None:
    """As the file manager's menu calls it."""
    folder = Folder(home)
    project = str(home / "old.kdenlive")
    done = folder.run(project, "--open")
    assert 0 == done.returncode, done.stderr
    assert ["score", project, "--json"] == folder.asked("cutscore")


@pytest.mark.skipif(os.name == "nt", reason="the stand-ins are scripts of a POSIX shell")
def test_a_refusal_of_the_command_is_passed_on(home: Path) -> None:
    """With a failing status, and nothing is opened."""
    folder = Folder(home, code=3)
    done = folder.run("--open")
    assert 1 == done.returncode
    assert "could not score edit.kdenlive" in done.stderr
    assert not (folder.bin / "kdenlive.log").exists()


def test_an_empty_folder_is_told_of(tmp_path: Path) -> None:
    """In one sentence."""
    (tmp_path / "empty").mkdir()
    done = Folder(tmp_path / "empty").run()
    assert 3 == done.returncode
    assert f"There is no Kdenlive or Shotcut project in {tmp_path / 'empty'}; save it there first.\n" == done.stderr


def test_the_menu_entry_names_the_mime_types_of_both_programs() -> None:
    """As Kdenlive and Shotcut register theirs."""
    text = SCRIPT.with_name("cutscore.desktop").read_text("utf-8")
    assert "MimeType=application/x-kdenlive;application/vnd.mlt+xml;" in text
    assert 'Exec="@SCRIPT@" %f --open' in text
