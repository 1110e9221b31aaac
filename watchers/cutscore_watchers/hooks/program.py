"""Program: runs the user's own program with a job's facts; time-limited, its output kept."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from typing import IO, Any

from cutscore_watchers.jobs.interrupted import Interrupted

MOST_OUTPUT_BYTES = 16_000
"""Of what a program says, the end is kept."""
_LOOK_SECONDS = 0.1
_LONGEST = 32_000
"""Bytes of one environment variable that every system takes."""
_END_SECONDS = 2.0
"""How long a program may take to end when it is asked to."""


def run_program(
    command: Sequence[str], report: Mapping[str, Any], timeout_seconds: float, stopping: threading.Event
) -> dict[str, Any]:
    """Whether it ended well within its time ("ok"), a sentence about it, and its output. Raises Interrupted."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as facts:
        # A file, not a pipe: a program that does not read its input, or never ends its output, blocks nobody.
        facts.write(json.dumps(report).encode("ascii"))
        facts.seek(0)
        try:
            process = subprocess.Popen(  # noqa: S603 (the user's own argument list, no shell)
                list(command), stdin=facts, stdout=output, stderr=subprocess.STDOUT,
                env={**os.environ, **environment_of(report)}, **_own_group(),
            )  # fmt: skip
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or error
            return {"ok": False, "message": f"{command[0]} cannot be started: {reason}.", "output": ""}
        deadline = time.monotonic() + timeout_seconds
        while process.poll() is None and time.monotonic() < deadline:
            if stopping.wait(_LOOK_SECONDS):
                _end(process)
                raise Interrupted
        late = process.poll() is None
        if late:
            _end(process)
        code = process.returncode
        said = _tail(output)
    if late:
        sentence = f"{command[0]} was ended after {timeout_seconds:g} s."
    else:
        sentence = f"{command[0]} ended {f'by signal {-code}' if code < 0 else f'with exit code {code}'}."
    return {"ok": not late and code == 0, "message": sentence, "output": said}


def environment_of(report: Mapping[str, Any]) -> dict[str, str]:
    """A job's facts as environment variables: CUTSCORE_JOB, CUTSCORE_STATE, CUTSCORE_SOURCE, CUTSCORE_MUSIC, …

    What is not known is not set, nor what is longer than systems take; lists (warnings) are lines.
    """
    found = {}
    for name, value in report.items():
        text = "\n".join(value) if isinstance(value, list) and all(isinstance(v, str) for v in value) else value
        if isinstance(text, str | int | float) and text != "" and len(str(text).encode("utf-8", "replace")) < _LONGEST:
            # No system takes a zero byte there.
            found[f"CUTSCORE_{name.upper()}"] = str(text).replace("\0", "")
    return found


def _own_group() -> dict[str, Any]:
    if os.name == "nt":
        return {"creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    return {"start_new_session": True}


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a program and whatever it started."""
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGTERM)
    elif process.poll() is None:
        process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_END_SECONDS)
    if os.name == "posix":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    elif process.poll() is None:
        process.kill()
    process.wait()


def _tail(output: IO[bytes]) -> str:
    size = output.seek(0, os.SEEK_END)
    output.seek(max(0, size - MOST_OUTPUT_BYTES))
    return output.read(MOST_OUTPUT_BYTES).decode("utf-8", "replace").replace("\0", "")
