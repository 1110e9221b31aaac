"""A run of the command in the background: progress, answers, refusals, stopping."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from cutscore.editors.blender import job as jobs
from cutscore.editors.blender.job import Job, JobFailed
from support.blender import program

ANSWER = json.dumps({"music": "/m.wav", "cue": "/m.cue.json"})


def ended(job: Job, seconds: float = 20) -> Job:
    limit = time.monotonic() + seconds
    while not job.poll():
        assert time.monotonic() < limit, "the job did not end"
        job.wait(0.05)
    return job


def run(folder: Path, text: str) -> Job:
    return Job([str(program(folder / "cut score", text))], str(folder))


def test_progress_grows_to_the_end_and_the_answer_is_read(tmp_path: Path) -> None:
    """Stages follow one another on one bar that never goes back."""
    lines = [("look", 1.0), ("write", 0.5), ("play", 0.5), ("mix", 0.2), ("play", 1.0), ("deliver", 1.0)]
    told = "".join(f"say({stage!r}, {fraction})\n" for stage, fraction in lines)
    say = "def say(s, f): print(json.dumps({'stage': s, 'fraction': f, 'note': ''}), file=sys.stderr, flush=True)\n"
    job = ended(run(tmp_path, f"import sys, json\n{say}{told}print({ANSWER!r})\n"))
    assert json.loads(ANSWER) == job.report()
    assert 1.0 == job.fraction
    assert "Delivering" == job.title()


def test_the_sentence_of_a_refusal_is_the_error(tmp_path: Path) -> None:
    """What the command says last is told; progress lines are not sentences."""
    text = 'import sys\nprint(\'{"stage": "read", "fraction": 0.0}\', file=sys.stderr)\n'
    text += "print('The disk of /x is full.', file=sys.stderr)\nsys.exit(6)\n"
    with pytest.raises(JobFailed, match=r"^The disk of /x is full\.$"):
        ended(run(tmp_path, text)).report()


@pytest.mark.parametrize("said", ["", "hello", "[]", '{"music": 3, "cue": ""}', '{"music": "/m.wav"}'])
def test_another_program_s_answer_is_refused(tmp_path: Path, said: str) -> None:
    """A program that is not Cutscore, or another version of it, is no crash."""
    with pytest.raises(JobFailed, match="update both"):
        ended(run(tmp_path, f"print({said!r})\n")).report()


def test_a_command_that_fails_without_a_word_is_told_with_its_code(tmp_path: Path) -> None:
    """There is always a sentence."""
    with pytest.raises(JobFailed, match="ended with code 9 and said nothing"):
        ended(run(tmp_path, "import sys\nsys.exit(9)\n")).report()


def test_a_program_that_cannot_be_started_is_told(tmp_path: Path) -> None:
    """A text file that may be executed but is no program, and one that is not there."""
    path = tmp_path / "cutscore"
    path.write_bytes(b"\x7fELF nothing")
    path.chmod(0o755)
    for line in ([str(path)], [str(tmp_path / "none")]):
        with pytest.raises(JobFailed, match="cannot be started"):
            Job(line, str(tmp_path))


def test_stopping_lets_the_command_tidy_up(tmp_path: Path) -> None:
    """It is asked, not killed: what it does on its way out is done; its children are stopped too."""
    text = (
        "import signal, sys, time, pathlib, subprocess\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "def stop(*_):\n    child.wait(20)\n    pathlib.Path('tidied').write_text('yes')\n    sys.exit(130)\n"
        "signal.signal(signal.SIGTERM, stop)\n"
        'print(\'{"stage": "play", "fraction": 0.1}\', file=sys.stderr, flush=True)\n'
        "time.sleep(60)\n"
    )
    job = run(tmp_path, text)
    limit = time.monotonic() + 20
    while not job.stage:
        assert time.monotonic() < limit
        job.wait(0.05)
    job.cancel()
    job.cancel()
    assert "Stopping" == job.title()
    with pytest.raises(JobFailed, match="Stopped; nothing was changed"):
        ended(job).report()
    assert "yes" == (tmp_path / "tidied").read_text()


def test_a_command_that_does_not_stop_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience has an end."""
    monkeypatch.setattr(jobs, "PATIENCE_SECONDS", 0.2)
    text = "import signal, sys, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    job = run(
        tmp_path, text + 'print(\'{"stage": "mix", "fraction": 0}\', file=sys.stderr, flush=True)\ntime.sleep(60)\n'
    )
    limit = time.monotonic() + 20
    while not job.stage:
        assert time.monotonic() < limit
        job.wait(0.05)
    job.cancel()
    with pytest.raises(JobFailed, match="Stopped"):
        ended(job).report()


def test_a_flood_on_both_streams_blocks_nothing(tmp_path: Path) -> None:
    """Megabytes of words on standard error and a long answer are read while they come."""
    text = f"import sys\nsys.stderr.write('noise ' * 500_000 + '\\n')\nprint({ANSWER!r} + ' ' * 3_000_000)\n"
    assert json.loads(ANSWER) == ended(run(tmp_path, text)).report()
