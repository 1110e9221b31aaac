"""Trouble: full disks, locked databases, read-only projects, editors that save in between; several renders."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import opentimelineio as otio
import pytest

from cutscore_composer.errors import OutputFailed
from cutscore_watchers.jobs import database
from support.drawn_edit import DrawnEdit, drawn_edit, render_by_ffmpeg, write_timeline
from support.killing import wait_until
from support.misbehaving_server import Exchange

if TYPE_CHECKING:
    from watchers.jobs.conftest import Studio

pytestmark = pytest.mark.program


@pytest.fixture(scope="module")
def edit(tmp_path_factory: pytest.TempPathFactory) -> DrawnEdit:
    """An edit of ten shots."""
    return drawn_edit(tmp_path_factory.mktemp("edit"))


@pytest.fixture
def project(edit: DrawnEdit, studio: Studio) -> DrawnEdit:
    """The edit with a project file of this test's own."""
    own = studio.root / "edits" / edit.project.name
    own.parent.mkdir()
    shutil.copyfile(edit.project, own)
    return DrawnEdit(own, edit.media, edit.rate)


def clips(project: Path) -> list[tuple[int, int]]:
    """Start and length of the music clips that sound, as OpenTimelineIO reads them."""
    timeline = otio.adapters.read_from_file(str(project))
    found = []
    for track in timeline.audio_tracks():
        for clip in track.find_clips() if track.name.startswith("Music (Cutscore)") and track.enabled else ():
            at = clip.range_in_parent()
            found += [(round(at.start_time.value), round(at.duration.value))] if clip.enabled else []
    return sorted(found)


def test_renders_of_one_project_each_get_their_clip(project: DrawnEdit, studio: Studio) -> None:
    """Three that come at once: one scored project with three clips, each where its render belongs; nothing is lost."""
    parts = [(0, 98), (98, 255), (255, 519)]
    films = [render_by_ffmpeg(project, a, b, studio.watch / f"part{a}.mp4") for a, b in parts]
    jobs = studio.start()
    ready = [studio.ready(path, project=str(project.project), description=path.stem) for path in films]
    done = [studio.wait(name) for name in jobs.enqueue_many(ready)]
    assert [job.state for job in done] == ["done"] * 3, [job.message for job in done]
    (scored,) = {Path(job.facts["project"]) for job in done}
    assert [start for start, _ in clips(scored)] == [0, 98, 255]
    assert studio.server.billed == 3


def test_no_place_is_found(project: DrawnEdit, studio: Studio) -> None:
    """A film that is not in the project: the music lies beside it with an .otio, and it is said why."""
    studio.start()
    done = studio.wait(studio.enqueue(studio.drop("stranger.mp4"), project=str(project.project)))
    assert (done.state, done.facts["opened_project"]) == ("done", None)
    assert Path(done.facts["project"]) == studio.watch / "stranger.cutscore" / "stranger.scored.otio"
    assert any("lies beside it" in warning for warning in done.facts["warnings"])
    assert not (project.project.parent / "film.cutscore").exists()


def test_the_editor_saves_the_project_while_the_music_is_made(project: DrawnEdit, studio: Studio, mp3: bytes) -> None:
    """Ten frames less at its beginning: the music goes where the render lies now, into the project as it is now."""

    def waits(exchange: Exchange) -> None:
        exchange.read_all()
        exchange.server.release.wait(60)
        plays_now(exchange)

    def plays_now(exchange: Exchange) -> None:
        exchange.answer(200, mp3, "audio/mpeg")

    render = render_by_ffmpeg(project, 122, 255, studio.watch / "part.mp4")
    studio.server.script = [waits]
    studio.start()
    name = studio.enqueue(render, project=str(project.project))
    studio.wait_for(name, lambda job: job.stage == "wait")
    write_timeline(project.project, project.media, project.rate, trim=10)
    edited = project.project.read_bytes()
    studio.server.release.set()
    done = studio.wait(name)
    assert done.state == "done", done.message
    assert project.project.read_bytes() == edited
    assert [start for start, _ in clips(Path(done.facts["project"]))] == [112]


def test_a_project_that_is_read_only(project: DrawnEdit, studio: Studio) -> None:
    """Kept with its reason, the project untouched, the music ready; when it may be written, retry costs nothing."""
    studio.options["place"] = {"in_place": True}
    studio.options["jobs"] = {"attempts": 2}
    before = project.project.read_bytes()
    project.project.chmod(0o444)
    render = render_by_ffmpeg(project, 98, 255, studio.watch / "part.mp4")
    studio.start()
    name = studio.enqueue(render, project=str(project.project))
    failed = studio.wait(name)
    assert (failed.state, failed.attempt) == ("failed", 2)
    assert "read-only" in failed.message
    assert "The music itself is ready" in failed.message
    assert project.project.read_bytes() == before
    project.project.chmod(0o644)
    with studio.desk() as desk:
        desk.retry(desk.one(name), studio.settings(), resend=False)
    done = studio.wait(name, "done")
    assert Path(done.facts["project"]) == project.project
    assert [start for start, _ in clips(project.project)] == [98]
    assert studio.server.billed == 1


@contextmanager
def small_disk(folder: Path, kilobytes: int) -> Iterator[Callable[[int], None]]:
    """A file system of so many kilobytes; gives what changes its size."""
    folder.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    if os.name != "posix" or os.getuid() or subprocess.run(mounted, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a small file system")

    def resize(kilobytes: int) -> None:
        subprocess.run(["mount", "-o", f"remount,size={kilobytes}k", str(folder)], check=True, capture_output=True)

    try:
        yield resize
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False, capture_output=True)


@pytest.mark.parametrize("what", ["output", "store"])
def test_a_disk_that_is_full(what: str, studio: Studio) -> None:
    """Said before anything is paid; with room again, the job is done and paid once."""
    studio.options["jobs"] = {"attempts": 2}
    disk = studio.root / "disk"
    with small_disk(disk, 64) as resize:
        if what == "store":
            studio.options["ledger"] = {"store": str(disk / "store")}
        studio.start()
        output = {"output": disk / "out"} if what == "output" else {}
        name = studio.enqueue(studio.drop("a.mp4"), **output)
        failed = studio.wait(name)
        assert failed.state == "failed"
        assert "disk" in failed.message
        assert studio.server.billed == 0
        resize(20_000)
        with studio.desk() as desk:
            desk.retry(desk.one(name), studio.settings(), resend=False)
        assert studio.wait(name, "done").state == "done"
        assert studio.server.billed == 1
        studio.stop()


def test_a_database_whose_disk_is_full_for_a_while(studio: Studio) -> None:
    """What is at work waits until it can be written down again; nothing is lost, placed or paid twice."""
    disk = studio.root / "disk"
    with small_disk(disk, 4_000) as resize:
        studio.options["jobs"] = {"database": f"sqlite:///{disk / 'jobs.sqlite'}"}
        jobs = studio.start()
        names = [studio.enqueue(studio.drop(f"{n}.mp4"), description=f"film {n}") for n in range(6)]
        wait_until(lambda: len(studio.server.requests) > 1, 60, "the server is asked")
        _fill(disk / "ballast")
        late = [studio.ready(studio.drop(f"late{number}.mp4"), description="late") for number in range(500)]
        with pytest.raises(OutputFailed, match="cannot be written"):
            jobs.enqueue_many(late)
        resize(50_000)
        for name in names:
            assert studio.wait(name).state == "done"
        assert jobs.counts()["done"] >= 6
        studio.stop()
    assert studio.server.billed >= 6
    texts = [dict(seen.fields)["description"] for seen in studio.server.requests if seen.billed]
    assert len(texts) == len(set(texts))


def _fill(path: Path) -> None:
    """Write until the disk is full."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT)
    with contextlib.suppress(OSError):
        while os.write(handle, bytes(4096)):
            pass
    os.close(handle)


def test_a_database_that_is_locked_for_a_while(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """Longer than anybody waits for it, several times: every job is done in the end, paid once."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.3)
    jobs = studio.start()
    names = jobs.enqueue_many([studio.ready(studio.drop(f"{n}.mp4"), description=f"film {n}") for n in range(8)])
    pause = threading.Event()
    for _ in range(4):
        other = sqlite3.connect(studio.root / "jobs.sqlite", timeout=30, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        pause.wait(1.5)
        other.execute("ROLLBACK")
        other.close()
        pause.wait(0.7)
    for name in names:
        assert studio.wait(name).state == "done"
    assert studio.server.billed == 8
    assert all(len(list((studio.watch / f"{n}.cutscore").glob("*.wav"))) == 1 for n in range(8))
