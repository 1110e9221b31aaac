"""Programs of the user's that are run when a job has ended: their arguments, facts, time, output, and the stop."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from cutscore.config.watching import HookSettings
from cutscore_watchers.hooks import desktop, run_hooks
from cutscore_watchers.hooks.program import MOST_OUTPUT_BYTES, environment_of, run_program
from cutscore_watchers.jobs.interrupted import Interrupted
from support.killing import wait_until

REPORT: dict[str, Any] = {
    "job": "3f2a", "state": "done", "source": "/films/$(touch x) `y`; ü\n.mp4", "music": "/m.wav", "project": None,
    "fraction": None, "warnings": ["one", "two"], "attempt": 2, "message": "", "hooks": [{"hook": "x"}],
}  # fmt: skip
SHOW = "import json, os, sys; print(json.dumps([sys.argv[1:], dict(os.environ), json.load(sys.stdin)]))"


def python(program: str, *arguments: str) -> list[str]:
    return [sys.executable, "-c", program, *arguments]


def test_a_program_gets_its_arguments_and_the_facts() -> None:
    """As a list, past every shell; facts in the environment and, whole, as JSON on standard input."""
    said = run_program(python(SHOW, "$HOME; rm *", "ü"), REPORT, 30, threading.Event())
    arguments, environment, facts = json.loads(said["output"])
    assert said["ok"]
    assert ["$HOME; rm *", "ü"] == arguments
    assert REPORT == facts
    inherited = {name for name in os.environ if name.startswith("CUTSCORE_")}
    ours = {name: value for name, value in environment.items() if name.startswith("CUTSCORE_")}
    ours = {name: value for name, value in ours.items() if name not in inherited}
    assert {
        "CUTSCORE_JOB": "3f2a", "CUTSCORE_STATE": "done", "CUTSCORE_SOURCE": REPORT["source"],
        "CUTSCORE_MUSIC": "/m.wav", "CUTSCORE_WARNINGS": "one\ntwo", "CUTSCORE_ATTEMPT": "2",
    } == ours  # fmt: skip
    assert environment["PATH"] == os.environ["PATH"]


def test_a_zero_byte_in_a_fact_is_left_out() -> None:
    """No system takes one in its environment."""
    assert environment_of({"message": "a\0b"}) == {"CUTSCORE_MESSAGE": "ab"}


@pytest.mark.parametrize(
    ("program", "ok", "said"),
    [
        ("raise SystemExit(3)", False, "ended with exit code 3"),
        ("print('well')", True, "ended with exit code 0"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", False, "ended by signal 9"),
    ],
)
def test_how_a_program_ended_is_said(program: str, ok: bool, said: str) -> None:
    """Its exit code or signal; what it wrote is kept either way."""
    found = run_program(python("print('out', flush=True)\n" + program), REPORT, 30, threading.Event())
    assert (found["ok"], said in found["message"], found["output"][:3]) == (ok, True, "out")


def test_a_program_that_is_not_there_is_told() -> None:
    """A missing program and one that may not be run: a sentence, no exception."""
    found = run_program(["/nowhere/tell"], REPORT, 30, threading.Event())
    assert not found["ok"]
    assert "/nowhere/tell cannot be started: No such file" in found["message"]


@pytest.mark.skipif(os.name != "posix", reason="process groups are POSIX's")
def test_a_program_that_takes_too_long_is_ended_with_all_it_started(tmp_path: Path) -> None:
    """After its time, deaf to SIGTERM or not; and the child that it started."""
    deaf = (
        "import signal, subprocess, sys, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(600)"
    )
    before = time.monotonic()
    found = run_program(python(deaf), REPORT, 1.0, threading.Event())
    assert time.monotonic() - before < 15
    assert (found["ok"], "was ended after 1 s" in found["message"]) == (False, True)
    child = int(found["output"])
    wait_until(lambda: not _lives(child), 10, "its child ends")


def _lives(pid: int) -> bool:
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(done.stdout.strip()) and not done.stdout.startswith("Z")


def test_much_output_is_kept_from_its_end() -> None:
    """Ten megabytes: the last 16,000 bytes, in no time, and it never waits for a reader."""
    found = run_program(python("import sys; sys.stdout.write('x' * 10_000_000 + 'END')"), REPORT, 60, threading.Event())
    assert found["ok"]
    assert (len(found["output"]), found["output"][-4:]) == (MOST_OUTPUT_BYTES, "xEND")


def test_a_program_that_does_not_read_its_input_is_not_waited_for() -> None:
    """A report larger than any pipe."""
    large = {**REPORT, "hooks": [{"hook": "x", "output": "y" * 1000}] * 1000}
    assert run_program(python("pass"), large, 30, threading.Event())["ok"]


def test_a_fact_that_no_environment_takes_is_in_the_json_alone() -> None:
    """Systems bound a variable: what is too long is left out there, and the program runs all the same."""
    report = {**REPORT, "message": "y" * 300_000}
    counts = python("import json, sys; print(len(json.load(sys.stdin)['message']))")
    said = run_program(counts, report, 30, threading.Event())
    assert (said["ok"], said["output"]) == (True, "300000\n")


def test_a_stop_ends_the_program_and_the_hook_runs_again_next_time() -> None:
    """The watcher stops within seconds, whatever a hook is doing."""
    stopping = threading.Event()
    threading.Timer(0.5, stopping.set).start()
    before = time.monotonic()
    with pytest.raises(Interrupted):
        run_program(python("import time; time.sleep(600)"), REPORT, 600, stopping)
    assert time.monotonic() - before < 10


@pytest.mark.parametrize("state", ["done", "failed", "parked"])
def test_each_ending_has_a_hook_of_its_own(state: str) -> None:
    """on_done, on_failed, on_parked; and none where none is set."""
    commands = {f"on_{name}": python(f"print('{name}')") for name in ("done", "failed", "parked")}
    settings = HookSettings.model_validate({**commands, "desktop": False})
    (said,) = run_hooks(state, {**REPORT, "state": state}, settings, threading.Event())
    assert (f"on_{state}", True, f"{state}\n") == (said["hook"], said["ok"], said["output"])
    assert run_hooks(state, REPORT, HookSettings(desktop=False), threading.Event()) == []


def test_a_notification_is_an_argument_list(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where there is a desktop, its own program is called, with the name of the film as one argument; else nothing."""
    shown: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        shown.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(desktop.sys, "platform", "linux")
    monkeypatch.setattr(desktop.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr(desktop.subprocess, "run", run)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    report = {"state": "done", "source": "/films/--help <b>.mp4", "message": ""}
    assert not desktop.notify(report)
    monkeypatch.setenv("DISPLAY", ":0")
    assert desktop.notify(report)
    assert shown == [["notify-send", "--app-name=Cutscore", "--", "Music is ready", "--help ‹b>.mp4"]]
    monkeypatch.setattr(desktop.sys, "platform", "darwin")
    assert desktop.notify(report)
    assert shown[-1][0] == "osascript"
    assert shown[-1][-2:] == ["Music is ready", "--help <b>.mp4"]
