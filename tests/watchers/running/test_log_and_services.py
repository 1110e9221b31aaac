"""Log lines for people and machines, and the files that start the watcher at login, read by their own readers."""

from __future__ import annotations

import json
import logging
import plistlib
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from lxml import etree

from cutscore_watchers.running.log_lines import logged
from cutscore_watchers.services import SERVICES

COMMAND = [
    "/opt/My Python/bin/python",
    "-m",
    "cutscore.cli.main",
    "watch",
    "--config",
    '/home dir/50% "of" $HOME\\x é.yaml',
]


def test_a_line_for_a_person_is_a_time_and_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Control characters of a name are shown, not done; a secret is not shown."""
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    monkeypatch.setenv("STUDIO_TOKEN", "abcdef123456")
    log = logging.getLogger("cutscore_watchers.folders.said")
    with logged(as_json=False):
        log.info("%s is whole.", "a\nb\x1b[31m.mp4")
        log.warning("said abcdef123456")
        log.debug("not shown")
    lines = capsys.readouterr().out.splitlines()
    assert 2 == len(lines)
    assert re.fullmatch(r"\d\d:\d\d:\d\d  a\\nb\\x1b\[31m\.mp4 is whole\.", lines[0])
    assert lines[1].endswith("  ! said [secret]")
    log.info("nothing afterwards")
    assert "" == capsys.readouterr().out


def test_in_the_journal_a_line_has_its_priority(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """systemd reads <4> as a warning, and adds the time itself."""
    monkeypatch.setenv("JOURNAL_STREAM", "8:1")
    with logged(as_json=False):
        logging.getLogger("cutscore.jobs").warning("the disk is full")
    assert "<4>the disk is full\n" == capsys.readouterr().out


def test_a_line_for_a_machine_is_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    """Event and facts as they were given, in ASCII whatever the name; an error by its name."""
    with logged(as_json=True):
        logging.getLogger("cutscore_watchers.x").info(
            "é is whole", extra={"event": "queued", "facts": {"path": "/a/\udce9\n.mp4", "bytes": 5}}
        )
        try:
            raise ValueError("odd")
        except ValueError:
            logging.getLogger("cutscore.jobs").exception("it failed")
    raw = capsys.readouterr().out
    assert raw.isascii()
    first, second = map(json.loads, raw.splitlines())
    assert ("info", "queued", "é is whole", "/a/\udce9\n.mp4", 5) == tuple(
        first[name] for name in ("level", "event", "message", "path", "bytes")
    )
    assert ("error", "it failed", "ValueError: odd") == tuple(second[name] for name in ("level", "message", "error"))


def test_the_systemd_unit_runs_the_command(tmp_path: Path) -> None:
    """Blanks, quotes, percent and dollar signs are taken literally; systemd-analyze finds nothing wrong."""
    text = SERVICES["systemd"](COMMAND)
    (line,) = [line for line in text.splitlines() if line.startswith("ExecStart=")]
    plain = line.removeprefix("ExecStart=").replace("%%", "%").replace("$$", "$")
    assert COMMAND == shlex.split(plain)
    for wanted in ("Type=notify", "WatchdogSec=60", "Restart=on-failure", "WantedBy=default.target"):
        assert wanted in text
    if shutil.which("systemd-analyze"):
        unit = tmp_path / "cutscore.service"
        unit.write_text(SERVICES["systemd"](["/bin/true", "a b"]), encoding="utf-8")
        done = subprocess.run(
            ["systemd-analyze", "verify", "--user", unit], capture_output=True, text=True, check=False
        )
        assert "cutscore.service" not in done.stderr, done.stderr


def test_the_launchd_agent_runs_the_command() -> None:
    """plistlib reads it; the words reach the shell's exec one by one."""
    said = plistlib.loads(SERVICES["launchd"](COMMAND).encode())
    assert COMMAND == said["ProgramArguments"][4:]
    assert (True, {"SuccessfulExit": False}) == (said["RunAtLoad"], said["KeepAlive"])
    words = [
        *said["ProgramArguments"][:2],
        said["ProgramArguments"][2].replace("~/Library/Logs/cutscore-watch.log", "/dev/stdout"),
    ]
    out = subprocess.run(
        [*words, "sh", "printf", "%s|", "a b", "$HOME"], capture_output=True, text=True, check=True
    ).stdout
    assert "a b|$HOME|" == out


def test_the_windows_task_runs_the_command() -> None:
    """XML in the schema's order, without a time limit, ASCII; the words as Windows programs split them."""
    text = SERVICES["windows"](COMMAND)
    assert text.isascii()
    root = etree.fromstring(text.encode())
    name = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
    assert COMMAND[0] == root.findtext(".//t:Command", namespaces=name)
    assert subprocess.list2cmdline(COMMAND[1:]) == root.findtext(".//t:Arguments", namespaces=name)
    assert "PT0S" == root.findtext(".//t:ExecutionTimeLimit", namespaces=name)
    sections = ["RegistrationInfo", "Triggers", "Settings", "Actions"]
    assert sections == [etree.QName(child).localname for child in root]
