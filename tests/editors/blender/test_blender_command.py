"""The words that the extension calls the command with, and where it looks for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from cutscore.editors.blender import command
from cutscore.editors.blender.command import Asked, NoCommand, find, words


def a_program(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def nowhere(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("PATH", str(home / "empty"))
    monkeypatch.setattr(Path, "home", lambda: home)
    monkeypatch.setattr(command, "_installed_by", lambda: None)
    monkeypatch.setattr(command, "_usual_places", lambda: [home / ".local" / "bin" / "cutscore"])


def test_every_wish_is_an_option_of_the_command() -> None:
    """The command's own parser takes the line, and values that look like options stay values."""
    import typer.main

    from cutscore.cli import score

    asked = Asked("--json", ("calm", " slow piano ", ""), "jazz_lounge", "local", "tight", "button", 0, 3, True)
    line = words(Path("/bin/cutscore"), "/a b/film.otio", "/out", asked, ("1.5", "20"))
    app = typer.Typer()
    app.command()(score.command)
    parser = typer.main.get_command(app)
    given = parser.make_context("score", list(line[2:])).params
    assert "--json" == given["description"]
    assert ["calm", "slow piano"] == list(given["tag"])
    assert ("tight", "button", 0, 3, True) == tuple(
        given[name] for name in ("sync", "ending", "seed", "takes", "stems")
    )
    assert (("1.5", "20"), False, "json", True) == tuple(given[n] for n in ("range_", "place", "progress", "json_"))
    assert [Path("/a b/film.otio")] == list(given["inputs"])


def test_what_is_not_asked_is_left_to_the_configuration() -> None:
    """Nothing of the panel's own defaults overrules cutscore.yaml."""
    line = words(Path("/bin/cutscore"), "/film.otio", "/out", Asked())
    assert ["score", "/film.otio", "--no-place", "--json", "--progress=json", "--output=/out"] == line[1:]


def test_a_chosen_path_or_virtual_environment_is_taken(tmp_path: Path) -> None:
    """The preference names the program itself or the folder that has it."""
    program = a_program(tmp_path / "my venv" / "bin" / "cutscore")
    assert program == find(str(program))
    assert program == find(f" {tmp_path / 'my venv'} ")


@pytest.mark.parametrize("wrong", ["/nowhere/cutscore", ".", "a\0b"])
def test_a_wrong_path_is_told_and_nothing_else_is_taken(wrong: str) -> None:
    """Who named a command gets that one or a sentence."""
    with pytest.raises(NoCommand, match="preferences, is no cutscore command"):
        find(wrong)


def test_without_a_choice_path_then_the_usual_places_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PATH first; a program started from a menu has a short one, so also where pip and pipx put commands."""
    nowhere(monkeypatch, tmp_path)
    with pytest.raises(NoCommand, match="pip install cutscore"):
        find()
    usual = a_program(tmp_path / ".local" / "bin" / "cutscore")
    assert usual == find()
    on_path = a_program(tmp_path / "empty" / "cutscore")
    assert on_path == find()


def test_the_command_that_installed_the_extension_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It was noted beside the extension's files."""
    program = a_program(tmp_path / "venv" / "cutscore")
    note = tmp_path / "command_path.txt"
    note.write_text(f"{program}\n", encoding="utf-8")
    monkeypatch.setattr(command, "__file__", str(tmp_path / "command.py"))
    assert program == find()
