"""What goes wrong while placing: other processes, kills, full disks, read-only folders. Nothing is ever half there."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import opentimelineio as otio
import pytest

from cutscore.hashing import sha256_of
from cutscore.placers import PlacedMusic, place, safe_write
from cutscore.placers.safe_write import keep_copy, locked, write_atomically
from cutscore_composer.errors import InputRefused, OutputFailed

Make = Callable[..., PlacedMusic]

PLACE = """
import pickle, sys
from pathlib import Path
from cutscore.placers import place
music, project, expected, in_place = pickle.loads(Path(sys.argv[1]).read_bytes())
print("ready", flush=True)
sys.stdin.readline()
place(music, project, output_folder=project.parent / "out", in_place=in_place, expected_sha256=expected)
"""

DIE_IN_WRITE = """
import os, signal, sys
from pathlib import Path
from cutscore.placers.safe_write import write_atomically

def write(file):
    file.write(b"half of it")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)

write_atomically(Path(sys.argv[1]), write)
"""

HOLD_LOCK = """
import sys
from pathlib import Path
from cutscore.placers.safe_write import locked
with locked(Path(sys.argv[1])):
    print("locked", flush=True)
    sys.stdin.readline()
"""


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    """A Python process that talks with us over its pipes."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def music_of(path: Path) -> list[str]:
    """Names of the music that a timeline plays."""
    timeline = otio.adapters.read_from_file(str(path))
    tracks = [track for track in timeline.tracks if "cutscore" in track.metadata]
    return [c.media_reference.target_url.rpartition("/")[2] for track in tracks for c in track.find_clips()]


@pytest.mark.parametrize("in_place", [True, False])
def test_processes_at_once_all_place(edit: Path, tmp_path: Path, make_music: Make, in_place: bool) -> None:
    """Three processes that read the same project place three cues at the same moment: all are there, none refused."""
    expected = sha256_of(edit)
    processes = []
    for number in range(3):
        music = make_music(12, level=number, name=f"{number}.wav", record_in=14 * number)
        job = tmp_path / f"job{number}"
        job.write_bytes(pickle.dumps((music, edit, expected, in_place)))
        processes.append(start(PLACE, job))
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    result = edit if in_place else edit.parent / "out" / "edit.scored.otio"
    assert ["0.wav", "1.wav", "2.wav"] == music_of(result)
    assert [] == [p.name for p in result.parent.iterdir() if p.name.startswith(".")]


def test_a_lock_that_is_held_makes_others_wait_and_then_say_so(tmp_path: Path) -> None:
    """The second one is told who is in the way; the lock of a killed process is free at once, its file goes."""
    target = tmp_path / "edit.otio"
    holder = start(HOLD_LOCK, target)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "locked\n"
    with pytest.raises(OutputFailed, match="Another Cutscore"), locked(target, seconds=0.1):
        pass
    holder.kill()
    holder.wait()
    holder.communicate()
    with locked(target, seconds=5):
        pass
    assert [] == list(tmp_path.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_kill_in_mid_write_leaves_the_old_file(tmp_path: Path) -> None:
    """SIGKILL while the new bytes are written: the file is the old one, whole, and the next placing sweeps up."""
    target = tmp_path / "edit.otio"
    target.write_bytes(b"the old one")
    process = start(DIE_IN_WRITE, target)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert target.read_bytes() == b"the old one"
    with locked(target):
        write_atomically(target, lambda file: file.write(b"the new one"))
    assert target.read_bytes() == b"the new one"
    assert [target] == list(tmp_path.iterdir())


def test_a_stop_leaves_nothing(tmp_path: Path) -> None:
    """Ctrl-C while writing leaves the old file and no other."""
    target = tmp_path / "edit.otio"
    target.write_bytes(b"old")

    def interrupted(file: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_atomically(target, interrupted)
    assert [target] == list(tmp_path.iterdir())
    assert target.read_bytes() == b"old"


def test_a_change_in_the_last_moment_is_seen(edit: Path, make_music: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """The editor saves while the new file is being written: its save wins, and we say so."""
    saved = json.dumps(json.loads(edit.read_bytes())).encode()
    fsync = os.fsync

    def saves_meanwhile(handle: int) -> None:
        edit.write_bytes(saved)
        fsync(handle)

    monkeypatch.setattr(safe_write.os, "fsync", saves_meanwhile)
    with pytest.raises(InputRefused, match="changed while"):
        place(make_music(), edit, output_folder=edit.parent / "out", in_place=True)
    assert saved == edit.read_bytes()
    assert [edit.name] == [p.name for p in edit.parent.iterdir() if p.is_file()]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 256 kB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except OSError:
        mounted = False
    if not mounted:
        pytest.skip("a small tmpfs cannot be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk(small_disk: Path, edit: Path, make_music: Make) -> None:
    """One sentence, the project as it was, nothing half written, no copy left over."""
    data = json.loads(edit.read_bytes())
    data["metadata"]["long"] = "x" * 110_000
    project = small_disk / "edit.otio"
    project.write_text(json.dumps(data))
    before = project.read_bytes()
    with pytest.raises(OutputFailed, match="disk is full"):
        place(make_music(), project, output_folder=small_disk / "out", in_place=True)
    assert before == project.read_bytes()
    assert [project.name] == [p.name for p in small_disk.iterdir() if p.is_file()]


def test_a_read_only_folder(small_disk: Path, edit: Path, make_music: Make) -> None:
    """A folder that takes no files is named."""
    project = small_disk / "edit.otio"
    project.write_bytes(edit.read_bytes())
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    with pytest.raises(OutputFailed, match="could not be written"):
        place(make_music(), project, output_folder=small_disk / "out")
    with pytest.raises(OutputFailed, match="could not be written"):
        place(make_music(), project, output_folder=small_disk, in_place=True)
    assert ["edit.otio"] == [p.name for p in small_disk.iterdir()]


def test_a_read_only_original_is_scored_elsewhere(small_disk: Path, edit: Path, make_music: Make) -> None:
    """A project on a read-only disk gets its scored file in the output folder."""
    project = small_disk / "edit.otio"
    project.write_bytes(edit.read_bytes())
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    placed = place(make_music(), project, output_folder=edit.parent / "out")
    assert edit.parent / "out" / "edit.scored.otio" == placed.project


def test_an_output_folder_that_is_a_file(edit: Path, make_music: Make) -> None:
    """A file where the folder should be is named."""
    (edit.parent / "out").write_text("a file")
    with pytest.raises(OutputFailed, match="out could not be written"):
        place(make_music(), edit, output_folder=edit.parent / "out")


def test_threads_of_one_process_wait_for_each_other(tmp_path: Path) -> None:
    """The lock holds between threads as well."""
    inside: list[int] = []
    most: list[int] = []

    def work() -> None:
        for _ in range(20):
            with locked(tmp_path / "edit.otio"):
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {1} == set(most)
    assert 60 == len(most)


def test_a_kept_copy_has_the_bytes_and_the_time(tmp_path: Path) -> None:
    """A copy is the file as it was, its time of change too."""
    file = tmp_path / "edit.otio"
    file.write_bytes(b"x" * 3_000_000)
    os.utime(file, (1_000_000_000, 1_000_000_000))
    copy = keep_copy(file, tmp_path / "copy.otio")
    assert (file.read_bytes(), 1_000_000_000) == (copy.read_bytes(), int(copy.stat().st_mtime))
