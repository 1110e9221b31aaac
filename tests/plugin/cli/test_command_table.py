"""The table of names: help at once, what is not there yet, typing errors, odd names; in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cutscore.cli.main import COMMANDS
from support.command import Command

HEAVY = ("av", "cv2", "opentimelineio", "scipy", "numpy", "pydantic", "httpx", "sqlalchemy", "typer", "yaml", "PIL")


@pytest.fixture
def cutscore(tmp_path: Path) -> Command:
    """The command in an empty home."""
    return Command(tmp_path)


def test_help_answers_in_a_third_of_a_second(cutscore: Command) -> None:
    """Processor time of the best of five runs, process start included: what else the machine does is not ours."""
    times = []
    for _ in range(5):
        before = os.times()
        assert cutscore("--help").code == 0
        after = os.times()
        spent = (after.children_user - before.children_user) + (after.children_system - before.children_system)
        times.append(spent)
    assert min(times) <= 0.3


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["wach"], ["nonsense"]])
def test_the_table_loads_nothing_heavy(arguments: list[str]) -> None:
    """Help, version and refusals come without any library of the work."""
    program = (
        "import sys\nfrom cutscore.cli.main import run\n"
        f"run({arguments!r})\n"
        f"sys.stderr.write('LOADED ' + ' '.join(m for m in {HEAVY!r} if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stderr.rsplit("LOADED", 1)[1].strip() == ""


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_help_without_the_work_s_libraries(name: str) -> None:
    """`cutscore NAME --help` begins with what it does and loads neither codecs nor timelines nor settings."""
    program = (
        "import sys\nfrom cutscore.cli.main import run\n"
        f"code = run([{name!r}, '--help'])\n"
        f"sys.stderr.write('LOADED ' + ' '.join(m for m in {HEAVY!r} if m in sys.modules))\nsys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert f"Usage: cutscore {name}" in done.stdout
    loaded = set(done.stderr.rsplit("LOADED", 1)[1].split()) - {"typer"}
    assert loaded == set()


def test_help_names_every_command(cutscore: Command) -> None:
    """Each with its sentence."""
    said = cutscore("--help").out
    for name, about in COMMANDS.items():
        assert f"  {name:<8} {about}\n" in said
    assert cutscore().out == said


def test_a_mistyped_command_is_told_its_neighbour(cutscore: Command) -> None:
    """And a mistyped option too; exit code 2."""
    ran = cutscore("scroe", "film.otio")
    assert (2, "", "There is no command 'scroe'; did you mean 'score'?\n") == (ran.code, ran.out, ran.err)
    ran = cutscore("--wat")
    assert (2, "There is no option '--wat'; `cutscore --help` lists them.\n") == (ran.code, ran.err)
    ran = cutscore("plan", "film.otio", "--sed", "3")
    assert ran.code == 2
    assert ran.err.startswith("No such option: --sed")
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [["score"], ["plan"], ["read"], ["score", "a.otio", "--takes", "0"], ["score", "a.otio", "--sync", "hard"],
     ["score", "a.otio", "--range", "1"], ["score", "a.otio", "--seed", "x"], ["place", "a.wav"]],
)  # fmt: skip
def test_a_wrong_command_line_is_one_sentence(cutscore: Command, arguments: list[str]) -> None:
    """Missing inputs and impossible values: exit code 2, one line, where to read more."""
    ran = cutscore(*arguments)
    assert (2, "", 1) == (ran.code, ran.out, ran.err.count("\n"))
    assert ran.err.endswith(f"See `cutscore {arguments[0]} --help`.\n")


def test_an_input_that_is_not_there_is_refused(cutscore: Command) -> None:
    """Exit code 3 and its name in one sentence."""
    for command in ("score", "plan", "read", "reel"):
        ran = cutscore(command, "nowhere.otio")
        assert (3, "", 1) == (ran.code, ran.out, ran.err.count("\n")), ran.err
        assert "nowhere.otio" in ran.err


@pytest.mark.parametrize(
    "name", ["-dash.otio", "two\nlines.otio", "ü 映画 🎬.otio", " space .otio", "\x1b[31mred.otio", "100%.otio"]
)
def test_odd_names_are_told_on_one_harmless_line(cutscore: Command, name: str) -> None:
    """Leading dashes after --, line breaks, other scripts and terminal codes in a name never break the sentence."""
    ran = cutscore("read", "--", name)
    assert (3, "", 1) == (ran.code, ran.out, ran.err.count("\n")), ran.err
    assert "\x1b" not in ran.err


@pytest.mark.skipif(os.name == "nt", reason="names of arbitrary bytes exist on POSIX only")
def test_a_name_that_is_not_utf8_is_told(cutscore: Command, tmp_path: Path) -> None:
    """A name of arbitrary bytes comes through as an escape."""
    command = [sys.executable, "-m", "cutscore.cli.main", "read", b"bad\xff.otio"]
    done = subprocess.run(command, capture_output=True, env=cutscore.env, cwd=tmp_path, check=False)
    assert (3, b"") == (done.returncode, done.stdout)
    assert b"\\udcff" in done.stderr


def test_a_console_without_unicode_gets_escapes(cutscore: Command) -> None:
    """A console of 8-bit letters never turns a name into a failure of ours."""
    ran = cutscore("read", "映画.otio", PYTHONIOENCODING="cp1252")
    assert ran.code == 3
    assert "\\u6620\\u753b.otio" in ran.err


def test_init_writes_once(cutscore: Command, tmp_path: Path) -> None:
    """The commented example is written; a file that exists is left as it is and said."""
    ran = cutscore("init")
    written = tmp_path / "cutscore.yaml"
    assert (0, True) == (ran.code, written.is_file())
    assert str(written) in ran.out
    written.write_text("music: {seed: 5}\n", encoding="utf-8")
    again = cutscore("init")
    assert (2, "cutscore.yaml exists already; it was left as it is.\n") == (again.code, again.err)
    assert written.read_text(encoding="utf-8") == "music: {seed: 5}\n"
    assert sorted(p.name for p in tmp_path.iterdir() if "part" in p.name) == []


def test_init_for_the_user_is_found_afterwards(cutscore: Command, tmp_path: Path) -> None:
    """`init --user` writes where doctor then finds it."""
    assert cutscore("init", "--user").code == 0
    rows = {row["topic"]: row for row in cutscore("doctor", "--json").json["findings"]}
    found = Path(rows["configuration"]["text"])
    assert found.is_file()
    assert found.is_relative_to(tmp_path)


def test_init_never_follows_a_dangling_link(cutscore: Command, tmp_path: Path) -> None:
    """A link to nowhere is something that exists."""
    try:
        (tmp_path / "cutscore.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    except OSError:
        pytest.skip("this user may not make links")
    assert cutscore("init").code == 2
    assert not (tmp_path / "elsewhere.yaml").exists()


def test_a_wrong_configuration_stops_every_command(cutscore: Command, tmp_path: Path) -> None:
    """Exit code 2 with file, line and column, before anything is read."""
    (tmp_path / "cutscore.yaml").write_text("music:\n  sede: 5\n", encoding="utf-8")
    for command in ("score", "plan", "read", "reel"):
        ran = cutscore(command, "film.otio")
        assert (2, "") == (ran.code, ran.out)
        assert ran.err.startswith("cutscore.yaml:2:3: unknown setting 'sede' in music; did you mean 'seed'?")


def test_parked_in_an_empty_home(cutscore: Command) -> None:
    """Nothing was ever sent: nothing is parked."""
    assert "No paid call is parked" in cutscore("parked").out
    assert {"parked": []} == json.loads(cutscore("parked", "--json").out)


EDL = """TITLE: two shots
001  AX       V     C        00:00:00:00 00:00:02:00 01:00:00:00 01:00:02:00
* FROM CLIP NAME: a.mov
002  AX       V     C        00:00:00:00 00:00:02:00 01:00:02:00 01:00:04:00
* FROM CLIP NAME: b.mov
"""


def test_the_rate_of_an_edl_from_the_command_line(cutscore: Command, tmp_path: Path) -> None:
    """An EDL names no rate: --rate goes before the configuration; nonsense is refused."""
    (tmp_path / "cut.edl").write_text(EDL, encoding="utf-8")
    assert ("24/1", 96) == tuple(cutscore("read", "cut.edl", "--json").json[key] for key in ("rate", "duration"))
    (tmp_path / "cutscore.yaml").write_text("media: {edl_rate: 30}\n", encoding="utf-8")
    assert ("30/1", 120) == tuple(cutscore("read", "cut.edl", "--json").json[key] for key in ("rate", "duration"))
    ran = cutscore("read", "cut.edl", "--json", "--rate", "25")
    assert ("25/1", 100) == tuple(ran.json[key] for key in ("rate", "duration"))
    ran = cutscore("read", "cut.edl", "--rate", "quick")
    assert (2, "--rate must be a frame rate: 25, 23.976 or 30000/1001, not 'quick'.\n") == (ran.code, ran.err)


def test_read_says_what_is_in_a_timeline(cutscore: Command, tmp_path: Path) -> None:
    """For a person: length, timecodes, one line a clip; notes on standard error."""
    (tmp_path / "cut.edl").write_text(EDL, encoding="utf-8")
    ran = cutscore("read", "cut.edl", "--rate", "25")
    assert ran.code == 0
    assert (
        "4.000 s, 100 frames at 25 a second, from 01:00:00:00 to 01:00:04:00; 1 video track, 0 audio tracks." in ran.out
    )
    assert "01:00:02:00      50  missing   b.mov" in ran.out
    assert "not found" in ran.err


def test_a_server_whose_key_is_not_found_is_not_called(cutscore: Command, tmp_path: Path) -> None:
    """Exit code 2 and where the key was looked for, before anything is made or sent."""
    (tmp_path / "cut.edl").write_text(EDL, encoding="utf-8")
    ran = cutscore("score", "cut.edl", "--engine", "elevenlabs", "--rate", "25")
    assert ran.code == 2
    said = ran.err.splitlines()[-1]
    assert said == "There is no API key for elevenlabs: looked in the environment variable ELEVENLABS_API_KEY."
