"""Progress, stopping and faults of the command: Ctrl-C, SIGTERM, broken pipes, unexpected errors, secrets."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cutscore.cli import main as cli
from cutscore.cli.failure import redacted, write_details
from cutscore.cli.screen import printable
from cutscore.cli.work import JsonLines, working
from cutscore_composer.engine import ProgressEvent
from cutscore_composer.errors import Cancelled, CutscoreError
from support.command import Command

POSIX = pytest.mark.skipif(os.name == "nt", reason="signals are sent as POSIX has them")


def drawing(home: Path) -> subprocess.Popen[str]:
    """`cutscore demo` in the middle of drawing its film."""
    command = Command(home)
    process = subprocess.Popen(
        [sys.executable, "-m", "cutscore.cli.main", "demo", "--output", "out", "--progress", "json"],
        cwd=home,
        env=command.env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert process.stderr is not None
    for line in process.stderr:
        event = json.loads(line)
        assert event["stage"] == "draw"
        if event["fraction"] > 0.02:
            break
    return process


@POSIX
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_the_work_and_leaves_nothing_half_written(tmp_path: Path, number: signal.Signals) -> None:
    """Exit code 130 within seconds; every file there is a whole one, no timeline was written."""
    process = drawing(tmp_path)
    process.send_signal(number)
    out, err = process.communicate(timeout=20)
    assert (130, "") == (process.returncode, out)
    said = [line for line in err.splitlines() if not line.startswith("{")]
    assert ["Stopped; nothing half-written was left behind."] == said
    left = [path.name for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert [] == [name for name in left if ".part" in name or name.startswith(".") or name.endswith(".otio")]


STUCK = """
import sys, time
from cutscore.cli.work import working
with working("none") as progress:
    print("ready", flush=True)
    while True:
        time.sleep(0.01)
        if progress.cancelled:
            print("asked", flush=True)
            break
    while True:
        time.sleep(0.01)
"""


@POSIX
def test_the_second_ctrl_c_ends_work_that_does_not_stop() -> None:
    """The first asks, the second kills."""
    process = subprocess.Popen([sys.executable, "-c", STUCK], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGINT)
    assert process.stdout.readline() == "asked\n"
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=20)
    assert (-signal.SIGINT, "") == (process.returncode, err)


def test_the_handlers_are_put_back() -> None:
    """After the work, Ctrl-C is Python's again; what was ignored stays ignored."""
    before = signal.getsignal(signal.SIGINT)
    with working("none") as progress:
        assert signal.getsignal(signal.SIGINT) is not before
        progress.cancel()
        with pytest.raises(Cancelled):
            progress.report("mix", 0.5)
    assert signal.getsignal(signal.SIGINT) is before


def test_progress_as_json_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """One object a line, at most ten a second for a stage, but always its first and its end."""
    listener = JsonLines()
    for number in range(101):
        listener(ProgressEvent("mix", number / 100))
    listener(ProgressEvent("wait", None, "säng\n"))
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert lines[0] == {"stage": "mix", "fraction": 0.0, "note": ""}
    assert {"stage": "mix", "fraction": 1.0, "note": ""} in lines
    assert lines[-1] == {"stage": "wait", "fraction": None, "note": "säng\n"}
    assert len(lines) < 20


def test_nothing_is_shown_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    """Standard error that is no terminal stays quiet."""
    with working("auto") as progress:
        progress.report("mix", 0.5)
    assert ("", "") == capsys.readouterr()


@POSIX
def test_bars_on_a_terminal() -> None:
    """On a terminal each stage has its bar, by its name in words; the bars are gone at the end."""
    import pty

    ours, theirs = pty.openpty()
    program = (
        "from cutscore.cli.work import working\n"
        "with working('auto') as p:\n"
        "    p.report('look', 0.0)\n    p.report('look', 1.0)\n    p.report('wait', None, 'a \\x1b[31m note')\n"
    )
    env = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    process = subprocess.Popen([sys.executable, "-c", program], stderr=theirs, env=env)
    os.close(theirs)
    shown = b""
    while True:
        try:
            block = os.read(ours, 65536)
        except OSError:
            break
        if not block:
            break
        shown += block
    os.close(ours)
    assert process.wait(20) == 0
    assert b"Looking at the picture" in shown
    assert b"Waiting for the engine" in shown
    assert b"a \\x1b[31m note" in shown
    assert shown.rstrip().endswith((b"\x1b[?25h", b"\x1b[2K"))


@POSIX
def test_a_closed_pipe_is_quiet(tmp_path: Path) -> None:
    """`cutscore … | head -0`: no traceback, no sentence."""
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "cutscore.cli.main", "--help"]
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, cwd=tmp_path, text=True, check=False)
    os.close(write)
    assert (141, "") == (done.returncode, done.stderr)


# Faults


def test_a_fault_of_ours_is_one_sentence_and_a_log(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Exit code 1; the traceback goes to a file in the user's log folder, without secrets."""
    secret = "verysecretvalue42"
    monkeypatch.setenv("STUDIO_API_KEY", secret)
    monkeypatch.setattr("platformdirs.user_log_dir", lambda *a, **k: str(tmp_path / "logs"))

    def broken(argv: list[str]) -> int:
        raise RuntimeError(f"bad header xi-api-key: {secret} and sk_abcdefgh12345678")

    monkeypatch.setattr(cli, "_dispatch", broken)
    assert cli.run(["score", "x"]) == 1
    out, err = capsys.readouterr()
    (log,) = (tmp_path / "logs").iterdir()
    assert ("", f"Something went wrong inside Cutscore (RuntimeError); the details are in {log}.\n") == (out, err)
    text = log.read_text(encoding="utf-8")
    assert "Traceback" in text
    assert "in broken" in text
    assert secret not in text
    assert "sk_abcdefgh" not in text


def test_debug_shows_where_a_fault_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """With --debug anywhere before --, the error comes through as it is; after -- it is a name."""
    seen: list[list[str]] = []

    def broken(argv: list[str]) -> int:
        seen.append(argv)
        raise RuntimeError("x")

    monkeypatch.setattr(cli, "_dispatch", broken)
    with pytest.raises(RuntimeError):
        cli.run(["score", "--debug", "x"])
    monkeypatch.setattr("cutscore.cli.failure.write_details", lambda *a: None)
    assert cli.run(["score", "--", "--debug"]) == 1
    assert seen == [["score", "x"], ["score", "--", "--debug"]]


def _every_error(base: type[CutscoreError]) -> list[type[CutscoreError]]:
    return [base, *(each for child in base.__subclasses__() for each in _every_error(child))]


@pytest.mark.parametrize("error", _every_error(CutscoreError))
def test_every_known_error_is_its_sentence_and_its_code(
    error: type[CutscoreError], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also when a name in it holds line breaks or terminal codes."""

    def refuse(argv: list[str]) -> int:
        raise error("The clip a\nb\x1b]0;x\x07 is missing.")

    monkeypatch.setattr(cli, "_dispatch", refuse)
    assert cli.run(["score"]) == error.exit_code
    assert ("", "The clip a\\nb\\x1b]0;x\\x07 is missing.\n") == capsys.readouterr()


def test_a_log_that_cannot_be_written_is_no_second_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no folder can be written to, there is no log and no error."""

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", full)
    assert write_details(RuntimeError("x"), ["score"]) is None


@pytest.mark.parametrize(
    "text",
    ["key sk_live0123456789", "'xi-api-key': 'abc123def'", "https://user:pa55w0rd@host/x", "xi-api-key: abc123def"],
)
def test_what_looks_like_a_key_is_blotted_out(text: str) -> None:
    """By its look and by its place."""
    cleaned = redacted(text)
    assert "[secret]" in cleaned
    for part in ("sk_live0123456789", "abc123def", "pa55w0rd"):
        assert part not in cleaned


def test_printable_keeps_letters_and_escapes_the_rest() -> None:
    """Letters of all scripts stay; controls, bidirectional overrides and lone surrogates are escaped."""
    assert "naïve 映画 🎬" == printable("naïve 映画 🎬")
    assert r"a\nb\x1b[0m\u202e\udcff" == printable("a\nb\x1b[0m\u202e\udcff")
