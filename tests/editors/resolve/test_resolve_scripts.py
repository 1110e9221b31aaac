"""Resolve's two scripts as Resolve runs them: installed, started with its names, the command in the background."""

from __future__ import annotations

import json
import os
import runpy
import sys
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from cutscore.editors.install import System, install, remove
from support.command import Command
from support.fake_resolve import FakeResolve, FakeTimeline, FakeUI

COMMAND = """
import json, sys, time, pathlib
words = sys.argv[1:]
here = pathlib.Path(__file__).parent
(here / "asked.json").write_text(json.dumps(words))
what = (here / "what").read_text()
folder = pathlib.Path(words[words.index("--output") + 1]) if "--output" in words else here
for n in range(5):
    print(json.dumps({"stage": "play", "fraction": n / 5}), file=sys.stderr, flush=True)
if what == "refuse":
    sys.exit(print("The timeline is a riddle: open another.", file=sys.stderr) or 3)
if what == "hang":
    (here / "hangs").touch()
    time.sleep(100)
if what == "folders":
    sys.exit(print(json.dumps([str(here / "watched")])))
music = folder / "Schnitt_v1.wav"
music.write_bytes(b"RIFF")
cue = folder / "Schnitt_v1.cue.json"
cue.write_text(json.dumps({"frames": 240, "hits": [{"time": 2.0, "kind": "cut", "weight": 0.5}]}))
print(json.dumps({"music": str(music), "cue": str(cue), "warnings": ["One medium is missing."]}))
"""


@pytest.fixture
def system(tmp_path: Path) -> System:
    """A Linux machine whose cutscore command is a script of the test."""
    program = tmp_path / "bin" / "cutscore"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\n{COMMAND}", encoding="utf-8")
    program.chmod(0o755)
    (program.parent / "what").write_text("score", encoding="utf-8")
    return System("linux", tmp_path / "Heim ü", {}, program)


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch, system: System) -> Iterator[None]:
    """A home of the test, and Python's list of modules as it was."""
    if os.name != "posix":
        pytest.skip("the test's command is a script of POSIX systems")
    system.home.mkdir()
    monkeypatch.setenv("HOME", str(system.home))
    monkeypatch.setattr(sys, "path", list(sys.path))
    yield
    for name in [name for name in sys.modules if name.split(".")[0] == "cutscore_resolve"]:
        del sys.modules[name]


def run_script(system: System, name: str, **names: Any) -> None:
    """What Resolve does with a script of its menu: it runs it as __main__ with its own names in it."""
    (script,) = [path for path in install("resolve", system).files if path.name == name]
    runpy.run_path(str(script), init_globals=names, run_name="__main__")


def asked(system: System) -> list[str]:
    """The words that the command was called with."""
    assert system.script is not None
    words: list[str] = json.loads((system.script.parent / "asked.json").read_text(encoding="utf-8"))
    return words


def shown(system: System, resolve: FakeResolve, *script: Callable[[FakeUI], bool]) -> FakeUI:
    """The menu script with a dialog whose user does `script`."""
    ui = FakeUI()
    ui.script = list(script)
    run_script(system, "Cutscore.py", resolve=resolve, fusion=ui, bmd=ui)
    return ui


def typing(**texts: str) -> Callable[[FakeUI], bool]:
    """Fill in the fields and press Score."""

    def step(ui: FakeUI) -> bool:
        for name, text in texts.items():
            ui.widgets[name].Text = text
        return ui.click("Start")

    return step


def when_said(words: str, button: str = "Stop") -> Callable[[FakeUI], bool]:
    """Wait until the dialog says something, then press a button."""
    return lambda ui: ui.click(button) if words in ui.widgets["Said"].Text else False


@pytest.mark.usefixtures("clean")
def test_the_dialog_scores_the_timeline(system: System) -> None:
    """Words go to the command one by one, progress is shown, the music lies there, and that is what is said."""
    resolve = FakeResolve(FakeTimeline(otio=b"{}"))
    ui = shown(
        system,
        resolve,
        typing(Description='ruhig; "$(rm -rf)" ü', Tags="piano, slow", Engine="local", Seed="7"),
        when_said("Laid on A2"),
    )
    words = asked(system)
    assert "score" == words[0]
    assert 'ruhig; "$(rm -rf)" ü' == words[words.index("--description") + 1]
    assert ["piano", "slow"] == [words[n + 1] for n, word in enumerate(words) if word == "--tag"]
    assert ("local", "7") == (words[words.index("--engine") + 1], words[words.index("--seed") + 1])
    assert "--no-place" in words
    assert words[1].endswith("/Cutscore/Schnitt 3/Schnitt 3.otio")
    assert any("%" in line for line in ui.shown)
    assert "Laid on A2, from frame 86400, 240 of 240 frames. One medium is missing." == ui.shown[-1]
    assert [86400] == [item.start for item in resolve.timeline.tracks[1].items]


@pytest.mark.usefixtures("clean")
def test_what_the_command_says_is_shown(system: System) -> None:
    """A refusal is its own sentence; nothing is laid, and Score can be pressed again."""
    assert system.script is not None
    (system.script.parent / "what").write_text("refuse", encoding="utf-8")
    resolve = FakeResolve(FakeTimeline(otio=b"{}"))
    ui = shown(system, resolve, typing(), when_said("riddle"))
    assert "The timeline is a riddle: open another." == ui.shown[-1]
    assert 1 == len(resolve.timeline.tracks)
    assert ui.widgets["Start"].Enabled


@pytest.mark.usefixtures("clean")
def test_cancel_ends_the_command(system: System) -> None:
    """The button stops the process; nothing is laid."""
    assert system.script is not None
    (system.script.parent / "what").write_text("hang", encoding="utf-8")
    resolve = FakeResolve(FakeTimeline(otio=b"{}"))
    hangs = system.script.parent / "hangs"
    shown(system, resolve, typing(), lambda ui: hangs.exists() and ui.click("Stop"))
    assert 1 == len(resolve.timeline.tracks)


@pytest.mark.usefixtures("clean")
def test_an_edit_in_between_is_not_scored_wrongly(system: System) -> None:
    """A timeline that has another length when the music comes gets none, and the user learns where the music is."""
    resolve = FakeResolve(FakeTimeline(otio=b"{}"))

    def trims(_ui: FakeUI) -> bool:
        resolve.timeline.frames -= 5
        return True

    ui = shown(system, resolve, typing(), trims, when_said("changed while"))
    assert "Schnitt_v1.wav" in ui.shown[-1]
    assert 1 == len(resolve.timeline.tracks)


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize("refuses", [{"Export"}, {"Export", "Export lies"}])
def test_an_export_that_wrote_nothing_is_told(system: System, refuses: set[str]) -> None:
    """Whatever Resolve returns, the file is what counts."""
    resolve = FakeResolve(FakeTimeline(otio=b"{}", refuses=refuses))
    ui = shown(system, resolve, typing(), when_said("did not write"))
    assert "did not write the timeline" in ui.shown[-1]


@pytest.mark.usefixtures("clean")
def test_without_a_dialog_it_goes_at_once(system: System, capsys: pytest.CaptureFixture[str]) -> None:
    """An edition of Resolve without windows still gets its music; the console says so."""
    resolve = FakeResolve(FakeTimeline(otio=b"{}"))
    run_script(system, "Cutscore.py", resolve=resolve)
    assert "Laid on A2" in capsys.readouterr().out
    assert [86400] == [item.start for item in resolve.timeline.tracks[1].items]


@pytest.mark.usefixtures("clean")
def test_no_project_is_a_sentence(system: System, capsys: pytest.CaptureFixture[str]) -> None:
    """No traceback in the console."""
    resolve = FakeResolve()
    resolve.open = False
    run_script(system, "Cutscore.py", resolve=resolve)
    assert "Cutscore: No project is open in Resolve.\n" == capsys.readouterr().out


@pytest.mark.usefixtures("clean")
def test_the_real_command_scores_a_real_export(system: System, timelines: Path) -> None:
    """A timeline that Resolve itself exported: real music of its length lies at its first frame."""
    exported = timelines / "resolve21_base.otio"
    read = otio.adapters.read_from_file(str(exported))
    rate, length = read.global_start_time.rate, round(read.duration().value)
    timeline = FakeTimeline("base", str(rate), round(read.global_start_time.value), length, otio=exported.read_bytes())
    resolve = FakeResolve(timeline)
    run_script(System("linux", system.home), "Cutscore.py", resolve=resolve)
    (item,) = timeline.tracks[1].items
    assert (timeline.start, length) == (item.start, item.frames)
    assert item.clip is not None
    with wave.open(item.clip.path) as sound:
        assert round(length * 48000 / rate) == sound.getnframes()


@pytest.mark.usefixtures("clean")
def test_a_finished_render_goes_into_the_watched_folder(system: System, capsys: pytest.CaptureFixture[str]) -> None:
    """Whole, under its name or a free one; what was there is not touched, and no part is left."""
    assert system.script is not None
    base = system.script.parent
    (base / "what").write_text("folders", encoding="utf-8")
    (base / "watched").mkdir()
    (base / "render ü.mov").write_bytes(b"film")
    resolve = FakeResolve()
    resolve.jobs = [{"JobId": "j1", "TargetDir": str(base), "OutputFilename": "render ü.mov"}]
    for _ in range(2):
        run_script(system, "Cutscore to watched folder.py", resolve=resolve, job="j1", status="Complete", error=None)
    assert ["render ü 2.mov", "render ü.mov"] == sorted(path.name for path in (base / "watched").iterdir())
    assert {b"film"} == {path.read_bytes() for path in (base / "watched").iterdir()}
    assert (base / "render ü.mov").read_bytes() == b"film"
    assert "Cutscore: render ü.mov is in" in capsys.readouterr().out


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ({"status": "Failed", "error": "disk full"}, "did not end well (disk full)"),
        ({"status": "Cancelled", "error": None}, "did not end well (Cancelled)"),
        ({"status": "Complete", "job": "j9"}, "does not know the render job j9"),
    ],
)
def test_a_render_that_failed_is_not_dropped(
    system: System, capsys: pytest.CaptureFixture[str], names: dict[str, Any], sentence: str
) -> None:
    """A sentence in the console, no file anywhere."""
    run_script(system, "Cutscore to watched folder.py", resolve=FakeResolve(), **{"job": "j1", **names})
    assert sentence in capsys.readouterr().out


def test_the_command_names_the_watched_folder(tmp_path: Path) -> None:
    """What the script asks is what the real command answers: the folders of the configuration, the first one first."""
    (tmp_path / "cutscore.yaml").write_text(f"watch: [{{path: '{tmp_path / 'drop'}'}}]\n", encoding="utf-8")
    assert [str(tmp_path / "drop")] == Command(tmp_path)("watch", "--folders", "--json").json


def test_the_library_needs_nothing_but_python_itself(system: System) -> None:
    """What is copied into an editor imports the standard library and itself, and uses no syntax newer than 3.8."""
    import ast

    for file in install("resolve", system).files:
        tree = ast.parse(file.read_text(encoding="utf-8"), feature_version=(3, 8))
        for node in ast.walk(tree):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0:
                names = [str(node.module)]
            known = sys.stdlib_module_names | {"cutscore_resolve", "DaVinciResolveScript"}
            assert {name.split(".")[0] for name in names} <= known, file
    remove("resolve", system)
