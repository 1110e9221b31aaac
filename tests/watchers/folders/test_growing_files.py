"""Files that grow, are copied, renamed, replaced: when a watched folder takes them, by a clock in the test's hand."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from cutscore_watchers.finished import Verdict
from support.containers import KINDS, TOLD, UNTOLD, film_bytes, name_of
from support.watching import WHOLE, FakeJobs, Watching

PIECES = 9


@pytest.fixture
def watching(tmp_path: Path) -> Watching:
    (tmp_path / "in").mkdir()
    return Watching(tmp_path / "in", tmp_path / "memory.sqlite")


def pieces_of(whole: bytes) -> list[bytes]:
    step = -(-len(whole) // PIECES)
    return [whole[at : at + step] for at in range(0, len(whole), step)]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_film_that_grows_is_taken_when_it_is_whole_and_not_before(watching: Watching, kind: str) -> None:
    """A piece a second, each told by a hint: no job before the last byte, one job afterwards."""
    path, whole = watching.root / name_of(kind), film_bytes(kind)
    watching.step()
    with path.open("wb", buffering=0) as file:
        for piece in pieces_of(whole):
            file.write(piece)
            watching.folder.hint(str(path))
            watching.run(1.0)
            assert [] == watching.jobs.names
    watching.folder.hint(str(path))
    watching.run(30)
    assert [path.name] == watching.jobs.names
    ready = watching.jobs.files[0]
    assert (path, len(whole), path.stat().st_mtime_ns) == (ready.path, ready.size, ready.mtime_ns)
    assert {} == watching.reasons()


@pytest.mark.parametrize("kind", [kind for kind in TOLD if kind != "fragmented mp4"])
def test_a_copy_that_stalls_for_minutes_is_not_taken(watching: Watching, kind: str) -> None:
    """Each piece comes five minutes after the last, opened and closed anew: quiet alone is never enough."""
    path, whole = watching.root / name_of(kind), film_bytes(kind)
    for piece in pieces_of(whole)[:-1]:
        with path.open("ab") as file:
            file.write(piece)
        watching.run(300, by=10)
        assert [] == watching.jobs.names
    assert path.name in watching.reasons()
    with path.open("ab") as file:
        file.write(pieces_of(whole)[-1])
    watching.run(60)
    assert [path.name] == watching.jobs.names


@pytest.mark.parametrize("kind", [*sorted(UNTOLD), "fragmented mp4"])
def test_a_film_that_never_tells_its_end_must_be_quiet_for_longer(watching: Watching, kind: str) -> None:
    """Nine seconds without a change are too few, ten are enough; the reason says what is waited for."""
    path, whole = watching.root / name_of(kind), film_bytes(kind)
    watching.step()
    path.write_bytes(whole if kind in UNTOLD else whole[: -int.from_bytes(whole[-4:], "big")])
    watching.folder.hint(str(path))
    watching.step()
    watching.run(9.5)
    assert [] == watching.jobs.names
    assert watching.reasons()[path.name].endswith("it must not change for 10 seconds")
    watching.run(1)
    assert [path.name] == watching.jobs.names


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who has a file open")
def test_a_stream_is_not_taken_while_its_writer_has_it_open(watching: Watching) -> None:
    """An hour of silence of a transport stream that a recorder still holds; taken once it is closed."""
    path = watching.root / "live.ts"
    with path.open("wb", buffering=0) as file:
        file.write(film_bytes("ts"))
        watching.run(3600, by=20)
        assert [] == watching.jobs.names
        assert "live.ts is open for writing in another program" == watching.reasons()["live.ts"]
    watching.folder.hint(str(path))
    watching.run(15)
    assert ["live.ts"] == watching.jobs.names


def test_a_preallocated_copy_is_taken_when_its_last_byte_came(watching: Watching) -> None:
    """A copy that lays out its full size first, whose time of change is set back to the original's at the end."""
    path, whole = watching.root / "film.mp4", film_bytes("faststart mp4")
    path.write_bytes(bytes(len(whole)))
    at = 0
    for piece in pieces_of(whole):
        with path.open("r+b") as file:
            file.seek(at)
            at += file.write(piece)
        os.utime(path, (1e9, 1e9))
        if at < len(whole):
            watching.run(90, by=5)
            assert [] == watching.jobs.names, at
    watching.run(90, by=1)
    assert ["film.mp4"] == watching.jobs.names


def test_what_is_renamed_into_place_is_taken(watching: Watching) -> None:
    """rsync's hidden temporary name is nothing, the final name is a film: within the quiet time of two seconds."""
    hidden = watching.root / ".film.mp4.Xa81bc"
    hidden.write_bytes(film_bytes("mp4"))
    watching.folder.hint(str(hidden))
    watching.run(60)
    assert ([], {}) == (watching.jobs.names, watching.reasons())
    hidden.rename(watching.root / "film.mp4")
    watching.folder.hint(str(watching.root / "film.mp4"))
    watching.step()
    watching.run(2)
    assert ["film.mp4"] == watching.jobs.names


def test_a_hard_link_is_a_film(watching: Watching, tmp_path: Path) -> None:
    """A link that appears beside no event but "created" is taken like any file."""
    original = tmp_path / "elsewhere.mp4"
    original.write_bytes(film_bytes("mp4"))
    (watching.root / "film.mp4").hardlink_to(original)
    watching.folder.hint(str(watching.root / "film.mp4"))
    watching.run(3)
    assert ["film.mp4"] == watching.jobs.names


def test_a_film_that_is_replaced_is_new_work(watching: Watching) -> None:
    """Saved again under its name after its job was made: a second job of the new version; touched by nobody: none."""
    path = watching.root / "film.mp4"
    path.write_bytes(film_bytes("mp4"))
    watching.run(5)
    watching.run(600, by=5)
    assert ["film.mp4"] == watching.jobs.names
    other = watching.root / ".new"
    other.write_bytes(film_bytes("mov"))
    other.replace(path)
    watching.folder.hint(str(path))
    watching.run(5)
    assert ["film.mp4"] * 2 == watching.jobs.names
    assert len({each.size for each in watching.jobs.files}) == 2


def test_a_film_that_changes_between_the_look_and_the_job_is_not_taken_as_it_was(tmp_path: Path) -> None:
    """Whatever the look says: the version that is queued is the one that was quiet."""
    (tmp_path / "in").mkdir()
    watching = Watching(tmp_path / "in", tmp_path / "memory.sqlite", look=lambda path: WHOLE)
    path = watching.root / "film.mp4"
    path.write_bytes(b"one")
    watching.step()
    watching.clock.go(1.9)
    path.write_bytes(b"three")
    watching.run(1.5)
    assert [] == watching.jobs.names
    watching.run(2)
    assert [5] == [each.size for each in watching.jobs.files]


def test_zero_bytes_for_an_hour_wait_with_their_reason(watching: Watching) -> None:
    """Never given up, never taken; when the content comes, it is taken."""
    path = watching.root / "film.mp4"
    path.touch()
    watching.run(3600, by=10)
    assert ({"film.mp4": "film.mp4 is empty (0 bytes)"}, []) == (watching.reasons(), watching.jobs.names)
    path.write_bytes(film_bytes("mp4"))
    watching.run(40)
    assert ["film.mp4"] == watching.jobs.names


def test_a_download_in_pieces_waits_for_its_program(watching: Watching) -> None:
    """film.mp4.aria2 beside film.mp4 says that it is not all there."""
    (watching.root / "film.mp4").write_bytes(film_bytes("mp4"))
    control = watching.root / "film.mp4.aria2"
    control.touch()
    watching.run(120, by=5)
    assert [] == watching.jobs.names
    assert "film.mp4.aria2" in watching.reasons()["film.mp4"]
    control.unlink()
    watching.run(70)
    assert ["film.mp4"] == watching.jobs.names


def test_a_film_that_is_taken_away_again_is_forgotten(watching: Watching) -> None:
    """What waited and is gone is not shown any more."""
    path = watching.root / "film.mp4"
    path.write_bytes(film_bytes("mp4")[:1000])
    watching.run(10)
    assert ["film.mp4"] == list(watching.reasons())
    path.unlink()
    watching.run(40)
    assert ({}, []) == (watching.reasons(), watching.jobs.names)


def test_a_job_that_cannot_be_made_is_made_later(tmp_path: Path) -> None:
    """A locked database: the film stays, with the reason, and becomes a job when the database answers."""
    from cutscore_composer.errors import OutputFailed

    locked = [True]
    jobs = FakeJobs(lambda ready: OutputFailed("The database is locked.") if locked[0] else None)
    (tmp_path / "in").mkdir()
    watching = Watching(tmp_path / "in", tmp_path / "memory.sqlite", jobs)
    shutil.copy(_film(tmp_path), watching.root / "film.mp4")
    watching.run(60)
    assert "could not be queued: The database is locked." in watching.reasons()["film.mp4"]
    locked[0] = False
    watching.run(61)
    assert ["film.mp4"] == jobs.names


def test_a_fault_in_a_look_costs_no_film(tmp_path: Path) -> None:
    """Should looking raise what it never should, the film is looked at again."""
    failing = [True]

    def look(path: Path) -> Verdict:
        if failing[0]:
            raise RuntimeError("a fault")
        return WHOLE

    (tmp_path / "in").mkdir()
    watching = Watching(tmp_path / "in", tmp_path / "memory.sqlite", look=look)
    (watching.root / "film.mp4").write_bytes(b"x")
    watching.run(10)
    assert {"film.mp4": "film.mp4 could not be looked into (RuntimeError)"} == watching.reasons()
    failing[0] = False
    watching.run(30)
    assert ["film.mp4"] == watching.jobs.names


def _film(folder: Path) -> Path:
    path = folder / "whole.mp4"
    path.write_bytes(film_bytes("mp4"))
    return path
